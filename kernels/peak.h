#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

// What the processor can do at most: the roofs under which the operators' speed lies (Williams,
// Waterman and Patterson, "Roofline", 2009). One row an instruction set, named as in kernels.h.
namespace winnow::kernels {

// Runs `rounds` rounds of independent int8 multiply-accumulates in registers, every product a * b,
// and returns the sum of all accumulators modulo 2^32: a * b * macs_per_round * rounds. `a` in
// [0, 127], `b` in [-127, 127].
using MultiplyAccumulate = uint32_t (*)(int64_t rounds, int a, int b) noexcept;

// Reads `count` words in their order and returns their sum modulo 2^64; `words` aligned to 64
// bytes, `count` a multiple of kReadGroup.
using ReadWords = uint64_t (*)(const uint64_t* words, size_t count) noexcept;
inline constexpr size_t kReadGroup = 64;

struct PeakRow {
  std::string_view name;
  bool available;          // on this machine
  int64_t macs_per_round;  // over all accumulators
  MultiplyAccumulate multiply_accumulate;
  ReadWords read;
};

std::span<const PeakRow> peak_rows();  // scalar first, the widest last

}  // namespace winnow::kernels
