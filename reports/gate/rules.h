#pragma once

#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

// What a gate allows, by metric and variant.
namespace winnow::reports {

// Some limits for the metrics and variants that two shell patterns take ("work.*", "steal"). Of
// several rules that set the same limit of a metric, the last one holds.
struct GateRule {
  std::string metric = "*", variant = "*";
  std::string where;  // "gates.toml: line 3"; empty: built in

  std::optional<bool> check;  // false: the metric is shown, but decides nothing
  // Exact counters.
  std::optional<double> rise;          // allowed, in the metric's unit
  std::optional<double> rise_percent;  // allowed, of the baseline; the larger of the two holds
  std::optional<std::pair<double, double>> range;  // allowed wherever the baseline lies
  std::optional<bool> varies;      // from run to run, because scheduling does: said with the row
  std::optional<bool> may_change;  // work counters and the checksum
  // Times and peak memory: limits of the slow-down.
  std::optional<double> allowance_percent;  // a regression is proven above it
  std::optional<double> tolerance_percent;  // a pass is proven below it
  // Of wall time. False: it refuses what it proves, but may stay open where CPU time is decided.
  std::optional<bool> must_decide;

  bool matches(const std::string& metric_name, const std::string& variant_name) const;
};

inline constexpr double kMostAllowedPercent = 10'000;  // that a rule may say

struct GateLimits {
  bool check = true, varies = false, may_change = false, must_decide = true;
  double rise = 0, rise_percent = 0;
  std::optional<std::pair<double, double>> range;
  double allowance_percent = 1, tolerance_percent = 5;

  // Of an exact counter: no regression. `difference` is candidate - baseline, which may be less
  // than their doubles tell apart.
  bool allow(double baseline, double candidate, double difference) const;
};

// Which counters vary from run to run, and by how much: measured, docs/ci.md says how.
const std::vector<GateRule>& built_in_rules();

// Of the built-in rules and then these.
GateLimits limits_of(std::span<const GateRule> rules, const std::string& metric,
                     const std::string& variant);

}  // namespace winnow::reports
