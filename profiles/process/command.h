#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace winnow::profiles {

// Of a program's messages: on the disk while it runs, and what a recording keeps, their end.
inline constexpr int64_t kMostMessagesBytes = 64'000'000;
inline constexpr int64_t kKeptMessagesBytes = 1'000'000;

// A program to start. Paths are the harness's, whatever `folder` is; only arguments[0], where it is
// relative and has a '/', is looked up in `folder`.
struct Command {
  std::vector<std::string> arguments;  // [0]: the program, looked up in PATH where it has no '/'
  std::vector<std::pair<std::string, std::string>> environment;  // added to the harness's own
  std::vector<std::string> removed_environment;
  std::string control_group_file;  // cgroup.procs of a control group to join; empty: none
  std::string output_file;         // standard output; error, too, unless it has a file of its own
  double time_limit_s = 0;         // 0: none
  double grace_s = 2;              // between SIGTERM and SIGKILL
  std::string input_file;          // standard input; empty: /dev/null
  std::string error_file;          // standard error; empty: together with the output
  std::string folder;              // the working folder; empty: the harness's
  // What outlives the leader, in other process groups and sessions, too, is noted and ended.
  bool reap_descendants = false;
  // A descriptor at which something is to read when the process has no more use: it is ended then
  // (Outcome::Kind::kEnded, "its server ended"). -1: none.
  int server_ended = -1;
  // Called some ten times a second while the child runs.
  std::function<void()> meanwhile;
  // Called in the harness while the child is there and waits before its exec. What it throws kills
  // the child and is thrown on.
  std::function<void(pid_t)> before_exec;
  // Called in the child behind before_exec, right before the exec: async-signal-safe calls only. A
  // result that is not 0 is an errno, with which the start fails.
  int (*in_child)() = nullptr;
};

}  // namespace winnow::profiles
