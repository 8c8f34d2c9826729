#include <limits>

#include "tests/catch.h"
#include "tests/kernels/data.h"
#include "tests/kernels/quantized.h"

using namespace winnow::kernels;

namespace {

// gate and up, one behind the other in every block.
std::vector<float> interleave(const std::vector<float>& gate, const std::vector<float>& up) {
  std::vector<float> gate_up;
  for (size_t block = 0; block < gate.size(); block += kBlockSize)
    for (const std::vector<float>* half : {&gate, &up})
      gate_up.insert(gate_up.end(), half->begin() + ptrdiff_t(block),
                     half->begin() + ptrdiff_t(block) + kBlockSize);
  return gate_up;
}

Quantized geglu_quantize(GegluQuantize function, const std::vector<float>& gate,
                         const std::vector<float>& up) {
  const std::vector<float> gate_up = interleave(gate, up);
  Quantized q(static_cast<int>(gate.size()));
  function(gate_up.data(), static_cast<int>(gate.size()) / kBlockSize, q.values.data(),
           q.scales.data(), q.offsets.data());
  return q;
}

// The published form, in double precision.
double exact_geglu(double gate, double up) {
  const double u = std::sqrt(2 / std::acos(-1.0)) * (gate + 0.044715 * gate * gate * gate);
  return 0.5 * gate * (1 + std::tanh(u)) * up;
}

// The accuracy of the activation before it is quantized.
constexpr double kGegluQuantizeTolerance = 5e-7;

// How many scales, values and offsets are not those of the exact activation quantized: a value may
// be the next one only where the exact quotient lies at a tie within the tolerance.
int wrong_results(const Quantized& q, const std::vector<float>& gate,
                  const std::vector<float>& up) {
  int wrong = 0;
  for (size_t block = 0; block < q.scales.size(); ++block) {
    double exact[kBlockSize], largest = 0;
    for (int i = 0; i < kBlockSize; ++i) {
      exact[i] = exact_geglu(gate[block * kBlockSize + i], up[block * kBlockSize + i]);
      largest = std::max(largest, std::fabs(exact[i]));
    }
    const double scale = largest / 127;
    wrong += !(std::fabs(q.scales[block] - scale) <= scale * kGegluQuantizeTolerance);
    int sum = 0;
    for (int i = 0; i < kBlockSize; ++i) {
      const int value = q.values[block * kBlockSize + i];
      wrong += !(std::fabs(value - exact[i] / scale) <= 0.5 + 127 * 2 * kGegluQuantizeTolerance);
      sum += value;
    }
    wrong += q.offsets[block] != -128 * sum;
  }
  return wrong;
}

}  // namespace

TEST_CASE("geglu_quantize is the quantized formula at every size") {
  Random random;
  for (const Row<GegluQuantize>& row : runnable(geglu_quantize_rows()))
    for (int size = 32; size <= 1152; size += 32)
      for (float magnitude : {0.01f, 1.0f, 6.0f, 100.0f}) {
        INFO(std::string(row.name) << " " << size << " x " << magnitude);
        const std::vector<float> gate = random.floats(size, -magnitude, magnitude);
        const std::vector<float> up = random.floats(size, -4, 4);
        CHECK(wrong_results(geglu_quantize(row.function, gate, up), gate, up) == 0);
      }
}

TEST_CASE("the gate is accurate over its whole range") {
  // One gate a block; up raises each to about the same magnitude.
  for (const Row<GegluQuantize>& row : runnable(geglu_quantize_rows())) {
    INFO(std::string(row.name));
    double worst = 0;
    for (int at = -12000; at <= 30000; at += 7) {
      const float g = static_cast<float>(at) * 1e-3f;
      const std::vector<float> gate(kBlockSize, g), up(kBlockSize, 1.0f);
      const double exact = std::fabs(exact_geglu(g, 1)) / 127;
      const double scale = geglu_quantize(row.function, gate, up).scales[0];
      worst = std::max(worst, std::fabs(scale - exact) / std::max(std::fabs(g) / 127.0, 1e-30));
    }
    CHECK(worst < kGegluQuantizeTolerance);
  }
}

