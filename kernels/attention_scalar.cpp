// The reference for attention: one query head at a time, scores, softmax, weighted sum of values.
#include <algorithm>

#include "kernels/attention.h"
#include "kernels/rows.h"

namespace winnow::kernels {
namespace {

void attend(const Head& head, int head_dim, float scale, float* scores) noexcept {
  for (int j = 0; j < head.key_count; ++j) {
    const float* k = head.k + j * head.kv_stride;
    float sum = 0;
    for (int d = 0; d < head_dim; ++d) sum += head.q[d] * k[d];
    scores[j] = sum * scale;
  }
  softmax_scalar(scores, head.key_count);
  std::fill_n(head.out, head_dim, 0.0f);
  for (int j = 0; j < head.key_count; ++j) {
    const float* v = head.v + j * head.kv_stride;
    for (int d = 0; d < head_dim; ++d) head.out[d] += scores[j] * v[d];
  }
}

}  // namespace

void attention_scalar(const AttentionShape& shape, const float* q, const float* k, const float* v,
                      int query_begin, int query_end, float* scores, float* out) noexcept {
  for (int query = query_begin; query < query_end; ++query)
    for (int head = 0; head < shape.heads; ++head)
      attend(head_at(shape, q, k, v, out, query, head), shape.head_dim, shape.scale, scores);
}

}  // namespace winnow::kernels
