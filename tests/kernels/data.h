#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "kernels/kernels.h"

// Inputs for the kernels' tests, the same in every run.
namespace winnow::kernels {

// What an output holds before a kernel writes it.
constexpr float kUntouched = -12345.0f;

class Random {
 public:
  explicit Random(unsigned seed = 1) : engine_(seed) {}
  int integer(int low, int high) {
    return low + static_cast<int>(engine_() % static_cast<unsigned>(high - low + 1));
  }
  float uniform(float low, float high) {
    return low + (high - low) * (static_cast<float>(engine_() >> 8) * 0x1p-24f);
  }
  std::vector<float> floats(size_t count, float low = -1, float high = 1) {
    std::vector<float> values(count);
    for (float& value : values) value = uniform(low, high);
    return values;
  }

 private:
  std::mt19937 engine_;
};

// The rows of a table that this machine can run.
template <class Function>
std::vector<Row<Function>> runnable(std::span<const Row<Function>> rows) {
  std::vector<Row<Function>> found;
  for (const Row<Function>& row : rows)
    if (row.available) found.push_back(row);
  return found;
}

// A Q8_0 matrix [out_features][in_features], values in [low, high].
struct Weights {
  Weights(Random& random, int outputs, int inputs, int low = -128, int high = 127,
          float scale_low = 0.001f, float scale_high = 0.02f)
      : out_features(outputs), in_features(inputs), blocks(size_t(outputs) * inputs / kBlockSize) {
    for (BlockQ8_0& block : blocks) {
      block.scale = float_to_half(random.uniform(scale_low, scale_high));
      for (int8_t& value : block.values) value = static_cast<int8_t>(random.integer(low, high));
    }
  }
  const BlockQ8_0* row(int output) const {
    return blocks.data() + size_t(output) * in_features / kBlockSize;
  }

  int out_features, in_features;
  std::vector<BlockQ8_0> blocks;
};

// Quantized activations [row_count][size], values in [low, high].
struct Activations {
  Activations(Random& random, int rows, int inputs, int low = -127, int high = 127,
              float scale_low = 0.001f, float scale_high = 0.1f)
      : row_count(rows), size(inputs), values(size_t(rows) * inputs) {
    for (int8_t& value : values) value = static_cast<int8_t>(random.integer(low, high));
    scales = random.floats(values.size() / kBlockSize, scale_low, scale_high);
    for (size_t block = 0; block < scales.size(); ++block) {
      int32_t sum = 0;
      for (size_t i = 0; i < kBlockSize; ++i) sum += values[block * kBlockSize + i];
      offsets.push_back(-128 * sum);
    }
  }
  QuantizedRows view(int first_row, int rows) const {
    const size_t first_value = size_t(first_row) * size;
    const size_t first_block = first_value / kBlockSize;
    return {rows, size, values.data() + first_value, scales.data() + first_block,
            offsets.data() + first_block};
  }
  QuantizedRows view() const { return view(0, row_count); }

  int row_count, size;
  std::vector<int8_t> values;
  std::vector<float> scales;
  std::vector<int32_t> offsets;
};

// One output by the plain formula in double precision, and how far float arithmetic in any order
// of the blocks may be from it.
struct ExactDot {
  double value = 0;
  double tolerance = 0;
};

inline ExactDot exact_dot(const BlockQ8_0* w, const int8_t* x, const float* x_scales, int size) {
  ExactDot exact;
  double magnitude = 0;
  const int blocks = size / kBlockSize;
  for (int block = 0; block < blocks; ++block) {
    double term = 0;
    for (int i = 0; i < kBlockSize; ++i) {
      term += double(w[block].values[i]) * double(x[block * kBlockSize + i]);
      magnitude += std::fabs(double(half_to_float(w[block].scale)) * x_scales[block] *
                             w[block].values[i] * x[block * kBlockSize + i]);
    }
    exact.value += double(half_to_float(w[block].scale)) * x_scales[block] * term;
  }
  // A subnormal product may lose a whole unit in the last place of the smallest float.
  exact.tolerance = magnitude * (blocks + 8) * 0x1p-24 + (blocks + 8) * 0x1p-149;
  return exact;
}

}  // namespace winnow::kernels
