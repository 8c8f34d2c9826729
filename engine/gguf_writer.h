#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/function_ref.h"
#include "engine/gguf.h"

namespace winnow::engine {

template <class T>
constexpr ValueType value_type_of() {
  if constexpr (std::is_same_v<T, uint8_t>) return ValueType::u8;
  if constexpr (std::is_same_v<T, int8_t>) return ValueType::i8;
  if constexpr (std::is_same_v<T, uint16_t>) return ValueType::u16;
  if constexpr (std::is_same_v<T, int16_t>) return ValueType::i16;
  if constexpr (std::is_same_v<T, uint32_t>) return ValueType::u32;
  if constexpr (std::is_same_v<T, int32_t>) return ValueType::i32;
  if constexpr (std::is_same_v<T, float>) return ValueType::f32;
  if constexpr (std::is_same_v<T, bool>) return ValueType::boolean;
  if constexpr (std::is_same_v<T, uint64_t>) return ValueType::u64;
  if constexpr (std::is_same_v<T, int64_t>) return ValueType::i64;
  if constexpr (std::is_same_v<T, double>) return ValueType::f64;
}

// Collects metadata and tensors in the order they are added, then writes them as one GGUF file.
// Keys, names and values are written as given: the reader is the one that checks.
//
//   GgufWriter writer;
//   writer.add<uint32_t>("general.file_type", 7);
//   writer.add_string("general.name", "synthetic");
//   writer.add_tensor("output_norm.weight", TensorType::f32, {768}, std::as_bytes(weights));
//   writer.write("model.gguf");
class GgufWriter {
 public:
  // Passes a tensor's next bytes to the file.
  using Sink = base::FunctionRef<void(std::span<const std::byte>)>;
  // Makes a tensor's data in as many pieces as it likes; all together must be the tensor's size.
  using Source = std::function<void(Sink)>;

  // `alignment` of the tensors' data, a power of two; other than 32 it becomes a key.
  explicit GgufWriter(uint32_t alignment = 32);

  template <class T>
  requires std::is_arithmetic_v<T>
  void add(std::string_view key, T value) {
    add_encoded(key, value_type_of<T>(), std::as_bytes(std::span(&value, 1)));
  }
  void add_string(std::string_view key, std::string_view value);
  void add_strings(std::string_view key, std::span<const std::string_view> values);
  template <class T>
  requires std::is_arithmetic_v<T>
  void add_array(std::string_view key, std::span<const T> values) {
    add_array(key, value_type_of<T>(), values.size(), std::as_bytes(values));
  }
  // The elements already encoded, for arrays of arrays.
  void add_array(std::string_view key, ValueType element_type, uint64_t count,
                 std::span<const std::byte> encoded);

  // `bytes` must live until write().
  void add_tensor(std::string name, TensorType type, std::vector<uint64_t> shape,
                  std::span<const std::byte> bytes);
  void add_tensor(std::string name, TensorType type, std::vector<uint64_t> shape, Source source);

  // Writes to a temporary name beside `path`, then renames; throws base::Error and leaves nothing
  // behind when that fails or a source gives another size than its tensor has.
  void write(const std::string& path) const;

 private:
  struct PendingTensor {
    std::string name;
    TensorType type;
    std::vector<uint64_t> shape;
    Source source;
  };

  void add_encoded(std::string_view key, ValueType type, std::span<const std::byte> value);
  std::string encoded_tables() const;

  uint32_t alignment_;
  std::string metadata_;  // encoded
  uint64_t metadata_count_ = 0;
  std::vector<PendingTensor> tensors_;
};

}  // namespace winnow::engine
