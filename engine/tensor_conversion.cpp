#include "engine/tensor_conversion.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

namespace winnow::engine {
namespace {

using kernels::BlockQ8_0;
using kernels::kBlockSize;

// GGUF's Q4_0: 32 weights scale * (value - 8); the first 16 are the low halves of the bytes.
struct BlockQ4_0 {
  uint16_t scale;
  uint8_t values[kBlockSize / 2];
};
static_assert(sizeof(BlockQ4_0) == 18);

template <class T>
T read(const std::byte* bytes) {
  T value;
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

// The upper half of a float.
float from_bf16(uint16_t bits) { return std::bit_cast<float>(uint32_t{bits} << 16); }

BlockQ8_0 widened(const BlockQ4_0& block) {
  BlockQ8_0 wide{block.scale, {}};
  for (int i = 0; i < kBlockSize / 2; ++i) {
    wide.values[i] = static_cast<int8_t>((block.values[i] & 15) - 8);
    wide.values[i + kBlockSize / 2] = static_cast<int8_t>((block.values[i] >> 4) - 8);
  }
  return wide;
}

void scaled(const BlockQ8_0& block, float* out) {
  const float scale = kernels::half_to_float(block.scale);
  for (const int8_t value : block.values) *out++ = scale * static_cast<float>(value);
}

// The scale is rounded to a half after the values were made with it, as llama.cpp does.
BlockQ8_0 quantized(const float* weights) {
  float largest = 0;
  for (int i = 0; i < kBlockSize; ++i) largest = std::max(largest, std::fabs(weights[i]));
  const float scale = largest / 127;
  const float inverse = scale >= std::numeric_limits<float>::min() ? 1 / scale : 0;
  BlockQ8_0 block{kernels::float_to_half(scale), {}};
  for (int i = 0; i < kBlockSize; ++i)
    block.values[i] = static_cast<int8_t>(std::round(weights[i] * inverse));
  return block;
}

}  // namespace

float leading_float(TensorType type, const std::byte* block) {
  if (type == TensorType::f32) return read<float>(block);
  if (type == TensorType::bf16) return from_bf16(read<uint16_t>(block));
  return kernels::half_to_float(read<uint16_t>(block));
}

void to_floats(TensorType type, const std::byte* bytes, size_t count, float* out) {
  if (type == TensorType::f32) {
    std::memcpy(out, bytes, count * sizeof(float));
  } else if (type == TensorType::f16) {
    for (size_t i = 0; i < count; ++i)
      out[i] = kernels::half_to_float(read<uint16_t>(bytes + 2 * i));
  } else if (type == TensorType::bf16) {
    for (size_t i = 0; i < count; ++i) out[i] = from_bf16(read<uint16_t>(bytes + 2 * i));
  } else {
    for (size_t i = 0; i < count; i += kBlockSize, bytes += block_bytes(type))
      scaled(type == TensorType::q8_0 ? read<BlockQ8_0>(bytes) : widened(read<BlockQ4_0>(bytes)),
             out + i);
  }
}

void to_q8_0(TensorType type, const std::byte* bytes, size_t count, BlockQ8_0* out) {
  const size_t step_bytes = kBlockSize / block_elements(type) * block_bytes(type);
  for (size_t i = 0; i < count; i += kBlockSize, bytes += step_bytes, ++out) {
    if (type == TensorType::q8_0) {
      *out = read<BlockQ8_0>(bytes);
    } else if (type == TensorType::q4_0) {
      *out = widened(read<BlockQ4_0>(bytes));
    } else {
      float weights[kBlockSize];
      to_floats(type, bytes, kBlockSize, weights);
      *out = quantized(weights);
    }
  }
}

}  // namespace winnow::engine
