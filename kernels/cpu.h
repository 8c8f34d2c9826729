#pragma once

namespace winnow::kernels {

// What the processor and the operating system support, named after the rows that need it; all false
// on other architectures.
struct Cpu {
  // x86-64
  bool avx2;         // AVX2, FMA, F16C
  bool avx_vnni;     // AVX-VNNI (VEX-encoded), and all of the above
  bool avx512_vnni;  // AVX-512 F, BW, DQ, VL, VNNI, and all of avx2
  // AArch64
  bool dotprod;  // SDOT, UDOT
  bool i8mm;     // SMMLA, USMMLA, and the above
};

const Cpu& cpu() noexcept;

}  // namespace winnow::kernels
