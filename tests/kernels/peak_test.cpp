#include "kernels/peak.h"

#include <cstdlib>
#include <numeric>
#include <random>

#include "kernels/cpu.h"
#include "tests/catch.h"

using namespace winnow::kernels;

TEST_CASE("a peak function does every multiply-accumulate that its rounds say") {
  const std::pair<int, int> operands[] = {{1, 1}, {3, -5}, {127, 127}, {127, -127}, {0, 9}};
  for (const PeakRow& row : peak_rows()) {
    if (!row.available) continue;
    INFO(row.name);
    CHECK(row.macs_per_round > 0);
    for (const auto& [a, b] : operands)
      for (const int64_t rounds : {0, 1, 2, 1000, 300'001}) {
        INFO(a << " * " << b << ", " << rounds << " rounds");
        const auto expected = static_cast<uint32_t>(a * b * row.macs_per_round * rounds);
        CHECK(row.multiply_accumulate(rounds, a, b) == expected);
      }
  }
}

TEST_CASE("a read function adds up every word") {
  constexpr size_t kWords = 64 * kReadGroup;
  struct Line {
    alignas(64) uint64_t words[8];
  };
  std::vector<Line> lines(kWords / 8);
  auto* words = lines.front().words;
  std::mt19937_64 random(1);
  for (size_t i = 0; i < kWords; ++i) words[i] = random();
  for (const PeakRow& row : peak_rows()) {
    if (!row.available) continue;
    INFO(row.name);
    for (const size_t count : {size_t{0}, kReadGroup, 3 * kReadGroup, kWords})
      CHECK(row.read(words, count) == std::accumulate(words, words + count, uint64_t{0}));
  }
}

TEST_CASE("there is a peak for every instruction set of the operators") {
  REQUIRE(peak_rows().front().name == "scalar");
  CHECK(peak_rows().front().available);
#ifdef __x86_64__
  CHECK(peak_rows()[1].available == cpu().avx2);
  CHECK(peak_rows()[3].available == cpu().avx512_vnni);
#endif
}
