#include "tests/engine/reference_forward.h"

#include <dlfcn.h>

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

// cblas_dgemm of CBLAS, the C interface to the BLAS library, and its constants.
using Dgemm = void(int order, int a_transposed, int b_transposed, int rows, int columns, int size,
                   double alpha, const double* a, int a_step, const double* b, int b_step,
                   double beta, double* out, int out_step);
enum { kRowMajor = 101, kAsItIs = 111, kTransposed = 112 };

// nullptr: not installed. One thread a call, because the calls come from threads of our own; a
// library that is built for one thread alone gives wrong results there.
Dgemm* blas() {
  static Dgemm* const dgemm = []() -> Dgemm* {
    void* library = ::dlopen("libopenblas.so.0", RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) return nullptr;
    const auto parallel = reinterpret_cast<int (*)()>(::dlsym(library, "openblas_get_parallel"));
    const auto set_threads =
        reinterpret_cast<void (*)(int)>(::dlsym(library, "openblas_set_num_threads"));
    if (parallel == nullptr || set_threads == nullptr || parallel() == 0) return nullptr;
    set_threads(1);
    return reinterpret_cast<Dgemm*>(::dlsym(library, "cblas_dgemm"));
  }();
  return dgemm;
}

// A matrix by rows, within one that is as wide as `step`.
struct Matrix {
  const double* values;
  uint64_t step;
  bool transposed = false;
};

// out = a b, of `rows` x `size` and `size` x `columns`; `out_step`: from row to row.
void multiply(const Matrix& a, const Matrix& b, uint64_t rows, uint64_t columns, uint64_t size,
              double* out, uint64_t out_step) {
  if (Dgemm* const dgemm = blas())
    return dgemm(kRowMajor, kAsItIs, b.transposed ? kTransposed : kAsItIs, static_cast<int>(rows),
                 static_cast<int>(columns), static_cast<int>(size), 1, a.values,
                 static_cast<int>(a.step), b.values, static_cast<int>(b.step), 0, out,
                 static_cast<int>(out_step));
  const uint64_t across = b.transposed ? b.step : 1, down = b.transposed ? 1 : b.step;
  for (uint64_t i = 0; i < rows; ++i)
    for (uint64_t j = 0; j < columns; ++j) {
      double sum = 0;
      for (uint64_t t = 0; t < size; ++t)
        sum += a.values[i * a.step + t] * b.values[j * across + t * down];
      out[i * out_step + j] = sum;
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

// x @ tensor, 128 outputs a task.
ReferenceForward::Rows ReferenceForward::project(const Rows& x, const std::string& name) const {
  const Tensor& tensor = *file_.find_tensor(name);
  const uint64_t in = tensor.shape[0], out = tensor.shape[1], rows = x.size() / in;
  constexpr uint64_t kPanel = 128;
  Rows y(rows * out);
  parallel_for(threads_, (out + kPanel - 1) / kPanel, [&](uint64_t panel) {
    const uint64_t first = panel * kPanel, count = std::min(kPanel, out - first);
    std::vector<double> weights(count * in);
    for (uint64_t o = 0; o < count; ++o) read_row(tensor, first + o, in, weights.data() + o * in);
    multiply({x.data(), in}, {weights.data(), in, true}, rows, count, in, y.data() + first, out);
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
  const uint64_t n = k.size() / kv_step, group = heads_ / kv_heads_;
  const auto reach = window < 0 ? n : static_cast<uint64_t>(window);
  const auto begin_of = [&](uint64_t i) { return i > reach ? i - reach : 0; };
  const auto end_of = [&](uint64_t i) { return std::min(n, i + reach + 1); };
  const double scale = 1 / std::sqrt(static_cast<double>(head_dim_));
  constexpr uint64_t kTokens = 64;  // a task

  Rows out(q.size());
  parallel_for(threads_, (n + kTokens - 1) / kTokens * heads_, [&](uint64_t task) {
    const uint64_t head = task % heads_, first = task / heads_ * kTokens;
    const uint64_t rows = std::min(kTokens, n - first);
    const uint64_t begin = begin_of(first), keys = end_of(first + rows - 1) - begin;
    const uint64_t q_at = first * q_step + head * head_dim_;
    const uint64_t kv_at = begin * kv_step + head / group * head_dim_;
    Rows s(rows * keys);  // [token][key]
    multiply({q.data() + q_at, q_step}, {k.data() + kv_at, kv_step, true}, rows, keys, head_dim_,
             s.data(), keys);
    for (uint64_t row = 0; row < rows; ++row) {
      const std::span<double> scores = std::span(s).subspan(row * keys, keys);
      const uint64_t from = begin_of(first + row) - begin, to = end_of(first + row) - begin;
      std::fill_n(scores.begin(), from, 0.0);
      std::fill(scores.begin() + static_cast<std::ptrdiff_t>(to), scores.end(), 0.0);
      softmax(scores.subspan(from, to - from), scale);
    }
    multiply({s.data(), keys}, {v.data() + kv_at, kv_step}, rows, head_dim_, keys,
             out.data() + q_at, q_step);
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

bool has_blas() { return blas() != nullptr; }

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
