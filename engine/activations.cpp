#include "engine/activations.h"

#include <algorithm>

namespace winnow::engine {

WorkCounters& WorkCounters::operator+=(const WorkCounters& other) {
  texts += other.texts;
  tokens += other.tokens;
  matmul_calls += other.matmul_calls;
  macs += other.macs;
  dense_macs += other.dense_macs;
  attention_macs += other.attention_macs;
  return *this;
}

void Activations::reserve(const Model& model, int length) {
  if (length <= capacity) return;
  const Config& c = model.config();
  // The old contents are of no use: cleared first, so that growing does not copy them.
  const auto resize = [](auto& buffer, size_t size) {
    buffer.clear();
    buffer.resize(size);
  };
  const auto grow = [&](auto& buffer, int rows, int size) {
    resize(buffer, static_cast<size_t>(rows) * static_cast<size_t>(size));
  };
  grow(x, length, c.embedding_length);
  grow(y, length, c.embedding_length);
  grow(q, length, c.q_length());
  grow(k, length, c.kv_length());
  grow(v, length, c.kv_length());
  grow(o, length, c.q_length());
  grow(gate, length, c.feed_forward_length);
  grow(up, length, c.feed_forward_length);
  grow(scores, 1, length);

  int widest_dense = c.embedding_length;
  for (const DenseWeights& dense : model.weights().dense)
    widest_dense = std::max({widest_dense, dense.in_features, dense.out_features});
  grow(pooled, 1, widest_dense);
  grow(hidden, 1, widest_dense);

  // One row of the widest dense projection fits as well as `length` rows of the widest matmul.
  const int widest_input = std::max({c.embedding_length, c.q_length(), c.feed_forward_length});
  const size_t size = std::max(static_cast<size_t>(length) * static_cast<size_t>(widest_input),
                               static_cast<size_t>(widest_dense));
  resize(values, size);
  resize(scales, size / kernels::kBlockSize);
  resize(offsets, size / kernels::kBlockSize);
  capacity = length;
}

}  // namespace winnow::engine
