#pragma once

#include <cstdint>
#include <span>

#include "engine/schedulers/scheduler.h"

namespace winnow::engine {

// The strategy for batches of fewer texts a thread and fewer tokens a text, on the average.
struct Choice {
  double texts_a_thread;
  double tokens_a_text;
  const SchedulerRow* strategy;
};

// A batch gets the first row that takes it; the last takes every one.
std::span<const Choice> choices();

// The row for a batch. tokens: of all texts together; 0 before they are known.
const Choice& choose(int texts, int64_t tokens, int threads);

}  // namespace winnow::engine
