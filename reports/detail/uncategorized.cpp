#include "reports/detail/uncategorized.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>

#include "base/error.h"
#include "reports/figures/format.h"
#include "reports/markup/svg.h"
#include "reports/recorded/sampled.h"

namespace winnow::reports {

using profiles::Function;

namespace {

constexpr size_t kBeforeName = 23;  // columns of a row
constexpr size_t kNarrowest = 20;
// Rules take no longer ones (profiles/symbols/categories.h).
constexpr size_t kLongestExpression = 480;

std::vector<SampledTime> largest_first(const std::map<std::string, double>& seconds,
                                       double sampled_s) {
  std::vector<SampledTime> rows;
  for (const auto& [name, sum_s] : seconds) rows.push_back({name, sum_s, sum_s / sampled_s});
  std::ranges::stable_sort(rows, std::greater{}, &SampledTime::seconds);
  return rows;
}

std::string row(const std::string& share, const std::string& time, const std::string& name) {
  return fmt::format("{:>9}  {:>10}  {}\n", share, time, name);
}

std::string rule_for(const std::vector<SampledTime>& functions, size_t shown) {
  std::string text =
      "\nA rule for them: name a category and leave out what does not belong there\n"
      "(docs/categories.md).\n\n[[cpu]]\ncategory = \"my category\"\nmatch = [\n";
  for (size_t i = 0; i < shown; ++i) text += "  " + rule_expression(functions[i].function) + ",\n";
  return text + "]\n";
}

}  // namespace

std::string rule_expression(const std::string& function) {
  std::string text = "'^";
  for (const char c : function) {
    if (text.size() >= kLongestExpression) return text + "'";
    const bool plain = c >= ' ' && c <= '~' && c != '\'';
    if (plain && std::string_view(R"(\^$.|?*+()[]{})").find(c) != std::string_view::npos)
      text += '\\';
    text += plain ? c : '.';
  }
  return text + "$'";
}

Uncategorized find_uncategorized(const Measured& arms, std::optional<size_t> only) {
  Uncategorized found;
  std::map<std::string, double> uncategorized, nameless;
  for (size_t variant = 0; variant < arms.variants().size(); ++variant) {
    if (only && *only != variant) continue;
    const auto& cpu = arms[variant].cpu();
    if (!cpu || cpu->sampled_s <= 0) {
      found.unavailable.push_back(cpu ? arms[variant].label + ": unavailable: no samples"
                                      : arms[variant].unavailable(Pass::cpu));
      continue;
    }
    ++found.variants;
    found.sampled_s += cpu->sampled_s;
    for (const Function& function : cpu->functions) {
      const double flat_s = function.flat_s.value_or(0);
      if (flat_s <= 0) continue;
      if (function.category == "other") uncategorized[function.name] += flat_s;
      if (is_nameless_file(function)) nameless[function.name] += flat_s;
    }
  }
  found.functions = largest_first(uncategorized, found.sampled_s);
  found.nameless = largest_first(nameless, found.sampled_s);
  return found;
}

std::string to_text(const Uncategorized& found, size_t most, size_t columns) {
  std::string text;
  for (const std::string& reason : found.unavailable) text += base::printable(reason) + "\n";
  if (found.variants == 0) return text;
  double sum_s = 0;
  for (const SampledTime& function : found.functions) sum_s += function.seconds;
  text += fmt::format("{} of CPU time sampled. No rule takes {} function{} with {} of it ({}).\n",
                      format_value(found.sampled_s, Unit::kSeconds), found.functions.size(),
                      found.functions.size() == 1 ? "" : "s", format_value(sum_s, Unit::kSeconds),
                      format_share(sum_s / found.sampled_s));
  if (found.functions.empty()) return text;
  const size_t width =
      columns == 0 ? std::string::npos : std::max(columns, kBeforeName + kNarrowest) - kBeforeName;
  text += '\n' + row("Share", "CPU time", "Function");
  const size_t shown = std::min(most, found.functions.size());
  for (size_t i = 0; i < shown; ++i) {
    const SampledTime& function = found.functions[i];
    const std::string name = base::printable(function.function);
    text += row(format_share(function.share), format_value(function.seconds, Unit::kSeconds),
                columns == 0 ? name : shortened(name, width));
    sum_s -= function.seconds;
  }
  if (const size_t rest = found.functions.size() - shown; rest > 0)
    text += row(format_share(std::max(0.0, sum_s) / found.sampled_s),
                format_value(std::max(0.0, sum_s), Unit::kSeconds),
                fmt::format("other functions ({})", rest));
  return text + rule_for(found.functions, shown);
}

}  // namespace winnow::reports
