#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/function_ref.h"
#include "engine/embedder.h"
#include "engine/schedulers/scheduler.h"

// What handing out work costs under a strategy, and how often a batch pays it.
namespace winnow::scenarios {

// Quantiles of the wall time of one loop, as its caller sees it.
struct LoopTime {
  int64_t p50_ns = 0;
  int64_t p99_ns = 0;
};

// One of the loops that a strategy runs.
struct LoopCost {
  std::string_view loop;      // texts, groups, tiles, rows
  int64_t per_iteration = 0;  // how many of them one batch takes; 0: not counted
  LoopTime empty;             // with bodies that do nothing, one item a thread
};

// Times `samples` calls of `loop`; `before` runs ahead of each, outside the time.
LoopTime time_loop(int samples, base::FunctionRef<void()> before, base::FunctionRef<void()> loop);

// Calls body() where a forward pass would be: inside a group, all other threads without work.
void inside_group(engine::Scheduler& scheduler, base::FunctionRef<void()> body);

// The cost of each empty loop on `threads` threads, from `samples` calls right behind each other.
std::vector<LoopCost> loop_costs(engine::Scheduler& scheduler, int threads, int samples);

// Counts the loops of one batch into costs[i].per_iteration.
void count_loops(const engine::Model& model, engine::Scheduler& scheduler,
                 std::span<const std::string> texts, std::vector<LoopCost>& costs);

}  // namespace winnow::scenarios
