#pragma once

#include <cstdint>
#include <span>

#include "engine/activations.h"
#include "engine/schedulers/scheduler.h"

namespace winnow::engine {

// One sequence of token ids (1 to context_length of them) through the model: `embedding` receives
// embedding_length floats of L2 length 1. Runs in the calling thread but for the matmuls, whose
// tiles go through scheduler.over_tiles(). Allocates nothing when `activations` has room.
void forward(const Model& model, Scheduler& scheduler, std::span<const int32_t> tokens,
             Activations& activations, WorkCounters& work, std::span<float> embedding);

}  // namespace winnow::engine
