#include "tests/engine/reference_forward.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <numeric>
#include <thread>

// The tests around it are not worth as much.
#ifndef __clang__
#pragma GCC optimize("O3")
#endif

namespace winnow::engine {
namespace {

// body(i) for i in [0, count), on `threads` threads.
void parallel_for(int threads, uint64_t count, const std::function<void(uint64_t)>& body) {
  std::vector<std::thread> team;
  const auto step = static_cast<uint64_t>(threads);
  for (uint64_t first = 0; first < std::min(step, count); ++first)
    team.emplace_back([=, &body] {
      for (uint64_t i = first; i < count; i += step) body(i);
    });
  for (std::thread& thread : team) thread.join();
}

double half_by_definition(int half) {
  const int exponent = (half >> 10) & 31, mantissa = half & 1023;
  const double magnitude =
      exponent == 0 ? std::ldexp(mantissa, -24) : std::ldexp(1024 + mantissa, exponent - 25);
  return (half & 0x8000) != 0 ? -magnitude : magnitude;
}

double half_value(uint16_t half) {
  static const std::vector<double> values = [] {
    std::vector<double> all(0x10000);
    for (int i = 0; i < 0x10000; ++i) all[static_cast<size_t>(i)] = half_by_definition(i);
    return all;
  }();
  return values[half];
}

// The weight at `index` of a row's blocks, by the formats' definitions.
double weight_at(TensorType type, const std::byte* row, uint64_t index) {
  const auto bits = [&](uint64_t at) {
    uint16_t value;
    std::memcpy(&value, row + at, sizeof value);
    return value;
  };
  const uint64_t block = index / 32, in_block = index % 32;
  switch (type) {
    case TensorType::f32: {
      float value;
      std::memcpy(&value, row + index * sizeof value, sizeof value);
      return value;
    }
    case TensorType::f16:
      return half_value(bits(2 * index));
    case TensorType::bf16: {  // the upper half of a float
      const uint32_t whole = uint32_t{bits(2 * index)} << 16;
      float value;
      std::memcpy(&value, &whole, sizeof value);
      return value;
    }
    case TensorType::q8_0:  // a half, then 32 signed bytes
      return half_value(bits(34 * block)) * static_cast<int8_t>(row[34 * block + 2 + in_block]);
    case TensorType::q4_0: {  // a half, then 16 bytes: weights 0 to 15 low, 16 to 31 high
      const auto byte = std::to_integer<int>(row[18 * block + 2 + in_block % 16]);
      return half_value(bits(18 * block)) * ((in_block < 16 ? byte & 15 : byte >> 4) - 8);
    }
  }
  return 0;
}

// Row `row` of a stored matrix, of `size` values.
void read_row(const Tensor& tensor, uint64_t row, uint64_t size, double* out) {
  const uint64_t row_bytes = size / block_elements(tensor.type) * block_bytes(tensor.type);
  const std::byte* from = tensor.bytes.data() + row * row_bytes;
  for (uint64_t i = 0; i < size; ++i) out[i] = weight_at(tensor.type, from, i);
}

// sums[r * 4 + c] = a_r . b_c for 4 rows of a and of b, `kRows` rows of a at a time: as many sums
// as there are registers for. The lanes keep the long sums fast on any machine without a word about
// its instructions.
constexpr uint64_t kLanes = 8;
using HalfLanes [[gnu::vector_size(32)]] = double;
using Lanes [[gnu::vector_size(64)]] = double;

template <typename Vector, int kRows, bool kRegisters>
[[gnu::always_inline]] inline void dot_4x4_body(const double* const a[4], const double* const b[4],
                                                uint64_t size, double* sums) {
  constexpr uint64_t kWidth = sizeof(Vector) / sizeof(double);
  for (int first = 0; first < 4; first += kRows) {
    Vector total[kRows * 4] = {};
    for (uint64_t i = 0; i + kWidth <= size; i += kWidth) {
      Vector x[kRows];
#pragma GCC unroll 4
      for (int r = 0; r < kRows; ++r) std::memcpy(&x[r], a[first + r] + i, sizeof x[r]);
#pragma GCC unroll 4
      for (int c = 0; c < 4; ++c) {
        Vector y;
        std::memcpy(&y, b[c] + i, sizeof y);
#if defined(__x86_64__) && !defined(__clang__)
        // In a register: else each product loads it anew.
        if constexpr (kRegisters) asm("" : "+v"(y));
#endif
#pragma GCC unroll 4
        for (int r = 0; r < kRows; ++r) total[r * 4 + c] += x[r] * y;
      }
    }
    for (int i = 0; i < kRows * 4; ++i) {
      double& sum = sums[first * 4 + i] = 0;
      for (uint64_t lane = 0; lane < kWidth; ++lane) sum += total[i][lane];
    }
  }
}

#ifdef __x86_64__
[[gnu::target("avx512f")]] void dot_4x4_avx512(const double* const a[4], const double* const b[4],
                                               uint64_t size, double* sums) {
  dot_4x4_body<Lanes, 4, true>(a, b, size, sums);
}
[[gnu::target("avx2,fma")]] void dot_4x4_avx2(const double* const a[4], const double* const b[4],
                                              uint64_t size, double* sums) {
  dot_4x4_body<HalfLanes, 2, true>(a, b, size, sums);
}
void dot_4x4(const double* const a[4], const double* const b[4], uint64_t size, double* sums) {
  static const bool avx512 = __builtin_cpu_supports("avx512f");
  static const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (avx512) return dot_4x4_avx512(a, b, size, sums);
  if (avx2) return dot_4x4_avx2(a, b, size, sums);
  dot_4x4_body<HalfLanes, 2, false>(a, b, size, sums);
}
#else
void dot_4x4(const double* const a[4], const double* const b[4], uint64_t size, double* sums) {
  dot_4x4_body<HalfLanes, 2, false>(a, b, size, sums);
}
#endif

// out[i * out_step + j] = x_i . w_j for i in [0, rows), j in [0, columns); rows past the end are
// read as the last one and dropped. `size` is a multiple of kLanes.
void products(const double* x, uint64_t rows, uint64_t x_step, const double* w, uint64_t columns,
              uint64_t w_step, uint64_t size, double* out, uint64_t out_step) {
  for (uint64_t i = 0; i < rows; i += 4)
    for (uint64_t j = 0; j < columns; j += 4) {
      const double *a[4], *b[4];
      for (uint64_t t = 0; t < 4; ++t) {
        a[t] = x + std::min(i + t, rows - 1) * x_step;
        b[t] = w + std::min(j + t, columns - 1) * w_step;
      }
      double sums[16];
      dot_4x4(a, b, size, sums);
      for (uint64_t r = 0; r < std::min<uint64_t>(4, rows - i); ++r)
        for (uint64_t c = 0; c < std::min<uint64_t>(4, columns - j); ++c)
          out[(i + r) * out_step + j + c] = sums[r * 4 + c];
    }
}

void softmax(std::span<double> s, double scale) {
  const double top = *std::max_element(s.begin(), s.end());
  for (double& score : s) score = std::exp((score - top) * scale);
  const double sum = std::accumulate(s.begin(), s.end(), 0.0);
  for (double& score : s) score /= sum;
}

double gelu_tanh(double x) {
  return 0.5 * x * (1 + std::tanh(std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x)));
}

void add(std::vector<double>& x, const std::vector<double>& y) {
  std::transform(x.begin(), x.end(), y.begin(), x.begin(), std::plus<>());
}

}  // namespace

