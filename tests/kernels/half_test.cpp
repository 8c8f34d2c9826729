#include <bit>
#include <limits>

#include "tests/catch.h"
#include "tests/kernels/data.h"

using namespace winnow::kernels;

TEST_CASE("every half survives the way to float and back") {
  int wrong = 0;
  for (unsigned bits = 0; bits <= 0xffff; ++bits) {
    const auto half = static_cast<uint16_t>(bits);
    const float value = half_to_float(half);
    const bool nan = (half & 0x7c00u) == 0x7c00u && (half & 0x3ffu) != 0;
    if (nan)
      wrong += !std::isnan(value) || float_to_half(value) != (half | 0x200u);  // quiet
    else
      wrong += float_to_half(value) != half;
  }
  CHECK(wrong == 0);
}

TEST_CASE("half_to_float is the formula of binary16") {
  int wrong = 0;
  for (unsigned bits = 0; bits < 0x7c00u; ++bits) {
    const int exponent = static_cast<int>(bits >> 10), fraction = static_cast<int>(bits & 0x3ffu);
    const double expected =
        exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25);
    wrong += half_to_float(static_cast<uint16_t>(bits)) != expected;
    wrong += half_to_float(static_cast<uint16_t>(bits | 0x8000u)) != -expected;
  }
  CHECK(wrong == 0);
  CHECK(half_to_float(0x7c00) == std::numeric_limits<float>::infinity());
  CHECK(std::signbit(half_to_float(0x8000)));
}

TEST_CASE("float_to_half rounds to nearest even between every two halves") {
  int wrong = 0;
  for (uint16_t half = 0; half < 0x7bff; ++half) {
    const auto next = static_cast<uint16_t>(half + 1);
    const float middle = (half_to_float(half) + half_to_float(next)) / 2;  // exact
    const float below = std::nextafter(middle, 0.0f), above = std::nextafter(middle, 1e9f);
    wrong += float_to_half(below) != half;
    wrong += float_to_half(above) != next;
    wrong += float_to_half(middle) != (half % 2 == 0 ? half : next);
    wrong += float_to_half(-middle) != ((half % 2 == 0 ? half : next) | 0x8000);
  }
  CHECK(wrong == 0);
  CHECK(float_to_half(65519.99f) == 0x7bff);
  CHECK(float_to_half(65520.0f) == 0x7c00);
  CHECK(float_to_half(-1e30f) == 0xfc00);
  CHECK(float_to_half(std::numeric_limits<float>::infinity()) == 0x7c00);
  CHECK(float_to_half(1e-30f) == 0);
}
