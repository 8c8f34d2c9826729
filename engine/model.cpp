#include "engine/model.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

#include "base/error.h"

namespace winnow::engine {
namespace {

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
  warn_of_weights();
  rope_local_ = rope_table(config_, config_.rope_freq_base_swa);
  rope_global_ = rope_table(config_, config_.rope_freq_base);
  check_unchanged();
  if (weights_.dense.empty() && !synthetic())
    warnings_.push_back(
        fmt::format("{}: has no dense projections (dense_2, dense_3): its "
                    "embeddings are not those of the published model",
                    file_.path()));
}

void Model::warn_of_weights() {
  for (const auto& [type, count] : weights_.converted)
    warnings_.push_back(
        fmt::format("{}: {} matrices of type {} were converted to q8_0, {}", file_.path(), count,
                    engine::name(type),
                    type == TensorType::q4_0
                        ? "exactly"
                        : fmt::format("which leaves a cosine of at least {}", kConvertedCosine)));
  if (const uint64_t empty = weights_.token_embd.check.empty_row_count; empty > 0)
    warnings_.push_back(
        fmt::format("{}: {} rows of tensor {} hold zeros; no text that has one of "
                    "these tokens can be embedded",
                    file_.path(), empty, kTokenTable));
}

std::string Model::name() const { return std::string(file_.string("general.name", "unnamed")); }

bool Model::synthetic() const { return is_synthetic(file_); }

bool is_synthetic(const Gguf& file) {
  return file.string("general.name", "").find("synthetic") != std::string_view::npos;
}

}  // namespace winnow::engine
