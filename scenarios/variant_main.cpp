// Compiled once for each variant with WINNOW_VARIANT set to its row, so that an executable holds
// one strategy only.
#include "scenarios/driver.h"

int main(int argc, char** argv) {
  return winnow::scenarios::driver_main(winnow::engine::WINNOW_VARIANT, argc, argv);
}
