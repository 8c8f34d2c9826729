#pragma once

#include <cstring>

#include "kernels/kernels.h"

// Where things lie in a PackedMatrix.
namespace winnow::kernels {

inline constexpr int kGroupInputs = 4;  // inputs that lie together for one output feature
inline constexpr int kGroupCount = kBlockSize / kGroupInputs;
inline constexpr int kGroupBytes = kTileWidth * kGroupInputs;
inline constexpr int kBlockBytes = kGroupCount * kGroupBytes;       // one block's weights
inline constexpr int kScalesBytes = kTileWidth * sizeof(uint16_t);  // one block's scales
inline constexpr size_t kPackedAlignment = 64;

// All scales of a tile.
constexpr size_t tile_scales_bytes(int block_count) noexcept {
  const size_t size = static_cast<size_t>(block_count) * kScalesBytes;
  return (size + kPackedAlignment - 1) / kPackedAlignment * kPackedAlignment;
}

constexpr size_t tile_bytes(int block_count) noexcept {
  return tile_scales_bytes(block_count) + static_cast<size_t>(block_count) * kBlockBytes;
}

// The scales of a tile's first block; those of the next ones follow.
inline const std::byte* packed_scales(const PackedMatrix& w, int tile) noexcept {
  return w.data.get() + static_cast<size_t>(tile) * tile_bytes(w.block_count());
}

// The weights of a tile's first block; those of the next ones follow.
inline const std::byte* packed_weights(const PackedMatrix& w, int tile) noexcept {
  return packed_scales(w, tile) + tile_scales_bytes(w.block_count());
}

// The outputs of a tile that exist: 16, or fewer in the last one.
inline int valid_columns(const PackedMatrix& w, int tile) noexcept {
  const int left = w.out_features - tile * kTileWidth;
  return left < kTileWidth ? left : kTileWidth;
}

}  // namespace winnow::kernels
