#pragma once

#include <sys/types.h>

#include <future>
#include <optional>
#include <string>
#include <thread>

#include "profiles/program/futexes.h"
#include "profiles/program/task_table.h"

namespace winnow::profiles {

// A thread that traces a process tree (PTRACE_SEIZE): ptrace ties tracees to a thread, and this one
// has no other children that it could reap by mistake. It stops a thread of the tree only where one
// is created, at an exec, where a signal comes, and at its end, besides at futex calls if those are
// counted. All of the tree dies with it (PTRACE_O_EXITKILL).
class Tracer {
 public:
  // Counts futex calls where a counter is given; their filter is then installed in the leader
  // between attach and exec.
  explicit Tracer(std::optional<FutexCounter> futexes);
  ~Tracer();  // waits for the tree's end
  Tracer(const Tracer&) = delete;
  Tracer& operator=(const Tracer&) = delete;

  // Once, of a child that waits before its exec: 0 or ptrace's errno.
  int attach(pid_t leader);
  void wait_for_end();

  // Behind wait_for_end.
  TreeAccount account() const { return table_.account(); }
  const std::optional<FutexCounter>& futexes() const { return futexes_; }
  bool ended_program() const { return ended_program_; }  // when the futex counter was spent
  const std::string& failure() const { return failure_; }

 private:
  void run(pid_t leader, std::promise<int>& attached);
  void follow();
  void stopped(pid_t task, int status);
  void count_futex(pid_t task);

  std::optional<FutexCounter> futexes_;
  unsigned options_;
  pid_t leader_ = 0;
  TaskTable table_;
  bool ended_program_ = false;
  std::string failure_;
  std::thread thread_;
};

}  // namespace winnow::profiles
