#pragma once

#include <cstdint>

// A thread's registers as the kernel numbers them in samples (asm/perf_regs.h), and as DWARF does.
namespace winnow::profiles {

#if defined(__x86_64__)
// ax bx cx dx si di bp sp ip, and from bit 16 r8 to r15; DWARF has the return address in column 16.
inline constexpr uint64_t kSampledRegisters = 0xff01ff;
inline constexpr int kDwarfRegisters = 17;
inline constexpr int kPerfPc = 8;
inline constexpr int kDwarfSp = 7, kDwarfFramePointer = 6, kDwarfReturn = 16;
inline constexpr int kPerfOfDwarf[kDwarfRegisters] = {0,  3,  2,  1,  4,  5,  6,  7, 16,
                                                      17, 18, 19, 20, 21, 22, 23, 8};
inline constexpr uint64_t kCodeAddress = ~uint64_t{0};
#elif defined(__aarch64__)
// x0 to x30, sp, pc; DWARF numbers the first 32 alike, and x30 has the return address.
inline constexpr uint64_t kSampledRegisters = 0x1ffffffff;
inline constexpr int kDwarfRegisters = 32;
inline constexpr int kPerfPc = 32;
inline constexpr int kDwarfSp = 31, kDwarfFramePointer = 29, kDwarfReturn = 30;
inline constexpr int kPerfOfDwarf[kDwarfRegisters] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10,
                                                      11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
                                                      22, 23, 24, 25, 26, 27, 28, 29, 30, 31};
// Above it a return address may be signed (pointer authentication).
inline constexpr uint64_t kCodeAddress = (uint64_t{1} << 48) - 1;
#else
#error "no unwinding on this architecture yet"
#endif

}  // namespace winnow::profiles
