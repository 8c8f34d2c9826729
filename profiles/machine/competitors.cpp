#include "profiles/machine/competitors.h"

#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/error.h"

namespace winnow::profiles {
namespace {

// In the child, which shares its parent's memory image: only async-signal-safe calls. A group of
// its own, so that Ctrl-C ends it no sooner than the harness says.
[[noreturn]] void be_busy(pid_t harness) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != harness) _exit(0);
  setpgid(0, 0);
  prctl(PR_SET_NAME, "winnow-busy");
  close_range(0, ~0U, 0);  // it must not hold the locks and pipes of a harness that has died
  for (int number : {SIGINT, SIGTERM, SIGHUP}) signal(number, SIG_DFL);
  for (;;) asm volatile("");
}

std::vector<int> usable_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  std::vector<int> cores;
  if (sched_getaffinity(0, sizeof set, &set) != 0)
    throw base::Error("sched_getaffinity", strerror(errno));
  for (int core = 0; core < CPU_SETSIZE; ++core)
    if (CPU_ISSET(core, &set)) cores.push_back(core);
  return cores;
}

}  // namespace

Competitors::Competitors(int count, bool pinned) {
  processes_.reserve(static_cast<size_t>(count));
  try {
    for (int i = 0; i < count; ++i) {
      start();
      if (pinned) pin(processes_.back(), static_cast<size_t>(i));
    }
  } catch (...) {
    end();
    throw;
  }
}

Competitors::~Competitors() { end(); }

void Competitors::start() {
  const pid_t harness = getpid();
  const pid_t process = fork();
  if (process == 0) be_busy(harness);
  if (process < 0) throw base::Error("a busy neighbour cannot be started", strerror(errno));
  processes_.push_back(process);
}

void Competitors::pin(pid_t process, size_t index) const {
  const std::vector<int> cores = usable_cores();
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cores[index % cores.size()], &set);
  if (sched_setaffinity(process, sizeof set, &set) != 0)
    throw base::Error("a busy neighbour cannot be pinned", strerror(errno));
}

void Competitors::end() {
  for (const pid_t process : processes_) kill(process, SIGKILL);
  for (const pid_t process : processes_)
    while (waitpid(process, nullptr, 0) < 0 && errno == EINTR) {
    }
  processes_.clear();
}

}  // namespace winnow::profiles
