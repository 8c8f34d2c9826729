#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

// GGUF's types, their sizes and names, for the reader and the writer.
namespace winnow::engine {

enum class TensorType : uint32_t { f32 = 0, f16 = 1, q4_0 = 2, q8_0 = 8, bf16 = 30 };
std::string_view name(TensorType type);

enum class ValueType : uint32_t {
  u8 = 0,
  i8 = 1,
  u16 = 2,
  i16 = 3,
  u32 = 4,
  i32 = 5,
  f32 = 6,
  boolean = 7,
  string = 8,
  array = 9,
  u64 = 10,
  i64 = 11,
  f64 = 12
};
std::string_view name(ValueType type);

// Of the tensors' data, where a file does not tell another.
inline constexpr uint32_t kDefaultAlignment = 32;

// The encoded size of one value, or 0 for strings and arrays, which tell their own.
uint64_t fixed_size_bytes(ValueType type);

bool is_supported(TensorType type);
std::string supported_types();  // "f32, f16, bf16, q8_0 or q4_0"
// The elements and bytes of one block; a plain type's block is one element.
uint64_t block_elements(TensorType type);
uint64_t block_bytes(TensorType type);
// Nothing when the size does not fit 64 bits. The first dimension must be whole blocks.
std::optional<uint64_t> tensor_size_bytes(TensorType type, std::span<const uint64_t> shape);

// "64, 4096": for messages.
std::string shape_text(std::span<const uint64_t> shape);

// ggml's name of a tensor type, also of those that the engine does not run, for messages.
std::string ggml_type_name(uint32_t type);

}  // namespace winnow::engine
