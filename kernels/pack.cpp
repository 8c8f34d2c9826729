#include <algorithm>
#include <cstring>
#include <new>

#include "kernels/kernels.h"
#include "kernels/packed.h"

namespace winnow::kernels {
namespace {

// One block of one output feature, into its column of the tile.
void pack_block(const BlockQ8_0& block, int column, std::byte* scales, std::byte* weights) {
  std::memcpy(scales + column * sizeof(uint16_t), &block.scale, sizeof(uint16_t));
  for (int group = 0; group < kGroupCount; ++group) {
    uint32_t inputs;
    std::memcpy(&inputs, block.values + group * kGroupInputs, sizeof inputs);
    inputs ^= 0x80808080u;  // value + 128, byte by byte
    std::memcpy(weights + group * kGroupBytes + column * kGroupInputs, &inputs, sizeof inputs);
  }
}

// Rows [0, row_count) of a tile; the columns behind them get scale 0.
void pack_tile(const BlockQ8_0* rows, int row_count, int block_count, std::byte* packed) {
  const BlockQ8_0 padding{};
  std::byte* weights = packed + tile_scales_bytes(block_count);
  std::memset(packed, 0, tile_scales_bytes(block_count));
  for (int block = 0; block < block_count; ++block)
    for (int column = 0; column < kTileWidth; ++column)
      pack_block(column < row_count ? rows[ptrdiff_t{column} * block_count + block] : padding,
                 column, packed + block * kScalesBytes, weights + block * kBlockBytes);
}

}  // namespace

size_t packed_size_bytes(int out_features, int in_features) {
  const int tiles = (out_features + kTileWidth - 1) / kTileWidth;
  return static_cast<size_t>(tiles) * tile_bytes(in_features / kBlockSize);
}

void pack_q8_0(const BlockQ8_0* rows, int out_features, int in_features, std::byte* packed) {
  const int blocks = in_features / kBlockSize;
  for (int row = 0; row < out_features; row += kTileWidth) {
    pack_tile(rows + ptrdiff_t{row} * blocks, std::min(out_features - row, kTileWidth), blocks,
              packed);
    packed += tile_bytes(blocks);
  }
}

PackedMatrix pack_q8_0(const BlockQ8_0* rows, int out_features, int in_features) {
  constexpr std::align_val_t kAlignment{kPackedAlignment};
  const size_t size_bytes = packed_size_bytes(out_features, in_features);
  auto* data = static_cast<std::byte*>(::operator new[](size_bytes, kAlignment));
  const auto release = [](std::byte* buffer) { ::operator delete[](buffer, kAlignment); };
  PackedMatrix w{out_features, in_features, {data, release}};
  pack_q8_0(rows, out_features, in_features, data);
  return w;
}

}  // namespace winnow::kernels
