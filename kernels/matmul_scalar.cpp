// The reference for the packed matmul: one activation row and one tile at a time.
#include <algorithm>

#include "kernels/packed.h"
#include "kernels/rows.h"

namespace winnow::kernels {
namespace {

// products[column] += weights . values over one block. The weights hold value + 128.
void add_block(const std::byte* groups, const int8_t* values, int32_t* products) noexcept {
  for (int group = 0; group < kGroupCount; ++group)
    for (int column = 0; column < kTileWidth; ++column)
      for (int i = 0; i < kGroupInputs; ++i) {
        const int at = group * kGroupBytes + column * kGroupInputs + i;
        products[column] += static_cast<int>(groups[at]) * values[group * kGroupInputs + i];
      }
}

void tile_row(const PackedMatrix& w, int tile, const int8_t* values, const float* scales,
              const int32_t* offsets, float* sums) noexcept {
  const std::byte* weights = packed_weights(w, tile);
  for (int block = 0; block < w.block_count(); ++block) {
    uint16_t weight_scales[kTileWidth];
    std::memcpy(weight_scales, packed_scales(w, tile) + block * kScalesBytes, kScalesBytes);
    int32_t products[kTileWidth];
    std::fill_n(products, kTileWidth, offsets[block]);
    add_block(weights + block * kBlockBytes, values + block * kBlockSize, products);
    for (int column = 0; column < kTileWidth; ++column)
      sums[column] += half_to_float(weight_scales[column]) * static_cast<float>(products[column]) *
                      scales[block];
  }
}

}  // namespace

void matmul_scalar(const PackedMatrix& w, int tile_begin, int tile_end, const QuantizedRows& x,
                   float* y, int y_stride) noexcept {
  for (int tile = tile_begin; tile < tile_end; ++tile)
    for (ptrdiff_t row = 0; row < x.row_count; ++row) {
      const ptrdiff_t first_block = row * w.block_count();
      float sums[kTileWidth] = {};
      tile_row(w, tile, x.values + row * x.size, x.scales + first_block, x.offsets + first_block,
               sums);
      std::copy_n(sums, valid_columns(w, tile), y + row * y_stride + tile * kTileWidth);
    }
}

}  // namespace winnow::kernels
