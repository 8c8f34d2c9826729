#include "engine/forward.h"

#include <algorithm>
#include <cmath>

namespace winnow::engine {
namespace {

using kernels::PackedMatrix;
using kernels::QuantizedRows;

// The operators over all rows of one sequence.
struct Sequence {
  const kernels::Kernels& kernels;
  Scheduler& scheduler;
  Activations& a;
  WorkCounters& work;
  int length;
  float epsilon;

  // y = rms_norm(x), row by row: [row_count][size]
  void rms_norm(const float* x, const float* weight, int row_count, int size, float* y) const {
    for (int64_t row = 0; row < row_count; ++row)
      kernels.rms_norm(x + row * size, weight, size, epsilon, y + row * size);
  }

  // Once for each distinct input of a matmul; valid until the next call.
  QuantizedRows quantize(const float* x, int row_count, int size) const {
    const int64_t blocks = size / kernels::kBlockSize;
    for (int64_t row = 0; row < row_count; ++row)
      kernels.quantize(x + row * size, size, a.values.data() + row * size,
                       a.scales.data() + row * blocks, a.offsets.data() + row * blocks);
    return {row_count, size, a.values.data(), a.scales.data(), a.offsets.data()};
  }

  // y = x @ w: [length][in_features] -> [length][out_features]
  void matmul(const QuantizedRows& x, const PackedMatrix& w, float* y) const {
    scheduler.over_tiles(w.tile_count(), [&](int begin, int end) {
      kernels.matmul(w, begin, end, x, y, w.out_features);
    });
    work.matmul_calls += 1;
    work.macs += static_cast<int64_t>(x.row_count) * w.in_features * w.out_features;
  }

  // Every head of every token normalized, then rotated by its position: [length][heads][head_dim]
  void norm_and_rope(float* x, const float* weight, int heads, int head_dim,
                     const RopeTable& rope) const {
    const int64_t pairs = head_dim / 2;
    rms_norm(x, weight, length * heads, head_dim, x);
    for (int64_t position = 0; position < length; ++position)
      for (int64_t head = 0; head < heads; ++head)
        kernels.rope(x + (position * heads + head) * head_dim,
                     rope.cosines.data() + position * pairs, rope.sines.data() + position * pairs,
                     head_dim);
  }

