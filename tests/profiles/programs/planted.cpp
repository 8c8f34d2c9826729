// Spends a quarter of its CPU time in one function and three in another, at known depths:
// planted MODE SECONDS, of CPU time.
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>

namespace planted {

volatile uint64_t sink;

uint64_t random_state = 1;

inline uint64_t next(uint64_t state) { return state * 6364136223846793005u + 1442695040888963407u; }

inline void spin(uint64_t steps) {
  uint64_t state = 1;
  for (uint64_t i = 0; i < steps; ++i) {
    state = next(state);
    asm volatile("" : "+r"(state));
  }
  sink = state;
}

// Rounds of one length could keep step with the sampling.
inline uint64_t round_steps() { return (random_state >> 33) % 100'000; }

// Each has code behind its call, so that the call is no jump.
[[gnu::noinline]] void quarter() {
  spin(round_steps());
  sink = sink + 1;
}
[[gnu::noinline]] void three_quarters() {
  spin(3 * round_steps());
  sink = sink + 1;
}
[[gnu::noinline]] void below() {
  three_quarters();
  sink = sink + 1;
}
[[gnu::noinline]] void round() {
  random_state = next(random_state);
  quarter();
  below();
  sink = sink + 1;
}
// Its frame is larger than what is copied of a stack.
[[gnu::noinline]] void wide_round() {
  char frame[16'384];
  asm volatile("" : : "r"(frame) : "memory");
  round();
  sink = sink + 1;
}

[[gnu::noinline]] void burn(double seconds, void (*each)()) {
  timespec now{};
  do {
    each();
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  } while (static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9 < seconds);
  sink = sink + 1;
}

}  // namespace planted

int main(int count, char** arguments) {
  if (count != 3) return 2;
  const char* const mode = arguments[1];
  const double seconds = std::atof(arguments[2]);
  const bool forks = std::strcmp(mode, "fork") == 0, execs = std::strcmp(mode, "exec") == 0;
  if (!forks && !execs) {
    planted::burn(seconds, std::strcmp(mode, "wide") == 0 ? planted::wide_round : planted::round);
    return 0;
  }
  if (fork() == 0) {
    if (execs) {
      char half[32];
      std::snprintf(half, sizeof half, "%f", seconds / 2);
      execl(arguments[0], arguments[0], "burn", half, nullptr);
      _exit(127);
    }
    planted::burn(seconds / 2, planted::round);
    _exit(0);
  }
  planted::burn(seconds / 2, planted::round);
  int status = 0;
  wait(&status);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
