#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace winnow::profiles {

// Processes by the name of the program that they run last (the kernel's, cut to 15 bytes).
struct ProcessRow {
  std::string name;
  int64_t processes = 0;  // 0: all of them became other programs by an exec
  int64_t threads = 0;    // created in them, besides the first of each
  double cpu_s = 0;       // used under that name
  double run_queue_s = 0;
};

// What a process tree did from its leader's exec to its last thread's end, exact but for
// `unseen_ends`.
struct TreeAccount {
  double cpu_s = 0;        // user and system; schedstat's nanoseconds, not ticks
  double run_queue_s = 0;  // thread-seconds of waiting for a core
  // Without those of the tracer's own stops, which Outcome has among its voluntary ones.
  int64_t voluntary_switches = 0, involuntary_switches = 0;
  int64_t processes_created = 0;     // besides the leader
  int64_t threads_created = 0;       // besides the first of each process
  int64_t execs = 0;                 // the leader's own included
  int64_t most_threads_at_once = 0;  // of all processes, first threads included
  int64_t peak_rss_bytes = 0;        // of the largest process since its last exec (VmHWM)
  // Threads whose figures could not be read at their end: what they used since the last exec of
  // their process is missing above.
  int64_t unseen_ends = 0;
  // By CPU time, the largest first, at most 100; the others are summed in `other_rows`.
  std::vector<ProcessRow> rows;
  ProcessRow other_rows;
  int64_t other_names = 0;  // how many names those are
  // Set-uid and set-gid programs and such with capabilities that ran without them, because they
  // were traced: names, each once, at most 20.
  std::vector<std::string> without_privilege;
};

}  // namespace winnow::profiles
