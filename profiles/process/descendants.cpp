#include "profiles/process/descendants.h"

#include <signal.h>

#include <chrono>
#include <set>
#include <thread>

#include "profiles/process/proc_files.h"

namespace winnow::profiles {

bool end_descendants(pid_t ancestor, double grace_s) {
  using std::chrono::steady_clock, std::chrono::duration, std::chrono::milliseconds;
  const auto start = steady_clock::now();
  std::set<pid_t> asked;
  for (;;) {
    const double passed_s = duration<double>(steady_clock::now() - start).count();
    const auto living = living_descendants(ancestor);
    if (living.empty()) return true;
    if (passed_s > grace_s + 10) return false;
    for (const ProcessLine& process : living) {
      if (passed_s >= grace_s) {
        kill(process.pid, SIGKILL);
      } else if (asked.insert(process.pid).second) {
        kill(process.pid, SIGTERM);
        kill(process.pid, SIGCONT);  // one that is stopped would not take it
      }
    }
    std::this_thread::sleep_for(milliseconds(2));
  }
}

}  // namespace winnow::profiles
