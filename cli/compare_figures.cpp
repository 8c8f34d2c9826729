#include "cli/compare_figures.h"

#include <algorithm>
#include <charconv>

#include "base/error.h"

namespace winnow::cli {

namespace {

constexpr size_t kLimitFigureNameBytes = 40;

void check_figure_name(const char* option, const std::string& name) {
  if (name.empty() || name.size() > kLimitFigureNameBytes || name != base::printable(name))
    throw base::UsageError(option, base::printable(name) + ": expected a name of 1 to 40 letters");
}

// Decimal: 1k is 1000.
double factor_of(std::string_view suffix) {
  return suffix.empty() ? 1 : suffix == "k" ? 1e3 : suffix == "M" ? 1e6 : suffix == "G" ? 1e9 : 0;
}

}  // namespace

profiles::WorkDone parse_work(const std::string& text) {
  const size_t equals = text.find('=');
  if (equals == std::string::npos)
    throw base::UsageError("--work", text + ": expected UNIT=AMOUNT, such as bytes=24e6");
  profiles::WorkDone work{text.substr(0, equals)};
  check_figure_name("--work", work.unit);
  const char* end = text.data() + text.size();
  double value = 0;
  const auto [stop, error] = std::from_chars(text.data() + equals + 1, end, value);
  work.amount = value * factor_of({stop, static_cast<size_t>(end - stop)});
  if (error != std::errc() || !(work.amount > 0 && work.amount <= 1e18))
    throw base::UsageError("--work", text +
                                         ": expected an amount above 0, up to 1e18, such as "
                                         "24e6 or 100k (k, M, G: thousands, millions, billions)");
  return work;
}

}  // namespace winnow::cli
