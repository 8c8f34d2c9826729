// The packed matmul without int8 dot products. vpmaddubsw adds two products in 16 bits and would
// saturate with the packed unsigned weights (2 * 255 * 127); with the magnitude of a weight as the
// unsigned operand and its sign moved to the activation, 2 * 128 * 127 fits: exact for every value.
// The weights' part of that is done once for up to 6 rows, whose 12 integer accumulators stay in
// registers while the float sums wait in memory for the end of a block of K. The weights are signed
// again, so no offsets are needed. Every output is summed block by block in the order of K,
// whatever the blocking. All is inlined, so that a profile shows one function: the row's.
#include "kernels/avx2.h"
#include "kernels/packed.h"
#include "kernels/rows.h"

namespace winnow::kernels {
namespace {

constexpr int kMaxRows = 6;
constexpr int kVectors = 2;  // 8 outputs each
constexpr int kVectorBytes = 32;

// products[r][v] += the int8 dot products of one block.
template <int kRows>
WINNOW_AVX2 inline void multiply_block(const std::byte* groups, const int8_t* values,
                                       ptrdiff_t values_stride,
                                       __m256i (&products)[kRows][kVectors]) noexcept {
  const __m256i flip = _mm256_set1_epi8(static_cast<char>(0x80));
  const __m256i ones = _mm256_set1_epi16(1);
#pragma GCC unroll 2
  for (int group = 0; group < kGroupCount; ++group, groups += kGroupBytes)
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) {
      const auto* at = reinterpret_cast<const __m256i*>(groups + v * kVectorBytes);
      const __m256i weights = _mm256_xor_si256(_mm256_loadu_si256(at), flip);
      const __m256i magnitudes = _mm256_abs_epi8(weights);
#pragma GCC unroll 8
      for (int r = 0; r < kRows; ++r) {
        int32_t four_values;
        std::memcpy(&four_values, values + r * values_stride + group * kGroupInputs, 4);
        const __m256i inputs = _mm256_sign_epi8(_mm256_set1_epi32(four_values), weights);
        const __m256i pairs = _mm256_maddubs_epi16(magnitudes, inputs);
        products[r][v] = _mm256_add_epi32(products[r][v], _mm256_madd_epi16(pairs, ones));
      }
    }
}

template <int kRows>
[[gnu::always_inline]] WINNOW_AVX2 inline void multiply(const PackedMatrix& w, int tile,
                                                        const QuantizedRows& x, ptrdiff_t row,
                                                        float* y, ptrdiff_t y_stride) noexcept {
  const ptrdiff_t blocks = w.block_count();
  const int8_t* values = x.values + row * x.size;
  const float* x_scales = x.scales + row * blocks;
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
      for (int v = 0; v < kVectors; ++v) products[r][v] = _mm256_setzero_si256();
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

WINNOW_AVX2
void matmul_avx2(const PackedMatrix& w, int tile_begin, int tile_end, const QuantizedRows& x,
                 float* y, int y_stride) noexcept {
  for (int tile = tile_begin; tile < tile_end; ++tile)
    for (int row = 0; row < x.row_count;) {
      // Blocks of nearly equal height: 20 rows are 5 + 5 + 5 + 5, not 6 + 6 + 6 + 2.
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
        case 5:
          multiply<5>(w, tile, x, row, y, y_stride);
          break;
        default:
          multiply<6>(w, tile, x, row, y, y_stride);
          break;
      }
      row += rows;
    }
}

}  // namespace winnow::kernels
