#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// What /proc tells of other processes. What is gone or may not be read is nullopt or "".
namespace winnow::profiles {

struct ProcessLine {
  pid_t pid = 0, parent = 0;
  std::string name;  // as the kernel cuts it: 15 bytes
  char state = '?';  // 'Z' and 'X': it has ended
};
std::vector<ProcessLine> all_processes();

// The descendants of `ancestor` that have not ended, itself left out.
std::vector<ProcessLine> living_descendants(pid_t ancestor);

struct TaskFigures {
  int64_t cpu_ns = 0;        // user and system
  int64_t run_queue_ns = 0;  // ready, but without a core
  int64_t voluntary_switches = 0, involuntary_switches = 0;
  int64_t peak_rss_bytes = 0;  // of its process since the last exec; not a sum

  TaskFigures since(const TaskFigures& earlier) const;  // the sums only
};
// From schedstat and status in /proc/<process>/task/<task>/; of a zombie without peak_rss_bytes.
std::optional<TaskFigures> task_figures(pid_t process, pid_t task);

// The first two alone.
std::optional<TaskFigures> task_times(pid_t process, pid_t task);

// Whether this kernel counts a thread's time in nanoseconds (CONFIG_SCHED_INFO).
bool has_schedstat();

struct TaskIdentity {
  pid_t process = 0, parent = 0;
  std::string name;  // of the thread
};
std::optional<TaskIdentity> task_identity(pid_t task);

// Of a thread as of a process, as in ProcessLine; '?': it is gone.
char task_state(pid_t task);

std::string process_name(pid_t process);
bool is_thread_of(pid_t process, pid_t task);

// Whether the program that the process has just started is set-uid, set-gid or has capabilities,
// and did not get what the file promises. (AT_SECURE is 1 then, too.)
bool started_without_privilege(pid_t process);

}  // namespace winnow::profiles
