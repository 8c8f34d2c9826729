#include "engine/synthetic_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "engine/english_vocabulary.h"
#include "engine/gguf_types.h"
#include "engine/gguf_writer.h"
#include "kernels/kernels.h"

namespace winnow::engine {
namespace {

struct Dimensions {
  const char* size_label;
  uint32_t vocabulary, embedding, feed_forward, blocks, heads, kv_heads, head_dim, sliding_window;
};

Dimensions dimensions(SyntheticShape shape) {
  if (shape == SyntheticShape::tiny) return {"tiny", 4096, 64, 96, 2, 2, 1, 32, 64};
  return {"300M", 262144, 768, 1152, 24, 3, 1, 256, 512};
}

// SplitMix64 (Steele, Lea and Flood 2014): integers only, the same everywhere.
class Random {
 public:
  Random(uint64_t seed, std::string_view stream) : state_(seed) {
    for (const char c : stream) state_ = next() ^ static_cast<unsigned char>(c);
  }

  uint64_t next() {
    uint64_t z = state_ += 0x9E3779B97F4A7C15;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return z ^ (z >> 31);
  }

 private:
  uint64_t state_;
};

// Factors from 0.75 to 1.25 in steps of 1/128. Products of a magnitude and a factor are rounded
// once, and square roots correctly: no step that another machine could round in another way.
constexpr int kFactors = 64;
double factor(uint64_t random) { return (96.5 + static_cast<double>(random % kFactors)) / 128; }

constexpr size_t kChunkElements = size_t{1} << 20;

void generate_f32(const SyntheticTensor& tensor, Random random, GgufWriter::Sink sink) {
  std::vector<float> values(tensor.shape[0]);
  for (float& value : values) value = static_cast<float>(tensor.magnitude * factor(random.next()));
  sink(std::as_bytes(std::span(values)));
}

void fill_block(kernels::BlockQ8_0& block, std::span<const uint16_t> scales, Random& random) {
  block.scale = scales[random.next() % kFactors];
  std::array<uint64_t, kernels::kBlockSize / sizeof(uint64_t)> words;
  for (uint64_t& word : words) word = random.next();
  for (size_t i = 0; i < kernels::kBlockSize; ++i) {
    const auto value = static_cast<int8_t>(words[i / 8] >> (8 * (i % 8)));
    block.values[i] = std::max<int8_t>(value, -127);
  }
}

void generate_q8_0(const SyntheticTensor& tensor, Random random, GgufWriter::Sink sink) {
  constexpr double value_rms = 73.9;  // of the values -127 to 127, drawn uniformly
  std::array<uint16_t, kFactors> scales;
  for (size_t i = 0; i < kFactors; ++i)
    scales[i] =
        kernels::float_to_half(static_cast<float>(tensor.magnitude / value_rms * factor(i)));

  uint64_t blocks_left = tensor.shape[0] * tensor.shape[1] / kernels::kBlockSize;
  std::vector<kernels::BlockQ8_0> chunk(kChunkElements / kernels::kBlockSize);
  while (blocks_left > 0) {
    const auto blocks = std::span(chunk).first(std::min<uint64_t>(blocks_left, chunk.size()));
    for (auto& block : blocks) fill_block(block, scales, random);
    sink(std::as_bytes(blocks));
    blocks_left -= blocks.size();
  }
}

void add_general(GgufWriter& writer, const Dimensions& size) {
  writer.add_string("general.architecture", "gemma-embedding");
  writer.add_string("general.type", "model");
  const bool full = size.blocks == 24;
  writer.add_string("general.name",
                    full ? "synthetic embeddinggemma-300m" : "synthetic embeddinggemma-tiny");
  writer.add_string("general.basename", "synthetic-embeddinggemma");
  writer.add_string("general.size_label", size.size_label);
  writer.add_string("general.license", "none: random weights");
  writer.add_strings("general.tags",
                     std::array<std::string_view, 2>{"synthetic", "feature-extraction"});
  writer.add<uint32_t>("general.quantization_version", 2);
  writer.add<uint32_t>("general.file_type", 7);
}

void add_architecture(GgufWriter& writer, const Dimensions& size) {
  const std::string prefix = "gemma-embedding.";
  const auto add = [&](const char* key, uint32_t value) { writer.add(prefix + key, value); };
  add("context_length", 2048);
  add("embedding_length", size.embedding);
  add("block_count", size.blocks);
  add("feed_forward_length", size.feed_forward);
  add("attention.head_count", size.heads);
  add("attention.head_count_kv", size.kv_heads);
  add("attention.key_length", size.head_dim);
  add("attention.value_length", size.head_dim);
  writer.add<float>(prefix + "attention.layer_norm_rms_epsilon", 1e-6f);
  add("attention.sliding_window", size.sliding_window);
  writer.add<float>(prefix + "rope.freq_base", 1e6f);
  writer.add<float>(prefix + "rope.freq_base_swa", 1e4f);
  add("pooling_type", 1);
}

void add_tokenizer(GgufWriter& writer, const Vocabulary& vocabulary) {
  const std::string prefix = "tokenizer.ggml.";
  writer.add_string(prefix + "model", "llama");
  writer.add_string(prefix + "pre", "default");
  writer.add_strings(prefix + "tokens", vocabulary.pieces);
  writer.add_array<float>(prefix + "scores", vocabulary.scores);
  std::vector<int32_t> types;
  for (const PieceType type : vocabulary.types) types.push_back(static_cast<int32_t>(type));
  writer.add_array<int32_t>(prefix + "token_type", types);
  const auto add = [&](const char* key, int32_t id) {
    writer.add(prefix + key, static_cast<uint32_t>(id));
  };
  add("bos_token_id", vocabulary.bos_id);
  add("eos_token_id", vocabulary.eos_id);
  add("unknown_token_id", vocabulary.unknown_id);
  add("padding_token_id", vocabulary.padding_id);
  add("mask_token_id", vocabulary.mask_id);
  writer.add(prefix + "add_bos_token", vocabulary.add_bos);
  writer.add(prefix + "add_eos_token", vocabulary.add_eos);
  writer.add(prefix + "add_space_prefix", vocabulary.add_space_prefix);
}

}  // namespace

std::vector<SyntheticTensor> synthetic_tensors(SyntheticShape shape) {
  const Dimensions size = dimensions(shape);
  const uint64_t width = size.embedding, hidden = size.feed_forward;
  const uint64_t q = uint64_t{size.heads} * size.head_dim;
  const uint64_t kv = uint64_t{size.kv_heads} * size.head_dim;
  const double head_norm = std::sqrt(kAttentionScoreDeviation);

  std::vector<SyntheticTensor> tensors;
  std::string prefix;
  // Weights of rms 1 / sqrt(n) keep an input's rms when n products are summed.
  const auto matrix = [&](const char* name, uint64_t in, uint64_t out) {
    tensors.push_back({prefix + name + ".weight",
                       TensorType::q8_0,
                       {in, out},
                       1 / std::sqrt(static_cast<double>(in))});
  };
  const auto norm = [&](const char* name, uint64_t length, double magnitude) {
    tensors.push_back({prefix + name + ".weight", TensorType::f32, {length}, magnitude});
  };
  matrix("token_embd", width, size.vocabulary);  // its rows are multiplied by sqrt(width): rms 1
  norm("output_norm", width, kNormWeight);
  for (uint32_t block = 0; block < size.blocks; ++block) {
    prefix = fmt::format("blk.{}.", block);
    norm("attn_norm", width, kNormWeight);
    matrix("attn_q", width, q);
    matrix("attn_k", width, kv);
    matrix("attn_v", width, kv);
    norm("attn_q_norm", size.head_dim, head_norm);
    norm("attn_k_norm", size.head_dim, head_norm);
    matrix("attn_output", q, width);
    norm("post_attention_norm", width, kPostNormWeight);
    norm("ffn_norm", width, kNormWeight);
    matrix("ffn_gate", width, hidden);
    matrix("ffn_up", width, hidden);
    matrix("ffn_down", hidden, width);
    norm("post_ffw_norm", width, kPostNormWeight);
  }
  return tensors;
}

void write_synthetic_model(const std::string& path, SyntheticShape shape, uint64_t seed) {
  const Dimensions size = dimensions(shape);
  GgufWriter writer;
  add_general(writer, size);
  add_architecture(writer, size);
  add_tokenizer(writer, english_vocabulary(static_cast<int32_t>(size.vocabulary)));
  for (const SyntheticTensor& tensor : synthetic_tensors(shape)) {
    writer.add_tensor(tensor.name, tensor.type, tensor.shape,
                      [tensor, seed](GgufWriter::Sink sink) {
                        const Random random(seed, tensor.name);
                        if (tensor.type == TensorType::f32)
                          generate_f32(tensor, random, sink);
                        else
                          generate_q8_0(tensor, random, sink);
                      });
  }
  writer.write(path);
}

}  // namespace winnow::engine
