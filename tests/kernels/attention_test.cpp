#include <cstring>
#include <limits>

#include "tests/catch.h"
#include "tests/kernels/data.h"

using namespace winnow::kernels;

namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

// Rows with gaps of `gap` floats behind each token, filled with NaN.
struct Tensors {
  Tensors(Random& random, AttentionShape s, int gap = 0)
      : shape{s.length,
              s.heads,
              s.kv_heads,
              s.head_dim,
              s.scale,
              s.window,
              s.heads * s.head_dim + gap,
              s.kv_heads * s.head_dim + gap,
              s.heads * s.head_dim + gap},
        q(rows(random, s.length, s.heads * s.head_dim, gap)),
        k(rows(random, s.length, s.kv_heads * s.head_dim, gap)),
        v(rows(random, s.length, s.kv_heads * s.head_dim, gap)) {}

  static std::vector<float> rows(Random& random, int length, int width, int gap) {
    std::vector<float> values = random.floats(size_t(length) * (width + gap), -2, 2);
    for (int token = 0; token < length; ++token)
      std::fill_n(values.begin() + token * (width + gap) + width, gap, kNaN);
    return values;
  }

  AttentionShape shape;
  std::vector<float> q, k, v;
};

std::vector<float> attend(Attention function, const Tensors& t, int query_begin, int query_end) {
  std::vector<float> out(size_t(t.shape.length) * t.shape.out_stride, kUntouched);
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
    const float* k = &t.k[size_t(key) * kv_stride + kv_head * dim];
    const float* v = &t.v[size_t(key) * kv_stride + kv_head * dim];
    double score = 0;
    for (int d = 0; d < dim; ++d)
      score += double(t.q[size_t(query) * q_stride + head * dim + d]) * k[d];
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
      const size_t at = size_t(query) * t.shape.out_stride + head * t.shape.head_dim;
      for (size_t d = 0; d < exact.size(); ++d) {
        const double error = std::fabs(out[at + d] - exact[d]);
        if (std::isnan(error)) return error;
        worst = std::max(worst, error);
      }
    }
  return worst;
}

constexpr double kAttentionTolerance = 5e-6;

void check_every_attention(const Tensors& t) {
  for (const Row<Attention>& row : runnable(attention_rows())) {
    INFO(std::string(row.name) << " length " << t.shape.length << " heads " << t.shape.heads << "/"
                               << t.shape.kv_heads << " of " << t.shape.head_dim << " window "
                               << t.shape.window);
    CHECK(worst_error(attend(row.function, t), t) < kAttentionTolerance);
  }
}

}  // namespace

TEST_CASE("attention equals the formula for every length around the tiles of keys") {
  Random random;
  std::vector<int> lengths = {95, 96, 97, 127, 128, 129, 130};
  for (int length = 1; length <= 70; ++length) lengths.push_back(length);
  for (int length : lengths)
    check_every_attention(Tensors(random, {length, 3, 1, 32, 0.2f, -1, 0, 0, 0}));
}

TEST_CASE("attention equals the formula for every window") {
  Random random;
  constexpr int kMost = std::numeric_limits<int>::max();
  for (int length : {1, 5, 33, 70})
    for (int window : {0, 1, 2, 3, 4, 7, 8, 9, length - 1, length, kMost})
      check_every_attention(Tensors(random, {length, 3, 1, 32, 0.2f, window, 0, 0, 0}));
  for (int window : {0, 1, 15, 16, 17, 31, 32, 33, 47, 64, 65, 100})
    check_every_attention(Tensors(random, {150, 3, 1, 24, 0.2f, window, 0, 0, 0}));
}

TEST_CASE("attention equals the formula for every head size") {
  Random random;
  std::vector<int> sizes = {63, 64, 65, 127, 128, 129, 192, 256, 300};
  for (int size = 1; size <= 34; ++size) sizes.push_back(size);
  for (int size : sizes)
    check_every_attention(
        Tensors(random, {9, 2, 2, size, 1 / std::sqrt(static_cast<float>(size)), 3, 0, 0, 0}));
}

