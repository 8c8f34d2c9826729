// The reference for attention: one query head at a time, its keys in tiles. The sum and the output
// are kept relative to the largest score so far, and scaled down whenever a larger one comes.
#include <algorithm>
#include <cmath>

#include "kernels/attention.h"
#include "kernels/rows.h"

namespace winnow::kernels {
namespace {

constexpr int kKeyTile = 64;

float dot(const float* q, const float* k, int size) noexcept {
  float sum = 0;
  for (int d = 0; d < size; ++d) sum += q[d] * k[d];
  return sum;
}

void attend(const Head& head, int head_dim, float scale) noexcept {
  float largest = kLowestScore, sum = 0;
  std::fill_n(head.out, head_dim, 0.0f);
  for (int begin = 0; begin < head.key_count; begin += kKeyTile) {
    const int count = std::min(kKeyTile, head.key_count - begin);
    float scores[kKeyTile];
    float tile_largest = largest;
    for (int j = 0; j < count; ++j) {
      const float score = dot(head.q, head.k + (begin + j) * head.kv_stride, head_dim) * scale;
      scores[j] = std::clamp(score, kLowestScore, -kLowestScore);
      tile_largest = std::max(tile_largest, scores[j]);
    }
    const float shrink = std::exp(largest - tile_largest);
    largest = tile_largest;
    sum *= shrink;
    for (int d = 0; d < head_dim; ++d) head.out[d] *= shrink;
    for (int j = 0; j < count; ++j) {
      const float weight = std::exp(scores[j] - largest);
      const float* v = head.v + (begin + j) * head.kv_stride;
      sum += weight;
      for (int d = 0; d < head_dim; ++d) head.out[d] += weight * v[d];
    }
  }
  for (int d = 0; d < head_dim; ++d) head.out[d] /= sum;
}

}  // namespace

void attention_scalar(const AttentionShape& shape, const float* q, const float* k, const float* v,
                      int query_begin, int query_end, float* out) noexcept {
  for (int query = query_begin; query < query_end; ++query)
    for (int head = 0; head < shape.heads; ++head)
      attend(head_at(shape, q, k, v, out, query, head), shape.head_dim, shape.scale);
}

}  // namespace winnow::kernels
