#include "engine/synthetic_model.h"

#include <cmath>
#include <cstring>
#include <filesystem>
#include <numeric>
#include <set>

#include "base/error.h"
#include "base/file.h"
#include "engine/gguf_types.h"
#include "engine/tokenizer.h"
#include "kernels/kernels.h"
#include "tests/catch.h"
#include "tests/scratch.h"

namespace fs = std::filesystem;
using namespace winnow::engine;
namespace kernels = winnow::kernels;

namespace {

// FNV-1a over every tensor's data.
uint64_t checksum(const Gguf& file) {
  uint64_t hash = 0xCBF29CE484222325;
  for (const Tensor& tensor : file.tensors())
    for (const std::byte value : tensor.bytes)
      hash = (hash ^ std::to_integer<uint64_t>(value)) * 0x100000001B3;
  return hash;
}

std::vector<double> weights(const Tensor& tensor) {
  std::vector<double> values;
  if (tensor.type == TensorType::f32) {
    std::vector<float> floats(tensor.bytes.size() / sizeof(float));
    std::memcpy(floats.data(), tensor.bytes.data(), tensor.bytes.size());
    return {floats.begin(), floats.end()};
  }
  for (size_t i = 0; i < tensor.bytes.size(); i += sizeof(kernels::BlockQ8_0)) {
    kernels::BlockQ8_0 block;
    std::memcpy(&block, tensor.bytes.data() + i, sizeof block);
    const double scale = kernels::half_to_float(block.scale);
    for (const int8_t value : block.values) values.push_back(scale * value);
  }
  return values;
}

double mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double root_mean_square(const std::vector<double>& values) {
  const double squares = std::inner_product(values.begin(), values.end(), values.begin(), 0.0);
  return std::sqrt(squares / static_cast<double>(values.size()));
}

}  // namespace

TEST_CASE("the full shape has the real model's tensors") {
  const auto tensors = synthetic_tensors(SyntheticShape::full_300m);
  REQUIRE(tensors.size() == 314);
  std::set<std::string> names;
  uint64_t size_bytes = 0, block_matrix_elements = 0;
  for (const SyntheticTensor& tensor : tensors) {
    names.insert(tensor.name);
    size_bytes += *tensor_size_bytes(tensor.type, tensor.shape);
    CHECK((tensor.type == TensorType::q8_0) == (tensor.shape.size() == 2));
    if (tensor.type == TensorType::q8_0 && tensor.name.starts_with("blk."))
      block_matrix_elements += tensor.shape[0] * tensor.shape[1];
  }
  CHECK(names.size() == 314);
  CHECK(block_matrix_elements == 101449728);  // multiply-accumulates per token
  CHECK(size_bytes == (201326592 + 101449728) / 32 * 34 + (768 + 24 * (4 * 768 + 2 * 256)) * 4);

  const auto shape = [&](std::string_view name) {
    const auto found = std::ranges::find(tensors, name, &SyntheticTensor::name);
    REQUIRE(found != tensors.end());
    return found->shape;
  };
  using Shape = std::vector<uint64_t>;
  CHECK(tensors[0].name == "token_embd.weight");
  CHECK(shape("token_embd.weight") == Shape{768, 262144});
  CHECK(shape("output_norm.weight") == Shape{768});
  for (const char* name : {"attn_norm", "post_attention_norm", "ffn_norm", "post_ffw_norm"})
    CHECK(shape(std::string("blk.23.") + name + ".weight") == Shape{768});
  CHECK(shape("blk.0.attn_q.weight") == Shape{768, 768});
  CHECK(shape("blk.0.attn_k.weight") == Shape{768, 256});
  CHECK(shape("blk.0.attn_v.weight") == Shape{768, 256});
  CHECK(shape("blk.0.attn_output.weight") == Shape{768, 768});
  CHECK(shape("blk.0.attn_q_norm.weight") == Shape{256});
  CHECK(shape("blk.0.attn_k_norm.weight") == Shape{256});
  CHECK(shape("blk.0.ffn_gate.weight") == Shape{768, 1152});
  CHECK(shape("blk.0.ffn_up.weight") == Shape{768, 1152});
  CHECK(shape("blk.0.ffn_down.weight") == Shape{1152, 768});
}

