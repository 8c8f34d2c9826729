#pragma once

#include <optional>
#include <string>
#include <vector>

#include "scenarios/table_reader.h"

namespace winnow::scenarios {

inline constexpr int kThreadLimit = 1024;

struct ScenarioVariant {
  std::string name;   // of a scheduling strategy
  std::string label;  // heading in the report; may be empty
};

// A workload and how to measure it. Every field has been checked by load_scenario().
struct Scenario {
  std::string name;
  std::string description;
  std::vector<std::string> texts;
  int batch = 0;                          // texts an iteration
  int iterations = 0;                     // per variant, over all blocks; 0: as the budget says
  std::optional<WrittenDuration> budget;  // how long to measure
  int blocks = 0;                         // fresh processes per variant in the time pass
  int warmup = 0;                         // iterations before the region
  int threads = 0;                        // 0: all cores
  std::vector<ScenarioVariant> variants;  // the baseline first
  std::vector<std::string> passes;        // of "time", "cpu", "wall", "heap", "sync"
};

// Reads a TOML scenario (docs/scenarios.md lists the keys). Throws base::UsageError
// "<path>: line N: <problem>" for a syntax error, an unknown or missing key, a wrong type or range.
Scenario load_scenario(const std::string& path);

// The texts of one batch: the scenario's, repeated in order when the batch is larger.
std::vector<std::string> batch_texts(const Scenario& scenario, int batch);

}  // namespace winnow::scenarios
