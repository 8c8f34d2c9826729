#pragma once

#include <cstring>

#include "kernels/kernels.h"

// Where things lie in a PackedMatrix.
namespace winnow::kernels {

inline constexpr int kGroupInputs = 4;  // inputs that lie together for one output feature
inline constexpr int kGroupCount = kBlockSize / kGroupInputs;
inline constexpr int kGroupBytes = kTileWidth * kGroupInputs;
inline constexpr int kScalesBytes = kTileWidth * sizeof(uint16_t);

// The scales of a tile's block; the groups of weights follow them.
inline const std::byte* packed_block(const PackedMatrix& w, int tile, int block) noexcept {
  const size_t index = static_cast<size_t>(tile) * w.block_count() + block;
  return w.data.get() + index * kPackedBlockBytes;
}

// The outputs of a tile that exist: 16, or fewer in the last one.
inline int valid_columns(const PackedMatrix& w, int tile) noexcept {
  const int left = w.out_features - tile * kTileWidth;
  return left < kTileWidth ? left : kTileWidth;
}

}  // namespace winnow::kernels