TEST_CASE("a synthetic file has the keys of a real one") {
  Scratch scratch;
  write_synthetic_model(scratch / "tiny.gguf", SyntheticShape::tiny, 7);
  const Gguf file = Gguf::open(scratch / "tiny.gguf");
  CHECK(file.string("general.architecture") == "gemma-embedding");
  CHECK(file.string("general.type") == "model");
  CHECK(file.string("general.name").find("synthetic") != std::string_view::npos);
  for (const char* key : {"general.basename", "general.size_label", "general.license"})
    CHECK(!file.string(key).empty());
  CHECK(!file.strings("general.tags").empty());
  CHECK(file.u32("general.quantization_version") == 2);
  CHECK(file.u32("general.file_type") == 7);
  const auto u32 = [&](const std::string& key) { return file.u32("gemma-embedding." + key); };
  CHECK(u32("context_length") == 2048);
  CHECK(u32("embedding_length") == 64);
  CHECK(u32("block_count") == 2);
  CHECK(u32("feed_forward_length") == 96);
  CHECK(u32("attention.head_count") == 2);
  CHECK(u32("attention.head_count_kv") == 1);
  CHECK(u32("attention.key_length") == 32);
  CHECK(u32("attention.value_length") == 32);
  CHECK(u32("attention.sliding_window") == 64);
  CHECK(u32("pooling_type") == 1);
  CHECK(file.f32("gemma-embedding.attention.layer_norm_rms_epsilon") == 1e-6f);
  CHECK(file.f32("gemma-embedding.rope.freq_base") == 1e6f);
  CHECK(file.f32("gemma-embedding.rope.freq_base_swa") == 1e4f);

  CHECK(file.string("tokenizer.ggml.model") == "llama");
  CHECK(file.string("tokenizer.ggml.pre") == "default");
  const Vocabulary vocabulary = read_vocabulary(file);
  CHECK(vocabulary.pieces.size() == 4096);
  CHECK(vocabulary.scores.size() == 4096);
  CHECK(vocabulary.types.size() == 4096);
  CHECK(file.u32("tokenizer.ggml.bos_token_id") == 2);
  CHECK(file.u32("tokenizer.ggml.eos_token_id") == 1);
  CHECK(file.u32("tokenizer.ggml.unknown_token_id") == 3);
  CHECK(file.u32("tokenizer.ggml.padding_token_id") == 0);
  CHECK(file.u32("tokenizer.ggml.mask_token_id") == 4);
  CHECK(file.boolean("tokenizer.ggml.add_bos_token", false));
  CHECK(file.boolean("tokenizer.ggml.add_eos_token", false));
  CHECK_FALSE(file.boolean("tokenizer.ggml.add_space_prefix", true));
}

TEST_CASE("every tensor of a synthetic file has the magnitude that was asked for") {
  Scratch scratch;
  write_synthetic_model(scratch / "tiny.gguf", SyntheticShape::tiny, 7);
  const Gguf file = Gguf::open(scratch / "tiny.gguf");
  const auto tensors = synthetic_tensors(SyntheticShape::tiny);
  REQUIRE(file.tensors().size() == tensors.size());
  REQUIRE(tensors.size() == 2 + 2 * 13);
  for (size_t i = 0; i < tensors.size(); ++i) {
    INFO(tensors[i].name);
    CHECK(file.tensors()[i].name == tensors[i].name);
    const Tensor& tensor = file.tensor(tensors[i].name, tensors[i].type, tensors[i].shape);
    const auto values = weights(tensor);
    if (tensor.type == TensorType::q8_0) {
      CHECK(root_mean_square(values) == Approx(tensors[i].magnitude).epsilon(0.05));
      CHECK(std::abs(mean(values)) < 0.1 * tensors[i].magnitude);
      CHECK(std::ranges::find(tensor.bytes, std::byte{0x80}) == tensor.bytes.end());
    } else {
      CHECK(mean(values) == Approx(tensors[i].magnitude).epsilon(0.1));
      CHECK(std::ranges::min(values) >= 0.75 * tensors[i].magnitude);
      CHECK(std::ranges::max(values) <= 1.25 * tensors[i].magnitude);
      CHECK(std::ranges::min(values) < std::ranges::max(values));
    }
  }
}

TEST_CASE("a seed gives the same bytes everywhere, another seed gives others") {
  Scratch scratch;
  for (const char* name : {"a", "b"})
    write_synthetic_model(scratch / name, SyntheticShape::tiny, 7);
  write_synthetic_model(scratch / "c", SyntheticShape::tiny, 8);
  const auto read = [&](const char* name) { return winnow::base::read_file(scratch / name); };
  CHECK(read("a") == read("b"));
  CHECK(read("a") != read("c"));
  CHECK(read("a").size() == read("c").size());
  CHECK(checksum(Gguf::open(scratch / "a")) == 0x81CC2D7EAF1B275E);
}

TEST_CASE("no two tensors share their weights") {
  Scratch scratch;
  write_synthetic_model(scratch / "tiny.gguf", SyntheticShape::tiny, 7);
  const Gguf file = Gguf::open(scratch / "tiny.gguf");
  const auto first_bytes = [&](const char* name) {
    return file.find_tensor(name)->bytes.first(32);
  };
  CHECK_FALSE(
      std::ranges::equal(first_bytes("blk.0.attn_k.weight"), first_bytes("blk.0.attn_v.weight")));
  CHECK_FALSE(
      std::ranges::equal(first_bytes("blk.0.attn_q.weight"), first_bytes("blk.1.attn_q.weight")));
}

TEST_CASE("a model that cannot be written is one error and no file") {
  Scratch scratch;
  CHECK_THROWS_AS(write_synthetic_model(scratch / "no/folder", SyntheticShape::tiny, 7),
                  winnow::base::Error);
  CHECK(fs::is_empty(scratch.path()));
}
