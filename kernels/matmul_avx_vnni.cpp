// The packed matmul with vpdpbusd in its VEX encoding: 8 outputs x 4 inputs an instruction, the
// packed weights as the unsigned operand, four activations broadcast as the signed one. Blocks of
// up to 6 rows keep 12 integer accumulators in the 16 registers; the float sums wait in memory for
// the end of a block of K. Offsets take back the +128 of the weights. Every output is summed block
// by block in the order of K, whatever the blocking. All is inlined, so that a profile shows one
// function: the row's.
#include "kernels/avx2.h"
#include "kernels/packed.h"
#include "kernels/rows.h"

namespace winnow::kernels {
namespace {

constexpr int kMaxRows = 5;
constexpr int kVectors = 2;  // 8 outputs each
constexpr int kVectorBytes = 32;

// products[r][v] += the int8 dot products of one block.
template <int kRows>
WINNOW_AVX_VNNI inline void multiply_block(const std::byte* groups, const int8_t* values,
                                           ptrdiff_t values_stride,
                                           __m256i (&products)[kRows][kVectors]) noexcept {
#pragma GCC unroll 2
  for (int group = 0; group < kGroupCount; ++group, groups += kGroupBytes) {
    __m256i weights[kVectors];
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v)
      weights[v] = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(groups + v * kVectorBytes));
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
      int32_t four_values;
      std::memcpy(&four_values, values + r * values_stride + group * kGroupInputs, 4);
      const __m256i inputs = _mm256_set1_epi32(four_values);
#pragma GCC unroll 8
      for (int v = 0; v < kVectors; ++v)
        products[r][v] = _mm256_dpbusd_avx_epi32(products[r][v], weights[v], inputs);
    }
  }
}

template <int kRows>
[[gnu::always_inline]] WINNOW_AVX_VNNI inline void multiply(const PackedMatrix& w, int tile,
                                                            const QuantizedRows& x, ptrdiff_t row,
                                                            float* y, ptrdiff_t y_stride) noexcept {
  const ptrdiff_t blocks = w.block_count();
  const int8_t* values = x.values + row * x.size;
  const float* x_scales = x.scales + row * blocks;
  const int32_t* offsets = x.offsets + row * blocks;
  const std::byte* weight_scales = packed_scales(w, tile);
  const std::byte* weights = packed_weights(w, tile);

  __m256 sums[kRows][kVectors];
  for (int r = 0; r < kRows; ++r)
    for (int v = 0; v < kVectors; ++v) sums[r][v] = _mm256_setzero_ps();

  for (ptrdiff_t block = 0; block < blocks; ++block) {
    __m256i products[kRows][kVectors];
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r)
#pragma GCC unroll 8
      for (int v = 0; v < kVectors; ++v)
        products[r][v] = _mm256_set1_epi32(offsets[r * blocks + block]);
    multiply_block<kRows>(weights, values, x.size, products);
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) {
      const auto* halves = reinterpret_cast<const __m128i*>(weight_scales) + v;
      const __m256 scales = _mm256_cvtph_ps(_mm_loadu_si128(halves));
#pragma GCC unroll 8
      for (int r = 0; r < kRows; ++r) {
        const __m256 scaled = _mm256_mul_ps(_mm256_cvtepi32_ps(products[r][v]), scales);
        const __m256 x_scale = _mm256_set1_ps(x_scales[r * blocks + block]);
        sums[r][v] = _mm256_fmadd_ps(scaled, x_scale, sums[r][v]);
      }
    }
    values += kBlockSize;
    weights += kBlockBytes;
    weight_scales += kScalesBytes;
  }

  for (int r = 0; r < kRows; ++r) {
    float* out = y + (row + r) * y_stride + ptrdiff_t{tile} * kTileWidth;
    for (int v = 0; v < kVectors; ++v) {
      const int valid = valid_columns(w, tile) - v * avx2::kLanes;
      avx2::store_first(out + v * avx2::kLanes, valid, sums[r][v]);
    }
  }
}

}  // namespace

WINNOW_AVX_VNNI
void matmul_avx_vnni(const PackedMatrix& w, int tile_begin, int tile_end, const QuantizedRows& x,
                     float* y, int y_stride) noexcept {
  for (int tile = tile_begin; tile < tile_end; ++tile)
    for (int row = 0; row < x.row_count;) {
      // Blocks of nearly equal height: 12 rows are 4 + 4 + 4, not 5 + 5 + 2.
      const int left = x.row_count - row;
      const int blocks_left = (left + kMaxRows - 1) / kMaxRows;
      const int rows = (left + blocks_left - 1) / blocks_left;
      switch (rows) {
        case 1:
          multiply<1>(w, tile, x, row, y, y_stride);
          break;
        case 2:
          multiply<2>(w, tile, x, row, y, y_stride);
          break;
        case 3:
          multiply<3>(w, tile, x, row, y, y_stride);
          break;
        case 4:
          multiply<4>(w, tile, x, row, y, y_stride);
          break;
        default:
          multiply<5>(w, tile, x, row, y, y_stride);
          break;
      }
      row += rows;
    }
}

}  // namespace winnow::kernels
