#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/gguf_types.h"
#include "kernels/kernels.h"

// The weights of all types that the engine reads. A count is one of weights, whole blocks of the
// type; bytes are the tensor's, as the file has them, and need no alignment.
namespace winnow::engine {

// The weights as floats; exact, but for the products of a block's scale and values, rounded once.
void to_floats(TensorType type, const std::byte* bytes, size_t count, float* out);

// As Q8_0, a multiple of 32 weights. Exact from q8_0 and q4_0; otherwise rounded as llama.cpp's
// llama-quantize does, to 127 steps of the largest magnitude of 32 weights.
void to_q8_0(TensorType type, const std::byte* bytes, size_t count, kernels::BlockQ8_0* out);

// The float or scale that a block begins with.
float leading_float(TensorType type, const std::byte* block);

}  // namespace winnow::engine
