#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/function_ref.h"
#include "engine/schedulers/scheduler.h"

// What handing out work costs under a strategy, and how often a batch pays it.
namespace winnow::scenarios {

// Quantiles of the wall time of one loop, as its caller sees it.
struct LoopTime {
  int64_t p50_ns = 0;
  int64_t p99_ns = 0;
};

// How many loops of each kind a batch takes.
struct LoopCounts {
  int64_t texts = 0, groups = 0, tiles = 0, rows = 0;
};

// One of the loops that a strategy runs.
struct LoopCost {
  std::string_view loop;         // texts, groups, tiles, rows
  int64_t LoopCounts::*counted;  // the same
  LoopTime empty;                // with bodies that do nothing, one item a thread
};

// Times `samples` calls of `loop`; `before` runs ahead of each, outside the time.
LoopTime time_loop(int samples, base::FunctionRef<void()> before, base::FunctionRef<void()> loop);

// Calls body() where a forward pass would be: inside a group, all other threads without work.
void inside_group(engine::Scheduler& scheduler, base::FunctionRef<void()> body);

// The cost of each empty loop on `threads` threads, from `samples` calls right behind each other.
std::vector<LoopCost> loop_costs(engine::Scheduler& scheduler, int threads, int samples);

// Of the batch that `embed` embeds by the scheduler that it is given, which hands all on to this
// one.
LoopCounts count_loops(engine::Scheduler& scheduler,
                       base::FunctionRef<void(engine::Scheduler&)> embed);

}  // namespace winnow::scenarios
