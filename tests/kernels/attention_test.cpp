#include <limits>

#include "tests/catch.h"
#include "tests/kernels/data.h"

using namespace winnow::kernels;

namespace {

struct Tensors {
  // Rows without gaps, whatever the strides of `s`.
  Tensors(Random& random, AttentionShape s)
      : shape{s.length,
              s.heads,
              s.kv_heads,
              s.head_dim,
              s.scale,
              s.window,
              s.heads * s.head_dim,
              s.kv_heads * s.head_dim,
              s.heads * s.head_dim},
        q(random.floats(size_t(s.length) * s.heads * s.head_dim, -2, 2)),
        k(random.floats(size_t(s.length) * s.kv_heads * s.head_dim, -2, 2)),
        v(random.floats(size_t(s.length) * s.kv_heads * s.head_dim, -2, 2)) {}
  AttentionShape shape;
  std::vector<float> q, k, v;
};

constexpr float kUntouched = -12345.0f;

std::vector<float> attend(Attention function, const Tensors& t, int query_begin, int query_end) {
  std::vector<float> out(t.q.size(), kUntouched);
  function(t.shape, t.q.data(), t.k.data(), t.v.data(), query_begin, query_end, out.data());
  return out;
}

std::vector<float> attend(Attention function, const Tensors& t) {
  return attend(function, t, 0, t.shape.length);
}

// The plain formula for one query head, in double precision.
std::vector<double> exact_head(const Tensors& t, int query, int head) {
  const auto& [length, heads, kv_heads, dim, scale, window, q_stride, kv_stride, out_stride] =
      t.shape;
  const int kv_head = head * kv_heads / heads;
  std::vector<double> out(dim);
  double sum = 0;
  for (int key = 0; key < length; ++key) {
    if (window >= 0 && std::abs(query - key) > window) continue;
    const float* k = &t.k[(size_t(key) * kv_heads + kv_head) * dim];
    const float* v = &t.v[(size_t(key) * kv_heads + kv_head) * dim];
    double score = 0;
    for (int d = 0; d < dim; ++d)
      score += double(t.q[(size_t(query) * heads + head) * dim + d]) * k[d];
    const double weight = std::exp(score * scale);
    sum += weight;
    for (int d = 0; d < dim; ++d) out[d] += weight * v[d];
  }
  for (double& value : out) value /= sum;
  return out;
}

double worst_error(const std::vector<float>& out, const Tensors& t) {
  double worst = 0;
  for (int query = 0; query < t.shape.length; ++query)
    for (int head = 0; head < t.shape.heads; ++head) {
      const std::vector<double> exact = exact_head(t, query, head);
      const size_t at = (size_t(query) * t.shape.heads + head) * t.shape.head_dim;
      for (size_t d = 0; d < exact.size(); ++d)
        worst = std::max(worst, std::fabs(out[at + d] - exact[d]));
    }
  return worst;
}

constexpr double kTolerance = 5e-6;

void check_every_row(const Tensors& t) {
  for (const Row<Attention>& row : runnable(attention_rows())) {
    INFO(std::string(row.name) << " length " << t.shape.length << " heads " << t.shape.heads << "/"
                               << t.shape.kv_heads << " of " << t.shape.head_dim << " window "
                               << t.shape.window);
    CHECK(worst_error(attend(row.function, t), t) < kTolerance);
  }
}

}  // namespace

TEST_CASE("attention equals the formula for every window and around every group of keys") {
  Random random;
  for (int length : {1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 33})
    for (int window : {-1, 0, 1, 2, 3, length - 1, length, std::numeric_limits<int>::max()})
      check_every_row(Tensors(random, {length, 3, 1, 32, 0.2f, window, 0, 0, 0}));
}

TEST_CASE("attention equals the formula for every head size") {
  Random random;
  std::vector<int> sizes = {63, 64, 65, 127, 128, 129, 192, 256, 300};
  for (int size = 1; size <= 34; ++size) sizes.push_back(size);
  for (int size : sizes)
    check_every_row(
        Tensors(random, {9, 2, 2, size, 1 / std::sqrt(static_cast<float>(size)), 3, 0, 0, 0}));
}

