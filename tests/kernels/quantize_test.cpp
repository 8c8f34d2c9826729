#include <limits>

#include "tests/catch.h"
#include "tests/kernels/data.h"
#include "tests/kernels/quantized.h"

using namespace winnow::kernels;

namespace {

// Calls check(quantized) for every row of the table, and requires all to agree to the bit.
template <class Check>
void for_every_row(const std::vector<float>& x, Check check) {
  const Quantized reference = quantize(quantize_rows()[0].function, x);
  for (const Row<QuantizeRow>& row : runnable(quantize_rows())) {
    INFO(std::string(row.name));
    const Quantized q = quantize(row.function, x);
    CHECK(q == reference);
    check(q);
  }
}

}  // namespace

TEST_CASE("quantized activations are within half a scale, the largest is 127, offsets fit") {
  Random random;
  for (int blocks = 1; blocks <= 36; ++blocks) {
    std::vector<float> x = random.floats(size_t(blocks) * kBlockSize);
    for (size_t i = 0; i < x.size(); ++i)
      x[i] *= std::ldexp(1.0f, static_cast<int>(i / kBlockSize) * 6 - 110);
    for_every_row(x, [&](const Quantized& q) {
      for (size_t b = 0; b < q.scales.size(); ++b) {
        int sum = 0, largest_value = 0;
        float largest = 0;
        double worst = 0;
        for (size_t i = b * kBlockSize; i < (b + 1) * kBlockSize; ++i) {
          sum += q.values[i];
          largest_value = std::max(largest_value, std::abs(q.values[i]));
          largest = std::max(largest, std::fabs(x[i]));
          worst = std::max(worst, std::fabs(double(x[i]) - double(q.scales[b]) * q.values[i]));
        }
        CHECK(q.offsets[b] == -128 * sum);
        CHECK(largest_value == 127);
        CHECK(q.scales[b] == largest / 127.0f);
        CHECK(worst <= double(q.scales[b]) * 0.50003);  // the inverse is rounded, too
      }
    });
  }
}

TEST_CASE("quantizing rounds exact ties to even") {
  std::vector<float> x(32, 0.0f);
  const float ties[] = {127, 0.5f, 1.5f, 2.5f, -0.5f, -1.5f, -2.5f, 125.5f, 126.5f, -126.5f};
  const int expected[] = {127, 0, 2, 2, 0, -2, -2, 126, 126, -126};
  std::copy(std::begin(ties), std::end(ties), x.begin());
  for_every_row(x, [&](const Quantized& q) {
    CHECK(q.scales[0] == 1.0f);
    CHECK(std::equal(std::begin(expected), std::end(expected), q.values.begin()));
  });
}

TEST_CASE("zero blocks and blocks of a subnormal scale quantize to zero") {
  for (float value : {0.0f, -0.0f, 1e-45f, 1e-40f, 1.4e-36f})
    for_every_row(std::vector<float>(64, value),
                  [&](const Quantized& q) { CHECK(q == Quantized(64)); });
}

TEST_CASE("quantizing the largest floats stays in range") {
  const float largest = std::numeric_limits<float>::max();
  std::vector<float> x(32, -largest);
  x[3] = largest;
  x[4] = 1.6e-36f;  // beside it, nothing
  for_every_row(x, [&](const Quantized& q) {
    CHECK(int(q.values[0]) == -127);
    CHECK(int(q.values[3]) == 127);
    CHECK(int(q.values[4]) == 0);
    CHECK(q.scales[0] == largest / 127.0f);
  });
  for_every_row(std::vector<float>(32, 1.6e-36f), [&](const Quantized& q) {
    CHECK(std::count(q.values.begin(), q.values.end(), 127) == 32);
  });
}

TEST_CASE("a quantized block does not depend on its neighbours, nor are they written") {
  Random random;
  const int blocks = 13;
  std::vector<float> x = random.floats(blocks * kBlockSize, -4, 4);
  std::fill_n(x.begin() + 2 * kBlockSize, kBlockSize, 0.0f);
  std::fill_n(x.begin() + 5 * kBlockSize, kBlockSize, std::numeric_limits<float>::max());
  for (const Row<QuantizeRow>& row : runnable(quantize_rows())) {
    INFO(std::string(row.name));
    const Quantized whole = quantize(row.function, x);
    int different = 0;
    for (int begin = 0; begin < blocks; ++begin)
      for (int end = begin + 1; end <= blocks; ++end) {
        const auto inside = [&](int block) { return block >= begin && block < end; };
        Quantized part(blocks * kBlockSize);
        const int first = begin * kBlockSize;
        row.function(x.data() + first, (end - begin) * kBlockSize, part.values.data() + first,
                     part.scales.data() + begin, part.offsets.data() + begin);
        for (int block = 0; block < blocks; ++block) {
          different += part.scales[block] != (inside(block) ? whole.scales[block] : 0);
          different += part.offsets[block] != (inside(block) ? whole.offsets[block] : 0);
        }
        for (int i = 0; i < blocks * kBlockSize; ++i)
          different += part.values[i] != (inside(i / kBlockSize) ? whole.values[i] : 0);
      }
    CHECK(different == 0);
  }
}
