#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "engine/model.h"

namespace winnow::engine {

// What was computed: exact, and equal for equal texts under every schedule.
struct WorkCounters {
  int64_t texts = 0;
  int64_t tokens = 0;          // BOS and EOS included
  int64_t matmul_calls = 0;    // weight matrices of the blocks, one a text and matrix
  int64_t macs = 0;            // multiply-accumulates of all weight matrices
  int64_t dense_macs = 0;      // of macs, those of the dense projections, which no matmul does
  int64_t attention_macs = 0;  // of q . k and of scores @ v, hidden keys left out

  WorkCounters& operator+=(const WorkCounters& other);
  bool operator==(const WorkCounters&) const = default;
};

// Rows of activations, quantized: what kernels::QuantizedRows views.
struct QuantizedBuffer {
  int size = 0;  // of a row, a multiple of 32
  int8_t* values = nullptr;
  float* scales = nullptr;
  int32_t* offsets = nullptr;

  // `size` from position `begin` (a multiple of 32) of a row on.
  QuantizedBuffer at(int64_t row, int64_t begin = 0) const {
    const int64_t value = row * size + begin, block = value / kernels::kBlockSize;
    return {size, values + value, scales + block, offsets + block};
  }
  kernels::QuantizedRows rows(int count) const { return {count, size, values, scales, offsets}; }
};

struct TokenRow {
  int32_t id;
  int position;  // in its sequence
};

// Queries [begin, end) of one sequence.
struct AttentionTask {
  int first_row;  // of the sequence
  int length;     // of the sequence
  int begin, end;
};

// The buffers of one forward pass over some sequences, whose tokens are rows one behind the other;
// every tensor is [row][features]. Slices of one allocation, not initialized: the threads that run
// the pass touch it first. One forward pass at a time uses them.
struct Activations {
  int row_capacity = 0;
  int sequence_capacity = 0;

  float* x = nullptr;                  // [row][embedding], the residual stream
  float* y = nullptr;                  // [row][embedding], what a branch adds to it
  float* qkv = nullptr;                // [row][q_length + 2 * kv_length]
  float* o = nullptr;                  // [row][q_length]
  float* gate_up = nullptr;            // [row][2 * feed_forward], 32 of gate, 32 of up, ...
  QuantizedBuffer embedding_input;     // [row][embedding]: of attn_qkv and ffn_gate_up
  QuantizedBuffer attention_input;     // [row][q_length]: of attn_output
  QuantizedBuffer feed_forward_input;  // [row][feed_forward]: of ffn_down

  float* pooled = nullptr;      // [sequence][widest of embedding and dense projections]
  float* hidden = nullptr;      // likewise
  QuantizedBuffer dense_input;  // [sequence][the same]

  std::vector<TokenRow> tokens;  // [row]
  std::vector<int> first_rows;   // [sequence]
  std::vector<AttentionTask> attention_tasks;

  // Grows the buffers to so many rows and sequences; never shrinks them. Attention tasks are made
  // of up to kQueriesATask queries of one sequence.
  void reserve(const Model& model, int rows, int sequences);
  static constexpr int kQueriesATask = 32;

 private:
  std::shared_ptr<std::byte> memory_;
};

}  // namespace winnow::engine
