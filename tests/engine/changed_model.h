#pragma once

#include <cstdint>
#include <map>
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

}  // namespace winnow::engine
