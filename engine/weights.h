#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <vector>

#include "engine/gguf.h"
#include "engine/tensor_check.h"
#include "kernels/kernels.h"

namespace winnow::engine {

// The keys gemma-embedding.*, checked: positive, bounded, sizes multiples of 32, heads that divide.
struct Config {
  int context_length = 0;
  int embedding_length = 0;
  int block_count = 0;
  int feed_forward_length = 0;
  int head_count = 0;
  int head_count_kv = 0;
  int head_dim = 0;
  int sliding_window = 0;          // whole width: a local block sees |i - j| <= sliding_window / 2
  int sliding_window_pattern = 6;  // the last block of each such group sees everything
  int vocabulary_size = 0;
  float rms_epsilon = 0;
  float rope_freq_base = 0;      // of the blocks that see everything
  float rope_freq_base_swa = 0;  // of the local blocks

  bool local(int block) const {
    return block % sliding_window_pattern != sliding_window_pattern - 1;
  }
  int q_length() const { return head_count * head_dim; }
  int kv_length() const { return head_count_kv * head_dim; }
  int qkv_length() const { return q_length() + 2 * kv_length(); }
};

// One transformer block. Norms point into the mapped file; matrices are packed copies, and those
// with the same input are one: a single loop over tiles multiplies them.
struct BlockWeights {
  const float* attn_norm = nullptr;            // [embedding]
  kernels::PackedMatrix attn_qkv;              // [embedding] -> q, k, v
  const float* attn_q_norm = nullptr;          // [head_dim]
  const float* attn_k_norm = nullptr;          // [head_dim]
  kernels::PackedMatrix attn_output;           // [heads * head_dim] -> [embedding]
  const float* post_attention_norm = nullptr;  // [embedding]
  const float* ffn_norm = nullptr;             // [embedding]
  kernels::PackedMatrix ffn_gate_up;     // [embedding] -> 32 of gate, 32 of up, 32 of gate ...
  kernels::PackedMatrix ffn_down;        // [feed_forward] -> [embedding]
  const float* post_ffw_norm = nullptr;  // [embedding]
};

// A projection after pooling, row by row: exactly one of the pointers is set.
struct DenseWeights {
  int in_features = 0;
  int out_features = 0;
  const kernels::BlockQ8_0* q8_0 = nullptr;  // in the mapped file, or what `converted` holds
  const float* f32 = nullptr;                // in the mapped file
  std::shared_ptr<const std::vector<kernels::BlockQ8_0>> converted{};  // from another type
};

// [vocabulary][embedding] in the mapped file, of any type: a row is read where a text has its
// token.
struct TokenTable {
  TensorType type = TensorType::q8_0;
  const std::byte* rows = nullptr;
  TokenTableCheck check;
};

struct Weights {
  TokenTable token_embd;
  std::vector<BlockWeights> blocks;
  const float* output_norm = nullptr;   // [embedding]
  std::vector<DenseWeights> dense;      // dense_2 and dense_3, or none
  std::map<TensorType, int> converted;  // how many matrices of other types became Q8_0
};

// The tensors of a file that the keys tell of. Matrices are packed, those of f32, f16, bf16 and
// q4_0 as Q8_0. All numbers are checked on the way: a tensor that shows damage (tensor_check.h) is
// an error, as is one that is missing or of a wrong shape or type. `vocabulary_size` of the
// configuration must be known.
Weights read_weights(const Gguf& file, const Config& config);

}  // namespace winnow::engine
