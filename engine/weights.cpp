#include "engine/weights.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <future>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "base/aligned_buffer.h"
#include "base/error.h"
#include "engine/tensor_conversion.h"

namespace winnow::engine {
namespace {

using kernels::BlockQ8_0;
using kernels::PackedMatrix;

// The tensors of one file, checked for type, shape, alignment and damage.
struct TensorReader {
  const Gguf& file;
  std::map<TensorType, int>& converted;

  const Tensor& matrix(std::string_view name, int in_features, int out_features) const {
    const std::array shape{static_cast<uint64_t>(in_features), static_cast<uint64_t>(out_features)};
    return file.tensor(name, shape);
  }

  const float* f32(std::string_view name, int size) const {
    const std::array shape{static_cast<uint64_t>(size)};
    return data<float>(checked(file.tensor(name, TensorType::f32, shape)));
  }

  // A matrix's rows in the mapped file, or converted and then in `buffer`.
  const BlockQ8_0* q8_0(std::string_view name, int in_features, int out_features,
                        std::vector<BlockQ8_0>& buffer) const {
    const Tensor& tensor = checked(matrix(name, in_features, out_features));
    if (tensor.type == TensorType::q8_0) return data<BlockQ8_0>(tensor);
    const size_t count = static_cast<size_t>(in_features) * static_cast<size_t>(out_features);
    buffer.resize(count / kernels::kBlockSize);
    to_q8_0(tensor.type, tensor.bytes.data(), count, buffer.data());
    // Of weights beyond 8 million: no half is as large as their scale.
    checked({tensor.name, TensorType::q8_0, tensor.shape, std::as_bytes(std::span(buffer))});
    converted[tensor.type] += 1;
    return buffer.data();
  }

  // dense_N.weight; as F32 it stays what it is.
  DenseWeights dense(std::string_view name, int in_features, int out_features) const {
    DenseWeights dense{in_features, out_features};
    const Tensor& tensor = matrix(name, in_features, out_features);
    if (tensor.type == TensorType::f32) {
      dense.f32 = data<float>(checked(tensor));
    } else {
      const auto buffer = std::make_shared<std::vector<BlockQ8_0>>();
      dense.q8_0 = q8_0(name, in_features, out_features, *buffer);
      dense.converted = buffer;
    }
    return dense;
  }

  [[noreturn]] void fail(std::string_view name, std::string_view damage) const {
    throw base::Error(file.path(), fmt::format("tensor {} is damaged: {}", name, damage));
  }

 private:
  const Tensor& checked(const Tensor& tensor) const {
    if (const auto damage = find_damage(tensor)) fail(tensor.name, *damage);
    return tensor;
  }

  template <class T>
  const T* data(const Tensor& tensor) const {
    const std::byte* bytes = tensor.bytes.data();
    if (reinterpret_cast<uintptr_t>(bytes) % alignof(T) != 0)
      throw base::Error(file.path(), fmt::format("tensor {} is not aligned", tensor.name));
    return reinterpret_cast<const T*>(bytes);
  }
};

// Packs matrices one behind the other into one buffer. What was packed is not needed in the mapping
// any more, so that never more than one matrix is resident twice.
class Packer {
 public:
  Packer(const TensorReader& tensors, const Config& c) : tensors_(tensors) {
    const size_t size_bytes = block_size_bytes(c) * static_cast<size_t>(c.block_count);
    // Before so much is asked for: packed weights are hardly more than twice as large as q4_0's.
    if (size_bytes / 3 > tensors.file.size_bytes())
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
    std::vector<std::vector<BlockQ8_0>> buffers(matrices.size());
    for (const auto& [name, out_features] : matrices) {
      rows.push_back(tensors_.q8_0(name, in_features, out_features, buffers[rows.size()]));
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

}  // namespace

Weights read_weights(const Gguf& file, const Config& c) {
  Weights weights;
  const TensorReader tensors{file, weights.converted};
  const Tensor& table = tensors.matrix(kTokenTable, c.embedding_length, c.vocabulary_size);
  weights.token_embd = {table.type, table.bytes.data(), {}};
  // Beside the packing, which takes longer.
  auto checking = std::async([&] { return check_token_table(file, table); });
  weights.output_norm = tensors.f32("output_norm.weight", c.embedding_length);
  Packer packer(tensors, c);
  for (int block = 0; block < c.block_count; ++block)
    weights.blocks.push_back(read_block(tensors, packer, c, block));
  weights.dense = read_dense(tensors, c);
  weights.token_embd.check = checking.get();
  if (const auto& damage = weights.token_embd.check.damage) tensors.fail(table.name, *damage);
  return weights;
}

}  // namespace winnow::engine
