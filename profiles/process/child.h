#pragma once

#include <atomic>
#include <string>
#include <utility>
#include <vector>

namespace winnow::profiles {

struct Command {
  std::vector<std::string> arguments;  // [0]: the program, looked up in PATH where it has no '/'
  std::vector<std::pair<std::string, std::string>> environment;  // added to the harness's own
  std::vector<std::string> removed_environment;
  std::string control_group_file;  // cgroup.procs of a control group to join; empty: none
  std::string output_file;         // standard output and error, together
  double time_limit_s = 0;         // 0: none
  double grace_s = 2;              // between SIGTERM and SIGKILL
};

struct Outcome {
  enum class Kind { kExited, kSignalled, kTimeLimit, kInterrupted, kNotStarted };
  Kind kind = Kind::kNotStarted;
  int code = 0;        // exit status or signal
  std::string detail;  // why it could not be started
  double wall_s = 0;
  double cpu_s = 0;  // of the process and those that it waited for

  bool ok() const { return kind == Kind::kExited && code == 0; }
};

// "ok", "exit status 3", "signal 11 (Segmentation fault)", "time limit of 60 s", "interrupted",
// "not started: No such file or directory".
std::string describe(const Outcome& outcome, double time_limit_s);

// Runs a process in a process group of its own and waits for it. When the time limit passes or
// `*stop` becomes true, the whole group gets SIGTERM and, after the grace period, SIGKILL;
// processes of the group that outlive their leader are killed, too. The process dies with the
// harness's calling thread. Throws base::Error only where the output file cannot be written or the
// control group not be joined.
Outcome run_child(const Command& command, const std::atomic<bool>* stop);

// The last `limit_lines` lines of a text file, at most 4 kB; empty when it cannot be read.
std::string last_lines(const std::string& path, int limit_lines);

}  // namespace winnow::profiles
