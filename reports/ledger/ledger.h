#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "reports/recorded/measured.h"
#include "reports/recorded/words.h"

// Where the core-seconds of an iteration went: lines that add up to cores x wall. Their sources:
//
// - cores x wall: regions of the time pass, mean over blocks; the cores that the process may use.
// - idle cores, hypervisor: /proc/stat at the region's ends, whatever the program says of itself.
// - other programs: busy time of /proc/stat, which the tick samples, beyond the program's CPU time.
// - waiting for a core: run-queue delay of the sync pass, which is thread-seconds. Behind other
//   programs the core's time stands on their line already; of the idle cores this line takes at
//   most what of the delay is left: they were idle while a thread was on its way to them. An upper
//   limit, for a thread that waits behind another of the same program is counted, too.
// - scheduler: CPU time by state from the agent, which reads the thread's CPU clock wherever the
//   state changes. What the sync pass's process takes beyond the time pass's is the agent's own
//   work, nearly all of it in these calls: both parts are reconciled with the time pass's CPU time
//   by their uncertainty (sources.h). Threads of marked programs that start and end in the
//   region spend what lies outside their marks on that; their end in the kernel, which no account
//   sees, is the process's CPU time beyond all accounts, at most 50 us a thread. Without marks,
//   what samples see in scheduler functions beyond the calls is a line of its own.
// - work: the rest of that CPU time, exact in sum. Its split over kernels and categories
//   is an estimate by the cpu pass's samples outside the scheduler, which spreads evenly what was
//   not sampled. Time in the kernel counts for the function that entered it, page faults included.
// - where no variant has a sync pass, as of programs that are not known: the program's CPU time is
//   the time pass's, and all of it is split by the samples of the cpu pass, the scheduler's
//   functions included, which are one line; waiting for a core is by the tree pass's run-queue
//   delay. A program that computes has no ledger without the sync pass.
// - unexplained: time of the cores that is neither idle nor anybody's, plus the program's CPU time
//   that the accounts of its threads leave out.
//
// Where figures of different sources overlap, the lines add up to more, by `excess_s`.
namespace winnow::reports {

// The line of cores that nobody used.
inline constexpr const char* kIdleCores = "idle cores";

// The lines of time that neither the program nor its server had.
inline constexpr const char* kOtherPrograms = "other programs";
inline constexpr const char* kHypervisor = "taken by the hypervisor";

// Is the line one of these two? What others took explains no difference between programs.
bool taken_by_others(const std::string& line);

enum class LedgerKind { kWork, kScheduler, kWaiting, kIdle, kOthers, kUnexplained };

struct LedgerAmount {
  double core_s = 0;              // of an iteration; never negative
  std::optional<double> error_s;  // at 95%: random error, of samples or over blocks; empty: unknown
};

struct LedgerLine {
  std::string name;
  LedgerKind kind = LedgerKind::kWork;
  bool estimate = false;
  std::vector<LedgerAmount> amounts{};  // per variant
};

struct LedgerColumn {
  std::string label;
  std::string unavailable;  // why there is no ledger; empty: there is one
  int cores = 0;
  double wall_s = 0;    // of an iteration
  double excess_s = 0;  // sum of the lines - cores * wall
  double capacity_s() const { return cores * wall_s; }
  bool known() const { return unavailable.empty(); }
};

struct Ledger {
  Words words{};
  bool accounts = true;  // of threads, by a sync pass; else samples alone split the CPU time
  std::vector<LedgerColumn> columns{};  // per variant
  std::vector<LedgerLine> lines{};      // none: no variant has a ledger
  std::vector<std::string> notes{};
};

// What of the wall time saved from one variant to another a line explains.
struct LedgerPart {
  std::string name;
  double before_s = 0, after_s = 0;  // core-seconds of an iteration, in the two ledgers
  double core_s = 0, wall_s = 0;     // saved of an iteration; negative: more was spent
  std::optional<double> error_s{};   // of wall_s
  bool proven() const { return error_s && (wall_s > *error_s || -wall_s > *error_s); }
};

// The parts add up to wall_s; the largest come first.
struct LedgerDifference {
  Words words{};
  size_t from = 0, to = 0;
  std::string from_label, to_label;
  double wall_s = 0;
  std::vector<LedgerPart> parts{};
  double others_s() const;  // of wall_s: saved of the time that others took
};

// Wall times of an iteration less the time that others took: their core-seconds by the cores.
struct AdjustedWall {
  double from_s = 0, to_s = 0;  // above 0
  double ratio() const { return from_s / to_s; }
};

// Adds a warning for a ledger that does not close within 5%.
Ledger make_ledger(const Measured& arms, std::vector<std::string>& warnings);

// Empty unless both variants have a ledger over as many cores.
std::optional<LedgerDifference> ledger_difference(const Ledger& ledger, size_t from, size_t to);

// Empty unless both variants have a ledger in which others took less than all.
std::optional<AdjustedWall> adjusted_wall(const Ledger& ledger, size_t from, size_t to);

// "of 1.11s saved per iteration: 0.710s less in idle cores, 0.270s less in compute: matmul; ~0.130s
// less in smaller parts and parts within their error; others took 0.100s less, which is no cause".
// Parts that the measurement does not prove are not named.
std::string explanation_words(const LedgerDifference& difference);

}  // namespace winnow::reports
