// Precompiled: the intrinsics, which cost a kernel's file more than the kernel itself.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <string_view>
#include <type_traits>

#include "kernels/isa.h"
