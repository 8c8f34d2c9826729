#pragma once

#include <optional>
#include <string>
#include <vector>

// The words of every table, as plain data. Renderers print it and compute nothing. Every text is
// plain: the renderer escapes it. Vectors "per variant" are in the recording's order, the baseline
// first.
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
  kNanoseconds,
  kFigure,  // of a metric, in its own unit
  kPercent  // differences are in points
};

// One measured value. Empty: the renderer prints `text`, or "unavailable".
struct Figure {
  std::optional<double> value;
  std::optional<double> share;    // of the whole that the table's notes name; 1 is 100%
  std::string text;               // printed in place of the value, as "< 12.0ms (0 samples)"
  bool estimate = false;          // computed from a formula, not measured
  std::optional<double> below{};  // no sample was seen (value is 0): the upper limit at 95%
};

// What a difference against the baseline is worth.
enum class Evidence {
  kNone,      // one measurement each: no test was made
  kProven,    // the test rejects "equal"
  kNoise,     // within noise, or within the sampling error
  kUnproven,  // too few pairs for the test to reject anything
  kVoid,      // the variants did not do the same work
};

// How a difference is put into words. kDifference: without a percentage.
enum class DeltaWords { kPlain, kDifference, kFaster, kIncrease };

// kOverlap: what the rows above hold beyond the total.
enum class Role { kItem, kRest, kSubtotal, kUnsampled, kOverlap, kTotal };

// The row's name, wherever it stands.
inline constexpr const char* kOverlapName = "overlap between sources (subtracted)";

// One quantity, for every variant.
struct Row {
  std::string name;
  Unit unit = Unit::kSeconds;
  Role role = Role::kItem;
  bool symbol = false;  // the name is a function of the measured program
  DeltaWords words = DeltaWords::kPlain;
  std::string items{};               // of a throughput: "texts"
  std::vector<Figure> figures{};     // per variant
  std::vector<Evidence> evidence{};  // per variant; empty: none
  // Per variant, in the place of a percentage: "1.34x, 99% CI 1.32x to 1.36x".
  std::vector<std::string> ratios{};
  std::vector<std::string> remarks{};  // per variant, beside the difference: "p = 0.002"
};

// Without a heading there is none: the program has nothing of the kind.
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
  bool not_run = false;  // its pass was not run: told once for all such tables, not shown
};

struct Fact {
  std::string name, value;
};

// The first row of the table in that role, or of that name; null when there is none.
const Row* row_with(const Table& table, Role role);
const Row* row_named(const Table& table, const std::string& name);

// A measured value; one that is no number (a sum beyond all bounds) counts as not there.
Figure measured(double value);
Figure measured(double value, double whole);  // with its share, where the whole is positive
Figure estimated(double value);               // by arithmetic on what was measured, or told

}  // namespace winnow::reports
