#include "engine/tensor_conversion.h"

#include <cmath>
#include <random>
#include <span>
#include <vector>

#include "tests/catch.h"

namespace winnow::engine {
namespace {

// One row a type: what it stores for a weight, bit by bit, from the formats' definitions.
std::vector<std::byte> bytes_of(std::initializer_list<int> values) {
  std::vector<std::byte> bytes;
  for (const int value : values) bytes.push_back(static_cast<std::byte>(value));
  return bytes;
}

TEST_CASE("weights of each plain type become floats exactly") {
  float out[2];
  to_floats(TensorType::f32, bytes_of({0, 0, 0xC0, 0x3F, 0, 0, 0, 0xC0}).data(), 2, out);
  CHECK(out[0] == 1.5f);
  CHECK(out[1] == -2.0f);
  to_floats(TensorType::f16, bytes_of({0, 0x3E, 0, 0xC0}).data(), 2, out);
  CHECK(out[0] == 1.5f);
  CHECK(out[1] == -2.0f);
  to_floats(TensorType::bf16, bytes_of({0xC0, 0x3F, 0, 0xC0}).data(), 2, out);
  CHECK(out[0] == 1.5f);
  CHECK(out[1] == -2.0f);
}

TEST_CASE("q4_0 becomes q8_0 exactly: low halves first, 8 is zero") {
  std::vector<std::byte> block = bytes_of({0, 0x38});  // a half of 0.5
  for (int i = 0; i < 16; ++i) block.push_back(static_cast<std::byte>((15 - i) << 4 | i));
  kernels::BlockQ8_0 wide;
  to_q8_0(TensorType::q4_0, block.data(), 32, &wide);
  CHECK(wide.scale == 0x3800);
  float floats[32];
  to_floats(TensorType::q4_0, block.data(), 32, floats);
  for (int i = 0; i < 16; ++i) {
    CHECK(wide.values[i] == i - 8);
    CHECK(wide.values[i + 16] == 7 - i);
    CHECK(floats[i] == 0.5f * static_cast<float>(i - 8));
    CHECK(floats[i + 16] == 0.5f * static_cast<float>(7 - i));
  }
}

TEST_CASE("floats become q8_0 within half a step, and half values round away from zero") {
  std::mt19937 random(3);
  std::normal_distribution<float> normal(0, 0.03f);
  std::vector<float> weights(64 * 32);
  for (float& weight : weights) weight = normal(random);
  std::vector<kernels::BlockQ8_0> blocks(64);
  to_q8_0(TensorType::f32, std::as_bytes(std::span(weights)).data(), weights.size(), blocks.data());
  for (size_t i = 0; i < weights.size(); ++i) {
    const kernels::BlockQ8_0& block = blocks[i / 32];
    const float scale = kernels::half_to_float(block.scale);
    // Half a step, and what rounding the scale to a half moves a value of 127.
    CHECK(std::fabs(scale * block.values[i % 32] - weights[i]) <=
          scale * (0.501f + 127 * 0x1p-11f));
  }
  std::vector<float> steps(32, 0);
  steps[0] = 127;
  steps[1] = 2.5f;
  steps[2] = -2.5f;
  steps[3] = 0.49f;
  to_q8_0(TensorType::f32, std::as_bytes(std::span(steps)).data(), 32, blocks.data());
  CHECK(kernels::half_to_float(blocks[0].scale) == 1);
  CHECK(int{blocks[0].values[0]} == 127);
  CHECK(int{blocks[0].values[1]} == 3);
  CHECK(int{blocks[0].values[2]} == -3);
  CHECK(int{blocks[0].values[3]} == 0);
}

TEST_CASE("weights too small for a scale become zero") {
  std::vector<float> weights(32, 1e-40f);
  kernels::BlockQ8_0 block;
  to_q8_0(TensorType::f32, std::as_bytes(std::span(weights)).data(), 32, &block);
  CHECK(block.scale == 0);
  for (const int8_t value : block.values) CHECK(int{value} == 0);
}

}  // namespace
}  // namespace winnow::engine
