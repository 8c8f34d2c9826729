#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "reports/ledger/ledger.h"

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
  std::optional<double> share;    // of the whole that the table's notes name; 1 is 100 %
  std::string text;               // printed in place of the value, as "< 12.0ms (0 samples)"
  bool estimate = false;          // computed from a formula, not measured
  std::optional<double> below{};  // no sample was seen (value is 0): the upper limit at 95 %
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
  std::vector<std::vector<double>> blocks_s{};  // every iteration of every block
  // Texts a second by each block's median; their median with its 99 % interval by order statistics.
  std::vector<double> blocks_texts_per_s{};
  std::optional<double> texts_per_s{}, texts_per_s_low{}, texts_per_s_high{};
};

// Blocks of two variants with the same index, compared. Ratios are of times, first / second: above
// one the second is faster.
struct Pairs {
  int faster = 0, slower = 0, ties = 0;  // the second variant took less, more, as much as the first
  std::optional<double> ratio;           // Hodges-Lehmann; empty: no pairs
  std::optional<double> low, high;       // 99 % interval by signed ranks; empty: too few pairs
  std::optional<double> sign_low, sign_high;  // the sign test's interval of the median
  double p = 1, sign_p = 1;                   // two-sided, of this comparison alone
  double adjusted_p = 1;                      // p, over all comparisons of its family
  int comparisons = 1;                        // of the family
  int needed = 0;                             // pairs below which the family cannot reach its level
  bool conflict = false;     // the test rejects "equal", but means or medians point the other way
  bool within_bias = false;  // it does, but by no more than the A/A arm differs from the baseline
  Evidence evidence = Evidence::kUnproven;
  // Of different runs: the blocks of both sides, which are compared without pairing by the
  // Mann-Whitney test; then there are no pairs and no sign test.
  int first_blocks = 0, second_blocks = 0;
  bool unpaired() const { return first_blocks > 0; }
  // Of pairs, or of the blocks of the smaller side.
  int count() const { return faster + slower + ties + std::min(first_blocks, second_blocks); }
  bool decided() const { return low && (*low > 1 || *high < 1); }
  // Skewed differences: the two intervals do not agree on whether there is a difference.
  bool skewed() const { return low && sign_low && decided() != (*sign_low > 1 || *sign_high < 1); }
};

// The A/A arm: a second copy of the baseline against the baseline.
struct NoiseFloor {
  Pairs wall{}, cpu{};
  // The smallest relative effects that the run could have detected.
  std::optional<double> wall_effect, cpu_effect;
  std::string sentence;  // these in words, or why there are none
};

// Variants by speed, the fastest first.
struct Rank {
  size_t variant = 0;
  std::optional<double> median_s;
  bool ordered = false;  // it is proven that the variant of the row above is faster
  Pairs against_baseline{}, against_fastest{};
};
struct Ranking {
  std::vector<Rank> ranks{};
  std::vector<std::string> notes{};
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
  size_t winner = 0, rival = 0;  // indices of variants; with kWinner, kNoClearWinner and kUnproven
  Pairs pairs{};                 // likewise: the rival's blocks against the winner's
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
  NoiseFloor noise{};
  std::vector<std::string> alarms{};  // what every reader must see first
  Table performance{};
  Ranking ranking{};  // empty below three variants
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
