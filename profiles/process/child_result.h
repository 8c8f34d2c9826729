#pragma once

#include <optional>
#include <string>
#include <vector>

#include "profiles/recording/recording.h"

namespace winnow::profiles {

// What a measured program wrote to $WINNOW_RESULT (docs/child-contract.md).
struct ChildResult {
  Block block;          // the measured fields; no failure
  std::string variant;  // empty: not told
  std::optional<int64_t> threads, items_per_iteration;
  std::string item;  // "text"; empty: not told
  std::optional<std::string> items_hash;
  std::optional<int64_t> threads_asked;  // where its design can use fewer
  // The fewest that a parallel loop had, where its library gave it fewer than its design uses.
  std::optional<int64_t> threads_fewest;
  std::optional<int64_t> cores;  // that one of its threads at least may run on
  std::optional<bool> calling_thread_works;
  std::optional<std::vector<ThreadTerm>> thread_terms;
  std::optional<Model> model;
  std::optional<int64_t> samples;  // that a profiler of the harness took
  std::string left_behind;         // processes that outlived the program's leader, and were ended
  std::string not_measured;        // why the harness could not; empty: a failure is the program's
  bool pass_unavailable = false;   // and could not another time either
};

// Of a result: a larger one is refused, and not kept. A recording holds the results of all
// processes, and is limited itself.
inline constexpr size_t kMostResultBytes = 4'000'000;

// Needs the schema, iteration_wall_ns and region.wall_ns; every other field may be absent, none may
// have another type or be negative. Unknown fields are ignored. Throws base::Error.
ChildResult read_child_result(const std::string& file);
ChildResult parse_child_result(const std::string& json, const std::string& subject);

}  // namespace winnow::profiles