ReferenceForward::ReferenceForward(const std::string& path, int threads)
    : file_(Gguf::open(path)),
      threads_(threads),
      epsilon_(file_.f32("gemma-embedding.attention.layer_norm_rms_epsilon")),
      width_(key("embedding_length")),
      heads_(key("attention.head_count")),
      kv_heads_(key("attention.head_count_kv")),
      head_dim_(key("attention.key_length")) {}

uint32_t ReferenceForward::key(const char* name) const {
  return file_.u32(std::string("gemma-embedding.") + name);
}

std::vector<double> ReferenceForward::vector_of(const std::string& name) const {
  const Tensor& tensor = *file_.find_tensor(name);
  std::vector<double> values(tensor.shape[0]);
  read_row(tensor, 0, values.size(), values.data());
  return values;
}

// x @ tensor, 32 outputs a task: as many as stay in the second cache while the rows of x pass by.
ReferenceForward::Rows ReferenceForward::project(const Rows& x, const std::string& name) const {
  const Tensor& tensor = *file_.find_tensor(name);
  const uint64_t in = tensor.shape[0], out = tensor.shape[1], rows = x.size() / in;
  constexpr uint64_t kPanel = 32;
  Rows y(rows * out);
  parallel_for(threads_, (out + kPanel - 1) / kPanel, [&](uint64_t panel) {
    const uint64_t first = panel * kPanel, count = std::min(kPanel, out - first);
    std::vector<double> weights(count * in);
    for (uint64_t o = 0; o < count; ++o) read_row(tensor, first + o, in, weights.data() + o * in);
    products(x.data(), rows, in, weights.data(), count, in, in, y.data() + first, out);
  });
  return y;
}

