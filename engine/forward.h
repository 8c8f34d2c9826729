#pragma once

#include <cstdint>
#include <span>

#include "engine/activations.h"
#include "engine/schedulers/scheduler.h"

namespace winnow::engine {

struct Sequence {
  std::span<const int32_t> tokens;  // ids, 1 to context_length of them
  // Receives embedding_length floats of L2 length 1; all are NaN where the vector has none.
  std::span<float> embedding;
};

// Some sequences through the model together, so that each weight is read once for all of them;
// attention sees one sequence at a time. An embedding is the same to the bit whatever sequences
// stand beside it. The loops over a matmul's tiles and over rows go through the scheduler, all else
// runs in the calling thread. Allocates nothing when `activations` has room.
void forward(const Model& model, Scheduler& scheduler, std::span<const Sequence> sequences,
             Activations& activations, WorkCounters& work);

}  // namespace winnow::engine