  void add(float* x, const float* y, int size) const {
    for (int64_t i = 0; i < static_cast<int64_t>(length) * size; ++i) x[i] += y[i];
  }
};

// x[token] = token_embd[id] * sqrt(embedding): [length][embedding]
void embed_tokens(const Model& model, std::span<const int32_t> tokens, float* x) {
  const int size = model.config().embedding_length;
  const int64_t blocks = size / kernels::kBlockSize;
  const float factor = std::sqrt(static_cast<float>(size));
  for (const int32_t id : tokens) {
    const kernels::BlockQ8_0* row = model.weights().token_embd + id * blocks;
    for (int64_t block = 0; block < blocks; ++block) {
      const float scale = kernels::half_to_float(row[block].scale) * factor;
      for (const int8_t value : row[block].values) *x++ = scale * static_cast<float>(value);
    }
  }
}

// The pairs (i, j) with |i - j| <= window; all of them when window is negative.
int64_t visible_pairs(int64_t length, int64_t window) {
  if (window < 0 || window >= length) return length * length;
  return length + window * (2 * length - window - 1);
}

// mean[i] = mean over tokens of y[token][i]
void mean_rows(const float* y, int length, int size, float* mean) {
  std::fill_n(mean, size, 0.0f);
  for (int row = 0; row < length; ++row)
    for (int i = 0; i < size; ++i) mean[i] += *y++;
  for (int i = 0; i < size; ++i) mean[i] /= static_cast<float>(length);
}

// y = w @ x: [in_features] -> [out_features]. In the calling thread: one row has little work.
void dense(const Sequence& s, const DenseWeights& w, const float* x, float* y) {
  const int64_t in = w.in_features;
  if (w.q8_0) {
    const QuantizedRows row = s.quantize(x, 1, w.in_features);
    for (int64_t o = 0; o < w.out_features; ++o)
      y[o] = s.kernels.dot(w.q8_0 + o * (in / kernels::kBlockSize), row.values, row.scales,
                           w.in_features);
  } else {
    for (int64_t o = 0; o < w.out_features; ++o) {
      double sum = 0;
      for (int64_t i = 0; i < in; ++i) sum += static_cast<double>(w.f32[o * in + i]) * x[i];
      y[o] = static_cast<float>(sum);
    }
  }
  s.work.macs += in * w.out_features;
  s.work.dense_macs += in * w.out_features;
}

// out = x / |x|; a zero vector stays one.
void l2_normalize(const float* x, std::span<float> out) {
  double sum = 0;
  for (size_t i = 0; i < out.size(); ++i) sum += static_cast<double>(x[i]) * x[i];
  const auto factor = static_cast<float>(sum > 0 ? 1 / std::sqrt(sum) : 0.0);
  for (size_t i = 0; i < out.size(); ++i) out[i] = x[i] * factor;
}

}  // namespace

void forward(const Model& model, Scheduler& scheduler, std::span<const int32_t> tokens,
             Activations& a, WorkCounters& work, std::span<float> embedding) {
  const Config& c = model.config();
  const kernels::Kernels& k = model.kernels();
  const int length = static_cast<int>(tokens.size());
  a.reserve(model, length);
  const Sequence s{k, scheduler, a, work, length, c.rms_epsilon};
  float *x = a.x.data(), *y = a.y.data();

  embed_tokens(model, tokens, x);  // x [length][embedding]
  for (int block = 0; block < c.block_count; ++block) {
    const BlockWeights& w = model.weights().blocks[static_cast<size_t>(block)];
    const RopeTable& rope = model.rope(c.local(block));
    const int window = c.local(block) ? c.sliding_window / 2 : -1;

    s.rms_norm(x, w.attn_norm, length, c.embedding_length, y);
    const QuantizedRows attn_input = s.quantize(y, length, c.embedding_length);
    s.matmul(attn_input, w.attn_q, a.q.data());  // q [length][heads][head_dim]
    s.matmul(attn_input, w.attn_k, a.k.data());  // k [length][kv_heads][head_dim]
    s.matmul(attn_input, w.attn_v, a.v.data());  // v [length][kv_heads][head_dim]
    s.norm_and_rope(a.q.data(), w.attn_q_norm, c.head_count, c.head_dim, rope);
    s.norm_and_rope(a.k.data(), w.attn_k_norm, c.head_count_kv, c.head_dim, rope);
    const float scale = 1 / std::sqrt(static_cast<float>(c.head_dim));
    k.attention({length, c.head_count, c.head_count_kv, c.head_dim, scale, window}, a.q.data(),
                a.k.data(), a.v.data(), 0, length, a.scores.data(),
                a.o.data());  // o [length][heads * head_dim]
    work.attention_macs += 2 * visible_pairs(length, window) * c.q_length();
    s.matmul(s.quantize(a.o.data(), length, c.q_length()), w.attn_output, y);
    s.rms_norm(y, w.post_attention_norm, length, c.embedding_length, y);
    s.add(x, y, c.embedding_length);

    s.rms_norm(x, w.ffn_norm, length, c.embedding_length, y);
    const QuantizedRows ffn_input = s.quantize(y, length, c.embedding_length);
    s.matmul(ffn_input, w.ffn_gate, a.gate.data());  // gate [length][feed_forward]
    s.matmul(ffn_input, w.ffn_up, a.up.data());      // up [length][feed_forward]
    for (int64_t row = 0; row < length; ++row) {
      float* gate = a.gate.data() + row * c.feed_forward_length;
      k.geglu(gate, a.up.data() + row * c.feed_forward_length, c.feed_forward_length, gate);
    }
    s.matmul(s.quantize(a.gate.data(), length, c.feed_forward_length), w.ffn_down, y);
    s.rms_norm(y, w.post_ffw_norm, length, c.embedding_length, y);
    s.add(x, y, c.embedding_length);
  }

  s.rms_norm(x, model.weights().output_norm, length, c.embedding_length, y);
  float *e = a.pooled.data(), *other = a.hidden.data();
  mean_rows(y, length, c.embedding_length, e);  // e [embedding]
  for (const DenseWeights& w : model.weights().dense) {
    dense(s, w, e, other);
    std::swap(e, other);
  }
  l2_normalize(e, embedding);
  work.texts += 1;
  work.tokens += length;
}

}  // namespace winnow::engine
