#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <chrono>
#include <functional>

#include "profiles/process/descriptor.h"

namespace winnow::profiles {

// A process between the harness and the leader of a process tree, and a child subreaper
// (PR_SET_CHILD_SUBREAPER): what the leader leaves behind becomes its child. Were the harness
// itself the subreaper, such processes could not be told from its other children. It reaps orphans
// as they end, the leader last, so that the leader's number stays its own until then. It dies with
// the harness's thread that started it, and the whole tree with it. It has no terminal. It sleeps
// and holds no descriptor of the harness but its standard ones.
class Keeper {
 public:
  struct End {
    int status = 0;  // the leader's, as wait4 tells it
    // Of the leader and the orphans: sums, and the largest ru_maxrss.
    rusage usage{};
  };

  Keeper();   // throws base::Error
  ~Keeper();  // kills keeper and leader where they were not reaped
  Keeper(const Keeper&) = delete;
  Keeper& operator=(const Keeper&) = delete;

  // Once: forks the keeper, which forks the leader, which calls `lead` with the number of its
  // parent; `lead` does not return. The leader's number, or an errno, negative.
  pid_t start(const std::function<void(pid_t)>& lead);

  pid_t pid() const { return pid_; }
  int descriptor() const { return report_.reading.number; }  // readable: the leader has ended
  bool leader_ended();                                       // does not wait
  std::chrono::steady_clock::time_point ended_at() const { return ended_at_; }

  // Waits for the leader's end, and with `all` for that of the whole tree, else leaves out what
  // still runs. Throws base::Error when the keeper was killed.
  End reap(bool all);

 private:
  void note_end();

  Pipe report_, order_;  // both ends of order_ stay open: writing to it is never an error
  pid_t pid_ = -1;
  bool leader_ended_ = false;
  std::chrono::steady_clock::time_point ended_at_;
};

// Adds times and counts; ru_maxrss becomes the larger one.
void add_usage(rusage& sum, const rusage& usage);

}  // namespace winnow::profiles
