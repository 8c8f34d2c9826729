#include <limits>

#include "tests/catch.h"
#include "tests/kernels/data.h"

using namespace winnow::kernels;

namespace {

constexpr float kEpsilon = 1e-6f;

struct Angles {
  Angles(int size, double position) {
    for (int i = 0; i < size / 2; ++i) {
      const double angle = position * std::pow(10000.0, -2.0 * i / size);
      cosines.push_back(static_cast<float>(std::cos(angle)));
      sines.push_back(static_cast<float>(std::sin(angle)));
    }
  }
  std::vector<float> cosines, sines;
};

std::vector<float> norm_rope(NormRope function, std::vector<float> x,
                             const std::vector<float>& weight, const Angles& angles) {
  function(x.data(), weight.data(), kEpsilon, angles.cosines.data(), angles.sines.data(),
           static_cast<int>(x.size()));
  return x;
}

std::vector<double> exact_norm(const std::vector<float>& x, const std::vector<float>& weight) {
  double squares = 0;
  for (float value : x) squares += double(value) * value;
  const double factor = 1 / std::sqrt(squares / double(x.size()) + kEpsilon);
  std::vector<double> y(x.size());
  for (size_t i = 0; i < x.size(); ++i) y[i] = x[i] * factor * weight[i];
  return y;
}

// The largest error in double precision, relative to the length of the pair.
double worst_error(const std::vector<float>& y, const std::vector<float>& x,
                   const std::vector<float>& weight, const Angles& angles) {
  const std::vector<double> norm = exact_norm(x, weight);
  const size_t half = x.size() / 2;
  double worst = 0;
  for (size_t i = 0; i < half; ++i) {
    const double a = norm[i], b = norm[i + half], c = angles.cosines[i], s = angles.sines[i];
    const double error =
        std::max(std::fabs(y[i] - (a * c - b * s)), std::fabs(y[i + half] - (a * s + b * c)));
    worst = std::max(worst, error / std::max(std::hypot(a, b), 1e-30));
  }
  return worst;
}

constexpr double kNormRopeTolerance = 7e-7;

}  // namespace

TEST_CASE("norm_rope equals the formula at every size and magnitude") {
  Random random;
  std::vector<int> sizes = {126, 128, 130, 254, 256, 258};
  for (int size = 2; size <= 70; size += 2) sizes.push_back(size);
  for (int size = 96; size <= 1152; size += 32) sizes.push_back(size);
  for (const Row<NormRope>& row : runnable(norm_rope_rows()))
    for (int size : sizes)
      for (float magnitude : {1e-6f, 1.0f, 1e12f}) {
        INFO(std::string(row.name) << " " << size << " x " << magnitude);
        const std::vector<float> x = random.floats(size, -magnitude, magnitude);
        const std::vector<float> weight = random.floats(size, -3, 3);
        const Angles angles(size, 1234);
        CHECK(worst_error(norm_rope(row.function, x, weight, angles), x, weight, angles) <
              kNormRopeTolerance);
      }
}

TEST_CASE("at position 0 norm_rope is rms_norm of the same instruction set; a quarter turn swaps") {
  Random random;
  for (const Row<NormRope>& row : runnable(norm_rope_rows()))
    for (int size : {2, 6, 32, 50, 256}) {
      INFO(std::string(row.name) << " " << size);
      const size_t half = size_t(size) / 2;
      const std::vector<float> x = random.floats(size), weight = random.floats(size, 0.1f, 3);
      std::vector<float> norm(size);
      select_kernels(row.name).rms_norm(x.data(), weight.data(), size, kEpsilon, norm.data());
      Angles angles(size, 0);
      CHECK(norm_rope(row.function, x, weight, angles) == norm);
      std::swap(angles.cosines, angles.sines);
      const std::vector<float> turned = norm_rope(row.function, x, weight, angles);
      int wrong = 0;
      for (size_t i = 0; i < half; ++i)
        wrong += turned[i] != -norm[i + half] || turned[i + half] != norm[i];
      CHECK(wrong == 0);
    }
}

TEST_CASE("norm_rope of zeros is zero, of subnormal numbers finite") {
  const std::vector<float> weight(256, 2.0f);
  const Angles angles(256, 77);
  for (const Row<NormRope>& row : runnable(norm_rope_rows())) {
    INFO(std::string(row.name));
    const std::vector<float> zeros(256, 0.0f);
    CHECK(norm_rope(row.function, zeros, weight, angles) == zeros);
    for (float value : norm_rope(row.function, std::vector<float>(256, 1e-45f), weight, angles))
      CHECK(std::fabs(value) < 1e-40f);
  }
}

TEST_CASE("norm_rope writes only its head and reads only its angles") {
  Random random;
  const float poison = std::numeric_limits<float>::quiet_NaN();
  for (const Row<NormRope>& row : runnable(norm_rope_rows()))
    for (int size : {2, 14, 30, 34, 66, 256}) {
      INFO(std::string(row.name) << " " << size);
      std::vector<float> x = random.floats(size), weight = random.floats(size);
      Angles angles(size, 5);
      const std::vector<float> expected = norm_rope(row.function, x, weight, angles);
      for (std::vector<float>* each : {&x, &weight, &angles.cosines, &angles.sines})
        each->insert(each->end(), 32, poison);
      row.function(x.data(), weight.data(), kEpsilon, angles.cosines.data(), angles.sines.data(),
                   size);
      CHECK(std::equal(expected.begin(), expected.end(), x.begin()));
      CHECK(std::all_of(x.end() - 32, x.end(), [](float value) { return std::isnan(value); }));
    }
}

TEST_CASE("the tolerance of the norm_rope test catches a neighbour's angle and a norm too short") {
  Random random;
  const std::vector<float> x = random.floats(256), weight = random.floats(256, 0.1f, 3);
  const Angles angles(256, 1234);
  Angles other = angles;
  other.sines[100] = angles.sines[101];
  other.cosines[100] = angles.cosines[101];
  std::vector<float> shorter = x;
  shorter[255] = 0;
  for (const Row<NormRope>& row : runnable(norm_rope_rows())) {
    INFO(std::string(row.name));
    CHECK(worst_error(norm_rope(row.function, x, weight, other), x, weight, angles) >
          10 * kNormRopeTolerance);
    std::vector<float> y = norm_rope(row.function, shorter, weight, angles);
    CHECK(worst_error(y, x, weight, angles) > 10 * kNormRopeTolerance);
  }
}
