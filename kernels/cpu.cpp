#include "kernels/cpu.h"

#ifdef __x86_64__
#include <cpuid.h>
#endif

namespace winnow::kernels {
namespace {

#ifdef __x86_64__
// clang 14 does not know __builtin_cpu_supports("f16c").
bool has_f16c() noexcept {
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  return __get_cpuid(1, &eax, &ebx, &ecx, &edx) != 0 && (ecx & bit_F16C) != 0;
}

Cpu detect() noexcept {
  Cpu found{};
  found.avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && has_f16c();
  found.avx512_vnni = found.avx2 && __builtin_cpu_supports("avx512f") &&
                      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
                      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vnni");
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
