#include <bit>
#include <limits>

#include "kernels/cpu.h"
#include "tests/catch.h"
#include "tests/kernels/data.h"

#if defined(__x86_64__) || defined(__aarch64__)
#ifdef __x86_64__
#include "kernels/avx2.h"
#include "kernels/avx512.h"
#else
#include "kernels/neon.h"
#endif

using namespace winnow::kernels;

namespace {

struct ExpRow {
  const char* name;
  bool available;
  void (*function)(const float* x, float* y);  // 16 elements
};

#ifdef __x86_64__
WINNOW_AVX2 void exp_avx2(const float* x, float* y) {
  _mm256_storeu_ps(y, avx2::exp(_mm256_loadu_ps(x)));
  _mm256_storeu_ps(y + 8, avx2::exp(_mm256_loadu_ps(x + 8)));
}

WINNOW_AVX512_VNNI void exp_avx512(const float* x, float* y) {
  _mm512_storeu_ps(y, avx512::exp(_mm512_loadu_ps(x)));
}

std::vector<ExpRow> rows() {
  return {{"avx2", cpu().avx2, exp_avx2}, {"avx512", cpu().avx512_vnni, exp_avx512}};
}
#else
void exp_neon(const float* x, float* y) {
  for (int i = 0; i < 16; i += 4) vst1q_f32(y + i, neon::exp(vld1q_f32(x + i)));
}

std::vector<ExpRow> rows() { return {{"neon", true, exp_neon}}; }
#endif

float exp_one(const ExpRow& row, float x) {
  float input[16], result[16];
  std::fill_n(input, 16, x);
  row.function(input, result);
  return result[15];
}

// The largest relative error over floats of the sign of `limit` from 0 to it, `step` apart in their
// bits. Subnormal results may be off by one of their units.
double worst_error(const ExpRow& row, float limit, unsigned step) {
  double worst = 0;
  const auto sign = std::bit_cast<uint32_t>(std::copysign(0.0f, limit));
  const auto end = std::bit_cast<uint32_t>(std::fabs(limit));
  for (uint32_t bits = 0; bits <= end;) {
    float x[16], y[16];
    for (float& each : x) {
      each = std::bit_cast<float>(sign | std::min(bits, end));
      bits += step;
    }
    row.function(x, y);
    for (int i = 0; i < 16; ++i) {
      const double exact = std::exp(double(x[i]));
      const double excess =
          std::max(0.0, std::fabs(y[i] - exact) - (exact < 0x1p-126 ? 0x1p-149 : 0));
      worst = std::max(worst, excess / exact);
    }
  }
  return worst;
}

}  // namespace

TEST_CASE("vector exp is within 1.2e-7 of exp over the whole range of float results") {
  for (const ExpRow& row : rows()) {
    if (!row.available) continue;
    INFO(row.name);
    CHECK(worst_error(row, -103.9f, 1009) < 1.2e-7);
    CHECK(worst_error(row, 88.72f, 1009) < 1.2e-7);
    CHECK(worst_error(row, -20.0f, 97) < 1.2e-7);
  }
}

TEST_CASE("vector exp saturates to 0 and infinity and keeps NaN") {
  const float infinity = std::numeric_limits<float>::infinity();
  for (const ExpRow& row : rows()) {
    if (!row.available) continue;
    INFO(row.name);
    CHECK(exp_one(row, 0.0f) == 1.0f);
    CHECK(exp_one(row, -0.0f) == 1.0f);
    CHECK(exp_one(row, -infinity) == 0.0f);
    CHECK(exp_one(row, std::numeric_limits<float>::lowest()) == 0.0f);
    CHECK(exp_one(row, -104.5f) == 0.0f);
    CHECK(exp_one(row, 88.8f) == infinity);
    CHECK(exp_one(row, std::numeric_limits<float>::max()) == infinity);
    CHECK(exp_one(row, infinity) == infinity);
    CHECK(std::isnan(exp_one(row, std::numeric_limits<float>::quiet_NaN())));
  }
}
#endif
