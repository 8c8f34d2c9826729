#include "reports/gate/rules.h"

namespace winnow::reports {

namespace {

GateRule rule_for(const char* metric, const char* variant) {
  GateRule rule;
  rule.metric = metric;
  rule.variant = variant;
  return rule;
}

// How often threads sleep, wake each other or meet at a mutex is the kernel's choice as much as the
// program's. In 10 runs each with 2 and with 4 threads, waits and wake-ups of pools that spin or
// steal lay between 0 and some hundreds an iteration, those of pools that sleep at once within a
// factor of 1.53 of each other: no bound of one run holds for the next.
GateRule unchecked(const char* metric) {
  GateRule rule = rule_for(metric, "*");
  rule.varies = true;
  rule.check = false;
  return rule;
}

// No pool, so nobody waits: it was 0 in every run.
GateRule exact(const char* metric, const char* variant) {
  GateRule rule = rule_for(metric, variant);
  rule.varies = false;
  rule.check = true;
  return rule;
}

// oneTBB makes arenas and threads when it sees work for them: allocations lay up to 0.6% and
// creations 0.05 an iteration above the usual in one run of 20.
GateRule grown(const char* metric, double percent, double rise) {
  GateRule rule = rule_for(metric, "tbb");
  rule.varies = true;
  rule.rise_percent = percent;
  rule.rise = rise;
  return rule;
}

// Neighbours take wall time, and hardly CPU time.
GateRule beside_cpu_time(const char* metric) {
  GateRule rule = rule_for(metric, "*");
  rule.must_decide = false;
  return rule;
}

std::vector<GateRule> make_rules() {
  constexpr const char* kScheduled[] = {"waits", "wakeups", "contended_mutexes", "yields"};
  std::vector<GateRule> rules;
  for (const char* metric : kScheduled) rules.push_back(unchecked(metric));
  for (const char* metric : kScheduled)
    for (const char* variant : {"serial", "spawn", "spawn_text"})
      rules.push_back(exact(metric, variant));
  rules.push_back(beside_cpu_time("wall_time"));
  rules.push_back(grown("allocations", 2, 0));
  rules.push_back(grown("allocated_bytes", 2, 0));
  rules.push_back(grown("thread_creations", 0, 1));
  return rules;
}

}  // namespace

const std::vector<GateRule>& built_in_rules() {
  static const std::vector<GateRule> rules = make_rules();
  return rules;
}

}  // namespace winnow::reports
