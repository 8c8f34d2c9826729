#include "reports/gate/accept.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "base/error.h"
#include "base/toml.h"
#include "reports/gate/rules.h"

namespace winnow::reports {

namespace {

constexpr int kMostRules = 20;
constexpr size_t kMostRuleBytes = 4000;
constexpr int kDigits = 6;
constexpr double kDust = 1e-6;  // of a figure in percent

// A name as a shell pattern that takes it alone.
std::string pattern(const std::string& name) {
  std::string text;
  for (const char c : name) {
    if (c == '*' || c == '?' || c == '[' || c == '\\') text += '\\';
    text += c;
  }
  return text;
}

// The next figure above that has few digits.
double rounded_up(double value) {
  if (value == std::floor(value)) return value;
  const double scale = std::pow(10, kDigits - 1 - std::floor(std::log10(value)));
  return std::ceil(value * scale) / scale;
}

std::optional<std::string> limits(const GateRow& row) {
  if (row.status == GateStatus::kChanged) return "may_change = true\n";
  if (row.status != GateStatus::kRegression) return std::nullopt;
  if (row.exact) {
    if (!row.baseline || !row.candidate) return std::nullopt;
    return fmt::format("rise = {:.{}g}\n",
                       rounded_up(row.difference.value_or(*row.candidate - *row.baseline)),
                       kDigits + 9);
  }
  if (!row.ratio || !row.low || !row.high) return std::nullopt;
  // The upper limit may lie elsewhere the next time.
  const double high = *row.high + (*row.high - *row.ratio);
  const double allowance = std::ceil((*row.ratio - 1) * 100 - kDust);
  const double tolerance =
      std::max({std::ceil((high - 1) * 100 - kDust), allowance + 1, row.tolerance_percent});
  if (tolerance > kMostAllowedPercent) return std::nullopt;
  return fmt::format("allowance_percent = {:.0f}\ntolerance_percent = {:g}\n", allowance,
                     tolerance);
}

}  // namespace

std::string accepting_rules(const GateReport& report) {
  // Where something failed or is missing, no rule makes the gate pass.
  if (!report.failures.empty() || std::ranges::find(report.rows, GateStatus::kUnmeasured,
                                                    &GateRow::status) != report.rows.end())
    return "";
  std::string text;
  int rules = 0;
  for (const GateRow& row : report.rows) {
    const auto allowed = limits(row);
    if (!allowed || base::printable(row.metric + row.variant) != row.metric + row.variant) continue;
    if (++rules > kMostRules || text.size() > kMostRuleBytes) return text + "# and more\n";
    text += fmt::format("{}[[rules]]\nmetric = {}\nvariant = {}\n{}", text.empty() ? "" : "\n",
                        base::toml_string(pattern(row.metric)),
                        base::toml_string(pattern(row.variant)), *allowed);
  }
  return text;
}

}  // namespace winnow::reports
