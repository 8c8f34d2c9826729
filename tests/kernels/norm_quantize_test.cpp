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
