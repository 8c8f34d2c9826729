#include "kernels/peak_rows.h"

#include "kernels/cpu.h"
#include "kernels/peak.h"

namespace winnow::kernels {

std::span<const PeakRow> peak_rows() {
  static const PeakRow rows[] = {
      {"scalar", true, kPeakMacsScalar, peak_scalar, read_scalar},
#ifdef __x86_64__
      {"avx2", cpu().avx2, kPeakMacsAvx2, peak_avx2, read_avx2},
      {"avx_vnni", cpu().avx_vnni, kPeakMacsAvxVnni, peak_avx_vnni, read_avx2},
      {"avx512_vnni", cpu().avx512_vnni, kPeakMacsAvx512Vnni, peak_avx512_vnni, read_avx512_vnni},
#endif
#ifdef __aarch64__
      {"neon_dot", cpu().dotprod, kPeakMacsNeonDot, peak_neon_dot, read_scalar},
      {"neon_i8mm", cpu().i8mm, kPeakMacsNeonI8mm, peak_neon_i8mm, read_scalar},
#endif
  };
  return rows;
}

}  // namespace winnow::kernels
