// Compiled once for each variant with WINNOW_VARIANT set to its row, so that an executable holds
// one strategy only.
#include "scenarios/driver.h"

// What scheduler.h declares, without the standard library behind it: this is compiled often.
namespace winnow::engine {
extern const SchedulerRow WINNOW_VARIANT;
}

int main(int argc, char** argv) {
  return winnow::scenarios::driver_main(winnow::engine::WINNOW_VARIANT, argc, argv);
}
