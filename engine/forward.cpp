#include "engine/forward.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/tensor_conversion.h"

namespace winnow::engine {
namespace {

using kernels::PackedMatrix;

// x = token_embd[id] * sqrt(embedding)
void embed_token(const Model& model, int32_t id, float* x) {
  const int size = model.config().embedding_length;
  const float factor = std::sqrt(static_cast<float>(size));
  const TokenTable& table = model.weights().token_embd;
  if (table.type != TensorType::q8_0) {
    const auto length = static_cast<size_t>(size);
    const uint64_t row_bytes = length / block_elements(table.type) * block_bytes(table.type);
    to_floats(table.type, table.rows + static_cast<uint64_t>(id) * row_bytes, length, x);
    for (int i = 0; i < size; ++i) x[i] *= factor;
    return;
  }
  const int64_t blocks = size / kernels::kBlockSize;
  const auto* row = reinterpret_cast<const kernels::BlockQ8_0*>(table.rows) + id * blocks;
  for (int64_t block = 0; block < blocks; ++block) {
    const float scale = kernels::half_to_float(row[block].scale) * factor;
    for (const int8_t value : row[block].values) *x++ = scale * static_cast<float>(value);
  }
}

// The pairs (i, j) with |i - j| <= window; all of them when window is negative.
int64_t visible_pairs(int64_t length, int64_t window) {
  if (window < 0 || window >= length) return length * length;
  return length + window * (2 * length - window - 1);
}

// mean[i] = mean over rows of y[row][i]
void mean_rows(const float* y, int length, int size, float* mean) {
  std::fill_n(mean, size, 0.0f);
  for (int row = 0; row < length; ++row)
    for (int i = 0; i < size; ++i) mean[i] += *y++;
  for (int i = 0; i < size; ++i) mean[i] /= static_cast<float>(length);
}

// y = w @ x: [in_features] -> [out_features]. One row has too little work for a loop over tiles.
void dense(const kernels::Kernels& k, const DenseWeights& w, const float* x,
           const QuantizedBuffer& input, float* y) {
  const int64_t in = w.in_features;
  if (w.q8_0) {
    k.quantize(x, w.in_features, input.values, input.scales, input.offsets);
    for (int64_t o = 0; o < w.out_features; ++o)
      y[o] =
          k.dot(w.q8_0 + o * (in / kernels::kBlockSize), input.values, input.scales, w.in_features);
  } else {
    for (int64_t o = 0; o < w.out_features; ++o) {
      double sum = 0;
      for (int64_t i = 0; i < in; ++i) sum += static_cast<double>(w.f32[o * in + i]) * x[i];
      y[o] = static_cast<float>(sum);
    }
  }
}

// out = x / |x|; NaN in all of them where x has no length, or one that is not finite.
void l2_normalize(const float* x, std::span<float> out) {
  double sum = 0;
  for (size_t i = 0; i < out.size(); ++i) sum += static_cast<double>(x[i]) * x[i];
  if (!(sum > 0 && std::isfinite(sum))) {
    std::fill(out.begin(), out.end(), std::numeric_limits<float>::quiet_NaN());
    return;
  }
  const auto factor = static_cast<float>(1 / std::sqrt(sum));
  for (size_t i = 0; i < out.size(); ++i) out[i] = x[i] * factor;
}

// The operators over all rows.
struct Operators {
  const Model& model;
  Scheduler& scheduler;
  std::span<const Sequence> sequences;
  Activations& a;
  WorkCounters& work;
  const Config& c = model.config();
  const kernels::Kernels& k = model.kernels();
  int row_count = static_cast<int>(a.tokens.size());

  // body(row) for every row.
  template <class Body>
  void over_rows(Body body) const {
    scheduler.over_rows(row_count, [&](int begin, int end) {
      for (int64_t row = begin; row < end; ++row) body(row);
    });
  }

  // The input of the matmuls behind a norm: row of x, normalized and quantized.
  void norm_quantize(int64_t row, const float* weight) const {
    const QuantizedBuffer to = a.embedding_input.at(row);
    k.norm_quantize(a.x + row * c.embedding_length, weight, c.embedding_length, c.rms_epsilon,
                    to.values, to.scales, to.offsets);
  }

