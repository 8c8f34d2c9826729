#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "profiles/process/command.h"

namespace winnow::profiles {

struct Outcome {
  // kEnded: by the harness, for the reason in `detail`.
  enum class Kind { kExited, kSignalled, kTimeLimit, kInterrupted, kNotStarted, kEnded };
  Kind kind = Kind::kNotStarted;
  int code = 0;        // exit status or signal
  std::string detail;  // why it could not be started, or was ended
  double wall_s = 0;   // to the leader's end; it begins before the exec, the fork included where
                       // the child does not wait for before_exec or a keeper
  double cpu_s = 0;    // user_s + system_s

  // From wait4: of the leader and those that it waited for, and they in turn; with
  // reap_descendants also of what outlived its parent. Children that are reaped by nobody (SIGCHLD
  // ignored, SA_NOCLDWAIT) are in none of these figures; what was ended behind the leader's end is.
  double user_s = 0, system_s = 0;
  // Of the leader before the exec, where it waited for before_exec or a keeper: the fork's, which
  // is in none of the figures above.
  double cpu_before_start_s = 0;
  // Of the largest process; not less than what the harness had itself when it forked.
  int64_t max_rss_bytes = 0;
  int64_t minor_faults = 0, major_faults = 0;
  int64_t voluntary_switches = 0, involuntary_switches = 0;

  // Processes that still ran when the leader ended by itself: "sleep (4711)", the first 20, and how
  // many in all. Only with reap_descendants.
  std::vector<std::string> left_behind;
  int left_behind_count = 0;

  bool ok() const { return kind == Kind::kExited && code == 0; }
};

// "ok", "exit status 3", "signal 11 (Segmentation fault)", "time limit of 60 s", "interrupted",
// "not started: No such file or directory".
std::string describe(const Outcome& outcome, double time_limit_s);

// Runs a process in a process group of its own and waits for it. When the time limit passes or
// `*stop` becomes true, the whole group gets SIGTERM and, after the grace period, SIGKILL;
// processes of the group that outlive their leader are killed, too. With reap_descendants the
// process is the child of a keeper (profiles/process/keeper.h), and whatever outlives the leader
// gets SIGTERM, SIGKILL after the grace period, and is reaped; other children of the harness never
// are. The process dies with the harness's calling thread. Throws base::Error only where a file,
// folder or control group of the command cannot be opened, or the keeper was killed, and what
// before_exec throws.
Outcome run_child(const Command& command, const std::atomic<bool>* stop);

class Launch;

// Ends what `launch` has started for the command, as run_child does at a time limit, and waits.
Outcome end_child(Launch& launch, const Command& command);

// Of a file of messages that is larger than `most_bytes` only the last kKeptMessagesBytes stay,
// behind a line that says so. Throws base::Error where it cannot be written.
void keep_end_of_messages(const std::string& path, int64_t most_bytes = kKeptMessagesBytes);

// The last `limit_lines` lines of a text file, at most 4 kB; empty when it cannot be read.
std::string last_lines(const std::string& path, int limit_lines);

}  // namespace winnow::profiles
