#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "reports/figures/table.h"

// Numbers -> cells. Differences and percentages are computed here alone, from the unrounded
// figures, and rounded once, so that tables agree with each other. Subtracting one printed cell
// from another may give another last digit.
namespace winnow::reports {

inline constexpr double kBytesOfMegabyte = 1e6;

// Decimals of a cell: the unit's own, or more where the value would keep fewer than three
// significant digits.
int decimals_for(Unit unit, double value);

std::string format_value(double value, Unit unit);  // "432.69s", "7156.5"
// Beside others of which `largest` is the largest: in its unit, unless it is a thousand times as
// much. "1.21s" and "0.0046s".
std::string format_value(double value, Unit unit, double largest);
std::string format_bytes(double bytes);  // with its unit: "7156.5 MB", "4.10 kB", "26.0 bytes"
std::string format_throughput(double value, const std::string& items);  // "7.37 texts/sec"
std::string iteration_seconds(double value);                            // "88.9ms", of an iteration
// A large count as so many millions or billions: {1e6, "million "}.
struct CountScale {
  double divisor = 1;
  const char* words = "";
};
CountScale count_scale(double largest);
std::string format_count(double count, int decimals = 0);  // "7,680,000"
std::string format_whole(int64_t count);                   // the same, exact beyond 2^53
// A duration in a sentence beside others of which `largest` is the largest: all in its unit, with
// three digits. "334ms", "5.14ms"; "1.20s", "0.0794s".
std::string format_duration(double seconds, double largest);

std::string format_share(double share);      // "54.16%"
std::string format_percent(double percent);  // "25.6%", without a sign
std::string format_ratio(double ratio);      // "1.34x", "9,600x"
std::string format_change(double ratio);     // "+7.9%", "-99.97%", "-100%", from 10x on "634x"
std::string count_or_unknown(int count);     // "32", "an unknown number of"
std::string format_p(double p);              // "p = 0.002", "p < 0.001"

// To so many decimals, as cells print it.
double rounded(double value, int decimals);

// How a figure changes from one variant to another.
struct Change {
  double difference = 0;  // unrounded; 0 where only the rounding of binary fractions differs
  double absolute = 0;    // as its text prints it, in the row's unit
  // Unrounded, of the first figure; empty where that one reads as zero, and of percentages. Where
  // no sample of the second was seen, it is the least that its upper limit leaves; empty where that
  // limit is not below the first.
  std::optional<double> percent;
  std::string absolute_text;      // "-19.11s", "+14.2 MB"
  std::string percent_text;       // "-4.4%", "634x", "at least -95.1%"; empty where there is none
  std::string size_text;          // the absolute change without its sign: "19.11s"
  std::string size_percent_text;  // likewise: "4.4%", "at least 95.1%"
  std::string words;              // the absolute change as a cell says it: "-19.11s", "same"
  bool equal = false;             // the unrounded figures are equal, not only the cells
};
// Empty when one of the two values is not there.
std::optional<Change> change(const Row& row, size_t from, size_t to);

// "19.7% less", "25% more", "63x as much"; of what began at nothing "0.62s more".
std::string less_or_more(const Change& change);
std::string less_or_more(double ratio);

// to - from as a row's difference prints it, beside others of which `largest` is the largest:
// "+4.9ms".
std::string format_difference(double from, double to, Unit unit, double largest);

// A cell's difference: `strong` is what the reader looks for, `text` the rest.
struct DeltaCell {
  std::string strong, text;
};
struct RowCells {
  std::vector<std::string> figures;  // per variant
  std::vector<DeltaCell> deltas;     // per variant; the first is empty
};
RowCells format_row(const Row& row);

// `items`: of a throughput; `largest`: of the figures beside it.
std::string format_figure(const Figure& figure, Unit unit, const std::string& items = "",
                          std::optional<double> largest = std::nullopt);

}  // namespace winnow::reports