TEST_CASE("query heads share key and value heads in order") {
  Random random;
  for (const auto& [heads, kv_heads] : {std::pair{1, 1}, {3, 1}, {4, 2}, {6, 3}, {4, 4}, {6, 2}})
    check_every_row(Tensors(random, {11, heads, kv_heads, 48, 0.15f, 4, 0, 0, 0}));
}

TEST_CASE("attention at the model's shape, with and without its window") {
  Random random;
  for (int window : {-1, 50})
    check_every_row(Tensors(random, {130, 3, 1, 256, 1 / 16.0f, window, 0, 0, 0}));
}

TEST_CASE("a range of queries is bit-identical to the same queries of the whole") {
  Random random;
  for (int window : {-1, 0, 5}) {
    const Tensors t(random, {19, 3, 1, 48, 0.15f, window, 0, 0, 0});
    const size_t width = 3 * 48;
    for (const Row<Attention>& row : runnable(attention_rows())) {
      INFO(std::string(row.name) << " window " << window);
      const std::vector<float> whole = attend(row.function, t);
      int different = 0;
      for (int begin = 0; begin <= 19; ++begin)
        for (int end = begin; end <= 19; ++end) {
          const std::vector<float> part = attend(row.function, t, begin, end);
          for (size_t i = 0; i < part.size(); ++i) {
            const bool inside = i >= begin * width && i < end * width;
            different += part[i] != (inside ? whole[i] : kUntouched);
          }
        }
      CHECK(different == 0);
    }
  }
}

TEST_CASE("attention reads no key or value outside the window") {
  Random random;
  const Tensors t(random, {40, 3, 1, 64, 0.125f, 6, 0, 0, 0});
  Tensors poisoned = t;
  for (int token = 0; token < 40; ++token)
    if (token < 15 - 6 || token > 20 + 6)
      for (int d = 0; d < 64; ++d)
        poisoned.k[token * 64 + d] = poisoned.v[token * 64 + d] =
            std::numeric_limits<float>::quiet_NaN();
  for (const Row<Attention>& row : runnable(attention_rows())) {
    INFO(std::string(row.name));
    CHECK(attend(row.function, poisoned, 15, 21) == attend(row.function, t, 15, 21));
  }
}

TEST_CASE("large scores saturate: the value of the best key, no NaN") {
  Random random;
  Tensors t(random, {21, 1, 1, 32, 1.0f, -1, 0, 0, 0});
  std::fill(t.q.begin(), t.q.end(), 1e15f);
  std::fill(t.k.begin(), t.k.end(), -1e15f);
  std::fill_n(t.k.begin() + 13 * 32, 32, 1e15f);
  const std::vector<float> best(t.v.begin() + 13 * 32, t.v.begin() + 14 * 32);
  for (const Row<Attention>& row : runnable(attention_rows())) {
    INFO(std::string(row.name));
    const std::vector<float> out = attend(row.function, t);
    CHECK(std::equal(best.begin(), best.end(), out.begin() + 5 * 32));
  }
}

TEST_CASE("the tolerance of the attention tests catches planted faults") {
  Random random;
  const Tensors t(random, {130, 4, 2, 64, 0.125f, 50, 0, 0, 0});
  for (const Row<Attention>& row : runnable(attention_rows())) {
    INFO(std::string(row.name));
    Tensors wider = t, narrower = t, unscaled = t;
    wider.shape.window = 51;
    narrower.shape.window = 49;
    unscaled.shape.scale = 0.1251f;
    CHECK(worst_error(attend(row.function, wider), t) > 100 * kTolerance);
    CHECK(worst_error(attend(row.function, narrower), t) > 100 * kTolerance);
    CHECK(worst_error(attend(row.function, unscaled), t) > 10 * kTolerance);
  }
}
