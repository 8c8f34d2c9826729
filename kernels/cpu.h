#pragma once

namespace winnow::kernels {

// What the processor and the operating system support, named after the rows that need it.
struct Cpu {
  bool avx2;         // AVX2, FMA, F16C
  bool avx512_vnni;  // AVX-512 F, BW, DQ, VL, VNNI, and all of the above
};

const Cpu& cpu() noexcept;

}  // namespace winnow::kernels
