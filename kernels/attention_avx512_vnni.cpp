// Blocked attention: a tile of queries against tiles of keys that stay in the first-level cache.
// One query's heads that share keys and values are handled together, 3 heads x 8 keys in registers
// for the scores, 3 heads x 8 vectors for the weighted values. Softmax is online: sums and outputs
// are relative to the largest score so far, and scaled down whenever a larger one comes. A query is
// never computed together with another one, so its result depends on itself alone. All is inlined,
// so that a profile shows one function: the row's.
#include <algorithm>
#include <limits>

#include "kernels/attention.h"
#include "kernels/avx512.h"
#include "kernels/rows.h"

#define WINNOW_INLINE WINNOW_INTO_ROW WINNOW_AVX512_VNNI inline

namespace winnow::kernels {
namespace {

using avx512::kLanes;

constexpr int kKeyTile = 32;
constexpr int kScoreStride = kKeyTile + 4;  // scores are written by fours
constexpr int kQueryTile = 16;
constexpr int kMaxHeads = 3;
constexpr int kMaxKeys = 8;     // in registers
constexpr int kMaxVectors = 8;  // of an output row, in registers
constexpr __mmask16 kAllLanes = 0xffff;
static_assert(kKeyTile % kLanes == 0);

// Of one query's heads, one lane each.
struct Softmax {
  __m128 largest;
  __m128 sum;
};

// The keys of a tile that one query sees, and what its heads make of them.
template <int kHeads>
struct TileScores {
  KeyRange keys;
  __m128 shrink;  // of what was summed before this tile
  float scores[kHeads][kScoreStride];
};

// The largest lanes of four vectors.
WINNOW_INLINE __m128 largest_each(__m512 a, __m512 b, __m512 c, __m512 d) noexcept {
  const __m512 ab = _mm512_max_ps(_mm512_unpacklo_ps(a, b), _mm512_unpackhi_ps(a, b));
  const __m512 cd = _mm512_max_ps(_mm512_unpacklo_ps(c, d), _mm512_unpackhi_ps(c, d));
  const __m512 abcd = _mm512_max_ps(_mm512_shuffle_ps(ab, cd, _MM_SHUFFLE(1, 0, 1, 0)),
                                    _mm512_shuffle_ps(ab, cd, _MM_SHUFFLE(3, 2, 3, 2)));
  const __m256 half = _mm256_max_ps(_mm512_castps512_ps256(abcd), _mm512_extractf32x8_ps(abcd, 1));
  return _mm_max_ps(_mm256_castps256_ps128(half), _mm256_extractf128_ps(half, 1));
}

WINNOW_INLINE __m128 exp(__m128 x) noexcept {
  return _mm512_castps512_ps128(avx512::exp(_mm512_castps128_ps512(x)));
}

// That of four lanes which a head has, in all lanes.
WINNOW_INLINE __m512 broadcast_lane(__m128 x, int head) noexcept {
  return _mm512_permutexvar_ps(_mm512_set1_epi32(head), _mm512_castps128_ps512(x));
}

// Loads into a register: g++ would rather load again for each use.
WINNOW_INLINE __m512 load(const float* x, __mmask16 lanes) noexcept {
  __m512 value = _mm512_maskz_loadu_ps(lanes, x);
  asm("" : "+v"(value));
  return value;
}

// sums[head][j] += q[head] * k[j], one vector of each.
template <int kHeads, int kKeys>
WINNOW_INLINE void add_products(const float* q, int head_dim, const float* k, ptrdiff_t kv_stride,
                                __mmask16 lanes, __m512 (&sums)[kHeads][kKeys]) noexcept {
  __m512 queries[kHeads];
#pragma GCC unroll 8
  for (int h = 0; h < kHeads; ++h) queries[h] = load(q + h * ptrdiff_t{head_dim}, lanes);
#pragma GCC unroll 8
  for (int j = 0; j < kKeys; ++j) {
    const __m512 key = load(k + j * kv_stride, lanes);
#pragma GCC unroll 8
    for (int h = 0; h < kHeads; ++h) sums[h][j] = _mm512_fmadd_ps(queries[h], key, sums[h][j]);
  }
}

// scores[head][j] = q[head] . k[j] for kKeys keys.
template <int kHeads, int kKeys>
WINNOW_INLINE void score_block(const float* q, const float* k, ptrdiff_t kv_stride, int head_dim,
                               float* scores) noexcept {
  __m512 sums[kHeads][kKeys];
  for (int h = 0; h < kHeads; ++h)
    for (int j = 0; j < kKeys; ++j) sums[h][j] = _mm512_setzero_ps();
  int d = 0;
  for (; d + kLanes <= head_dim; d += kLanes)
    add_products(q + d, head_dim, k + d, kv_stride, kAllLanes, sums);
  if (d < head_dim)
    add_products(q + d, head_dim, k + d, kv_stride, avx512::first_lanes(head_dim - d), sums);
#pragma GCC unroll 8
  for (int h = 0; h < kHeads; ++h)
#pragma GCC unroll 8
    for (int j = 0; j < kKeys; j += 4) {
      constexpr int kLast = kKeys - 1;
      const __m512* s = sums[h];
      _mm_storeu_ps(scores + h * kScoreStride + j,
                    avx512::sum_each(s[j], s[std::min(j + 1, kLast)], s[std::min(j + 2, kLast)],
                                     s[std::min(j + 3, kLast)]));
    }
}

// The same for up to kKeys keys.
template <int kHeads, int kKeys = kMaxKeys>
WINNOW_INLINE void score_up_to(int count, const float* q, const float* k, ptrdiff_t kv_stride,
                               int head_dim, float* scores) noexcept {
  if constexpr (kKeys > 1)
    if (count < kKeys)
      return score_up_to<kHeads, kKeys - 1>(count, q, k, kv_stride, head_dim, scores);
  score_block<kHeads, kKeys>(q, k, kv_stride, head_dim, scores);
}

// k: key 0.
template <int kHeads>
WINNOW_INLINE void score(const float* q, const float* k, ptrdiff_t kv_stride, int head_dim,
                         TileScores<kHeads>& tile) noexcept {
  float* scores = tile.scores[0];
  for (int key = tile.keys.begin; key < tile.keys.end;) {
    // Blocks of nearly equal size: 9 keys are 5 + 4, not 8 + 1.
    const int left = tile.keys.end - key;
    const int blocks_left = (left + kMaxKeys - 1) / kMaxKeys;
    const int count = (left + blocks_left - 1) / blocks_left;
    score_up_to<kHeads>(count, q, k + key * kv_stride, kv_stride, head_dim, scores);
    key += count;
    scores += count;
  }
}

// Scores become weights: exp(scale * score - largest). Lanes behind the last key hold minus
// infinity, then 0.
template <int kHeads>
WINNOW_INLINE void weigh_scores(float scale, TileScores<kHeads>& tile, Softmax& softmax) noexcept {
  const int count = tile.keys.end - tile.keys.begin;
  const __m512 lowest = _mm512_set1_ps(kLowestScore), highest = _mm512_set1_ps(-kLowestScore);
  const __m512 hidden = _mm512_set1_ps(-std::numeric_limits<float>::infinity());
  __m512 largest[4] = {hidden, hidden, hidden, hidden};
  for (int j = 0; j < count; j += kLanes)
#pragma GCC unroll 8
    for (int h = 0; h < kHeads; ++h) {
      float* scores = tile.scores[h] + j;
      const __mmask16 lanes = avx512::first_lanes(count - j);
      __m512 scaled = _mm512_maskz_loadu_ps(lanes, scores);
      scaled = _mm512_max_ps(lowest, _mm512_mul_ps(_mm512_set1_ps(scale), scaled));
      scaled = _mm512_mask_min_ps(hidden, lanes, highest, scaled);
      _mm512_storeu_ps(scores, scaled);
      largest[h] = _mm512_max_ps(largest[h], scaled);
    }
  const __m128 before = softmax.largest;
  softmax.largest =
      _mm_max_ps(before, largest_each(largest[0], largest[1], largest[2], largest[3]));
  tile.shrink = exp(_mm_sub_ps(before, softmax.largest));
  __m512 sums[4];
#pragma GCC unroll 8
  for (int h = 0; h < 4; ++h) {
    sums[h] = _mm512_setzero_ps();
    largest[h] = broadcast_lane(softmax.largest, h);
  }
  for (int j = 0; j < count; j += kLanes)
#pragma GCC unroll 8
    for (int h = 0; h < kHeads; ++h) {
      float* scores = tile.scores[h] + j;
      const __m512 weights = avx512::exp(_mm512_sub_ps(_mm512_loadu_ps(scores), largest[h]));
      _mm512_storeu_ps(scores, weights);
      sums[h] = _mm512_add_ps(sums[h], weights);
    }
  softmax.sum = _mm_add_ps(_mm_mul_ps(softmax.sum, tile.shrink),
                           avx512::sum_each(sums[0], sums[1], sums[2], sums[3]));
}

// out = (out * shrink + weights @ v) * factor for kVectors vectors of each head from element d on;
// a single one may reach beyond head_dim. v: key 0. `first`: there is no out yet.
template <int kHeads, int kVectors>
WINNOW_INLINE void weigh_block(const TileScores<kHeads>& tile, const float* v, ptrdiff_t kv_stride,
                               int head_dim, int d, bool first, __m128 factor,
                               float* out) noexcept {
  const __mmask16 lanes = kVectors == 1 ? avx512::first_lanes(head_dim - d) : kAllLanes;
  const __mmask16 old_lanes = first ? __mmask16{0} : lanes;
  __m512 sums[kHeads][kVectors];
#pragma GCC unroll 8
  for (int h = 0; h < kHeads; ++h) {
    const __m512 shrink = broadcast_lane(tile.shrink, h);
    const float* old = out + h * ptrdiff_t{head_dim} + d;
#pragma GCC unroll 8
    for (int i = 0; i < kVectors; ++i)
      sums[h][i] = _mm512_mul_ps(_mm512_maskz_loadu_ps(old_lanes, old + i * kLanes), shrink);
  }
  const int count = tile.keys.end - tile.keys.begin;
  v += tile.keys.begin * kv_stride + d;
  for (int j = 0; j < count; ++j, v += kv_stride) {
    __m512 weights[kHeads];
#pragma GCC unroll 8
    for (int h = 0; h < kHeads; ++h) weights[h] = _mm512_set1_ps(tile.scores[h][j]);
#pragma GCC unroll 8
    for (int i = 0; i < kVectors; ++i) {
      const __m512 values = load(v + i * kLanes, lanes);
#pragma GCC unroll 8
      for (int h = 0; h < kHeads; ++h) sums[h][i] = _mm512_fmadd_ps(weights[h], values, sums[h][i]);
    }
  }
#pragma GCC unroll 8
  for (int h = 0; h < kHeads; ++h) {
    const __m512 factors = broadcast_lane(factor, h);
    float* to = out + h * ptrdiff_t{head_dim} + d;
#pragma GCC unroll 8
    for (int i = 0; i < kVectors; ++i)
      _mm512_mask_storeu_ps(to + i * kLanes, lanes, _mm512_mul_ps(sums[h][i], factors));
  }
}

template <int kHeads>
WINNOW_INLINE void weigh_values(const TileScores<kHeads>& tile, const float* v, ptrdiff_t kv_stride,
                                int head_dim, bool first, __m128 factor, float* out) noexcept {
  int d = 0;
  for (; d + kMaxVectors * kLanes <= head_dim; d += kMaxVectors * kLanes)
    weigh_block<kHeads, kMaxVectors>(tile, v, kv_stride, head_dim, d, first, factor, out);
  for (; d < head_dim; d += kLanes)
    weigh_block<kHeads, 1>(tile, v, kv_stride, head_dim, d, first, factor, out);
}

// kHeads heads from `head` on, which share keys and values, of up to kQueryTile queries.
template <int kHeads>
WINNOW_INLINE void attend(const AttentionShape& shape, const float* q, const float* k,
                          const float* v, int query_begin, int query_end, int head,
                          float* out) noexcept {
  TileScores<kHeads> tiles[kQueryTile];
  Softmax softmax[kQueryTile];
  for (Softmax& s : softmax) s = {_mm_set1_ps(kLowestScore), _mm_setzero_ps()};
  const Head first = head_at(shape, q, k, v, out, 0, head);
  const int key_begin = visible_keys(shape, query_begin).begin / kKeyTile * kKeyTile;
  const int key_end = visible_keys(shape, query_end - 1).end;
  for (int key = key_begin; key < key_end; key += kKeyTile) {
    for (int query = query_begin; query < query_end; ++query) {
      TileScores<kHeads>& tile = tiles[query - query_begin];
      tile.keys = visible_keys_of_tile(shape, query, key, kKeyTile);
      if (tile.keys.begin >= tile.keys.end) continue;
      score<kHeads>(first.q + query * ptrdiff_t{shape.q_stride}, first.k, shape.kv_stride,
                    shape.head_dim, tile);
      weigh_scores<kHeads>(shape.scale, tile, softmax[query - query_begin]);
    }
    for (int query = query_begin; query < query_end; ++query) {
      const TileScores<kHeads>& tile = tiles[query - query_begin];
      if (tile.keys.begin >= tile.keys.end) continue;
      const KeyRange visible = visible_keys(shape, query);
      const __m128 one = _mm_set1_ps(1.0f);
      const __m128 factor =
          tile.keys.end == visible.end ? _mm_div_ps(one, softmax[query - query_begin].sum) : one;
      weigh_values<kHeads>(tile, first.v, shape.kv_stride, shape.head_dim,
                           tile.keys.begin == visible.begin, factor,
                           first.out + query * ptrdiff_t{shape.out_stride});
    }
  }
}

}  // namespace

WINNOW_AVX512_VNNI
void attention_avx512_vnni(const AttentionShape& shape, const float* q, const float* k,
                           const float* v, int query_begin, int query_end, float* out) noexcept {
  const int sharing = shape.heads / shape.kv_heads;
  for (int begin = query_begin; begin < query_end; begin += kQueryTile) {
    const int end = std::min(begin + kQueryTile, query_end);
    for (int head = 0; head < shape.heads;) {
      const int left = sharing - head % sharing;
      if (left >= kMaxHeads)
        attend<kMaxHeads>(shape, q, k, v, begin, end, head, out);
      else if (left == 2)
        attend<2>(shape, q, k, v, begin, end, head, out);
      else
        attend<1>(shape, q, k, v, begin, end, head, out);
      head += std::min(left, kMaxHeads);
    }
  }
}

}  // namespace winnow::kernels
