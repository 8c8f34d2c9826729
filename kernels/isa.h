#pragma once

#include "base/sanitizers.h"

// The instruction sets of the rows, on functions, never on files: a flag for a file would leak wide
// instructions into the inline functions that it shares with others.

// Into the row, so that a profile shows one function. Clang's AddressSanitizer takes minutes for a
// function that large.
#define WINNOW_INTO_ROW [[gnu::always_inline]]
#if defined(__clang__) && WINNOW_ADDRESS_SANITIZER
#undef WINNOW_INTO_ROW
#define WINNOW_INTO_ROW
#endif

#ifdef __x86_64__
// g++ 12 warns of the vectors that its own header leaves undefined on purpose.
#ifndef __clang__
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <immintrin.h>
#ifndef __clang__
#pragma GCC diagnostic pop
#endif

#define WINNOW_AVX2 [[gnu::target("avx2,fma,f16c")]]
#define WINNOW_AVX_VNNI [[gnu::target("avx2,fma,f16c,avxvnni")]]
#define WINNOW_AVX512_VNNI \
  [[gnu::target("avx2,fma,f16c,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]]
#endif

#ifdef __aarch64__
// Up to version 15, clang's header hides the int8 intrinsics even from functions whose target has
// them; and the two compilers name a target differently.
#ifdef __clang__
#if __clang_major__ < 16
#define __ARM_FEATURE_DOTPROD 1
#define __ARM_FEATURE_MATMUL_INT8 1
#endif
#define WINNOW_NEON_DOT [[gnu::target("dotprod")]]
#define WINNOW_NEON_I8MM [[gnu::target("dotprod,i8mm")]]
#else
#define WINNOW_NEON_DOT [[gnu::target("arch=armv8.2-a+dotprod")]]
#define WINNOW_NEON_I8MM [[gnu::target("arch=armv8.2-a+dotprod+i8mm")]]
#endif
#include <arm_neon.h>
#endif
