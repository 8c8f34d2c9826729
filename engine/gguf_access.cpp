// The accessors of an open file: nothing here reads unchecked bytes.
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <limits>

#include "base/byte_reader.h"
#include "base/error.h"
#include "engine/gguf.h"

namespace winnow::engine {
namespace {

[[noreturn]] void fail_missing(const Gguf& file, std::string_view key) {
  throw base::Error(file.path(), fmt::format("key {} is missing", key));
}

[[noreturn]] void fail_type(const Gguf& file, const MetadataEntry& entry,
                            std::string_view expected) {
  const auto* array = std::get_if<Array>(&entry.value);
  const std::string actual = array != nullptr
                                 ? fmt::format("array of {}", name(array->element_type))
                                 : std::string(name(entry.type));
  throw base::Error(file.path(),
                    fmt::format("key {} has type {}, expected {}", entry.key, actual, expected));
}

// The value of a key's entry, which must be there and have the type `type`.
template <class Held>
Held get(const Gguf& file, const MetadataEntry* entry, std::string_view key, ValueType type) {
  if (entry == nullptr) fail_missing(file, key);
  if (entry->type != type) fail_type(file, *entry, name(type));
  return std::get<Held>(entry->value);
}

const Array& get_array(const Gguf& file, const MetadataEntry* entry, std::string_view key,
                       ValueType element_type) {
  if (entry == nullptr) fail_missing(file, key);
  const auto* array = std::get_if<Array>(&entry->value);
  if (array == nullptr || array->element_type != element_type)
    fail_type(file, *entry, fmt::format("array of {}", name(element_type)));
  return *array;
}

template <class Element>
std::vector<Element> decode(const Array& array) {
  std::vector<Element> elements(array.count);
  if (array.count != 0) std::memcpy(elements.data(), array.bytes.data(), array.bytes.size());
  return elements;
}

}  // namespace

const MetadataEntry* Gguf::find(std::string_view key) const {
  const auto found = metadata_index_.find(key);
  return found == metadata_index_.end() ? nullptr : &metadata_[found->second];
}

uint32_t Gguf::u32(std::string_view key) const {
  return static_cast<uint32_t>(get<uint64_t>(*this, find(key), key, ValueType::u32));
}

uint32_t Gguf::u32(std::string_view key, uint32_t fallback) const {
  return find(key) == nullptr ? fallback : u32(key);
}

float Gguf::f32(std::string_view key) const {
  return static_cast<float>(get<double>(*this, find(key), key, ValueType::f32));
}

float Gguf::f32(std::string_view key, float fallback) const {
  return find(key) == nullptr ? fallback : f32(key);
}

bool Gguf::boolean(std::string_view key, bool fallback) const {
  const MetadataEntry* entry = find(key);
  return entry == nullptr ? fallback : get<bool>(*this, entry, key, ValueType::boolean);
}

std::string_view Gguf::string(std::string_view key) const {
  return get<std::string_view>(*this, find(key), key, ValueType::string);
}

std::string_view Gguf::string(std::string_view key, std::string_view fallback) const {
  return find(key) == nullptr ? fallback : string(key);
}

std::vector<std::string_view> Gguf::strings(std::string_view key) const {
  const Array& array = get_array(*this, find(key), key, ValueType::string);
  base::ByteReader in(array.bytes, path());
  std::vector<std::string_view> strings;
  strings.reserve(array.count);
  for (uint64_t i = 0; i < array.count; ++i)
    strings.push_back(in.take_string(in.read<uint64_t>(key), key));
  return strings;
}

std::vector<float> Gguf::floats(std::string_view key) const {
  return decode<float>(get_array(*this, find(key), key, ValueType::f32));
}

std::vector<int32_t> Gguf::ints(std::string_view key) const {
  const MetadataEntry* entry = find(key);
  const auto* array = entry != nullptr ? std::get_if<Array>(&entry->value) : nullptr;
  if (array == nullptr || array->element_type != ValueType::u32)
    return decode<int32_t>(get_array(*this, entry, key, ValueType::i32));
  auto elements = decode<int32_t>(*array);
  for (const int32_t element : elements)
    if (element < 0)
      throw base::Error(
          path(), fmt::format("key {} holds {}, expected at most {}", key,
                              static_cast<uint32_t>(element), std::numeric_limits<int32_t>::max()));
  return elements;
}

const Tensor* Gguf::find_tensor(std::string_view name) const {
  const auto found = tensor_index_.find(name);
  return found == tensor_index_.end() ? nullptr : &tensors_[found->second];
}

const Tensor& Gguf::tensor(std::string_view name, std::span<const uint64_t> shape) const {
  const Tensor* tensor = find_tensor(name);
  if (tensor == nullptr) throw base::Error(path(), fmt::format("tensor {} is missing", name));
  if (!std::equal(tensor->shape.begin(), tensor->shape.end(), shape.begin(), shape.end()))
    throw base::Error(path(), fmt::format("tensor {} has shape [{}], expected [{}]", name,
                                          shape_text(tensor->shape), shape_text(shape)));
  return *tensor;
}

const Tensor& Gguf::tensor(std::string_view name, TensorType type,
                           std::span<const uint64_t> shape) const {
  const Tensor* tensor = find_tensor(name);
  if (tensor != nullptr && tensor->type != type)
    throw base::Error(path(), fmt::format("tensor {} has type {}, expected {}", name,
                                          engine::name(tensor->type), engine::name(type)));
  return this->tensor(name, shape);
}

}  // namespace winnow::engine