// RMS norm of consecutive groups as long as the weight: rows, or the heads of rows.
ReferenceForward::Rows ReferenceForward::normalize(const Rows& x, const std::string& name) const {
  const std::vector<double> weight = vector_of(name);
  const uint64_t size = weight.size();
  Rows y(x.size());
  for (uint64_t start = 0; start < x.size(); start += size) {
    double squares = 0;
    for (uint64_t i = 0; i < size; ++i) squares += x[start + i] * x[start + i];
    const double factor = 1 / std::sqrt(squares / static_cast<double>(size) + epsilon_);
    for (uint64_t i = 0; i < size; ++i) y[start + i] = x[start + i] * factor * weight[i];
  }
  return y;
}

void ReferenceForward::rotate(Rows& x, uint64_t heads, double base) const {
  const uint64_t half = head_dim_ / 2;
  parallel_for(threads_, x.size() / (heads * head_dim_), [&](uint64_t position) {
    for (uint64_t i = 0; i < half; ++i) {
      const double exponent = -2.0 * static_cast<double>(i) / static_cast<double>(head_dim_);
      const double angle = static_cast<double>(position) * std::pow(base, exponent);
      const double cosine = std::cos(angle), sine = std::sin(angle);
      for (uint64_t head = 0; head < heads; ++head) {
        double* pair = x.data() + (position * heads + head) * head_dim_ + i;
        const double first = pair[0], second = pair[half];
        pair[0] = first * cosine - second * sine;
        pair[half] = first * sine + second * cosine;
      }
    }
  });
}

// Bidirectional attention; keys further than `window` away are hidden, none when it is negative.
ReferenceForward::Rows ReferenceForward::attend(const Rows& q, const Rows& k, const Rows& v,
                                                int64_t window) const {
  const uint64_t q_step = heads_ * head_dim_, kv_step = kv_heads_ * head_dim_;
  const uint64_t n = k.size() / kv_step, group = heads_ / kv_heads_, v_step = n + kLanes;
  Rows v_columns(kv_step * v_step);  // [features][token], zeros behind the last token
  for (uint64_t j = 0; j < n; ++j)
    for (uint64_t d = 0; d < kv_step; ++d) v_columns[d * v_step + j] = v[j * kv_step + d];

  Rows out(q.size());
  parallel_for(threads_, n * kv_heads_, [&](uint64_t task) {
    const uint64_t i = task / kv_heads_, kv_offset = task % kv_heads_ * head_dim_;
    const uint64_t q_offset = i * q_step + kv_offset * group;
    const auto reach = window < 0 ? n : static_cast<uint64_t>(window);
    const uint64_t begin = i > reach ? i - reach : 0, end = std::min(n, i + reach + 1);
    const uint64_t count = end - begin, padded = (count + kLanes - 1) / kLanes * kLanes;
    std::vector<double> s(group * padded);  // [head][key], zeros behind the last key
    products(q.data() + q_offset, group, head_dim_, k.data() + begin * kv_step + kv_offset, count,
             kv_step, head_dim_, s.data(), padded);
    for (uint64_t head = 0; head < group; ++head)
      softmax(std::span(s).subspan(head * padded, count),
              1 / std::sqrt(static_cast<double>(head_dim_)));
    products(s.data(), group, padded, v_columns.data() + kv_offset * v_step + begin, head_dim_,
             v_step, padded, out.data() + q_offset, head_dim_);
  });
  return out;
}

