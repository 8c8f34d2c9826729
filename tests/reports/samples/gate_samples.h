#pragma once

#include <string>

#include "base/error.h"
#include "profiles/recording/recording.h"
#include "reports/gate/gate.h"
#include "reports/gate/rules.h"
#include "tests/reports/samples/samples.h"

// What the tests of the gate hold against each other.
namespace winnow::reports {

inline profiles::Recording gate_recording() {
  profiles::Recording result = realistic_recording();
  result.workload.items_hash = "5d1c";
  result.model->hash = "a076";
  for (auto& [variant, profiles] : result.profiles) {
    const int64_t texts = int64_t{profiles.sync->iterations} * result.workload.items_per_iteration;
    profiles.sync->allocations = 3 * texts;
    profiles.sync->allocated_bytes = 1000 * texts;
  }
  return result;
}

inline const GateRow& row_for(const GateReport& report, const std::string& metric,
                              const std::string& variant) {
  for (const GateRow& row : report.rows)
    if (row.metric == metric && row.variant == variant) return row;
  throw base::Error(variant, "no row " + metric);
}

inline GateRule gate_rule(const std::string& metric, const std::string& variant) {
  GateRule result;
  result.metric = metric;
  result.variant = variant;
  result.where = "gates.toml: line 1";
  return result;
}

}  // namespace winnow::reports
