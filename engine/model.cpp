#include "engine/model.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <utility>

#include "base/aligned_buffer.h"
#include "base/error.h"

namespace winnow::engine {
namespace {

using kernels::BlockQ8_0;
using kernels::PackedMatrix;

constexpr std::string_view kArchitecture = "gemma-embedding";

std::string key(std::string_view name) { return fmt::format("{}.{}", kArchitecture, name); }

int checked_size(const Gguf& file, std::string_view name, uint32_t value, uint32_t limit,
                 uint32_t multiple_of = 1) {
  if (value < 1 || value > limit || value % multiple_of != 0)
    throw base::Error(file.path(),
                      fmt::format("key {} is {}, expected 1 to {}{}", key(name), value, limit,
                                  multiple_of > 1 ? fmt::format(", a multiple of {}", multiple_of)
                                                  : std::string()));
  return static_cast<int>(value);
}

int size(const Gguf& file, std::string_view name, uint32_t limit, uint32_t multiple_of = 1) {
  return checked_size(file, name, file.u32(key(name)), limit, multiple_of);
}

float real(const Gguf& file, std::string_view name, float value, float low, float high) {
  if (!(value > low && value <= high))  // also when it is not a number
    throw base::Error(file.path(), fmt::format("key {} is {}, expected more than {}, up to {}",
                                               key(name), value, low, high));
  return value;
}

constexpr int kWidthLimit = 65536;  // of one token's activations

Config read_config(const Gguf& file) {
  const std::string_view architecture = file.string("general.architecture");
  if (architecture != kArchitecture)
    throw base::Error(file.path(),
                      fmt::format("architecture is {}, expected {}", architecture, kArchitecture));
  Config c;
  c.context_length = size(file, "context_length", 8192);
  c.embedding_length = size(file, "embedding_length", 16384, kernels::kBlockSize);
  c.block_count = size(file, "block_count", 1024);
  c.feed_forward_length = size(file, "feed_forward_length", kWidthLimit, kernels::kBlockSize);
  c.head_count = size(file, "attention.head_count", 256);
  c.head_count_kv = size(file, "attention.head_count_kv", 256);
  c.head_dim = size(file, "attention.key_length", 1024, kernels::kBlockSize);
  if (c.head_count % c.head_count_kv != 0)
    throw base::Error(file.path(), fmt::format("{} query heads do not divide among {} key heads",
                                               c.head_count, c.head_count_kv));
  if (c.q_length() > kWidthLimit)
    throw base::Error(file.path(), fmt::format("{} query heads of {} are wider than {}",
                                               c.head_count, c.head_dim, kWidthLimit));
  const int value_length = size(file, "attention.value_length", 1024);
  if (value_length != c.head_dim)
    throw base::Error(file.path(),
                      fmt::format("key {} is {}, expected {} as the key's",
                                  key("attention.value_length"), value_length, c.head_dim));
  c.sliding_window = size(file, "attention.sliding_window", 1 << 20);
  constexpr std::string_view kPattern = "attention.sliding_window_pattern";
  c.sliding_window_pattern =
      checked_size(file, kPattern,
                   file.u32(key(kPattern), static_cast<uint32_t>(c.sliding_window_pattern)), 1024);
  c.rms_epsilon = real(file, "attention.layer_norm_rms_epsilon",
                       file.f32(key("attention.layer_norm_rms_epsilon")), 0, 1);
  c.rope_freq_base = real(file, "rope.freq_base", file.f32(key("rope.freq_base")), 1, 1e12f);
  c.rope_freq_base_swa =
      real(file, "rope.freq_base_swa", file.f32(key("rope.freq_base_swa"), 10'000.0f), 1, 1e12f);
  if (const uint32_t pooling = file.u32(key("pooling_type")); pooling != 1)
    throw base::Error(file.path(), fmt::format("pooling type is {}, expected 1 (mean)", pooling));
  return c;
}

// The tensors of one file, checked for type, shape and alignment.
struct TensorReader {
  const Gguf& file;

  const float* f32(std::string_view name, int size) const {
    return data<float>(name, TensorType::f32, {static_cast<uint64_t>(size)});
  }

  const BlockQ8_0* q8_0(std::string_view name, int in_features, int out_features) const {
    return data<BlockQ8_0>(
        name, TensorType::q8_0,
        {static_cast<uint64_t>(in_features), static_cast<uint64_t>(out_features)});
  }

  // dense_N.weight, Q8_0 or F32.
  DenseWeights dense(std::string_view name, int in_features, int out_features) const {
    DenseWeights dense{in_features, out_features};
    const Tensor* tensor = file.find_tensor(name);
    if (tensor != nullptr && tensor->type == TensorType::f32)
      dense.f32 =
          data<float>(name, TensorType::f32,
                      {static_cast<uint64_t>(in_features), static_cast<uint64_t>(out_features)});
    else
      dense.q8_0 = q8_0(name, in_features, out_features);
    return dense;
  }

 private:
  template <class T>
  const T* data(std::string_view name, TensorType type, std::vector<uint64_t> shape) const {
    const std::byte* bytes = file.tensor(name, type, shape).bytes.data();
    if (reinterpret_cast<uintptr_t>(bytes) % alignof(T) != 0)
      throw base::Error(file.path(), fmt::format("tensor {} is not aligned", name));
    return reinterpret_cast<const T*>(bytes);
  }
};

// Packs matrices one behind the other into one buffer. What was packed is not needed in the mapping
// any more, so that never more than one matrix is resident twice.
class Packer {
 public:
  Packer(const TensorReader& tensors, const Config& c) : tensors_(tensors) {
    const size_t size_bytes = block_size_bytes(c) * static_cast<size_t>(c.block_count);
    // Before so much is asked for: packed weights are hardly larger than those of the file.
    if (size_bytes / 2 > tensors.file.size_bytes())
      throw base::Error(tensors.file.path(),
                        fmt::format("its keys tell of {} bytes of weights, the file has {} in all",
                                    size_bytes, tensors.file.size_bytes()));
    memory_ = base::aligned_memory(size_bytes);
  }

  // Some matrices [in_features] -> [out_features], `rows_at_once` rows of each in turn.
  PackedMatrix pack(const std::vector<std::pair<std::string, int>>& matrices, int in_features,
                    int rows_at_once) {
    PackedMatrix packed{0, in_features, {memory_, memory_.get() + used_}};
    std::vector<const BlockQ8_0*> rows;
    for (const auto& [name, out_features] : matrices) {
      rows.push_back(tensors_.q8_0(name, in_features, out_features));
      packed.out_features += out_features;
    }
    for (int first = 0, done = 0; done < packed.out_features; first += rows_at_once)
      for (size_t i = 0; i < matrices.size(); ++i) {
        const int count = std::min(rows_at_once, matrices[i].second - first);
        if (count <= 0) continue;
        kernels::pack_q8_0(rows[i] + ptrdiff_t{first} * packed.block_count(), count, in_features,
                           memory_.get() + used_);
        used_ += kernels::packed_size_bytes(count, in_features);
        done += count;
      }
    for (const auto& [name, out_features] : matrices) tensors_.file.drop_resident(name);
    return packed;
  }

  static constexpr int kWhole = 1 << 30;

 private:
  static size_t block_size_bytes(const Config& c) {
    return kernels::packed_size_bytes(c.qkv_length(), c.embedding_length) +
           kernels::packed_size_bytes(c.embedding_length, c.q_length()) +
           kernels::packed_size_bytes(2 * c.feed_forward_length, c.embedding_length) +
           kernels::packed_size_bytes(c.embedding_length, c.feed_forward_length);
  }

  const TensorReader& tensors_;
  std::shared_ptr<std::byte> memory_;
  size_t used_ = 0;
};

BlockWeights read_block(const TensorReader& tensors, Packer& packer, const Config& c, int block) {
  const auto name = [block](std::string_view part) {
    return fmt::format("blk.{}.{}.weight", block, part);
  };
  BlockWeights w;
  w.attn_norm = tensors.f32(name("attn_norm"), c.embedding_length);
  w.attn_qkv = packer.pack({{name("attn_q"), c.q_length()},
                            {name("attn_k"), c.kv_length()},
                            {name("attn_v"), c.kv_length()}},
                           c.embedding_length, Packer::kWhole);
  w.attn_q_norm = tensors.f32(name("attn_q_norm"), c.head_dim);
  w.attn_k_norm = tensors.f32(name("attn_k_norm"), c.head_dim);
  w.attn_output =
      packer.pack({{name("attn_output"), c.embedding_length}}, c.q_length(), Packer::kWhole);
  w.post_attention_norm = tensors.f32(name("post_attention_norm"), c.embedding_length);
  w.ffn_norm = tensors.f32(name("ffn_norm"), c.embedding_length);
  w.ffn_gate_up = packer.pack(
      {{name("ffn_gate"), c.feed_forward_length}, {name("ffn_up"), c.feed_forward_length}},
      c.embedding_length, kernels::kBlockSize);
  w.ffn_down =
      packer.pack({{name("ffn_down"), c.embedding_length}}, c.feed_forward_length, Packer::kWhole);
  w.post_ffw_norm = tensors.f32(name("post_ffw_norm"), c.embedding_length);
  return w;
}

// dense_2 widens the pooled vector, dense_3 narrows it again; a file has both or neither.
std::vector<DenseWeights> read_dense(const TensorReader& tensors, const Config& c) {
  const Tensor* first = tensors.file.find_tensor("dense_2.weight");
  if (first == nullptr && tensors.file.find_tensor("dense_3.weight") == nullptr) return {};
  const uint64_t width = first != nullptr && first->shape.size() == 2 ? first->shape[1] : 0;
  if (first != nullptr && (width == 0 || width > 65536 || width % kernels::kBlockSize != 0))
    throw base::Error(tensors.file.path(),
                      fmt::format("tensor dense_2.weight has width {}, expected a multiple of {}, "
                                  "up to 65536",
                                  width, kernels::kBlockSize));
  const int hidden = static_cast<int>(width);
  return {tensors.dense("dense_2.weight", c.embedding_length, hidden),
          tensors.dense("dense_3.weight", hidden, c.embedding_length)};
}

Weights read_weights(const Gguf& file, const Config& c) {
  const TensorReader tensors{file};
  Weights weights;
  weights.token_embd = tensors.q8_0("token_embd.weight", c.embedding_length, c.vocabulary_size);
  weights.output_norm = tensors.f32("output_norm.weight", c.embedding_length);
  Packer packer(tensors, c);
  for (int block = 0; block < c.block_count; ++block)
    weights.blocks.push_back(read_block(tensors, packer, c, block));
  weights.dense = read_dense(tensors, c);
  return weights;
}

// Angles in double, rounded once.
RopeTable rope_table(const Config& c, double base) {
  const int pairs = c.head_dim / 2;
  const auto count = static_cast<size_t>(c.context_length) * static_cast<size_t>(pairs);
  RopeTable table{std::vector<float>(count), std::vector<float>(count)};
  for (int i = 0; i < pairs; ++i) {
    const double frequency = std::pow(base, -2.0 * i / c.head_dim);
    for (int position = 0; position < c.context_length; ++position) {
      const auto at =
          static_cast<size_t>(position) * static_cast<size_t>(pairs) + static_cast<size_t>(i);
      table.cosines[at] = static_cast<float>(std::cos(position * frequency));
      table.sines[at] = static_cast<float>(std::sin(position * frequency));
    }
  }
  return table;
}

}  // namespace

Model Model::load(const std::string& path, std::string_view isa) {
  const kernels::Kernels kernels = kernels::select_kernels(isa);
  Gguf file = Gguf::open(path);
  const Config config = read_config(file);
  return Model(std::move(file), config, kernels);
}

Model::Model(Gguf file, const Config& config, const kernels::Kernels& kernels)
    : file_(std::move(file)),
      config_(config),
      kernels_(kernels),
      tokenizer_(read_vocabulary(file_)) {
  const Vocabulary& vocabulary = tokenizer_.vocabulary();
  if (!vocabulary.add_bos && !vocabulary.add_eos)
    throw base::Error(file_.path(), "adds neither BOS nor EOS: an empty text would have no token");
  config_.vocabulary_size = static_cast<int>(vocabulary.pieces.size());
  weights_ = read_weights(file_, config_);
  rope_local_ = rope_table(config_, config_.rope_freq_base_swa);
  rope_global_ = rope_table(config_, config_.rope_freq_base);
  if (weights_.dense.empty() && !synthetic())
    warnings_.push_back(
        fmt::format("{}: has no dense projections (dense_2, dense_3): its "
                    "embeddings are not those of the published model",
                    file_.path()));
}

std::string Model::name() const { return std::string(file_.string("general.name", "unnamed")); }

bool Model::synthetic() const { return name().find("synthetic") != std::string::npos; }

}  // namespace winnow::engine
