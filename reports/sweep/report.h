#pragma once

#include <optional>
#include <string>
#include <vector>

#include "profiles/recording/sweep.h"
#include "reports/figures/table.h"

// What the figures of a sweep say, as plain data (docs/sweep-report.md explains each part). Every
// text is plain: the renderer escapes it. Intervals are at 95%.
namespace winnow::reports {

// How a report names what was measured: batches of texts by strategies, or runs of programs.
struct SweepWords {
  bool programs = false;
  bool threads = true;  // they are known
  std::string variant = "strategy";
  std::string parameter = "batch", parameter_title = "Batch";  // a column's: "batch 8"
  std::string parameters = "batch size";
  std::string parameter_label = "texts a batch";  // an axis'
  std::string rate = "texts/s";
  std::string time = "Latency", time_unit = "ms a batch";

  std::string mix(const std::string& name) const;  // "mix short"; of programs "programs"
  std::string range(int from, int to) const;       // "batches of 1 to 4", "n 1 to 4"
};

// A figure with its interval, or why there is none.
struct Estimate {
  std::optional<double> value;      // empty: `reason` says why
  std::optional<double> low, high;  // empty beside a value: too few blocks, printed as "~"
  int blocks = 0;
  std::string reason;
};

// The variants along one axis: the batch sizes, or the thread counts.
struct SweepLine {
  std::string variant;
  std::vector<Estimate> throughput;  // per point; texts/s
  std::vector<Estimate> latency_ms;  // per point; of a batch
};
struct SweepGrid {
  std::string mix;
  int threads = 0;  // of a grid by batch
  int batch = 0;    // of a grid by threads
  std::vector<int> points;
  std::vector<SweepLine> lines;
};

// Gunther's Universal Scalability Law C(n) = n / (1 + sigma (n - 1) + kappa n (n - 1)).
struct UslFit {
  double one_thread = 0;  // texts/s
  Estimate sigma, kappa;
  std::optional<double> peak_threads;  // where C is largest; empty: it grows without end
  double worst_error = 0;              // largest relative error of the fitted throughput
};
struct ScalingLine {
  std::string variant;
  std::vector<Estimate> efficiency;  // per thread count
  std::optional<UslFit> usl;
  std::string reason;  // why there is no fit
};
struct Scaling {
  SweepGrid grid;  // by threads
  std::vector<ScalingLine> lines;
};

// Which of two is faster, by batch size.
struct Crossover {
  enum Outcome { kChange, kNotWithin, kNoise, kUnavailable };
  std::string first, second;
  Outcome outcome = kUnavailable;
  std::optional<double> batch;  // where the log-ratio is zero, interpolated; with kChange
  int low = 0, high = 0;        // with kChange: the sizes between which it happens: proven at both
  std::string words;
};

struct Choice {
  int batch = 0;
  std::string best;  // "pool", "~ pool or packed"
  bool clear = false;
  Estimate throughput;  // of the fastest by median
  std::string second;
  Estimate margin;                    // throughput of the fastest / of the second; blocks: pairs
  std::string reason;                 // why there is no clear best
  std::vector<std::string> left_out;  // variants without a figure
};

// The undisturbed comparison at one thread count for one mix.
struct MixAnswer {
  std::string mix, description;
  SweepGrid grid;  // by batch
  std::vector<Choice> choices;
  std::vector<Crossover> crossovers;  // per pair of variants; several where it changes again
  std::string sentence;               // fine or coarse, from which batch size on; the fastest
};

struct KeptLine {
  std::string variant;
  Estimate throughput;  // disturbed; texts/s
  Estimate kept;        // disturbed / undisturbed throughput
  bool collapse = false;
};
struct Disturbance {
  profiles::Condition condition;
  std::string title;
  double fair_share = 0;        // of the undisturbed throughput
  std::vector<KeptLine> lines;  // by what they keep; those without a figure last
  Choice choice;                // the fastest while disturbed
};
struct SharedMachine {
  std::vector<Disturbance> disturbances;
  std::string sentence;  // which strategy is safe
  std::vector<std::string> notes;
};

struct SweepReport {
  std::string name, description;
  SweepWords words;
  std::vector<Fact> facts;
  std::vector<std::string> variants;  // labels
  std::vector<MixAnswer> mixes;
  std::vector<Scaling> scaling;
  SharedMachine shared;
  std::vector<std::string> missing;
  std::vector<std::string> warnings;
};

}  // namespace winnow::reports
