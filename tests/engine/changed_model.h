#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <functional>
#include <map>
#include <random>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "engine/gguf.h"
#include "engine/gguf_writer.h"
#include "kernels/kernels.h"

// Models that differ from another one in what a test is about.
namespace winnow::engine {

struct NewTensor {
  std::string name;
  TensorType type;
  std::vector<uint64_t> shape;
  std::vector<std::byte> bytes;
};

// How a copy of a model differs from it.
struct Changes {
  std::set<std::string> without = {};  // keys and tensors
  std::map<std::string, uint32_t> numbers = {};
  std::map<std::string, std::string> strings = {};
  std::vector<NewTensor> tensors = {};
};

inline void copy_entry(GgufWriter& writer, const MetadataEntry& entry) {
  if (entry.type == ValueType::u32)
    writer.add(entry.key, static_cast<uint32_t>(std::get<uint64_t>(entry.value)));
  else if (entry.type == ValueType::f32)
    writer.add(entry.key, static_cast<float>(std::get<double>(entry.value)));
  else if (entry.type == ValueType::boolean)
    writer.add(entry.key, std::get<bool>(entry.value));
  else if (entry.type == ValueType::string)
    writer.add_string(entry.key, std::get<std::string_view>(entry.value));
  else {
    const Array& array = std::get<Array>(entry.value);
    writer.add_array(entry.key, array.element_type, array.count, array.bytes);
  }
}

inline void write_changed(const std::string& from, const std::string& to, const Changes& changes) {
  const Gguf file = Gguf::open(from);
  GgufWriter writer;
  for (const MetadataEntry& entry : file.metadata()) {
    const std::string key(entry.key);
    if (!changes.without.count(key) && !changes.numbers.count(key) && !changes.strings.count(key))
      copy_entry(writer, entry);
  }
  for (const auto& [key, value] : changes.numbers) writer.add<uint32_t>(key, value);
  for (const auto& [key, value] : changes.strings) writer.add_string(key, value);
  for (const Tensor& tensor : file.tensors())
    if (!changes.without.count(std::string(tensor.name)))
      writer.add_tensor(std::string(tensor.name), tensor.type, tensor.shape, tensor.bytes);
  for (const NewTensor& tensor : changes.tensors)
    writer.add_tensor(tensor.name, tensor.type, tensor.shape, tensor.bytes);
  writer.write(to);
}

// A copy with one more change: what `change` does to the bytes of one tensor.
template <class Change>
void write_patched(const std::string& from, const std::string& to, const std::string& name,
                   Change change) {
  const Gguf file = Gguf::open(from);
  GgufWriter writer;
  for (const MetadataEntry& entry : file.metadata()) copy_entry(writer, entry);
  std::vector<std::byte> patched;
  for (const Tensor& tensor : file.tensors()) {
    std::span<const std::byte> bytes = tensor.bytes;
    if (tensor.name == name) {
      patched.assign(bytes.begin(), bytes.end());
      change(tensor, std::span(patched));
      bytes = patched;
    }
    writer.add_tensor(std::string(tensor.name), tensor.type, tensor.shape, bytes);
  }
  writer.write(to);
}

// A matrix of small pseudo-random weights.
inline NewTensor dense(const std::string& name, TensorType type, uint64_t in, uint64_t out) {
  NewTensor tensor{name, type, {in, out}, {}};
  uint32_t state = 12345;
  const auto next = [&] { return static_cast<int>((state = state * 1664525 + 1013904223) >> 24); };
  if (type == TensorType::f32) {
    std::vector<float> values(in * out);
    for (float& value : values) value = static_cast<float>(next() - 128) / 512;
    const auto bytes = std::as_bytes(std::span(values));
    tensor.bytes.assign(bytes.begin(), bytes.end());
  } else {
    std::vector<kernels::BlockQ8_0> blocks(in * out / kernels::kBlockSize);
    for (auto& block : blocks) {
      block.scale = kernels::float_to_half(1.0f / static_cast<float>(400 + next()));
      for (int8_t& value : block.values) value = static_cast<int8_t>(next() - 128);
    }
    const auto bytes = std::as_bytes(std::span(blocks));
    tensor.bytes.assign(bytes.begin(), bytes.end());
  }
  return tensor;
}

// Weights as a file of this type holds them: rounded to bf16 and f16, to f32 not at all; q4_0 and
// q8_0 as llama.cpp makes them.
inline std::vector<std::byte> encoded_weights(const std::vector<float>& weights, TensorType type) {
  std::vector<std::byte> bytes;
  const auto put = [&bytes](const auto& value) {
    const auto* begin = reinterpret_cast<const std::byte*>(&value);
    bytes.insert(bytes.end(), begin, begin + sizeof value);
  };
  if (type == TensorType::f32) {
    for (const float weight : weights) put(weight);
  } else if (type == TensorType::f16) {
    for (const float weight : weights) put(kernels::float_to_half(weight));
  } else if (type == TensorType::bf16) {
    for (const float weight : weights) {
      uint32_t bits;
      std::memcpy(&bits, &weight, sizeof bits);
      put(static_cast<uint16_t>((bits + 0x7FFF + (bits >> 16 & 1)) >> 16));
    }
  } else {
    for (size_t first = 0; first < weights.size(); first += 32) {
      const float* block = weights.data() + first;
      const float top = *std::max_element(
          block, block + 32, [](float a, float b) { return std::fabs(a) < std::fabs(b); });
      const float scale = type == TensorType::q4_0 ? top / -8 : std::fabs(top) / 127;
      const float inverse = scale != 0 ? 1 / scale : 0;
      put(kernels::float_to_half(scale));
      if (type == TensorType::q8_0)
        for (int i = 0; i < 32; ++i) put(static_cast<int8_t>(std::round(block[i] * inverse)));
      const auto nibble = [&](int i) {
        return std::min(15, static_cast<int>(block[i] * inverse + 8.5f));
      };
      if (type == TensorType::q4_0)
        for (int i = 0; i < 16; ++i) put(static_cast<uint8_t>(nibble(i) | nibble(i + 16) << 4));
    }
  }
  return bytes;
}

// The model with matrices of normally distributed weights, as trained ones are, of the root mean
// square that its own have: written with the type `type`, the table of tokens with `table_type` or,
// where that is its type, as it is.
inline void write_with_type(const std::string& from, const std::string& to, TensorType type,
                            TensorType table_type) {
  const Gguf file = Gguf::open(from);
  GgufWriter writer;
  for (const MetadataEntry& entry : file.metadata()) copy_entry(writer, entry);
  for (const Tensor& tensor : file.tensors()) {
    const std::string name(tensor.name);
    const TensorType as = name == "token_embd.weight" ? table_type : type;
    if (tensor.shape.size() == 1 || (name == "token_embd.weight" && as == tensor.type)) {
      writer.add_tensor(name, tensor.type, tensor.shape, tensor.bytes);
      continue;
    }
    const uint64_t count = tensor.shape[0] * tensor.shape[1];
    writer.add_tensor(name, as, tensor.shape, [as, count, name, &tensor](GgufWriter::Sink sink) {
      const auto deviation = 1 / std::sqrt(static_cast<float>(tensor.shape[0]));
      std::minstd_rand random(static_cast<unsigned>(std::hash<std::string>()(name)));
      std::normal_distribution<float> normal(0, deviation);
      std::vector<float> weights(tensor.shape[0] * 64);
      for (uint64_t done = 0; done < count; done += weights.size()) {
        weights.resize(std::min<uint64_t>(weights.size(), count - done));
        for (float& weight : weights) weight = normal(random);
        sink(encoded_weights(weights, as));
      }
    });
  }
  writer.write(to);
}

}  // namespace winnow::engine
