#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "profiles/process/command.h"
#include "profiles/process/descriptor.h"
#include "profiles/process/keeper.h"

namespace winnow::profiles {

// What the child itself needs between its fork and its exec, where nothing may allocate.
struct Start {
  char* const* arguments = nullptr;
  char* const* environment = nullptr;
  int input = -1, output = -1, error = -1;
  int folder = -1, control_group = -1;  // -1: none
  int go = -1;                          // a byte comes before the exec; -1: at once
  int failure = -1;  // where its last word goes: CPU time until the exec; errno when there is none
  int (*in_child)() = nullptr;
};

// A command from before its fork to its exec.
class Launch {
 public:
  // Opens the files. Throws base::Error.
  explicit Launch(const Command& command);

  // Once. False: it could not be started, `problem` says why, and nothing of it is left.
  bool start(std::string& problem);

  // Of one that was started, where it cannot be waited for: nothing of it is left either.
  void abandon() noexcept;

  pid_t leader() const { return leader_; }
  Keeper* keeper() { return keeper_ ? &*keeper_ : nullptr; }  // where descendants are reaped
  // Before the exec, where the child waited for it, else before the fork.
  std::chrono::steady_clock::time_point started_at() const { return started_at_; }
  // CPU time of the leader until then, which is the harness's own: the fork's. 0 where it did not
  // wait.
  double cpu_before_start_s() const { return cpu_before_start_s_; }

  // Of a file of messages that takes more than kMostMessagesBytes of the disk all but the end
  // becomes a hole, which takes none, where the file system can: whatever the program writes.
  void bound_messages() const;

 private:
  void fork_leader();
  void release();
  void discard();

  std::vector<std::string> arguments_, environment_;
  std::vector<char*> argument_pointers_, environment_pointers_;
  std::function<void(pid_t)> before_exec_;
  Descriptor input_, output_, error_, folder_, control_group_;
  Pipe failure_, go_;
  Start start_;
  std::optional<Keeper> keeper_;
  pid_t leader_ = -1;
  std::chrono::steady_clock::time_point started_at_;
  double cpu_before_start_s_ = 0;
};

}  // namespace winnow::profiles
