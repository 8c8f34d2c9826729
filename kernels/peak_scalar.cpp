// The plain loop, as fast as the compiler makes it for the least processor of the architecture.
#include <algorithm>

#include "kernels/peak_rows.h"

namespace winnow::kernels {

uint32_t peak_scalar(int64_t rounds, int a, int b) noexcept {
  int8_t first[kPeakMacsScalar], second[kPeakMacsScalar];
  std::fill(std::begin(first), std::end(first), static_cast<int8_t>(a));
  std::fill(std::begin(second), std::end(second), static_cast<int8_t>(b));
  uint32_t total = 0;
  for (int64_t round = 0; round < rounds; ++round) {
    asm("" : "+m"(first), "+m"(second));  // may have changed: no round is the same as the last
    int32_t sum = 0;
    for (int i = 0; i < kPeakMacsScalar; ++i) sum += first[i] * second[i];
    total += static_cast<uint32_t>(sum);
  }
  return total;
}

uint64_t read_scalar(const uint64_t* words, size_t count) noexcept {
  uint64_t sum = 0;
  for (size_t i = 0; i < count; ++i) sum += words[i];
  return sum;
}

}  // namespace winnow::kernels
