#include "base/usable_cores.h"

#include <sched.h>
#include <sys/types.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "base/cpu_quota.h"

namespace winnow::base {

std::vector<int> cores_of_process() {
  cpu_set_t all;
  CPU_ZERO(&all);
  std::error_code error;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task", error)) {
    cpu_set_t cores;
    const auto thread = static_cast<pid_t>(std::atoi(task.path().filename().c_str()));
    // One that has just ended has no cores.
    if (thread > 0 && sched_getaffinity(thread, sizeof cores, &cores) == 0)
      CPU_OR(&all, &all, &cores);
  }
  std::vector<int> numbers;
  for (int core = 0; core < CPU_SETSIZE; ++core)
    if (CPU_ISSET(static_cast<size_t>(core), &all)) numbers.push_back(core);
  return numbers;
}

int usable_cores(const std::string& root) {
  cpu_set_t mine;
  const int cores = sched_getaffinity(0, sizeof mine, &mine) == 0
                        ? CPU_COUNT(&mine)
                        : static_cast<int>(std::thread::hardware_concurrency());
  const auto quota = cpu_quota(root);
  const double granted = quota ? std::min(quota->cores, static_cast<double>(cores)) : cores;
  return std::max(1, static_cast<int>(granted));
}

}  // namespace winnow::base
