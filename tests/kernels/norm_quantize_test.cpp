#include <limits>

#include "tests/catch.h"
#include "tests/kernels/data.h"
#include "tests/kernels/quantized.h"

using namespace winnow::kernels;

namespace {

Quantized norm_quantize(NormQuantize function, const std::vector<float>& x,
                        const std::vector<float>& weight, float epsilon = 1e-6f) {
  const int size = static_cast<int>(x.size());
  Quantized q(size);
  function(x.data(), weight.data(), size, epsilon, q.values.data(), q.scales.data(),
           q.offsets.data());
  return q;
}

// rms_norm, then quantize, by the rows of the same name.
Quantized in_two_steps(std::string_view isa, const std::vector<float>& x,
                       const std::vector<float>& weight, float epsilon = 1e-6f) {
  const Kernels kernels = select_kernels(isa);
  std::vector<float> y(x.size());
  kernels.rms_norm(x.data(), weight.data(), static_cast<int>(x.size()), epsilon, y.data());
  return quantize(kernels.quantize, y);
}

// How far the values are beyond half a scale from the exact norm, and the scales from its largest
// magnitudes / 127: in parts of the exact scale.
double worst_error(const Quantized& q, const std::vector<float>& x,
                   const std::vector<float>& weight) {
  double squares = 0, worst = 0;
  for (float value : x) squares += double(value) * value;
  const double factor = 1 / std::sqrt(squares / double(x.size()) + 1e-6f);
  for (size_t block = 0; block < q.scales.size(); ++block) {
    double exact[kBlockSize], largest = 0;
    for (int i = 0; i < kBlockSize; ++i) {
      exact[i] = x[block * kBlockSize + i] * factor * weight[block * kBlockSize + i];
      largest = std::max(largest, std::fabs(exact[i]));
    }
    const double scale = largest / 127;
    worst = std::max(worst, std::fabs(q.scales[block] - scale) / scale);
    for (int i = 0; i < kBlockSize; ++i) {
      const double error = std::fabs(q.values[block * kBlockSize + i] - exact[i] / scale) - 0.5;
      worst = std::max(worst, error / 127);
    }
  }
  return worst;
}

constexpr double kNormQuantizeTolerance = 1e-6;

}  // namespace

TEST_CASE("norm_quantize is rms_norm, then quantize, to the bit at every size and magnitude") {
  Random random;
  for (const Row<NormQuantize>& row : runnable(norm_quantize_rows()))
    for (int size = 32; size <= 1152; size += 32)
      for (float magnitude : {1e-30f, 1e-6f, 1.0f, 1e15f}) {
        INFO(std::string(row.name) << " " << size << " x " << magnitude);
        const std::vector<float> x = random.floats(size, -magnitude, magnitude);
        const std::vector<float> weight = random.floats(size, -0.1f, 3);
        CHECK(norm_quantize(row.function, x, weight) == in_two_steps(row.name, x, weight));
      }
}

TEST_CASE("norm_quantize equals the formula: within half a scale and the rounding of the norm") {
  Random random;
  for (const Row<NormQuantize>& row : runnable(norm_quantize_rows()))
    for (int size : {32, 96, 256, 768, 1152}) {
      INFO(std::string(row.name) << " " << size);
      const std::vector<float> x = random.floats(size, -4, 4);
      const std::vector<float> weight = random.floats(size, -0.1f, 3);
      const Quantized q = norm_quantize(row.function, x, weight);
      CHECK(worst_error(q, x, weight) < kNormQuantizeTolerance);
      int wrong_offsets = 0;
      for (int block = 0; block < size / kBlockSize; ++block) {
        int sum = 0;
        for (int i = 0; i < kBlockSize; ++i) sum += q.values[block * kBlockSize + i];
        wrong_offsets += q.offsets[block] != -128 * sum;
      }
      CHECK(wrong_offsets == 0);
    }
}

TEST_CASE("norm_quantize of zero rows is zero, of subnormal and of huge ones as in two steps") {
  for (const Row<NormQuantize>& row : runnable(norm_quantize_rows())) {
    INFO(std::string(row.name));
    for (float value : {0.0f, -0.0f, 1e-45f, 1e-40f})
      CHECK(norm_quantize(row.function, std::vector<float>(160, value),
                          std::vector<float>(160, 1.0f)) == Quantized(160));
    for (float value : {1e-45f, 1e-38f, 1e18f, -1e18f}) {
      // One value among ones; with a large weight a subnormal row counts.
      std::vector<float> x(160, 1.0f), weight(160, 1.0f);
      x[70] = value;
      CHECK(norm_quantize(row.function, x, weight) == in_two_steps(row.name, x, weight));
      weight.assign(160, std::numeric_limits<float>::max());
      const std::vector<float> same(160, std::min(std::fabs(value), 1e-38f));
      CHECK(norm_quantize(row.function, same, weight) == in_two_steps(row.name, same, weight));
    }
  }
}

TEST_CASE("norm_quantize writes no block beyond the row and reads nothing behind it") {
  Random random;
  for (const Row<NormQuantize>& row : runnable(norm_quantize_rows()))
    for (int size = 32; size <= 320; size += 32) {
      INFO(std::string(row.name) << " " << size);
      std::vector<float> x = random.floats(size), weight = random.floats(size);
      Quantized expected = norm_quantize(row.function, x, weight);
      Quantized q(size + 128);
      std::fill(q.values.begin(), q.values.end(), int8_t{99});
      std::fill(q.scales.begin(), q.scales.end(), 99.0f);
      std::fill(q.offsets.begin(), q.offsets.end(), 99);
      x.resize(x.size() + 128, std::numeric_limits<float>::quiet_NaN());
      weight.resize(x.size(), std::numeric_limits<float>::quiet_NaN());
      row.function(x.data(), weight.data(), size, 1e-6f, q.values.data(), q.scales.data(),
                   q.offsets.data());
      expected.values.resize(q.values.size(), 99);
      expected.scales.resize(q.scales.size(), 99);
      expected.offsets.resize(q.offsets.size(), 99);
      CHECK(q == expected);
    }
}

TEST_CASE("the tolerance of the norm_quantize test catches planted faults") {
  Random random;
  const std::vector<float> x = random.floats(768), weight = random.floats(768, 0.1f, 3);
  for (const Row<NormQuantize>& row : runnable(norm_quantize_rows())) {
    INFO(std::string(row.name));
    std::vector<float> shorter = x;
    shorter.back() = 0;
    CHECK(worst_error(norm_quantize(row.function, shorter, weight), x, weight) >
          10 * kNormQuantizeTolerance);
    Quantized q = norm_quantize(row.function, x, weight);
    q.values[100] = static_cast<int8_t>(q.values[100] > 0 ? q.values[100] - 1 : q.values[100] + 1);
    CHECK(worst_error(q, x, weight) > 10 * kNormQuantizeTolerance);
    q = norm_quantize(row.function, x, weight);
    q.scales[20] *= 1.00001f;
    CHECK(worst_error(q, x, weight) > kNormQuantizeTolerance);
  }
}