  // row of y = rms_norm(row of x)
  void output_norm(int64_t row, const float* weight) const {
    k.rms_norm(a.x + row * c.embedding_length, weight, c.embedding_length, c.rms_epsilon,
               a.y + row * c.embedding_length);
  }

  // row of x += rms_norm(row of y)
  void add_norm(int64_t row, const float* weight) const {
    k.add_norm(a.y + row * c.embedding_length, weight, c.embedding_length, c.rms_epsilon,
               a.x + row * c.embedding_length);
  }

  // y = x @ w, which holds `matrices` weight matrices: [row][in_features] -> [row][out_features]
  void matmul(const QuantizedBuffer& x, const PackedMatrix& w, int matrices, float* y) const {
    constexpr int kTiles = 2;  // as many as the kernels take in one go
    scheduler.over_tiles((w.tile_count() + kTiles - 1) / kTiles, [&](int begin, int end) {
      k.matmul(w, begin * kTiles, std::min(end * kTiles, w.tile_count()), x.rows(row_count), y,
               w.out_features);
    });
    count_matmul(w, matrices);
  }

  void count_matmul(const PackedMatrix& w, int matrices) const {
    work.matmul_calls += matrices * static_cast<int64_t>(sequences.size());
    work.macs += static_cast<int64_t>(row_count) * w.in_features * w.out_features;
  }

  // q and k: every head normalized, then rotated by its position.
  void norm_and_rope(int64_t row, const BlockWeights& w, const RopeTable& rope) const {
    const int64_t angles = int64_t{a.tokens[static_cast<size_t>(row)].position} * (c.head_dim / 2);
    float* head = a.qkv + row * c.qkv_length();
    for (int i = 0; i < c.head_count + c.head_count_kv; ++i, head += c.head_dim)
      k.norm_rope(head, i < c.head_count ? w.attn_q_norm : w.attn_k_norm, c.rms_epsilon,
                  rope.cosines.data() + angles, rope.sines.data() + angles, c.head_dim);
  }

  // o = softmax(q @ k) @ v, quantized: [row][heads * head_dim]
  void attention(int window) const {
    const int stride = c.qkv_length();
    const float scale = 1 / std::sqrt(static_cast<float>(c.head_dim));
    const int task_count = static_cast<int>(a.attention_tasks.size());
    scheduler.over_rows(task_count, [&](int begin, int end) {
      for (int i = begin; i < end; ++i) {
        const AttentionTask& task = a.attention_tasks[static_cast<size_t>(i)];
        const float* q = a.qkv + int64_t{task.first_row} * stride;
        float* o = a.o + int64_t{task.first_row} * c.q_length();
        k.attention({task.length, c.head_count, c.head_count_kv, c.head_dim, scale, window, stride,
                     stride, c.q_length()},
                    q, q + c.q_length(), q + c.q_length() + c.kv_length(), task.begin, task.end, o);
        for (int64_t row = task.begin; row < task.end; ++row) {
          const QuantizedBuffer to = a.attention_input.at(task.first_row + row);
          k.quantize(o + row * c.q_length(), c.q_length(), to.values, to.scales, to.offsets);
        }
      }
    });
    for (const Sequence& sequence : sequences)
      work.attention_macs +=
          2 * visible_pairs(static_cast<int64_t>(sequence.tokens.size()), window) * c.q_length();
  }

  // feed_forward_input = gelu_tanh(x @ gate) * (x @ up): [row][feed_forward]. Some blocks of 32
  // outputs at a time, with gate and up of all rows side by side: [row][blocks][64], quantized
  // while they are in the cache.
  void gated(const BlockWeights& w) const {
    constexpr int kBlocksAtOnce = 4;
    constexpr int kColumns = 2 * kernels::kBlockSize;  // 32 of gate, 32 of up
    constexpr int kTiles = kColumns / kernels::kTileWidth;
    scheduler.over_tiles(c.feed_forward_length / kernels::kBlockSize, [&](int begin, int end) {
      for (int first = begin, count; first < end; first += count) {
        count = std::min(kBlocksAtOnce, end - first);
        // matmul writes column first * kColumns of row 0 to the begin of this part's place.
        float* part = a.gate_up + int64_t{first} * kColumns * row_count;
        float* y = part - int64_t{first} * kColumns;
        k.matmul(w.ffn_gate_up, first * kTiles, (first + count) * kTiles,
                 a.embedding_input.rows(row_count), y, count * kColumns);
        for (int64_t row = 0; row < row_count; ++row) {
          const QuantizedBuffer to = a.feed_forward_input.at(row, first * kernels::kBlockSize);
          k.geglu_quantize(part + row * count * kColumns, count, to.values, to.scales, to.offsets);
        }
      }
    });
    count_matmul(w.ffn_gate_up, 2);
  }