TEST_CASE("query heads share key and value heads in order") {
  Random random;
  for (const auto& [heads, kv_heads] :
       {std::pair{1, 1}, {2, 1}, {3, 1}, {4, 1}, {5, 1}, {8, 1}, {4, 2}, {6, 3}, {4, 4}, {6, 2}})
    check_every_attention(Tensors(random, {35, heads, kv_heads, 48, 0.15f, 4, 0, 0, 0}));
}

TEST_CASE("attention at the model's shape, with and without its window") {
  Random random;
  for (int window : {-1, 50})
    check_every_attention(Tensors(random, {130, 3, 1, 256, 1 / 16.0f, window, 0, 0, 0}));
}

TEST_CASE("what lies between the rows is neither read nor written") {
  Random random;
  for (int head_dim : {1, 17, 64, 128, 140})
    for (int gap : {1, 40}) {
      const Tensors t(random, {37, 3, 1, head_dim, 0.1f, 20, 0, 0, 0}, gap);
      check_every_attention(t);
      for (const Row<Attention>& row : runnable(attention_rows())) {
        INFO(std::string(row.name) << " head size " << head_dim << " gap " << gap);
        const std::vector<float> out = attend(row.function, t);
        int touched = 0;
        for (size_t i = 0; i < out.size(); ++i)
          touched += i % t.shape.out_stride >= size_t(3 * head_dim) && out[i] != kUntouched;
        CHECK(touched == 0);
      }
    }
}

// How many elements of queries [begin, end) differ in any bit from the whole, or lie outside and
// were written.
int different_bits(Attention function, const Tensors& t, const std::vector<float>& whole, int begin,
                   int end) {
  const std::vector<float> part = attend(function, t, begin, end);
  const size_t width = t.shape.out_stride;
  int different = 0;
  for (size_t i = 0; i < part.size(); ++i) {
    const bool inside = i >= begin * width && i < end * width;
    const float expected = inside ? whole[i] : kUntouched;
    different += std::memcmp(&part[i], &expected, sizeof expected) != 0;
  }
  return different;
}

TEST_CASE("a range of queries is bit-identical to the same queries of the whole") {
  Random random;
  for (int length : {19, 40})
    for (int window : {-1, 0, 5, 17}) {
      const Tensors t(random, {length, 3, 1, 24, 0.15f, window, 0, 0, 0});
      for (const Row<Attention>& row : runnable(attention_rows())) {
        INFO(std::string(row.name) << " length " << length << " window " << window);
        const std::vector<float> whole = attend(row.function, t);
        int different = 0;
        for (int begin = 0; begin <= length; ++begin)
          for (int end = begin; end <= length; ++end)
            different += different_bits(row.function, t, whole, begin, end);
        CHECK(different == 0);
      }
    }
}

TEST_CASE("ranges of queries are bit-identical over several tiles of keys") {
  Random random;
  for (int window : {-1, 20, 70}) {
    const Tensors t(random, {150, 4, 1, 40, 0.15f, window, 0, 0, 0});
    for (const Row<Attention>& row : runnable(attention_rows())) {
      INFO(std::string(row.name) << " window " << window);
      const std::vector<float> whole = attend(row.function, t);
      int different = 0;
      for (int size : {1, 7, 16, 17, 33, 64})
        for (int begin = 0; begin < 150; begin += size)
          different += different_bits(row.function, t, whole, begin, std::min(begin + size, 150));
      CHECK(different == 0);
    }
  }
}

