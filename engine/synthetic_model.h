#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/gguf.h"

// A model of EmbeddingGemma's keys, tensor names, types and shapes with random weights: dense int8
// arithmetic costs the same whatever the weights are. The weights' magnitudes keep the network
// sane, so that the arithmetic can be checked on it too: every matrix maps an input of rms 1 to an
// output of rms 1, the residual stream grows slowly, attention is neither uniform nor one-hot.
//
// Measured against a forward pass in floats, full_300m: int8 activations leave a cosine of 0.9998
// on 20 tokens and 0.99999 on 800. Mistakes cost more. On 800 tokens: a window twice as wide 0.992,
// no window 0.988, one RoPE base 0.998 (1e4) and 0.982 (1e6), local and full blocks exchanged
// 0.979. tiny, 300 tokens: 0.99999 against 0.996, 0.979, and 0.995 for a base of 1e6.
namespace winnow::engine {

enum class SyntheticShape { full_300m, tiny };

// The magnitudes, all in one place. Norm weights and the scales of the quantized blocks vary by
// +-25% around their mean.
inline constexpr double kNormWeight = 1.0;  // attn_norm, ffn_norm, output_norm
// What a block's two branches add to the residual stream, whose rms starts at 1.
inline constexpr double kPostNormWeight = 0.3;
// Standard deviation of the attention scores before the softmax: the product of q's and k's norm
// weights, which share it equally.
inline constexpr double kAttentionScoreDeviation = 2.0;

struct SyntheticTensor {
  std::string name;
  TensorType type;
  std::vector<uint64_t> shape;  // the first is contiguous
  double magnitude;             // mean of an f32 tensor, root mean square of a q8_0 tensor
};

// The tensors in the file's order: 314 for full_300m.
std::vector<SyntheticTensor> synthetic_tensors(SyntheticShape shape);

// Writes the model, deterministic in `seed`: byte-identical on every machine. general.name says
// that it is synthetic. Written to a temporary name, then renamed. Throws base::Error.
// tiny: 2 blocks (both local, as blocks 0 and 1 of the real model), width 64, feed-forward 96, 2
// query heads on 1 key/value head of 32, sliding window 64 (32 to each side), vocabulary of 4,096.
// llama.cpp runs full_300m; tiny it loads but cannot run, for want of a block without a window.
void write_synthetic_model(const std::string& path, SyntheticShape shape, uint64_t seed);

}  // namespace winnow::engine
