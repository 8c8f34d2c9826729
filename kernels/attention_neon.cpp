// Attention, one query head at a time, its keys in tiles: scores of eight keys at once, then the
// values weighed, 32 elements of a head in registers over a tile. The sum and the output are kept
// relative to the largest score so far, and scaled down whenever a larger one comes.
#include <algorithm>
#include <limits>

#include "kernels/attention.h"
#include "kernels/neon.h"
#include "kernels/rows.h"

namespace winnow::kernels {
namespace {

using neon::kLanes;

constexpr int kKeyTile = 64;
constexpr int kKeyGroup = 8;

// scale * q . k for the group of keys from `first`; beyond the last key, that of the last.
inline void score_group(const Head& head, int head_dim, float scale, int first,
                        float* scores) noexcept {
  const float* k[kKeyGroup];
  for (int j = 0; j < kKeyGroup; ++j)
    k[j] = head.k + std::min(first + j, head.key_count - 1) * head.kv_stride;
  float32x4_t sums[kKeyGroup] = {};
  int d = 0;
  for (; d + kLanes <= head_dim; d += kLanes) {
    const float32x4_t query = vld1q_f32(head.q + d);
#pragma GCC unroll 8
    for (int j = 0; j < kKeyGroup; ++j) sums[j] = vfmaq_f32(sums[j], query, vld1q_f32(k[j] + d));
  }
  if (d < head_dim) {
    const float32x4_t query = neon::load_first(head.q + d, head_dim - d);
    for (int j = 0; j < kKeyGroup; ++j)
      sums[j] = vfmaq_f32(sums[j], query, neon::load_first(k[j] + d, head_dim - d));
  }
  for (int j = 0; j < kKeyGroup; j += 4) {
    const float32x4_t dots = neon::sum_each(sums[j], sums[j + 1], sums[j + 2], sums[j + 3]);
    const float32x4_t scaled = vmaxq_f32(vmulq_n_f32(dots, scale), vdupq_n_f32(kLowestScore));
    vst1q_f32(scores + j, vminq_f32(scaled, vdupq_n_f32(-kLowestScore)));
  }
}

// The scores of a tile's keys; minus infinity behind them, up to a whole group. The largest of
// them and `largest`.
inline float score_tile(const Head& head, int head_dim, float scale, int begin, int count,
                        float largest, float* scores) noexcept {
  for (int j = 0; j < count; j += kKeyGroup)
    score_group(head, head_dim, scale, begin + j, scores + j);
  const int padded = (count + kKeyGroup - 1) / kKeyGroup * kKeyGroup;
  std::fill(scores + count, scores + padded, -std::numeric_limits<float>::infinity());
  float32x4_t found = vdupq_n_f32(largest);
  for (int j = 0; j < padded; j += kLanes) found = vmaxq_f32(found, vld1q_f32(scores + j));
  return vmaxvq_f32(found);
}

// scores = exp(scores - largest); their sum.
inline float weigh_scores(float* scores, int count, float largest) noexcept {
  float32x4_t sum = vdupq_n_f32(0);
  for (int j = 0; j < count; j += kLanes) {
    const float32x4_t weights = neon::exp(vsubq_f32(vld1q_f32(scores + j), vdupq_n_f32(largest)));
    vst1q_f32(scores + j, weights);
    sum = vaddq_f32(sum, weights);
  }
  return vaddvq_f32(sum);
}

// out = out * shrink + the sum over a tile's keys of weight * v, for kVectors * 4 elements, of
// which the last vector has `last_lanes`.
template <int kVectors>
[[gnu::always_inline]] inline void add_values(const float* weights, int count, const float* v,
                                              ptrdiff_t v_stride, float shrink, int last_lanes,
                                              float* out) noexcept {
  constexpr int kLast = kVectors - 1;
  float32x4_t sums[kVectors];
  for (int i = 0; i < kLast; ++i) sums[i] = vmulq_n_f32(vld1q_f32(out + i * kLanes), shrink);
  sums[kLast] = vmulq_n_f32(neon::load_first(out + kLast * kLanes, last_lanes), shrink);
  for (int j = 0; j < count; ++j, v += v_stride) {
#pragma GCC unroll 8
    for (int i = 0; i < kLast; ++i)
      sums[i] = vfmaq_n_f32(sums[i], vld1q_f32(v + i * kLanes), weights[j]);
    sums[kLast] =
        vfmaq_n_f32(sums[kLast], neon::load_first(v + kLast * kLanes, last_lanes), weights[j]);
  }
  for (int i = 0; i < kLast; ++i) vst1q_f32(out + i * kLanes, sums[i]);
  neon::store_first(out + kLast * kLanes, last_lanes, sums[kLast]);
}

inline void attend(const Head& head, int head_dim, float scale) noexcept {
  constexpr int kVectors = 8;
  float largest = kLowestScore, sum = 0;
  std::fill_n(head.out, head_dim, 0.0f);
  for (int begin = 0; begin < head.key_count; begin += kKeyTile) {
    const int count = std::min(kKeyTile, head.key_count - begin);
    float scores[kKeyTile];
    const float tile_largest = score_tile(head, head_dim, scale, begin, count, largest, scores);
    const float shrink = vgetq_lane_f32(neon::exp(vdupq_n_f32(largest - tile_largest)), 0);
    largest = tile_largest;
    sum = sum * shrink + weigh_scores(scores, count, largest);
    const float* v = head.v + begin * head.kv_stride;
    int d = 0;
    for (; d + kVectors * kLanes <= head_dim; d += kVectors * kLanes)
      add_values<kVectors>(scores, count, v + d, head.kv_stride, shrink, kLanes, head.out + d);
    for (; d < head_dim; d += kLanes)
      add_values<1>(scores, count, v + d, head.kv_stride, shrink, head_dim - d, head.out + d);
  }
  for (int d = 0; d < head_dim; d += kLanes) {
    const float32x4_t out = neon::load_first(head.out + d, head_dim - d);
    neon::store_first(head.out + d, head_dim - d, vdivq_f32(out, vdupq_n_f32(sum)));
  }
}

}  // namespace

void attention_neon(const AttentionShape& shape, const float* q, const float* k, const float* v,
                    int query_begin, int query_end, float* out) noexcept {
  for (int query = query_begin; query < query_end; ++query)
    for (int head = 0; head < shape.heads; ++head)
      attend(head_at(shape, q, k, v, out, query, head), shape.head_dim, shape.scale);
}

}  // namespace winnow::kernels
