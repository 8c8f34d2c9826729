#pragma once

#include <cstdint>
#include <vector>

#include "engine/model.h"

namespace winnow::engine {

// What was computed: exact, and equal for equal texts under every schedule.
struct WorkCounters {
  int64_t texts = 0;
  int64_t tokens = 0;          // BOS and EOS included
  int64_t matmul_calls = 0;    // weight matrices of the blocks, one a loop over tiles
  int64_t macs = 0;            // multiply-accumulates of all weight matrices
  int64_t dense_macs = 0;      // of macs, those of the dense projections, which no matmul does
  int64_t attention_macs = 0;  // of q . k and of scores @ v, hidden keys left out

  WorkCounters& operator+=(const WorkCounters& other);
  bool operator==(const WorkCounters&) const = default;
};

// The buffers of one forward pass, for sequences of up to `capacity` tokens; every tensor is
// [token][features]. One thread at a time uses them.
struct Activations {
  int capacity = 0;

  std::vector<float> x;     // [length][embedding], the residual stream
  std::vector<float> y;     // [length][embedding]
  std::vector<float> q;     // [length][heads * head_dim]
  std::vector<float> k;     // [length][kv_heads * head_dim]
  std::vector<float> v;     // [length][kv_heads * head_dim]
  std::vector<float> o;     // [length][heads * head_dim]
  std::vector<float> gate;  // [length][feed_forward]
  std::vector<float> up;    // [length][feed_forward]

  std::vector<float> scores;  // [length]
  std::vector<float> pooled;  // [embedding], the mean over tokens
  std::vector<float> hidden;  // [widest dense projection]

  // The quantized input of a matmul: [length][widest input].
  std::vector<int8_t> values;
  std::vector<float> scales;
  std::vector<int32_t> offsets;

  // Grows the buffers to `length` tokens; never shrinks them.
  void reserve(const Model& model, int length);
};

}  // namespace winnow::engine
