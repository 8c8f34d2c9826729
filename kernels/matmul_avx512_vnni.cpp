// The packed matmul with vpdpbusd: 16 outputs x 4 inputs an instruction, the packed weights as the
// unsigned operand, four activations broadcast as the signed one. Blocks of up to 6 rows x 2 tiles
// keep 12 integer and 12 float accumulators, the weights and scales in the 32 registers, so that
// each weight is loaded once for 6 rows and each activation once for 2 tiles. Offsets take back the
// +128 of the weights. Every output is summed block by block in the order of K, whatever the
// blocking. All is inlined, so that a profile shows one function: the row's.
#include <algorithm>

#include "kernels/avx512.h"
#include "kernels/packed.h"
#include "kernels/rows.h"

namespace winnow::kernels {
namespace {

constexpr int kMaxRows = 6;
constexpr int kMaxTiles = 2;
constexpr int kLineBytes = 64;

// Rows that stay in the second-level cache with the weights while all tiles pass by: with more,
// each tile finds the rows in the third level, for the outputs have pushed them out.
constexpr int kPanelRows = 192;

// While the rows of one pair of tiles are multiplied, the weights behind the pair are fetched, some
// lines a block, so that few rows at a time need not wait for memory at every new tile.
struct Fetch {
  const char* at;
  const char* end;
  int lines;  // a block
};

[[gnu::always_inline]] inline void fetch_lines(Fetch& fetch) noexcept {
  for (int i = 0; i < fetch.lines && fetch.at < fetch.end; ++i, fetch.at += kLineBytes)
    _mm_prefetch(fetch.at, _MM_HINT_T1);
}

// products[t][r] += the int8 dot products of one block; packed[t] is that block of tile t.
template <int kRows, int kTiles>
WINNOW_AVX512_VNNI inline void multiply_block(const std::byte* const (&packed)[kTiles],
                                              const int8_t* values, ptrdiff_t values_stride,
                                              __m512i (&products)[kTiles][kRows]) noexcept {
#pragma GCC unroll 8
  for (int group = 0; group < kGroupCount; ++group) {
    __m512i weights[kTiles];
#pragma GCC unroll 8
    for (int t = 0; t < kTiles; ++t)
      weights[t] = _mm512_loadu_si512(packed[t] + group * kGroupBytes);
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
      int32_t four_values;
      std::memcpy(&four_values, values + r * values_stride + group * kGroupInputs, 4);
      const __m512i inputs = _mm512_set1_epi32(four_values);
#pragma GCC unroll 8
      for (int t = 0; t < kTiles; ++t)
        products[t][r] = _mm512_dpbusd_epi32(products[t][r], weights[t], inputs);
    }
  }
}

template <int kRows, int kTiles>
[[gnu::always_inline]] WINNOW_AVX512_VNNI inline void multiply(const PackedMatrix& w, int tile,
                                                               const QuantizedRows& x,
                                                               ptrdiff_t row, float* y,
                                                               ptrdiff_t y_stride,
                                                               Fetch& fetch) noexcept {
  const ptrdiff_t blocks = w.block_count();
  const int8_t* values = x.values + row * x.size;
  const float* x_scales = x.scales + row * blocks;
  const int32_t* offsets = x.offsets + row * blocks;
  const std::byte* weight_scales[kTiles];
  const std::byte* weights[kTiles];
  for (int t = 0; t < kTiles; ++t) {
    weight_scales[t] = packed_scales(w, tile + t);
    weights[t] = packed_weights(w, tile + t);
  }

  __m512 sums[kTiles][kRows];
  for (int t = 0; t < kTiles; ++t)
    for (int r = 0; r < kRows; ++r) sums[t][r] = _mm512_setzero_ps();

  for (ptrdiff_t block = 0; block < blocks; ++block, values += kBlockSize) {
    __m512i products[kTiles][kRows];
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r)
#pragma GCC unroll 8
      for (int t = 0; t < kTiles; ++t)
        products[t][r] = _mm512_set1_epi32(offsets[r * blocks + block]);
    fetch_lines(fetch);
    multiply_block<kRows, kTiles>(weights, values, x.size, products);
#pragma GCC unroll 8
    for (int t = 0; t < kTiles; ++t) {
      const __m256i halves = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(weight_scales[t]));
      const __m512 scales = _mm512_cvtph_ps(halves);
#pragma GCC unroll 8
      for (int r = 0; r < kRows; ++r) {
        const __m512 scaled = _mm512_mul_ps(_mm512_cvtepi32_ps(products[t][r]), scales);
        const __m512 x_scale = _mm512_set1_ps(x_scales[r * blocks + block]);
        sums[t][r] = _mm512_fmadd_ps(scaled, x_scale, sums[t][r]);
      }
      weights[t] += kBlockBytes;
      weight_scales[t] += kScalesBytes;
    }
  }

  for (int t = 0; t < kTiles; ++t) {
    const auto valid = static_cast<__mmask16>((1u << valid_columns(w, tile + t)) - 1u);
    for (int r = 0; r < kRows; ++r) {
      float* out = y + (row + r) * y_stride + ptrdiff_t{tile + t} * kTileWidth;
      _mm512_mask_storeu_ps(out, valid, sums[t][r]);
    }
  }
}

