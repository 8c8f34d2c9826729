#pragma once

#include "base/sanitizers.h"

namespace winnow {

// How often a test repeats what it does with other random values. Under a sanitizer a tenth: it
// takes ten times as long, and looks for mistakes in the code, not for rare values.
constexpr int repetitions(int count) {
  return WINNOW_ADDRESS_SANITIZER || WINNOW_THREAD_SANITIZER ? count / 10 : count;
}

}  // namespace winnow
