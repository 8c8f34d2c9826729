#include "engine/gguf_types.h"

#include <fmt/format.h>

#include <array>
#include <iterator>

namespace winnow::engine {
namespace {

struct ValueTypeRow {
  std::string_view name;
  uint64_t size_bytes;  // 0: the value tells its own
};

// By number.
constexpr ValueTypeRow kValueTypes[] = {
    {"u8", 1},   {"i8", 1},     {"u16", 2},   {"i16", 2}, {"u32", 4}, {"i32", 4}, {"f32", 4},
    {"bool", 1}, {"string", 0}, {"array", 0}, {"u64", 8}, {"i64", 8}, {"f64", 8}};
static_assert(std::size(kValueTypes) == static_cast<size_t>(ValueType::f64) + 1);

struct TensorTypeRow {
  TensorType type;
  std::string_view name;
  uint64_t block_elements, block_bytes;
};

constexpr TensorTypeRow kTensorTypes[] = {{TensorType::f32, "f32", 1, 4},
                                          {TensorType::f16, "f16", 1, 2},
                                          {TensorType::bf16, "bf16", 1, 2},
                                          {TensorType::q8_0, "q8_0", 32, 34},
                                          {TensorType::q4_0, "q4_0", 32, 18}};

// Of a type that is none of them: 0 bytes.
constexpr TensorTypeRow kUnknown{TensorType::f32, "unknown", 1, 0};

const TensorTypeRow& row_of_type(TensorType type) {
  for (const TensorTypeRow& row : kTensorTypes)
    if (row.type == type) return row;
  return kUnknown;
}

}  // namespace

std::string_view name(TensorType type) { return row_of_type(type).name; }

std::string_view name(ValueType type) {
  const auto index = static_cast<size_t>(type);
  return index < std::size(kValueTypes) ? kValueTypes[index].name : "unknown";
}

uint64_t fixed_size_bytes(ValueType type) {
  const auto index = static_cast<size_t>(type);
  return index < std::size(kValueTypes) ? kValueTypes[index].size_bytes : 0;
}

bool is_supported(TensorType type) { return row_of_type(type).block_bytes != 0; }
std::string supported_types() {
  std::string text;
  for (const TensorTypeRow& row : kTensorTypes) {
    const bool last = &row == std::end(kTensorTypes) - 1;
    text.append(text.empty() ? "" : last ? " or " : ", ").append(row.name);
  }
  return text;
}
uint64_t block_elements(TensorType type) { return row_of_type(type).block_elements; }
uint64_t block_bytes(TensorType type) { return row_of_type(type).block_bytes; }

std::optional<uint64_t> tensor_size_bytes(TensorType type, std::span<const uint64_t> shape) {
  uint64_t size_bytes = block_bytes(type);
  for (size_t i = 0; i < shape.size(); ++i) {
    const uint64_t factor = i == 0 ? shape[0] / block_elements(type) : shape[i];
    if (__builtin_mul_overflow(size_bytes, factor, &size_bytes)) return std::nullopt;
  }
  return size_bytes;
}

std::string shape_text(std::span<const uint64_t> shape) {
  std::string text;
  for (const uint64_t dimension : shape) {
    if (!text.empty()) text += ", ";
    text += std::to_string(dimension);
  }
  return text;
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