template <int kTiles>
[[gnu::always_inline]] WINNOW_AVX512_VNNI inline void multiply_rows(const PackedMatrix& w, int tile,
                                                                    const QuantizedRows& x,
                                                                    float* y,
                                                                    ptrdiff_t y_stride) noexcept {
  const int row_blocks = (x.row_count + kMaxRows - 1) / kMaxRows;
  const ptrdiff_t size_bytes = kTiles * static_cast<ptrdiff_t>(tile_bytes(w.block_count()));
  const ptrdiff_t lines = size_bytes / kLineBytes, blocks = ptrdiff_t{row_blocks} * w.block_count();
  const char* behind = reinterpret_cast<const char*>(packed_scales(w, tile)) + size_bytes;
  Fetch fetch{behind, behind + size_bytes, static_cast<int>((lines + blocks - 1) / blocks)};
  for (int row = 0; row < x.row_count;) {
    // Blocks of nearly equal height: 20 rows are 5 + 5 + 5 + 5, not 6 + 6 + 6 + 2.
    const int left = x.row_count - row;
    const int blocks_left = (left + kMaxRows - 1) / kMaxRows;
    const int rows = (left + blocks_left - 1) / blocks_left;
    switch (rows) {
      case 1:
        multiply<1, kTiles>(w, tile, x, row, y, y_stride, fetch);
        break;
      case 2:
        multiply<2, kTiles>(w, tile, x, row, y, y_stride, fetch);
        break;
      case 3:
        multiply<3, kTiles>(w, tile, x, row, y, y_stride, fetch);
        break;
      case 4:
        multiply<4, kTiles>(w, tile, x, row, y, y_stride, fetch);
        break;
      case 5:
        multiply<5, kTiles>(w, tile, x, row, y, y_stride, fetch);
        break;
      default:
        multiply<6, kTiles>(w, tile, x, row, y, y_stride, fetch);
        break;
    }
    row += rows;
  }
}

}  // namespace

WINNOW_AVX512_VNNI
void matmul_avx512_vnni(const PackedMatrix& w, int tile_begin, int tile_end, const QuantizedRows& x,
                        float* y, int y_stride) noexcept {
  for (int row = 0; row < x.row_count; row += kPanelRows) {
    const ptrdiff_t value = ptrdiff_t{row} * x.size, block = value / kBlockSize;
    const QuantizedRows panel{std::min(x.row_count - row, kPanelRows), x.size, x.values + value,
                              x.scales + block, x.offsets + block};
    float* out = y + ptrdiff_t{row} * y_stride;
    int tile = tile_begin;
    for (; tile + kMaxTiles <= tile_end; tile += kMaxTiles)
      multiply_rows<kMaxTiles>(w, tile, panel, out, y_stride);
    if (tile < tile_end) multiply_rows<1>(w, tile, panel, out, y_stride);
  }
}

}  // namespace winnow::kernels