TEST_CASE("a key that a query does not see adds nothing, whatever it holds") {
  Random random;
  constexpr int kLength = 70, kDim = 24, kWindow = 10;
  const Tensors t(random, {kLength, 3, 1, kDim, 0.15f, kWindow, 0, 0, 0});
  for (int poisoned : {0, 20, 31, 32, 40, 69}) {
    Tensors other = t;
    std::fill_n(other.k.begin() + poisoned * kDim, kDim, kNaN);
    std::fill_n(other.v.begin() + poisoned * kDim, kDim, kNaN);
    for (const Row<Attention>& row : runnable(attention_rows())) {
      INFO(std::string(row.name) << " key " << poisoned);
      const std::vector<float> clean = attend(row.function, t);
      const std::vector<float> out = attend(row.function, other);
      int wrong = 0;
      for (int query = 0; query < kLength; ++query)
        for (int d = 0; d < 3 * kDim; ++d) {
          const size_t at = query * 3 * kDim + d;
          const bool sees = std::abs(query - poisoned) <= kWindow;
          wrong += sees ? !std::isnan(out[at]) : out[at] != clean[at];
        }
      CHECK(wrong == 0);
    }
  }
}

TEST_CASE("attention reads no key or value outside the window") {
  Random random;
  const Tensors t(random, {40, 3, 1, 64, 0.125f, 6, 0, 0, 0});
  Tensors poisoned = t;
  for (int token = 0; token < 40; ++token)
    if (token < 15 - 6 || token > 20 + 6)
      for (int d = 0; d < 64; ++d) poisoned.k[token * 64 + d] = poisoned.v[token * 64 + d] = kNaN;
  for (const Row<Attention>& row : runnable(attention_rows())) {
    INFO(std::string(row.name));
    CHECK(attend(row.function, poisoned, 15, 21) == attend(row.function, t, 15, 21));
  }
}

TEST_CASE("large scores saturate: the value of the best key, no NaN") {
  Random random;
  // Scores of 3e31, and beyond the range of float.
  for (float size : {1e15f, 1e20f})
    for (int best : {0, 13, 31, 32, 63, 64, 69}) {
      Tensors t(random, {70, 1, 1, 32, 1.0f, -1, 0, 0, 0});
      std::fill(t.q.begin(), t.q.end(), size);
      std::fill(t.k.begin(), t.k.end(), -size);
      std::fill_n(t.k.begin() + best * 32, 32, size);
      for (const Row<Attention>& row : runnable(attention_rows())) {
        INFO(std::string(row.name) << " best key " << best << " of size " << size);
        const std::vector<float> out = attend(row.function, t);
        CHECK(std::equal(out.begin() + 5 * 32, out.begin() + 6 * 32, t.v.begin() + best * 32));
      }
    }
}

TEST_CASE("equal scores, however low, weigh every key the same") {
  Random random;
  for (float size : {0.0f, 1e15f, 1e20f}) {
    Tensors t(random, {70, 3, 1, 32, 1.0f, -1, 0, 0, 0});
    std::fill(t.q.begin(), t.q.end(), size);
    std::fill(t.k.begin(), t.k.end(), -size);
    Tensors equal = t;
    std::fill(equal.q.begin(), equal.q.end(), 0.0f);
    for (const Row<Attention>& row : runnable(attention_rows())) {
      INFO(std::string(row.name) << " size " << size);
      CHECK(worst_error(attend(row.function, t), equal) < kAttentionTolerance);
    }
  }
}

TEST_CASE("a larger score in a later tile takes over what was summed before") {
  Random random;
  Tensors t(random, {130, 3, 1, 16, 1.0f, -1, 0, 0, 0});
  for (int key = 0; key < 130; ++key)
    std::fill_n(t.k.begin() + key * 16, 16, 0.0125f * static_cast<float>(key));
  check_every_attention(t);
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
    CHECK(worst_error(attend(row.function, wider), t) > 100 * kAttentionTolerance);
    CHECK(worst_error(attend(row.function, narrower), t) > 100 * kAttentionTolerance);
    CHECK(worst_error(attend(row.function, unscaled), t) > 10 * kAttentionTolerance);
  }
}
