#include "kernels/cpu.h"

#ifdef __x86_64__
#include <cpuid.h>
#endif
#ifdef __aarch64__
#include <sys/auxv.h>
#endif

namespace winnow::kernels {
namespace {

#ifdef __x86_64__
// clang 14 does not know __builtin_cpu_supports("f16c").
bool has_f16c() noexcept {
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  return __get_cpuid(1, &eax, &ebx, &ecx, &edx) != 0 && (ecx & bit_F16C) != 0;
}

// Nor "avxvnni". The operating system keeps the registers of AVX, which is all that VEX needs.
bool has_avx_vnni() noexcept {
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  return __get_cpuid_count(7, 1, &eax, &ebx, &ecx, &edx) != 0 && (eax & 1u << 4) != 0;
}

Cpu detect() noexcept {
  Cpu found{};
  found.avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && has_f16c();
  found.avx_vnni = found.avx2 && has_avx_vnni();
  found.avx512_vnni = found.avx2 && __builtin_cpu_supports("avx512f") &&
                      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
                      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vnni");
  return found;
}
#elif defined(__aarch64__)
// The kernel's bits (its arch/arm64/include/uapi/asm/hwcap.h): older headers lack the second.
constexpr unsigned long kHwcapDotProduct = 1ul << 20, kHwcap2Int8MatrixMultiply = 1ul << 13;

Cpu detect() noexcept {
  Cpu found{};
  found.dotprod = (::getauxval(AT_HWCAP) & kHwcapDotProduct) != 0;
  found.i8mm = found.dotprod && (::getauxval(AT_HWCAP2) & kHwcap2Int8MatrixMultiply) != 0;
  return found;
}
#else
Cpu detect() noexcept { return {}; }
#endif

}  // namespace

const Cpu& cpu() noexcept {
  static const Cpu found = detect();
  return found;
}

}  // namespace winnow::kernels
