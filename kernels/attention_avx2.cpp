// Attention, one query head at a time: scores of four keys at once, softmax, then the weighted sum
// of the values, 64 elements of a head in registers over all keys.
#include "kernels/attention.h"
#include "kernels/avx2.h"
#include "kernels/rows.h"

namespace winnow::kernels {
namespace {

using avx2::kLanes;

// q . k for four keys, kv_stride apart.
WINNOW_AVX2 inline __m128 dot_4(const float* q, const float* k, ptrdiff_t kv_stride,
                                int head_dim) noexcept {
  __m256 sums[4] = {_mm256_setzero_ps(), _mm256_setzero_ps(), _mm256_setzero_ps(),
                    _mm256_setzero_ps()};
  int d = 0;
  for (; d + kLanes <= head_dim; d += kLanes) {
    const __m256 query = _mm256_loadu_ps(q + d);
#pragma GCC unroll 4
    for (int j = 0; j < 4; ++j)
      sums[j] = _mm256_fmadd_ps(query, _mm256_loadu_ps(k + j * kv_stride + d), sums[j]);
  }
  if (d < head_dim) {
    const __m256 query = avx2::load_first(q + d, head_dim - d);
#pragma GCC unroll 4
    for (int j = 0; j < 4; ++j) {
      const __m256 key = avx2::load_first(k + j * kv_stride + d, head_dim - d);
      sums[j] = _mm256_fmadd_ps(query, key, sums[j]);
    }
  }
  return avx2::sum_each(sums[0], sums[1], sums[2], sums[3]);
}

WINNOW_AVX2 inline float dot_1(const float* q, const float* k, int head_dim) noexcept {
  __m256 sum = _mm256_setzero_ps();
  for (int d = 0; d < head_dim; d += kLanes)
    sum = _mm256_fmadd_ps(avx2::load_first(q + d, head_dim - d),
                          avx2::load_first(k + d, head_dim - d), sum);
  return avx2::sum_lanes(sum);
}

WINNOW_AVX2 inline void score_keys(const Head& head, int head_dim, float scale,
                                   float* scores) noexcept {
  int j = 0;
  for (; j + 4 <= head.key_count; j += 4) {
    const __m128 dots = dot_4(head.q, head.k + j * head.kv_stride, head.kv_stride, head_dim);
    _mm_storeu_ps(scores + j, _mm_mul_ps(dots, _mm_set1_ps(scale)));
  }
  for (; j < head.key_count; ++j)
    scores[j] = dot_1(head.q, head.k + j * head.kv_stride, head_dim) * scale;
}

// out[d .. d + count) = sum over keys of weights * v, count <= kVectors * 8.
template <int kVectors>
WINNOW_AVX2 inline void weigh_values(const Head& head, const float* weights, int d,
                                     int count) noexcept {
  __m256 sums[kVectors];
  for (int i = 0; i < kVectors; ++i) sums[i] = _mm256_setzero_ps();
  const float* v = head.v + d;
  const __m256i last_lanes = avx2::first_lanes(count - (kVectors - 1) * kLanes);
  for (int j = 0; j < head.key_count; ++j, v += head.kv_stride) {
    const __m256 weight = _mm256_set1_ps(weights[j]);
#pragma GCC unroll 8
    for (int i = 0; i < kVectors - 1; ++i)
      sums[i] = _mm256_fmadd_ps(weight, _mm256_loadu_ps(v + i * kLanes), sums[i]);
    const __m256 last = _mm256_maskload_ps(v + (kVectors - 1) * kLanes, last_lanes);
    sums[kVectors - 1] = _mm256_fmadd_ps(weight, last, sums[kVectors - 1]);
  }
  for (int i = 0; i < kVectors; ++i)
    avx2::store_first(head.out + d + i * kLanes, count - i * kLanes, sums[i]);
}

WINNOW_AVX2 inline void attend(const Head& head, int head_dim, float scale,
                               float* scores) noexcept {
  constexpr int kVectors = 8;
  score_keys(head, head_dim, scale, scores);
  softmax_avx2(scores, head.key_count);
  int d = 0;
  for (; d + kVectors * kLanes <= head_dim; d += kVectors * kLanes)
    weigh_values<kVectors>(head, scores, d, kVectors * kLanes);
  for (; d < head_dim; d += kLanes) weigh_values<1>(head, scores, d, head_dim - d);
}

}  // namespace

WINNOW_AVX2
void attention_avx2(const AttentionShape& shape, const float* q, const float* k, const float* v,
                    int query_begin, int query_end, float* out) noexcept {
  float scores[8192];
  for (int query = query_begin; query < query_end; ++query)
    for (int head = 0; head < shape.heads; ++head)
      attend(head_at(shape, q, k, v, out, query, head), shape.head_dim, shape.scale, scores);
}

}  // namespace winnow::kernels
