#include <new>

#include "kernels/kernels.h"
#include "kernels/packed.h"

namespace winnow::kernels {
namespace {

constexpr std::align_val_t kAlignment{64};

void release(std::byte* data) { ::operator delete[](data, kAlignment); }

// One block of one output feature, into its column of the tile.
void pack_block(const BlockQ8_0& block, int column, std::byte* packed) {
  std::memcpy(packed + column * sizeof(uint16_t), &block.scale, sizeof(uint16_t));
  std::byte* groups = packed + kScalesBytes;
  for (int group = 0; group < kGroupCount; ++group) {
    uint32_t inputs;
    std::memcpy(&inputs, block.values + group * kGroupInputs, sizeof inputs);
    inputs ^= 0x80808080u;  // value + 128, byte by byte
    std::memcpy(groups + group * kGroupBytes + column * kGroupInputs, &inputs, sizeof inputs);
  }
}

}  // namespace

PackedMatrix pack_q8_0(const BlockQ8_0* rows, int out_features, int in_features) {
  PackedMatrix w;
  w.out_features = out_features;
  w.in_features = in_features;
  const size_t size_bytes = size_t(w.tile_count()) * w.block_count() * kPackedBlockBytes;
  w.data = {static_cast<std::byte*>(::operator new[](size_bytes, kAlignment)), release};

  const BlockQ8_0 padding{};
  std::byte* packed = w.data.get();
  for (int tile = 0; tile < w.tile_count(); ++tile)
    for (int block = 0; block < w.block_count(); ++block, packed += kPackedBlockBytes)
      for (int column = 0; column < kTileWidth; ++column) {
        const size_t row = size_t(tile) * kTileWidth + column;
        const bool valid = column < valid_columns(w, tile);
        pack_block(valid ? rows[row * w.block_count() + block] : padding, column, packed);
      }
  return w;
}

}  // namespace winnow::kernels
