#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>
#include <cstdlib>

int main(int argc, char** argv) {
  // Meson sets it for every test. What a test starts would be told to run in an odd environment.
  unsetenv("MALLOC_PERTURB_");
  return Catch::Session().run(argc, argv);
}