TEST_CASE("geglu_quantize of a block does not depend on its neighbours") {
  Random random;
  const int blocks = 13;
  const std::vector<float> gate = random.floats(blocks * kBlockSize, -6, 6);
  const std::vector<float> up = random.floats(gate.size(), -4, 4);
  const std::vector<float> gate_up = interleave(gate, up);
  for (const Row<GegluQuantize>& row : runnable(geglu_quantize_rows())) {
    INFO(std::string(row.name));
    const Quantized whole = geglu_quantize(row.function, gate, up);
    int different = 0;
    for (int begin = 0; begin < blocks; ++begin)
      for (int count = 1; begin + count <= blocks; ++count) {
        Quantized part = whole;
        const int first = begin * kBlockSize;
        row.function(gate_up.data() + ptrdiff_t{2} * first, count, part.values.data() + first,
                     part.scales.data() + begin, part.offsets.data() + begin);
        different += part != whole;
      }
    CHECK(different == 0);
  }
}

TEST_CASE("large gates pass, large negative ones close, and nothing is NaN") {
  const float largest = std::numeric_limits<float>::max();
  const float gates[] = {20, 1e10f, 1e18f, -20, -1e10f, -largest};
  for (const Row<GegluQuantize>& row : runnable(geglu_quantize_rows()))
    for (float g : gates) {
      INFO(std::string(row.name) << " " << g);
      std::vector<float> gate(kBlockSize, 0.0f);
      gate[9] = g;
      const Quantized q = geglu_quantize(row.function, gate, std::vector<float>(kBlockSize, 1.0f));
      CHECK(q.scales[0] == Approx(g > 0 ? g / 127 : 0).margin(1e-20));
      CHECK(int(q.values[0]) == 0);
      if (g > 0) CHECK(int(q.values[9]) == 127);
    }
  const std::vector<float> gate(kBlockSize, largest);
  for (const Row<GegluQuantize>& row : runnable(geglu_quantize_rows())) {
    INFO(std::string(row.name));
    const Quantized q = geglu_quantize(row.function, gate, std::vector<float>(kBlockSize, -1.0f));
    CHECK(q.scales[0] == largest / 127);
    CHECK(q.values == std::vector<int8_t>(kBlockSize, -127));
    CHECK(q.offsets[0] == 128 * 127 * kBlockSize);
  }
}

TEST_CASE("zero and vanishing gates quantize to zero") {
  for (const Row<GegluQuantize>& row : runnable(geglu_quantize_rows()))
    for (float value : {0.0f, -0.0f, 1e-45f, -1e-40f, 1.4e-36f}) {
      INFO(std::string(row.name) << " " << value);
      const std::vector<float> gate(5 * kBlockSize, value), up(gate.size(), 1.0f);
      CHECK(geglu_quantize(row.function, gate, up) == Quantized(5 * kBlockSize));
    }
}

TEST_CASE("the tolerance of the geglu_quantize tests catches planted faults") {
  Random random;
  const std::vector<float> gate = random.floats(1152, -6, 6), up = random.floats(1152, -4, 4);
  std::vector<float> moved = gate;
  for (float& g : moved) g *= 1.00002f;
  double erf_form = 0;
  for (double g = -6; g <= 6; g += 0.01)
    erf_form = std::max(
        erf_form, std::fabs(exact_geglu(g, 1) - 0.5 * g * (1 + std::erf(g / std::sqrt(2.0)))));
  CHECK(erf_form > 100 * kGegluQuantizeTolerance);
  for (const Row<GegluQuantize>& row : runnable(geglu_quantize_rows())) {
    INFO(std::string(row.name));
    Quantized q = geglu_quantize(row.function, gate, up);
    CHECK(wrong_results(q, gate, up) == 0);
    CHECK(wrong_results(geglu_quantize(row.function, moved, up), gate, up) > 0);
    CHECK(wrong_results(geglu_quantize(row.function, up, gate), gate, up) > 0);
    q.values[1000] = static_cast<int8_t>(q.values[1000] + (q.values[1000] > 0 ? -1 : 1));
    CHECK(wrong_results(q, gate, up) >= 1);
    q = geglu_quantize(row.function, gate, up);
    q.offsets[7] += 128;
    CHECK(wrong_results(q, gate, up) == 1);
  }
}
