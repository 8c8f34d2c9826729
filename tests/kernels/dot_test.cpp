#include "tests/catch.h"
#include "tests/kernels/data.h"

using namespace winnow::kernels;

namespace {

void check_every_dot(const Weights& w, const Activations& x) {
  const ExactDot exact = exact_dot(w.row(0), x.values.data(), x.scales.data(), x.size);
  for (const Row<Dot>& row : runnable(dot_rows())) {
    INFO(std::string(row.name) << " " << x.size);
    const float dot = row.function(w.row(0), x.values.data(), x.scales.data(), x.size);
    CHECK(std::fabs(dot - exact.value) <= exact.tolerance);
  }
}

}  // namespace

TEST_CASE("dot equals the exact formula at every block count") {
  Random random;
  for (int size = 32; size <= 40 * 32; size += 32)
    check_every_dot(Weights(random, 1, size), Activations(random, 1, size, -128, 127));
}

TEST_CASE("dot is exact for extreme weights and activations") {
  Random random;
  for (int weight : {-128, 0, 127})
    for (int value : {-128, -127, 0, 127})
      check_every_dot(Weights(random, 1, 1152, weight, weight),
                      Activations(random, 1, 1152, value, value));
}

TEST_CASE("dot makes no NaN of zero, subnormal and huge scales") {
  Random random;
  for (float w_scale : {0.0f, 0x1p-24f, 65504.0f})
    for (float x_scale : {0.0f, 0x1p-149f, 1e20f})
      check_every_dot(Weights(random, 1, 96, -128, 127, w_scale, w_scale),
                      Activations(random, 1, 96, -127, 127, x_scale, x_scale));
}

TEST_CASE("the tolerance of the dot tests catches one weight that is off by one") {
  Random random;
  const Weights w(random, 1, 768, -127, 126);
  Weights planted = w;
  planted.blocks[5].values[9] += 1;
  const Activations x(random, 1, 768, 30, 127);
  const ExactDot exact = exact_dot(w.row(0), x.values.data(), x.scales.data(), 768);
  for (const Row<Dot>& row : runnable(dot_rows())) {
    INFO(std::string(row.name));
    const float dot = row.function(planted.row(0), x.values.data(), x.scales.data(), 768);
    CHECK(std::fabs(dot - exact.value) > exact.tolerance);
  }
}
