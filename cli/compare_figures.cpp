#include "cli/compare_figures.h"

#include <algorithm>
#include <charconv>

#include "base/error.h"
#include "profiles/program/output_figures.h"

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

// Takes the ending off.
bool has_direction(std::string& name, std::string_view direction) {
  if (!name.ends_with(direction)) return false;
  name.resize(name.size() - direction.size());
  return true;
}

profiles::Metric parse_metric(const std::string& text) {
  const size_t equals = text.find('=');
  if (equals == std::string::npos)
    throw base::UsageError("--metric", base::printable(text) +
                                           ": expected NAME=PATTERN, NAME:higher=PATTERN or "
                                           "NAME:lower=PATTERN");
  profiles::Metric metric{text.substr(0, equals), text.substr(equals + 1)};
  metric.higher_is_better = !has_direction(metric.name, ":lower");
  if (metric.higher_is_better) has_direction(metric.name, ":higher");
  check_figure_name("--metric", metric.name);
  profiles::check_metric(metric);
  return metric;
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

std::vector<profiles::Metric> parse_metrics(const std::vector<std::string>& texts,
                                            const std::string& primary) {
  std::vector<profiles::Metric> metrics;
  for (const std::string& text : texts) {
    profiles::Metric metric = parse_metric(text);
    if (std::ranges::count(metrics, metric.name, &profiles::Metric::name) > 0)
      throw base::UsageError("--metric", metric.name + ": given twice");
    metrics.push_back(std::move(metric));
  }
  if (primary.empty()) return metrics;
  const auto found = std::ranges::find(metrics, primary, &profiles::Metric::name);
  if (found == metrics.end())
    throw base::UsageError("--primary", base::printable(primary) + ": no --metric of that name");
  found->decides = true;
  return metrics;
}

}  // namespace winnow::cli