// How far block `block` sees to either side; -1: everywhere.
int64_t ReferenceForward::window_of(uint32_t block, Fault fault) const {
  const uint32_t pattern = file_.u32("gemma-embedding.attention.sliding_window_pattern", 6);
  bool local = (block + 1) % pattern != 0;
  if (fault == Fault::pattern_reversed) local = !local;
  if (!local) return -1;
  const int64_t reach = key("attention.sliding_window") / 2;
  return fault == Fault::window_doubled ? 2 * reach : reach;
}

std::vector<double> ReferenceForward::embed(std::span<const int32_t> ids, Fault fault) const {
  const Tensor& table = *file_.find_tensor("token_embd.weight");
  Rows x(ids.size() * width_);
  for (uint64_t i = 0; i < ids.size(); ++i)
    read_row(table, static_cast<uint64_t>(ids[i]), width_, x.data() + i * width_);
  for (double& value : x) value *= std::sqrt(static_cast<double>(width_));

  const double local_base = file_.f32("gemma-embedding.rope.freq_base_swa", 10000.0f);
  const double global_base = file_.f32("gemma-embedding.rope.freq_base");
  for (uint32_t block = 0; block < key("block_count"); ++block) {
    const auto tensor = [&](const char* part) {
      return "blk." + std::to_string(block) + "." + part + ".weight";
    };
    const int64_t window = window_of(block, fault);
    const double base = window >= 0 && fault != Fault::one_rope_base ? local_base : global_base;
    const Rows attn_in = normalize(x, tensor("attn_norm"));
    Rows q = normalize(project(attn_in, tensor("attn_q")), tensor("attn_q_norm"));
    Rows k = normalize(project(attn_in, tensor("attn_k")), tensor("attn_k_norm"));
    const Rows v = project(attn_in, tensor("attn_v"));
    rotate(q, heads_, base);
    rotate(k, kv_heads_, base);
    const Rows seen = attend(q, k, v, fault == Fault::no_window ? -1 : window);
    add(x, normalize(project(seen, tensor("attn_output")), tensor("post_attention_norm")));

    const Rows ffn_in = normalize(x, tensor("ffn_norm"));
    Rows gate = project(ffn_in, tensor("ffn_gate"));
    const Rows up = project(ffn_in, tensor("ffn_up"));
    for (size_t i = 0; i < gate.size(); ++i) gate[i] = gelu_tanh(gate[i]) * up[i];
    add(x, normalize(project(gate, tensor("ffn_down")), tensor("post_ffw_norm")));
  }

  x = normalize(x, "output_norm.weight");
  Rows mean(width_);
  for (size_t i = 0; i < x.size(); ++i) mean[i % width_] += x[i] / static_cast<double>(ids.size());
  if (file_.find_tensor("dense_2.weight") != nullptr)
    mean = project(project(mean, "dense_2.weight"), "dense_3.weight");
  const double norm = std::sqrt(std::inner_product(mean.begin(), mean.end(), mean.begin(), 0.0));
  for (double& value : mean) value /= norm;
  return mean;
}

double cosine(std::span<const double> a, std::span<const float> b) {
  double ab = 0, aa = 0, bb = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    ab += a[i] * b[i];
    aa += a[i] * a[i];
    bb += static_cast<double>(b[i]) * b[i];
  }
  return ab / std::sqrt(aa * bb);
}

}  // namespace winnow::engine
