#pragma once

#include <optional>
#include <string>
#include <vector>

#include "profiles/recording/disturbance.h"

// What a gate says of a candidate against a baseline, as plain data.
namespace winnow::reports {

enum class GateOutcome { kPass, kRegression, kInvalid, kNoBaseline, kInconclusive };

// "pass", "regression", "invalid", "no comparable baseline", "inconclusive"
std::string outcome_name(GateOutcome outcome);
// 0, 1, 3, 4, 5
int exit_status_of(GateOutcome outcome);

enum class GateStatus {
  kEqual,
  kImproved,      // better than the baseline
  kAllowed,       // not equal, but within the limits
  kRegression,    // beyond them
  kChanged,       // other work: nothing else can be compared
  kUnmeasured,    // the baseline has it, the candidate does not
  kInconclusive,  // neither a regression nor its absence is proven
  kBeside,        // likewise, but another metric decides in its place
  kUnchecked      // by a rule, or because there is nothing to hold it against
};
std::string status_name(GateStatus status);

// One metric of one variant.
struct GateRow {
  std::string variant, metric, unit;
  GateStatus status = GateStatus::kEqual;
  bool exact = true;  // a counter; else measured in pairs of processes
  std::optional<double> baseline, candidate;
  std::string baseline_text, candidate_text;  // in place of figures: a checksum, large counts
  std::optional<double> difference{};         // of exact counters: candidate - baseline
  // Of the times: candidate / baseline, and the limits within which it lies.
  std::optional<double> ratio, low, high, confidence;
  int pairs = 0;
  std::string limit;  // what the rules allow: "no rise", "a slow-down of up to 1%"
  std::string note;   // why it is not compared, or what to know
  // Of a time: a regression is proven above, a pass below.
  double allowance_percent = 0, tolerance_percent = 0;

  bool moved() const { return status != GateStatus::kEqual && status != GateStatus::kUnchecked; }
};

// A function whose sampled CPU time per unit of work rose from the baseline to the candidate.
struct GateKernel {
  std::string variant, function, category;
  std::string file{};  // of its declaration, as its project names it; empty: not known
  int line = 0;        // likewise; 0: not known
  std::string unit;    // "ms/GMAC", "ms/iteration"
  double baseline = 0, candidate = 0;   // a baseline of 0: no sample of it
  double ratio = 1, low = 1, high = 1;  // candidate / baseline at 95%; of a new one only low tells
  double rise_ms = 0;                   // what it costs
  std::string each = "an iteration";    // of which that is
  bool cause = false;  // the variant's dearest whose rise is proven and that does not wait

  bool risen() const { return low > 1; }  // proven
  bool is_new() const { return baseline == 0; }
};

// A function that asks for more memory than in the baseline.
struct GateSite {
  std::string variant, function;
  std::string file{};                 // of its declaration; empty: not known
  int line = 0;                       // likewise
  double allocations = 0, bytes = 0;  // candidate - baseline
  std::string each{};                 // of which that is: "a text"
  bool is_new = false;                // it asked for none before
};

struct GateSide {
  std::string source;  // folder or commit
  std::string created, commit, version;
  std::string subject{};    // of the commit; empty: not known
  std::string machine;      // in words
  std::string fingerprint;  // equal for equal machines
};

// A program that ended badly: a measured one, or one that builds or prepares it.
struct GateFailure {
  std::string program;  // "pool of head, time pass", "build of HEAD"
  std::string why;      // "exit status 3"
  std::string said;     // the last lines of what it printed as errors; may be empty
};

// How many rounds of the time pass other programs disturbed, and what to know about it.
struct GateDisturbance {
  profiles::Rounds rounds{};
  std::vector<std::string> warnings{};  // empty: no block was disturbed
};

struct GateReport {
  GateOutcome outcome = GateOutcome::kInvalid;
  std::string mode;            // "recordings", "builds", "commands"; empty: a wrong command line
  std::string sentence;        // why
  std::string would_decide{};  // of an inconclusive one: what would; empty: not asked, not known
  GateSide baseline, candidate;
  std::string workload{};  // the scenario or the commands, in words
  std::string command{};   // that measures and judges anew, for a shell; empty: not known
  GateDisturbance disturbance{};
  std::vector<GateRow> rows;      // the worst first
  std::vector<GateSite> sites{};  // by allocations, the most first; empty: not asked
  std::vector<GateFailure> failures;
  std::vector<GateKernel> kernels;   // proven ones first, by what they cost; empty: not asked
  std::string alarm;                 // why times deserve no belief; empty: nothing known
  std::string noise;                 // the smallest effect that the run could have detected
  std::vector<std::string> notes;    // what was not compared, and why
  std::optional<int> exit_status{};  // of a gate that ended by an error; else by its outcome
};

}  // namespace winnow::reports
