// The packed matmul with SDOT: four inputs of four outputs at once, a lane of the activations
// against each. SDOT is signed on both sides, so the weights' +128 is taken off as they are loaded
// and the offsets are not needed. Six rows by half a tile fill the registers: 12 products, 12 sums,
// 6 vectors of activations, 2 of weights. Every output is summed block by block in the order of K,
// whatever the blocking. All is inlined, so that a profile shows one function: the row's.
#include "kernels/neon.h"
#include "kernels/packed.h"
#include "kernels/rows.h"

namespace winnow::kernels {
namespace {

constexpr int kMaxRows = 6;
constexpr int kVectors = 2;  // 4 outputs each
constexpr int kOutputs = kVectors * neon::kLanes;

// products[r][v] += the int8 dot products of the four inputs in lane kGroup.
template <int kGroup, int kRows>
[[gnu::always_inline]] WINNOW_NEON_DOT inline void multiply_group(
    const uint8_t* weights, const int8x16_t (&inputs)[kRows],
    int32x4_t (&products)[kRows][kVectors]) noexcept {
  int8x16_t signed_weights[kVectors];
#pragma GCC unroll 8
  for (int v = 0; v < kVectors; ++v) {
    const uint8x16_t stored = vld1q_u8(weights + kGroup * kGroupBytes + v * 16);
    signed_weights[v] = vreinterpretq_s8_u8(veorq_u8(stored, vdupq_n_u8(0x80)));
  }
#pragma GCC unroll 8
  for (int r = 0; r < kRows; ++r)
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v)
      products[r][v] = vdotq_laneq_s32(products[r][v], signed_weights[v], inputs[r], kGroup);
}

// The same of a block's 32 inputs.
template <int kRows>
[[gnu::always_inline]] WINNOW_NEON_DOT inline void multiply_block(
    const uint8_t* weights, const int8_t* values, ptrdiff_t values_stride,
    int32x4_t (&products)[kRows][kVectors]) noexcept {
  for (int at = 0; at < kBlockSize; at += 16) {
    int8x16_t inputs[kRows];
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) inputs[r] = vld1q_s8(values + r * values_stride + at);
    multiply_group<0>(weights, inputs, products);
    multiply_group<1>(weights, inputs, products);
    multiply_group<2>(weights, inputs, products);
    multiply_group<3>(weights, inputs, products);
    weights += 4 * kGroupBytes;
  }
}

// kRows rows by kOutputs outputs from `column` of the tile.
template <int kRows>
[[gnu::always_inline]] WINNOW_NEON_DOT inline void multiply(const PackedMatrix& w, int tile,
                                                            int column, const QuantizedRows& x,
                                                            ptrdiff_t row, float* y,
                                                            ptrdiff_t y_stride) noexcept {
  const ptrdiff_t blocks = w.block_count();
  const int8_t* values = x.values + row * x.size;
  const float* x_scales = x.scales + row * blocks;
  const std::byte* weight_scales = packed_scales(w, tile) + column * sizeof(uint16_t);
  const auto* weights =
      reinterpret_cast<const uint8_t*>(packed_weights(w, tile)) + column * kGroupInputs;

  float32x4_t sums[kRows][kVectors] = {};
  for (ptrdiff_t block = 0; block < blocks; ++block) {
    int32x4_t products[kRows][kVectors] = {};
    multiply_block<kRows>(weights, values, x.size, products);
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) {
      const float32x4_t scales = neon::load_halves(weight_scales + v * 8);
#pragma GCC unroll 8
      for (int r = 0; r < kRows; ++r) {
        const float32x4_t scaled = vmulq_f32(vcvtq_f32_s32(products[r][v]), scales);
        sums[r][v] = vfmaq_n_f32(sums[r][v], scaled, x_scales[r * blocks + block]);
      }
    }
    values += kBlockSize;
    weights += kBlockBytes;
    weight_scales += kScalesBytes;
  }

  const int valid = valid_columns(w, tile) - column;
  for (int r = 0; r < kRows; ++r) {
    float* out = y + (row + r) * y_stride + ptrdiff_t{tile} * kTileWidth + column;
    for (int v = 0; v < kVectors; ++v)
      neon::store_first(out + v * neon::kLanes, valid - v * neon::kLanes, sums[r][v]);
  }
}

// A whole tile of kRows rows.
template <int kRows>
[[gnu::always_inline]] WINNOW_NEON_DOT inline void multiply_tile(const PackedMatrix& w, int tile,
                                                                 const QuantizedRows& x, int row,
                                                                 float* y, int y_stride) noexcept {
  for (int column = 0; column < kTileWidth; column += kOutputs)
    multiply<kRows>(w, tile, column, x, row, y, y_stride);
}

}  // namespace

WINNOW_NEON_DOT
void matmul_neon_dot(const PackedMatrix& w, int tile_begin, int tile_end, const QuantizedRows& x,
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
