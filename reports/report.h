#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "reports/ledger.h"

// What the figures of a recording say, as plain data. Renderers print it and compute nothing. Every
// text is plain: the renderer escapes it. Vectors "per variant" are in the recording's order, the
// baseline first.
namespace winnow::reports {

enum class Unit {
  kSeconds,
  kIterationSeconds,
  kMilliseconds,
  kThroughput,
  kMegabytes,
  kCount,
  kCores,
  kMillisecondsPerGmac,  // of 10^9 multiply-accumulates
  kPercent               // differences are in points
};

// One measured value. Empty: the renderer prints `text`, or "unavailable".
struct Figure {
  std::optional<double> value;
  std::optional<double> share;  // of the whole that the table's notes name; 1 is 100 %
  std::string text;             // printed in place of the value, as "0 samples"
  bool estimate = false;        // computed from a formula, not measured
};

// What a difference against the baseline is worth.
enum class Evidence {
  kNone,      // one measurement each: no test was made
  kProven,    // the test rejects "equal"
  kNoise,     // within noise, or within the sampling error
  kUnproven,  // too few pairs for the test to reject anything
  kVoid,      // the variants did not do the same work
};

// How a difference is put into words.
enum class DeltaWords { kPlain, kFaster, kIncrease };

enum class Role { kItem, kRest, kSubtotal, kUnsampled, kTotal };

// One quantity, for every variant.
struct Row {
  std::string name;
  Unit unit = Unit::kSeconds;
  Role role = Role::kItem;
  bool symbol = false;  // the name is a function of the measured program
  DeltaWords words = DeltaWords::kPlain;
  std::vector<Figure> figures{};       // per variant
  std::vector<Evidence> evidence{};    // per variant; empty: none
  std::vector<std::string> remarks{};  // per variant, beside the difference: "p = 0.002"
};

struct Table {
  std::string heading;
  std::string first_column;
  std::string unit;  // behind the variants' names in the heading row: "(MB)"
  std::string delta_heading = "Delta";
  std::vector<std::string> columns{};      // per variant
  std::vector<Row> rows{};                 // none: nothing was measured
  std::vector<std::string> unavailable{};  // "Fine-Grained: unavailable: not recorded"
  std::vector<std::string> notes{};        // units and checks
  std::vector<std::string> insights{};     // sentences computed from the rows
};

struct Fact {
  std::string name, value;
};

// Whether the variants did the same work with the same result.
struct SameWork {
  enum Status { kSame, kDifferent, kUnproven };
  Status status = kUnproven;
  std::string sentence;
  std::vector<std::string> differences{};
  bool holds() const { return status == kSame; }
};

// The time pass of one variant. One fresh process is one observation.
struct Timing {
  int blocks = 0;
  int64_t iterations = 0;              // over all blocks
  double total_s = 0;                  // sum of all iterations
  std::optional<double> iteration_s;   // mean: total_s / iterations
  std::optional<double> median_s;      // median over blocks of the block's median iteration
  double lowest_s = 0, highest_s = 0;  // of the block medians
  std::optional<double> cpu_s;         // CPU seconds an iteration, median over blocks
  std::optional<double> cores_busy;    // CPU time / wall time of the region, median over blocks
};

// Blocks of two variants with the same index, compared.
struct Pairs {
  int faster = 0, slower = 0, ties = 0;  // the second variant took less, more, as much as the first
  double p = 1;                          // two-sided sign test, ties left out
  int needed = 0;                        // pairs below which the test cannot reach its level
  bool conflict = false;  // the test rejects "equal", but means or medians point the other way
  Evidence evidence = Evidence::kUnproven;
  int count() const { return faster + slower + ties; }
};

// Thread creations of one variant: measured, and by the arithmetic of its design.
struct Creations {
  std::string variant;
  Figure per_iteration, total;
  Figure formula_per_iteration, formula_total;
  std::string notes;
};

// One thread, or the sum over several.
struct ThreadRow {
  std::string variant, thread;
  int64_t count = 1;
  Figure wall, cpu, run_queue;
  Figure voluntary_switches, involuntary_switches;
  Figure computing, searching, waiting, signalling;
};

struct ThreadAnalysis {
  std::vector<Creations> creations{};
  std::vector<std::string> creation_notes{};  // which threads work, units
  std::string reduction;                      // "Reduction: 9,600x fewer thread creations"
  std::vector<ThreadRow> threads{};
  std::vector<std::string> thread_notes{};
  Table metrics;
};

struct Verdict {
  enum Outcome { kWinner, kNoClearWinner, kUnproven, kVoid, kUnavailable };
  Outcome outcome = kUnavailable;
  size_t winner = 0, rival = 0;  // indices of variants; with kWinner and kUnproven
  std::string title;             // "Coarse-Grained", "no clear winner (~)"
  std::string sentence;
  std::vector<std::string> bullets{};
  std::string recommendation;
};

// How to open one raw profile of `blocks` that there are of this variant and pass.
struct RawCommand {
  std::string variant, pass;
  size_t blocks = 0;
  std::string command;
};

struct Report {
  std::vector<Fact> facts{};
  SameWork same_work{};
  std::vector<std::string> variants{};  // labels
  std::vector<Timing> timings{};        // per variant
  std::vector<Pairs> pairs{};           // per variant, against the baseline; the first is empty
  std::vector<Pairs> cpu_pairs{};       // likewise, of the CPU time of an iteration
  Table performance{};
  Table scheduler{}, compute{}, kernels{}, cpu_total{}, cumulative{};
  Table wall{};
  Table memory{};
  ThreadAnalysis threads{};
  Table dispatch{};
  Ledger ledger{};
  Table ledger_table{};
  std::optional<LedgerDifference> ledger_difference{};  // of the verdict's winner and rival
  Verdict verdict{};
  std::vector<RawCommand> raw_commands{};
  std::vector<std::string> missing{};
  std::vector<std::string> warnings{};
};

}  // namespace winnow::reports
