#include "kernels/packed.h"
#include "tests/catch.h"
#include "tests/kernels/data.h"

using namespace winnow::kernels;

namespace {

std::vector<float> multiply(Matmul matmul, const PackedMatrix& w, const QuantizedRows& x,
                            int y_stride) {
  std::vector<float> y(size_t(x.row_count) * y_stride, kUntouched);
  matmul(w, 0, w.tile_count(), x, y.data(), y_stride);
  return y;
}

// How many outputs are further from the exact value than float arithmetic explains.
int wrong_outputs(const std::vector<float>& y, int y_stride, const Weights& w,
                  const Activations& x) {
  int wrong = 0;
  for (int r = 0; r < x.row_count; ++r)
    for (int o = 0; o < w.out_features; ++o) {
      const QuantizedRows row = x.view(r, 1);
      const ExactDot exact = exact_dot(w.row(o), row.values, row.scales, x.size);
      const double error = std::fabs(y[size_t(r) * y_stride + o] - exact.value);
      wrong += !(error <= exact.tolerance);
    }
  return wrong;
}

void check_every_matmul(const Weights& w, const Activations& x) {
  const PackedMatrix packed = pack_q8_0(w.blocks.data(), w.out_features, w.in_features);
  for (const Row<Matmul>& row : runnable(matmul_rows())) {
    INFO(std::string(row.name) << " " << w.in_features << " -> " << w.out_features << ", "
                               << x.row_count << " rows");
    const std::vector<float> y = multiply(row.function, packed, x.view(), w.out_features);
    CHECK(wrong_outputs(y, w.out_features, w, x) == 0);
  }
}

}  // namespace

TEST_CASE("packing keeps every weight and scale and pads the last tile with scale 0") {
  Random random;
  const Weights w(random, 21, 64);
  const PackedMatrix packed = pack_q8_0(w.blocks.data(), 21, 64);
  REQUIRE(packed.tile_count() == 2);
  REQUIRE(packed.block_count() == 2);
  CHECK(reinterpret_cast<uintptr_t>(packed.data.get()) % 64 == 0);
  int wrong = 0;
  for (int output = 0; output < 32; ++output)
    for (int block = 0; block < 2; ++block) {
      const int column = output % kTileWidth;
      const std::byte* scales = packed_scales(packed, output / kTileWidth) + block * kScalesBytes;
      const std::byte* weights = packed_weights(packed, output / kTileWidth) + block * kBlockBytes;
      uint16_t scale;
      std::memcpy(&scale, scales + column * 2, 2);
      wrong += scale != (output < 21 ? w.row(output)[block].scale : 0);
      for (int i = 0; i < kBlockSize && output < 21; ++i) {
        const std::byte stored = weights[(i / 4) * kGroupBytes + column * 4 + i % 4];
        wrong += static_cast<int>(stored) != w.row(output)[block].values[i] + 128;
      }
    }
  CHECK(wrong == 0);
}

TEST_CASE("matmul equals the exact formula around every block, tile and register boundary") {
  Random random;
  for (int inputs : {32, 64, 96, 256, 768})
    for (int outputs = 1; outputs <= 49; outputs += inputs > 96 ? 8 : 1)
      for (int rows = 1; rows <= 17; rows += outputs % 16 < 2 ? 1 : 5)
        check_every_matmul(Weights(random, outputs, inputs), Activations(random, rows, inputs));
}

TEST_CASE("matmul is exact for extreme weights and activations") {
  Random random;
  for (int weight : {-128, 127})
    for (int value : {-127, 127})
      check_every_matmul(Weights(random, 33, 1152, weight, weight),
                         Activations(random, 7, 1152, value, value));
  check_every_matmul(Weights(random, 33, 1152, 0, 0), Activations(random, 7, 1152));
  check_every_matmul(Weights(random, 33, 1152), Activations(random, 7, 1152, 0, 0));
}

