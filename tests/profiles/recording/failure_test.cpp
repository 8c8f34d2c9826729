#include "profiles/recording/failure.h"

#include "tests/catch.h"

namespace winnow::profiles {

TEST_CASE("the last words of a failed process are its own, and short") {
  CHECK(failure_words("exit status 7", "") == "exit status 7");
  CHECK(failure_words("exit status 7", "loading\ncannot open model.bin\n\n") ==
        "exit status 7: cannot open model.bin");
  CHECK(failure_words("signal 9 (Killed)", "Starting tracking the heap\n") == "signal 9 (Killed)");
  CHECK(failure_words("signal 9 (Killed)",
                      "last words\nDumping heap profile to x.heap (Exiting, 1 kB in use)\n") ==
        "signal 9 (Killed): last words");
  CHECK(failure_words("exit status 1", std::string(1000, 'x')).size() < 300);
}

}  // namespace winnow::profiles
