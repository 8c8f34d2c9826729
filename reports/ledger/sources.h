#pragma once

#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "reports/recorded/kernel_work.h"
#include "reports/recorded/measured.h"
#include "reports/recorded/words.h"

// What a ledger is made of, of one variant and one iteration (ledger.h says what is used for what).
namespace winnow::reports {

// The region from outside: the kernel's accounting of the process and of its cores.
struct RegionTime {
  profiles::Pass pass = profiles::Pass::time;
  int blocks = 0;
  int cores = 0;
  double wall_s = 0, cpu_s = 0, idle_s = 0, busy_s = 0, steal_s = 0;
  double system_s = 0;  // part of cpu_s
  double server_s = 0;  // CPU time of the server beside the runs
  // At 95%, of the mean over blocks; empty with one block.
  std::optional<double> cpu_error_s, idle_error_s, others_error_s, server_error_s;
  std::optional<double>
      split_error;  // relative, of the CPU time that is split up: one block's, or the mean
};

// What the sync pass's figures are multiplied by to add up to the region's CPU time, and what that
// leaves unsure of each (at 95%, relative).
struct Reconciled {
  double work = 1, scheduler = 1;
  double work_error = 0, scheduler_error = 0;
};

// The CPU time by the agent's accounts of all threads, reconciled with the region's: two passes
// never take the same, and the agent's own work lies in the calls that it watches.
struct StateTime {
  profiles::CpuByState cpu;
  double surplus = 1;  // the sync pass's CPU time by the region's
  Reconciled reconciled;
  double starting_s = 0;              // threads starting and ending; not part of cpu.other_s
  std::optional<double> run_queue_s;  // thread-seconds
  double wall_s = 0;
  bool marked = false;
};

// Sampled seconds of the functions that belong to one line.
struct SampledLine {
  std::string name;
  double seconds = 0;
};
struct SampledWork {
  std::vector<SampledLine> lines;  // the same lines for every variant
  double scheduler_s = 0;
  double work_s = 0;              // sum of the lines
  std::optional<double> samples;  // that work_s stands for
};

struct LedgerSources {
  RegionTime region;
  StateTime states;
  SampledWork sampled;
};

// By what the ledger of every variant splits work: the kernels whose multiply-accumulates any
// program counted, and the categories of the functions beside them.
struct WorkParts {
  std::set<std::string> kernels;
  std::vector<std::pair<std::string, std::string>> categories;  // with their lines; "": the rest
  Words words;
  bool accounts = true;  // Ledger::accounts
};
WorkParts work_parts(const Measured& arms);

// Seconds of two parts against the seconds that both should add up to: weighted least squares of
// the relative corrections, a standard deviation of 2% for work (equal arithmetic in two
// processes) and of 30% for scheduling (more threads, more of the agent's own work).
Reconciled reconcile(double work_s, double scheduler_s, double sum_s);

// With the reason where a source is missing.
Known<LedgerSources> ledger_sources(const MeasuredArm& variant, const WorkParts& parts);

}  // namespace winnow::reports
