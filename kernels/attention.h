#pragma once

#include <algorithm>
#include <limits>

#include "kernels/kernels.h"

namespace winnow::kernels {

// Scaled scores are kept finite, so that no difference of two is infinity - infinity.
inline constexpr float kLowestScore = std::numeric_limits<float>::lowest();

struct KeyRange {
  int begin;
  int end;
};

// The keys that a query sees.
inline KeyRange visible_keys(const AttentionShape& shape, int query) noexcept {
  if (shape.window < 0) return {0, shape.length};
  const int begin = query > shape.window ? query - shape.window : 0;
  const int last = shape.length - 1;
  return {begin, shape.window < last - query ? query + shape.window + 1 : shape.length};
}

// Those of the tile of `tile_size` keys from `tile_begin`; begin >= end when there are none.
inline KeyRange visible_keys_of_tile(const AttentionShape& shape, int query, int tile_begin,
                                     int tile_size) noexcept {
  const KeyRange keys = visible_keys(shape, query);
  return {std::max(keys.begin, tile_begin), std::min(keys.end, tile_begin + tile_size)};
}

// One query head and the key and value head that it shares.
struct Head {
  const float* q;  // [head_dim]
  const float* k;  // the first visible key; key j lies kv_stride * j further
  const float* v;  // likewise
  float* out;      // [head_dim]
  ptrdiff_t kv_stride;
  int key_count;
};

inline Head head_at(const AttentionShape& shape, const float* q, const float* k, const float* v,
                    float* out, int query, int head) noexcept {
  const KeyRange keys = visible_keys(shape, query);
  const ptrdiff_t q_at = ptrdiff_t{query} * shape.q_stride + ptrdiff_t{head} * shape.head_dim;
  const ptrdiff_t out_at = ptrdiff_t{query} * shape.out_stride + ptrdiff_t{head} * shape.head_dim;
  const ptrdiff_t kv_stride = shape.kv_stride;
  const int kv_head = head / (shape.heads / shape.kv_heads);
  const ptrdiff_t kv_at = keys.begin * kv_stride + ptrdiff_t{kv_head} * shape.head_dim;
  return {q + q_at, k + kv_at, v + kv_at, out + out_at, kv_stride, keys.end - keys.begin};
}

}  // namespace winnow::kernels
