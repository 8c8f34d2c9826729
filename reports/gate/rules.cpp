#include "reports/gate/rules.h"

#include <fnmatch.h>

#include <algorithm>

namespace winnow::reports {

namespace {

bool like(const std::string& pattern, const std::string& name) {
  return ::fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
}

void apply(const GateRule& rule, GateLimits& limits) {
  const auto set = [](const auto& from, auto& to) {
    if (from) to = *from;
  };
  set(rule.check, limits.check);
  set(rule.varies, limits.varies);
  set(rule.may_change, limits.may_change);
  set(rule.must_decide, limits.must_decide);
  set(rule.rise, limits.rise);
  set(rule.rise_percent, limits.rise_percent);
  if (rule.range) limits.range = rule.range;
  set(rule.allowance_percent, limits.allowance_percent);
  set(rule.tolerance_percent, limits.tolerance_percent);
}

}  // namespace

bool GateRule::matches(const std::string& metric_name, const std::string& variant_name) const {
  return like(metric, metric_name) && like(variant, variant_name);
}

bool GateLimits::allow(double baseline, double candidate, double difference) const {
  return difference <= std::max(rise, baseline * rise_percent / 100) ||
         (range && candidate <= range->second);
}

GateLimits limits_of(std::span<const GateRule> rules, const std::string& metric,
                     const std::string& variant) {
  GateLimits limits;
  for (const GateRule& rule : built_in_rules())
    if (rule.matches(metric, variant)) apply(rule, limits);
  for (const GateRule& rule : rules)
    if (rule.matches(metric, variant)) apply(rule, limits);
  return limits;
}

}  // namespace winnow::reports