TEST_CASE("the products of a block are exact integers for every mixture of extreme values") {
  Random random;
  const int weights[] = {-128, -127, -1, 0, 1, 126, 127}, values[] = {-127, -1, 0, 1, 127};
  const int outputs = 2 * kTileWidth, row_count = 7;
  for (int trial = 0; trial < 200; ++trial) {
    Weights w(random, outputs, kBlockSize, 0, 0, 1, 1);
    Activations x(random, row_count, kBlockSize, 0, 0, 1, 1);
    for (BlockQ8_0& block : w.blocks)
      for (int8_t& value : block.values)
        value = static_cast<int8_t>(weights[random.integer(0, std::size(weights) - 1)]);
    for (int i = 0; i < row_count * kBlockSize; ++i) {
      x.values[i] = static_cast<int8_t>(values[random.integer(0, std::size(values) - 1)]);
      x.offsets[i / kBlockSize] -= 128 * x.values[i];
    }
    const PackedMatrix packed = pack_q8_0(w.blocks.data(), outputs, kBlockSize);
    for (const Row<Matmul>& row : runnable(matmul_rows())) {
      const std::vector<float> y = multiply(row.function, packed, x.view(), outputs);
      int wrong = 0;
      for (int r = 0; r < row_count; ++r)
        for (int o = 0; o < outputs; ++o) {
          int product = 0;
          for (int i = 0; i < kBlockSize; ++i)
            product += w.blocks[o].values[i] * x.values[r * kBlockSize + i];
          wrong += y[r * outputs + o] != static_cast<float>(product);
        }
      INFO(std::string(row.name) << " trial " << trial);
      CHECK(wrong == 0);
    }
  }
}

TEST_CASE("matmul makes no NaN of zero, subnormal and huge scales") {
  Random random;
  const float largest_half = 65504;
  for (float w_scale : {0.0f, 0x1p-24f, 0x1p-14f, largest_half})
    for (float x_scale : {0.0f, 0x1p-149f, 0x1p-126f, 1e20f})
      check_every_matmul(Weights(random, 17, 96, -128, 127, w_scale, w_scale),
                         Activations(random, 7, 96, -127, 127, x_scale, x_scale));
}

TEST_CASE("matmul outputs are bit-identical however rows and tiles are grouped") {
  Random random;
  const int outputs = 75, inputs = 96, row_count = 17;
  const Weights w(random, outputs, inputs);
  const Activations x(random, row_count, inputs);
  const PackedMatrix packed = pack_q8_0(w.blocks.data(), outputs, inputs);
  for (const Row<Matmul>& row : runnable(matmul_rows())) {
    INFO(std::string(row.name));
    const std::vector<float> whole = multiply(row.function, packed, x.view(), outputs);
    int different = 0;
    for (int tile_begin = 0; tile_begin < packed.tile_count(); ++tile_begin)
      for (int tile_end = tile_begin + 1; tile_end <= packed.tile_count(); ++tile_end)
        for (int first = 0; first < row_count; ++first)
          for (int count = 1; first + count <= row_count; ++count) {
            std::vector<float> y(size_t(count) * outputs, kUntouched);
            row.function(packed, tile_begin, tile_end, x.view(first, count), y.data(), outputs);
            for (int i = 0; i < count * outputs; ++i) {
              const int tile = i % outputs / kTileWidth;
              const bool inside = tile >= tile_begin && tile < tile_end;
              const float expected = inside ? whole[size_t(first) * outputs + i] : kUntouched;
              different += y[i] != expected;
            }
          }
    CHECK(different == 0);
  }
}

TEST_CASE("matmul writes nothing beyond the last output, and nothing for an empty range") {
  Random random;
  const int outputs = 21, stride = 40;
  const Weights w(random, outputs, 64);
  const Activations x(random, 8, 64);
  const PackedMatrix packed = pack_q8_0(w.blocks.data(), outputs, 64);
  for (const Row<Matmul>& row : runnable(matmul_rows())) {
    INFO(std::string(row.name));
    std::vector<float> y = multiply(row.function, packed, x.view(), stride);
    CHECK(wrong_outputs(y, stride, w, x) == 0);
    int written = 0;
    for (size_t i = 0; i < y.size(); ++i)
      written += i % stride >= size_t(outputs) && y[i] != kUntouched;
    CHECK(written == 0);

    std::fill(y.begin(), y.end(), kUntouched);
    row.function(packed, 1, 1, x.view(), y.data(), stride);
    row.function(packed, 0, 2, x.view(0, 0), y.data(), stride);
    CHECK(std::count(y.begin(), y.end(), kUntouched) == ptrdiff_t(y.size()));
  }
}

TEST_CASE("the tolerance of the matmul tests catches one activation that is off by one") {
  Random random;
  const Weights w(random, 33, 768, 50, 127, 0.01f, 0.01f);
  Activations x(random, 6, 768, -126, 126, 0.1f, 0.1f);
  const PackedMatrix packed = pack_q8_0(w.blocks.data(), 33, 768);
  Activations planted = x;
  planted.values[2 * 768 + 100] += 1;
  planted.offsets[2 * 24 + 3] -= 128;
  for (const Row<Matmul>& row : runnable(matmul_rows())) {
    INFO(std::string(row.name));
    const std::vector<float> y = multiply(row.function, packed, planted.view(), 33);
    CHECK(wrong_outputs(y, 33, w, planted) == 0);
    CHECK(wrong_outputs(y, 33, w, x) == 33);
  }
}