  // The mean over each sequence's rows of y, projected and of length 1.
  void pool() const {
    const int64_t width = a.dense_input.size;
    scheduler.over_rows(static_cast<int>(sequences.size()), [&](int begin, int end) {
      for (int64_t i = begin; i < end; ++i) {
        const Sequence& sequence = sequences[static_cast<size_t>(i)];
        const int64_t first_row = a.first_rows[static_cast<size_t>(i)];
        float *e = a.pooled + i * width, *other = a.hidden + i * width;
        mean_rows(a.y + first_row * c.embedding_length, static_cast<int>(sequence.tokens.size()),
                  c.embedding_length, e);
        for (const DenseWeights& w : model.weights().dense) {
          dense(k, w, e, a.dense_input.at(i), other);
          std::swap(e, other);
        }
        l2_normalize(e, sequence.embedding);
      }
    });
    for (const DenseWeights& w : model.weights().dense) {
      const int64_t macs = static_cast<int64_t>(sequences.size()) * w.in_features * w.out_features;
      work.macs += macs;
      work.dense_macs += macs;
    }
  }
};

// Which sequence, token and position a row has.
void lay_out(std::span<const Sequence> sequences, Activations& a) {
  a.tokens.clear();
  a.first_rows.clear();
  a.attention_tasks.clear();
  for (const Sequence& sequence : sequences) {
    const int first_row = static_cast<int>(a.tokens.size());
    const int length = static_cast<int>(sequence.tokens.size());
    a.first_rows.push_back(first_row);
    for (int position = 0; position < length; ++position)
      a.tokens.push_back({sequence.tokens[static_cast<size_t>(position)], position});
    for (int begin = 0; begin < length; begin += Activations::kQueriesATask)
      a.attention_tasks.push_back(
          {first_row, length, begin, std::min(length, begin + Activations::kQueriesATask)});
  }
}

}  // namespace

void forward(const Model& model, Scheduler& scheduler, std::span<const Sequence> sequences,
             Activations& a, WorkCounters& work) {
  if (sequences.empty()) return;
  const Config& c = model.config();
  const Weights& weights = model.weights();
  int row_count = 0;
  for (const Sequence& sequence : sequences) row_count += static_cast<int>(sequence.tokens.size());
  a.reserve(model, row_count, static_cast<int>(sequences.size()));
  lay_out(sequences, a);
  const Operators run{model, scheduler, sequences, a, work};

  run.over_rows([&](int64_t row) {
    embed_token(model, a.tokens[static_cast<size_t>(row)].id, a.x + row * c.embedding_length);
    run.norm_quantize(row, weights.blocks.front().attn_norm);
  });
  for (int block = 0; block < c.block_count; ++block) {
    const BlockWeights& w = weights.blocks[static_cast<size_t>(block)];
    const bool last = block == c.block_count - 1;

    run.matmul(a.embedding_input, w.attn_qkv, 3, a.qkv);
    run.over_rows([&](int64_t row) { run.norm_and_rope(row, w, model.rope(c.local(block))); });
    run.attention(c.local(block) ? c.sliding_window / 2 : -1);
    run.matmul(a.attention_input, w.attn_output, 1, a.y);
    run.over_rows([&](int64_t row) {
      run.add_norm(row, w.post_attention_norm);
      run.norm_quantize(row, w.ffn_norm);
    });
    run.gated(w);
    run.matmul(a.feed_forward_input, w.ffn_down, 1, a.y);
    run.over_rows([&](int64_t row) {
      run.add_norm(row, w.post_ffw_norm);
      if (last)
        run.output_norm(row, weights.output_norm);
      else
        run.norm_quantize(row, weights.blocks[static_cast<size_t>(block) + 1].attn_norm);
    });
  }
  run.pool();
  work.texts += static_cast<int64_t>(sequences.size());
  work.tokens += row_count;
}

}  // namespace winnow::engine
