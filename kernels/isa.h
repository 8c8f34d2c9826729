#pragma once

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

// The instruction sets of the rows, on functions, never on files: a flag for a file would leak wide
// instructions into the inline functions that it shares with others.
#define WINNOW_AVX2 [[gnu::target("avx2,fma,f16c")]]
#define WINNOW_AVX_VNNI [[gnu::target("avx2,fma,f16c,avxvnni")]]
#define WINNOW_AVX512_VNNI \
  [[gnu::target("avx2,fma,f16c,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]]
