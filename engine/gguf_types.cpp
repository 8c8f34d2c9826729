#include "engine/gguf_types.h"

#include <fmt/format.h>

#include <array>

namespace winnow::engine {

std::string_view name(TensorType type) {
  switch (type) {
    case TensorType::f32:
      return "f32";
    case TensorType::f16:
      return "f16";
    case TensorType::q8_0:
      return "q8_0";
  }
  return "unknown";
}

std::string_view name(ValueType type) {
  constexpr std::array<std::string_view, 13> names{"u8",  "i8",  "u16",  "i16",    "u32",
                                                   "i32", "f32", "bool", "string", "array",
                                                   "u64", "i64", "f64"};
  const auto index = static_cast<size_t>(type);
  return index < names.size() ? names[index] : "unknown";
}

uint64_t fixed_size_bytes(ValueType type) {
  switch (type) {
    case ValueType::u8:
    case ValueType::i8:
    case ValueType::boolean:
      return 1;
    case ValueType::u16:
    case ValueType::i16:
      return 2;
    case ValueType::u32:
    case ValueType::i32:
    case ValueType::f32:
      return 4;
    case ValueType::u64:
    case ValueType::i64:
    case ValueType::f64:
      return 8;
    case ValueType::string:
    case ValueType::array:
      return 0;
  }
  return 0;
}

bool is_supported(TensorType type) {
  return type == TensorType::f32 || type == TensorType::f16 || type == TensorType::q8_0;
}

uint64_t block_elements(TensorType type) { return type == TensorType::q8_0 ? 32 : 1; }

uint64_t block_bytes(TensorType type) {
  switch (type) {
    case TensorType::f32:
      return 4;
    case TensorType::f16:
      return 2;
    case TensorType::q8_0:
      return 34;
  }
  return 0;
}

std::optional<uint64_t> tensor_size_bytes(TensorType type, std::span<const uint64_t> shape) {
  uint64_t size_bytes = block_bytes(type);
  for (size_t i = 0; i < shape.size(); ++i) {
    const uint64_t factor = i == 0 ? shape[0] / block_elements(type) : shape[i];
    if (__builtin_mul_overflow(size_bytes, factor, &size_bytes)) return std::nullopt;
  }
  return size_bytes;
}

std::string ggml_type_name(uint32_t type) {
  constexpr std::array<std::string_view, 31> names{
      "f32",     "f16",    "q4_0",    "q4_1",  "",       "",      "q5_0",  "q5_1",
      "q8_0",    "q8_1",   "q2_k",    "q3_k",  "q4_k",   "q5_k",  "q6_k",  "q8_k",
      "iq2_xxs", "iq2_xs", "iq3_xxs", "iq1_s", "iq4_nl", "iq3_s", "iq2_s", "iq4_xs",
      "i8",      "i16",    "i32",     "i64",   "f64",    "iq1_m", "bf16"};
  if (type < names.size() && !names[type].empty()) return std::string(names[type]);
  return fmt::format("number {}", type);
}

}  // namespace winnow::engine
