#pragma once

#include <sys/types.h>

#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "profiles/process/proc_files.h"
#include "profiles/program/tree_account.h"

namespace winnow::profiles {

// The threads of a traced process tree, and what those used that have ended. Fed by one thread.
class TaskTable {
 public:
  // It waits before its exec: what it used until then is not the program's.
  void start(pid_t leader);

  // `parent` is about to go on behind a fork, vfork or clone that made `task`.
  void announced(pid_t parent, pid_t task, bool may_be_thread);
  // `task` stopped for the tracer: it may be new, when it is faster than its parent.
  void stopped(pid_t task);
  // Behind an exec, which has ended all other threads of the process and given the remaining one,
  // which was `former`, the number of the process.
  void executed(pid_t process, pid_t former);
  // In the stop at its end.
  void ending(pid_t task);
  // Not yet reaped. SIGKILL may have ended it without that stop.
  void ended(pid_t task);

  TreeAccount account() const;

 private:
  struct Task {
    pid_t process = 0;
    TaskFigures counted;    // already in the sums
    int64_t stops = 0;      // for the tracer, since then: each is a voluntary switch
    bool living = true;     // has not come to the stop at its end
    bool end_seen = false;  // its figures were read there or later
  };
  struct Process {
    std::string name;
    int tasks = 0;
  };

  void create(pid_t task, pid_t process, const std::string& name);
  void add_early(pid_t task);
  void end_life(Task& task);
  void remove(pid_t task);
  void begin_with(Task& task, pid_t leader);
  bool count(Task& task, pid_t number);
  void count_rest(const Task& task, pid_t number);
  void add(const TaskFigures& more, const Task& task);
  void move_to_row(Process& process, std::string name);

  pid_t leader_ = 0;
  std::unordered_map<pid_t, Task> tasks_;
  std::unordered_map<pid_t, Process> processes_;
  std::unordered_set<pid_t> early_;  // appeared before they were announced
  std::map<std::string, ProcessRow> rows_;
  std::set<std::string> without_privilege_;
  TaskFigures sum_;
  TreeAccount account_;  // all but sums and rows
  int64_t living_ = 0;
};

}  // namespace winnow::profiles
