// The packed matmul with USMMLA: [2 outputs][8 inputs] of unsigned weights times [8 inputs][2 rows]
// of signed activations, 32 products an instruction. Two groups of the packed weights zipped are
// its left side; a vector of products holds {o0 r0, o0 r1, o1 r0, o1 r1}. Three pairs of rows by
// half a tile fill the registers. An odd last row is paired with itself. Every output is summed
// block by block in the order of K, whatever the blocking. All is inlined, so that a profile shows
// one function: the row's.
#include "kernels/neon.h"
#include "kernels/packed.h"
#include "kernels/rows.h"

namespace winnow::kernels {
namespace {

constexpr int kMaxRows = 6;
constexpr int kVectors = 4;  // 2 outputs each
constexpr int kOutputs = 2 * kVectors;

constexpr int pair_count(int rows) noexcept { return (rows + 1) / 2; }
constexpr int first_row(int pair) noexcept { return 2 * pair; }
constexpr int second_row(int pair, int rows) noexcept {
  return 2 * pair + 1 < rows ? 2 * pair + 1 : 2 * pair;
}

// Two outputs' inputs of 8 side by side, of the groups at `weights` and behind it.
[[gnu::always_inline]] inline void load_weights(const uint8_t* weights,
                                                uint8x16_t (&vectors)[kVectors]) noexcept {
#pragma GCC unroll 8
  for (int v = 0; v < kVectors; v += 2) {
    const uint32x4_t low = vreinterpretq_u32_u8(vld1q_u8(weights + v * 8));
    const uint32x4_t high = vreinterpretq_u32_u8(vld1q_u8(weights + kGroupBytes + v * 8));
    vectors[v] = vreinterpretq_u8_u32(vzip1q_u32(low, high));
    vectors[v + 1] = vreinterpretq_u8_u32(vzip2q_u32(low, high));
  }
}

// products[p][v] += the int8 dot products of a block.
template <int kRows>
[[gnu::always_inline]] WINNOW_NEON_I8MM inline void multiply_block(
    const uint8_t* weights, const int8_t* values, ptrdiff_t values_stride,
    int32x4_t (&products)[pair_count(kRows)][kVectors]) noexcept {
  constexpr int kPairs = pair_count(kRows);
#pragma GCC unroll 4
  for (int at = 0; at < kBlockSize; at += 8, weights += 2 * kGroupBytes) {
    uint8x16_t vectors[kVectors];
    load_weights(weights, vectors);
#pragma GCC unroll 8
    for (int p = 0; p < kPairs; ++p) {
      const int8_t* first = values + first_row(p) * values_stride;
      const int8_t* second = values + second_row(p, kRows) * values_stride;
      const int8x16_t inputs = vcombine_s8(vld1_s8(first + at), vld1_s8(second + at));
#pragma GCC unroll 8
      for (int v = 0; v < kVectors; ++v)
        products[p][v] = vusmmlaq_s32(products[p][v], vectors[v], inputs);
    }
  }
}

// sums[p][v] += the products times the scales of the weights and of the activations. x_scales: of
// the first row's block; `stride` to the next row's.
template <int kRows>
[[gnu::always_inline]] WINNOW_NEON_I8MM inline void add_scaled(
    const int32x4_t (&products)[pair_count(kRows)][kVectors], const std::byte* weight_scales,
    const float* x_scales, ptrdiff_t stride,
    float32x4_t (&sums)[pair_count(kRows)][kVectors]) noexcept {
  constexpr int kPairs = pair_count(kRows);
  float32x4_t scales[kVectors];
#pragma GCC unroll 8
  for (int v = 0; v < kVectors; v += 2) {
    const float32x4_t four = neon::load_halves(weight_scales + v * 4);
    scales[v] = vzip1q_f32(four, four);
    scales[v + 1] = vzip2q_f32(four, four);
  }
#pragma GCC unroll 8
  for (int p = 0; p < kPairs; ++p) {
    const float32x4_t pair = vzip1q_f32(vdupq_n_f32(x_scales[first_row(p) * stride]),
                                        vdupq_n_f32(x_scales[second_row(p, kRows) * stride]));
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) {
      const float32x4_t scaled = vmulq_f32(vcvtq_f32_s32(products[p][v]), scales[v]);
      sums[p][v] = vfmaq_f32(sums[p][v], scaled, pair);
    }
  }
}

// kRows rows by kOutputs outputs from `column` of the tile.
template <int kRows>
[[gnu::always_inline]] WINNOW_NEON_I8MM inline void multiply(const PackedMatrix& w, int tile,
                                                             int column, const QuantizedRows& x,
                                                             ptrdiff_t row, float* y,
                                                             ptrdiff_t y_stride) noexcept {
  constexpr int kPairs = pair_count(kRows);
  const ptrdiff_t blocks = w.block_count();
  const int8_t* values = x.values + row * x.size;
  const float* x_scales = x.scales + row * blocks;
  const int32_t* offsets = x.offsets + row * blocks;
  const std::byte* weight_scales = packed_scales(w, tile) + column * sizeof(uint16_t);
  const auto* weights =
      reinterpret_cast<const uint8_t*>(packed_weights(w, tile)) + column * kGroupInputs;

  float32x4_t sums[kPairs][kVectors] = {};
  for (ptrdiff_t block = 0; block < blocks; ++block) {
    int32x4_t products[kPairs][kVectors];
#pragma GCC unroll 8
    for (int p = 0; p < kPairs; ++p) {
      const int32x4_t pair =
          vzip1q_s32(vdupq_n_s32(offsets[first_row(p) * blocks + block]),
                     vdupq_n_s32(offsets[second_row(p, kRows) * blocks + block]));
#pragma GCC unroll 8
      for (int v = 0; v < kVectors; ++v) products[p][v] = pair;
    }
    multiply_block<kRows>(weights, values, x.size, products);
    add_scaled<kRows>(products, weight_scales, x_scales + block, blocks, sums);
    values += kBlockSize;
    weights += kBlockBytes;
    weight_scales += kScalesBytes;
  }

  const int valid = valid_columns(w, tile) - column;
  float* out = y + row * y_stride + ptrdiff_t{tile} * kTileWidth + column;
  for (int p = 0; p < kPairs; ++p)
    for (int v = 0; v < kVectors; v += 2) {
      const float32x4_t first = vuzp1q_f32(sums[p][v], sums[p][v + 1]);
      const float32x4_t second = vuzp2q_f32(sums[p][v], sums[p][v + 1]);
      neon::store_first(out + first_row(p) * y_stride + 2 * v, valid - 2 * v, first);
      neon::store_first(out + second_row(p, kRows) * y_stride + 2 * v, valid - 2 * v, second);
    }
}

// A whole tile of kRows rows.
template <int kRows>
[[gnu::always_inline]] WINNOW_NEON_I8MM inline void multiply_tile(const PackedMatrix& w, int tile,
                                                                  const QuantizedRows& x, int row,
                                                                  float* y, int y_stride) noexcept {
  for (int column = 0; column < kTileWidth; column += kOutputs)
    multiply<kRows>(w, tile, column, x, row, y, y_stride);
}

}  // namespace

WINNOW_NEON_I8MM
void matmul_neon_i8mm(const PackedMatrix& w, int tile_begin, int tile_end, const QuantizedRows& x,
                      float* y, int y_stride) noexcept {
  for (int tile = tile_begin; tile < tile_end; ++tile) {
    int row = 0;
    for (; row + kMaxRows <= x.row_count; row += kMaxRows)
      multiply_tile<kMaxRows>(w, tile, x, row, y, y_stride);
    switch (x.row_count - row) {
      case 1:
        multiply_tile<1>(w, tile, x, row, y, y_stride);
        break;
      case 2:
        multiply_tile<2>(w, tile, x, row, y, y_stride);
        break;
      case 3:
        multiply_tile<3>(w, tile, x, row, y, y_stride);
        break;
      case 4:
        multiply_tile<4>(w, tile, x, row, y, y_stride);
        break;
      case 5:
        multiply_tile<5>(w, tile, x, row, y, y_stride);
        break;
    }
  }
}

}  // namespace winnow::kernels
