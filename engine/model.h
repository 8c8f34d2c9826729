#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/gguf.h"
#include "engine/tokenizer.h"
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

// A projection after pooling, row by row in the mapped file: exactly one of the pointers is set.
struct DenseWeights {
  int in_features = 0;
  int out_features = 0;
  const kernels::BlockQ8_0* q8_0 = nullptr;
  const float* f32 = nullptr;
};

struct Weights {
  const kernels::BlockQ8_0* token_embd = nullptr;  // [vocabulary][embedding], in the mapped file
  std::vector<BlockWeights> blocks;
  const float* output_norm = nullptr;  // [embedding]
  std::vector<DenseWeights> dense;     // dense_2 and dense_3, or none
};

// cos and sin of position * base^(-2i / head_dim), [position][head_dim / 2].
struct RopeTable {
  std::vector<float> cosines;
  std::vector<float> sines;
};

// An EmbeddingGemma loaded from a GGUF file; immutable, any thread may use it. Resident are the
// packed matrices (one buffer, about a byte a weight) and of the mapped file what is read in place:
// norms, dense projections and those rows of the embedding table that texts have used.
class Model {
 public:
  // `isa` as in kernels::select_kernels. Throws base::Error for a file of another architecture, a
  // key out of range, a missing tensor, a wrong shape or type.
  static Model load(const std::string& path, std::string_view isa);

  const Config& config() const { return config_; }
  const Weights& weights() const { return weights_; }
  const kernels::Kernels& kernels() const { return kernels_; }
  const Tokenizer& tokenizer() const { return tokenizer_; }
  const RopeTable& rope(bool local) const { return local ? rope_local_ : rope_global_; }

  std::string name() const;  // general.name
  bool synthetic() const;    // general.name says so: the embeddings mean nothing
  uint64_t file_size_bytes() const { return file_.size_bytes(); }
  // Loops over tiles that one text takes. A block has seven weight matrices, multiplied as four:
  // q, k and v; attention output; gate and up; down.
  int matmuls_per_text() const { return 4 * config_.block_count; }
  // What the user should know of this file, a sentence each.
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  Model(Gguf file, const Config& config, const kernels::Kernels& kernels);

  Gguf file_;
  Config config_;
  kernels::Kernels kernels_;
  Tokenizer tokenizer_;
  Weights weights_;
  RopeTable rope_local_, rope_global_;
  std::vector<std::string> warnings_;
};

}  // namespace winnow::engine
