#include "reports/figures/format.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace winnow::reports {

namespace {

constexpr const char* kUnavailable = "unavailable";
constexpr const char* kUnderLeastPercent = "under 0.1%";
constexpr int kMostDecimals = 9;           // of a cell
constexpr int kFinestDecimals = 12;        // of a difference
constexpr double kRounding = 1e-12;        // of dividing figures by their iterations
constexpr double kLeastPercent = 5e-4;     // that a percentage shows: half its last digit
constexpr int kPercentDecimals = 6;        // of a fall that is nearly whole
constexpr double kMostOfFall = 99.999999;  // that leaves something
constexpr double kFactorPercent = 900;     // a rise from here on is told as a factor: ten times
constexpr double kSameUnit = 1000;         // a cell so much smaller than its row keeps its own unit

struct UnitFormat {
  int decimals;
  const char* suffix;        // behind a cell
  const char* delta_suffix;  // behind a difference
};

UnitFormat unit_format(Unit unit) {
  switch (unit) {
    case Unit::kSeconds:
      return {2, "s", "s"};
    case Unit::kIterationSeconds:
      return {3, "s", "s"};
    case Unit::kMilliseconds:
      return {1, "ms", "ms"};
    case Unit::kThroughput:
      return {2, "", ""};  // per_second() stands behind it
    case Unit::kMegabytes:
      return {1, "", " MB"};
    case Unit::kCount:
    case Unit::kFigure:
      return {0, "", ""};
    case Unit::kCores:
      return {2, "", ""};
    case Unit::kMillisecondsPerGmac:
      return {2, " ms/GMAC", " ms/GMAC"};
    case Unit::kNanoseconds:
      return {2, "ns", "ns"};
    case Unit::kPercent:
      return {1, "%", " points"};
  }
  return {2, "", ""};
}

std::string fixed(double value, int decimals) {
  std::string text = fmt::format("{:.{}f}", value, decimals);
  if (text.front() == '-' && text.find_first_not_of("-0.") == std::string::npos) text.erase(0, 1);
  return text;
}

// "-70.0" -> "-70": megabytes lose a zero that says nothing.
std::string without_zero_tail(std::string text) {
  if (text.ends_with(".0")) text.resize(text.size() - 2);
  return text;
}

// A smaller unit for what is less than one, so that cells do not begin with zeros; of megabytes
// less than a tenth.
struct SmallerUnit {
  int digits = 0;  // by which the decimal point moves
  const char* suffix = nullptr;
};

constexpr SmallerUnit kKilobytes{3, " kB"}, kBytes{6, " bytes"};

SmallerUnit smaller_unit(Unit unit, double value) {
  const double size = std::abs(value);
  if (size == 0) return {};
  if (unit == Unit::kMegabytes)
    return rounded(size, 4) >= 0.1     ? SmallerUnit{}
           : rounded(size, 6) >= 0.001 ? kKilobytes
                                       : kBytes;
  if (rounded(size, 3) >= 1) return {};
  if (unit == Unit::kMilliseconds) return {3, "µs"};
  if (unit != Unit::kSeconds && unit != Unit::kIterationSeconds) return {};
  return rounded(size, 6) >= 0.001 ? SmallerUnit{3, "ms"} : SmallerUnit{6, "µs"};
}

// Of a cell in a row of which `largest` is the largest.
SmallerUnit unit_beside(Unit unit, double value, double largest) {
  const double size = std::abs(value);
  return smaller_unit(unit, size != 0 && size * kSameUnit < largest ? size : largest);
}

// `value`, rounded to `decimals`, in the smaller unit.
std::string in_smaller_unit(double value, int decimals, const SmallerUnit& small) {
  return fixed(value * std::pow(10, small.digits), std::max(decimals - small.digits, 0)) +
         small.suffix;
}

const char* sign_of(double value) { return value == 0 ? "" : value < 0 ? "-" : "+"; }

bool is_grouped(Unit unit) { return unit == Unit::kCount || unit == Unit::kFigure; }

// The largest unit in which no digit stands that is not known.
SmallerUnit unit_of_digits(Unit unit, const SmallerUnit& small, int decimals) {
  if (small.digits <= decimals) return small;
  if (small.digits != 6 || decimals < 3) return {};
  return unit == Unit::kMegabytes ? kKilobytes : SmallerUnit{3, "ms"};
}

// The size of a difference whose cells are in that unit.
std::string format_size(double size, Unit unit, int decimals, SmallerUnit small) {
  small = unit_of_digits(unit, small, decimals);
  if (small.suffix) return in_smaller_unit(size, decimals, small);
  std::string text = is_grouped(unit) ? format_count(size, decimals) : fixed(size, decimals);
  if (unit == Unit::kMegabytes) text = without_zero_tail(text);
  return text + unit_format(unit).delta_suffix;
}

// Behind a throughput; of other units "".
std::string per_second(Unit unit, const std::string& items) {
  return unit == Unit::kThroughput ? " " + items + "/sec" : "";
}

// Its digits in groups of three.
std::string grouped(std::string number) {
  const size_t first_digit = number.front() == '-' ? 1 : 0;
  for (size_t left = std::min(number.find('.'), number.size()); left > first_digit + 3; left -= 3)
    number.insert(left - 3, ",");
  return number;
}

bool is_whole(double value) { return value == std::floor(value); }

bool reads_as_zero(double value, Unit unit) {
  return rounded(value, decimals_for(unit, value)) == 0;
}

double larger_of(double first, double second) {
  return std::max(std::abs(first), std::abs(second));
}

// Of a difference: to three digits, within those of its two cells; more where a percentage would
// show a change that these digits do not.
int delta_decimals(double first, double second, double difference, Unit unit) {
  if (first == 0 && second == 0) return 0;
  int coarser = decimals_for(unit, first), finer = decimals_for(unit, second);
  if (first == 0) coarser = finer;  // a zero is exact
  if (second == 0) finer = coarser;
  if (coarser > finer) std::swap(coarser, finer);
  int decimals = std::clamp(decimals_for(unit, difference), coarser, finer);
  const double smaller = std::min(std::abs(first), std::abs(second));
  if (std::abs(difference) >= kLeastPercent * smaller)
    while (decimals < kFinestDecimals && rounded(difference, decimals) == 0) ++decimals;
  return decimals;
}

// Equal where nothing but the rounding of binary fractions tells the two apart.
double difference_of(double first, double second) {
  const double difference = second - first;
  return std::abs(difference) <= kRounding * larger_of(first, second) ? 0 : difference;
}

// Of the first figure; of one without a sample its upper limit counts.
std::optional<double> percent_of(const Figure& first, const Figure& second, double difference,
                                 Unit unit) {
  if (unit == Unit::kPercent || reads_as_zero(*first.value, unit)) return std::nullopt;
  if (second.below) {
    if (*second.below >= *first.value) return std::nullopt;
    difference = difference_of(*first.value, *second.below);
  }
  const double percent = difference / std::abs(*first.value) * 100;
  return std::isfinite(percent) ? std::optional(percent) : std::nullopt;
}

// Without a sign; of a rise to ten times and more the factor, of a fall that leaves little as many
// decimals as show it.
std::string size_of_change(double percent) {
  const double size = std::abs(percent);
  if (percent >= kFactorPercent) return format_ratio(1 + percent / 100);
  if (percent == 0 || percent < -100) return format_percent(size);
  if (percent == -100) return "100%";
  if (rounded(size, 1) == 0) return kUnderLeastPercent;
  if (percent > 0) return fixed(size, 1) + "%";
  int decimals = 1;
  while (decimals < kPercentDecimals && rounded(size, decimals) == 100) ++decimals;
  return fixed(std::min(size, kMostOfFall), decimals) + "%";
}

std::string signed_change(double percent, const std::string& size) {
  const bool bare = percent == 0 || percent >= kFactorPercent || size == kUnderLeastPercent;
  return bare ? size : (percent < 0 ? "-" : "+") + size;
}

bool is_factor(const Change& change) { return change.percent.value_or(0) >= kFactorPercent; }

std::string worded(const Row& row, const Change& change) {
  const double percent = change.percent.value_or(0);
  const bool time = row.words == DeltaWords::kFaster;
  const char* words = is_factor(change) ? (time ? " as long" : " as much")
                      : time            ? (percent <= 0 ? " faster" : " slower")
                                        : (percent >= 0 ? " increase" : " decrease");
  return change.size_percent_text + words;
}

DeltaCell delta_cell(const Row& row, size_t variant) {
  const Evidence evidence = row.evidence.empty() ? Evidence::kNone : row.evidence[variant];
  if (evidence == Evidence::kVoid) return {"", "void"};
  const auto delta = change(row, 0, variant);
  if (!delta) return {"", kUnavailable};
  const std::string remark = row.remarks.empty() ? "" : row.remarks[variant];
  const std::string comma_remark = remark.empty() ? "" : fmt::format(", {}", remark);
  const bool open = evidence == Evidence::kNoise || evidence == Evidence::kUnproven;
  if (!row.ratios.empty() && !row.ratios[variant].empty()) {
    const std::string brackets = fmt::format(" ({}{})", delta->words, comma_remark);
    return open ? DeltaCell{"", "~ " + row.ratios[variant] + brackets}
                : DeltaCell{row.ratios[variant], brackets};
  }
  const bool worded_delta = row.words == DeltaWords::kFaster || row.words == DeltaWords::kIncrease;
  if (!worded_delta || delta->percent_text.empty()) {
    const bool told = row.words != DeltaWords::kDifference && delta->absolute != 0;
    std::string brackets = told ? delta->percent_text : "";
    if (!remark.empty()) brackets += brackets.empty() ? remark : comma_remark;
    return {"", fmt::format("{}{}{}", open ? "~ " : "", delta->words,
                            brackets.empty() ? "" : fmt::format(" ({})", brackets))};
  }
  if (delta->equal)
    return {"", remark.empty() ? "identical" : fmt::format("identical ({})", remark)};
  const std::string words = worded(row, *delta);
  if (evidence == Evidence::kProven)
    return {words, fmt::format(" ({}{})", delta->words, comma_remark)};
  if (evidence == Evidence::kNone) return {"", fmt::format("{} ({})", words, delta->words)};
  return {"", fmt::format("~ {} ({}{})", words, delta->words, comma_remark)};
}

// Of a row's figures, and of the limits below which others lie.
double largest_of(const Row& row) {
  double largest = 0;
  for (const Figure& figure : row.figures) {
    const double size = std::max(std::abs(figure.value.value_or(0)), figure.below.value_or(0));
    if (std::isfinite(size)) largest = std::max(largest, size);
  }
  return largest;
}

}  // namespace

int decimals_for(Unit unit, double value) {
  const int own = unit_format(unit).decimals;
  if (value == 0 || !std::isfinite(value) || (is_grouped(unit) && is_whole(value))) return own;
  const int three_digits = 2 - static_cast<int>(std::floor(std::log10(std::abs(value))));
  return std::clamp(three_digits, own, kMostDecimals);
}

double rounded(double value, int decimals) {
  const std::string text = fixed(value, decimals);
  double result = 0;
  std::from_chars(text.data(), text.data() + text.size(), result);
  return result;
}

CountScale count_scale(double largest) {
  if (largest >= 1e12) return {1e9, "billion "};
  if (largest >= 1e6) return {1e6, "million "};
  return {};
}

std::string format_count(double count, int decimals) {
  return std::isfinite(count) ? grouped(fixed(count, decimals)) : kUnavailable;
}

std::string format_whole(int64_t count) { return grouped(std::to_string(count)); }

std::string format_value(double value, Unit unit) { return format_value(value, unit, value); }

std::string format_value(double value, Unit unit, double largest) {
  if (!std::isfinite(value)) return kUnavailable;
  const int decimals = decimals_for(unit, value);
  const SmallerUnit small = unit_beside(unit, value, largest);
  const char* suffix = small.suffix ? small.suffix : unit_format(unit).suffix;
  if (value != 0 && rounded(value, decimals) == 0) {
    const double least = std::pow(10, -decimals);
    return (value < 0 ? ">-" : "<") + (small.suffix ? in_smaller_unit(least, decimals, small)
                                                    : fixed(least, decimals) + suffix);
  }
  if (value == 0 && unit != Unit::kMegabytes) return fmt::format("0{}", suffix);
  if (small.suffix) return in_smaller_unit(rounded(value, decimals), decimals, small);
  if (is_grouped(unit)) return format_count(value, decimals);
  return fixed(value, decimals) + suffix;
}

std::string format_bytes(double bytes) {
  const double megabytes = bytes / kBytesOfMegabyte;
  const bool bare = std::isfinite(megabytes) && !smaller_unit(Unit::kMegabytes, megabytes).suffix;
  return format_value(megabytes, Unit::kMegabytes) + (bare ? " MB" : "");
}

std::string format_throughput(double value, const std::string& items) {
  return format_value(value, Unit::kThroughput) + per_second(Unit::kThroughput, items);
}

std::string iteration_seconds(double value) { return format_value(value, Unit::kIterationSeconds); }

std::string format_duration(double seconds, double largest) {
  const bool whole = largest >= 1, fine = largest < 0.001;
  const double value = whole ? seconds : seconds * (fine ? 1e6 : 1e3);
  const int digits = value > 0 ? 2 - static_cast<int>(std::floor(std::log10(value))) : 0;
  return fixed(value, std::clamp(digits, 0, kMostDecimals)) + (whole ? "s" : fine ? "µs" : "ms");
}

std::string format_share(double share) {
  return std::isfinite(share) ? fixed(share * 100, 2) + "%" : kUnavailable;
}

std::string format_percent(double percent) {
  const double size = std::abs(percent);
  if (!std::isfinite(size)) return kUnavailable;
  return (size >= 1000 ? format_count(size) : fixed(size, 1)) + "%";
}

std::string format_ratio(double ratio) {
  if (!std::isfinite(ratio)) return kUnavailable;
  if (ratio >= 100) return format_count(ratio) + "x";
  // Near one the digits behind it are the message.
  const double distance = std::abs(ratio - 1);
  const int decimals = ratio >= 10                           ? 1
                       : distance == 0 || distance >= 0.0995 ? 2
                       : distance >= 0.00995                 ? 3
                                                             : 4;
  return fixed(ratio, decimals) + "x";
}

std::string count_or_unknown(int count) {
  return count > 0 ? format_count(count) : "an unknown number of";
}

std::string format_p(double p) { return p < 0.001 ? "p < 0.001" : fmt::format("p = {:.3f}", p); }

std::string format_change(double ratio) {
  if (!std::isfinite(ratio)) return kUnavailable;
  const double percent = (ratio - 1) * 100;
  return signed_change(percent, size_of_change(percent));
}

std::optional<Change> change(const Row& row, size_t from, size_t to) {
  const auto& first = row.figures[from].value;
  const auto& second = row.figures[to].value;
  if (!first || !second || !std::isfinite(*second - *first)) return std::nullopt;
  Change result;
  result.difference = difference_of(*first, *second);
  result.equal = result.difference == 0;
  const int decimals = delta_decimals(*first, *second, result.difference, row.unit);
  const SmallerUnit small = unit_beside(row.unit, larger_of(*first, *second), largest_of(row));
  result.absolute = rounded(result.difference, decimals);
  result.percent = percent_of(row.figures[from], row.figures[to], result.difference, row.unit);
  result.size_text = format_size(std::abs(result.absolute), row.unit, decimals, small) +
                     per_second(row.unit, row.items);
  result.absolute_text = sign_of(result.absolute) + result.size_text;
  result.words = result.equal ? "same"
                 : result.absolute != 0
                     ? result.absolute_text
                     : "under " + format_size(std::pow(10, -decimals), row.unit, decimals, small) +
                           per_second(row.unit, row.items);
  if (result.percent) {
    const std::string size = size_of_change(*result.percent);
    const char* least = row.figures[to].below ? "at least " : "";
    result.size_percent_text = least + size;
    result.percent_text = least + signed_change(*result.percent, size);
  }
  return result;
}

std::string less_or_more(const Change& change) {
  const std::string& size =
      change.percent_text.empty() ? change.size_text : change.size_percent_text;
  return size + (is_factor(change) ? " as much" : change.absolute < 0 ? " less" : " more");
}

std::string less_or_more(double ratio) {
  const double percent = (ratio - 1) * 100;
  return size_of_change(percent) + (percent >= kFactorPercent ? " as much"
                                    : ratio < 1               ? " less"
                                                              : " more");
}

std::string format_difference(double from, double to, Unit unit, double largest) {
  const double difference = difference_of(from, to);
  if (!std::isfinite(difference)) return kUnavailable;
  const int decimals = delta_decimals(from, to, difference, unit);
  const double shown = rounded(difference, decimals);
  return sign_of(shown) + format_size(std::abs(shown), unit, decimals,
                                      unit_beside(unit, larger_of(from, to), largest));
}

std::string format_figure(const Figure& figure, Unit unit, const std::string& items,
                          std::optional<double> largest) {
  if (!figure.text.empty()) return figure.text;
  const double beside = largest.value_or(std::abs(figure.value.value_or(0)));
  if (figure.below)
    return fmt::format("< {} (0 samples)",
                       format_value(*figure.below, unit, largest.value_or(*figure.below)));
  if (!figure.value) return kUnavailable;
  std::string text =
      fmt::format("{}{}{}", figure.estimate ? "~" : "", format_value(*figure.value, unit, beside),
                  per_second(unit, items));
  if (figure.share) text += fmt::format(" ({})", format_share(*figure.share));
  return text;
}

RowCells format_row(const Row& row) {
  RowCells cells;
  const double largest = largest_of(row);
  for (size_t variant = 0; variant < row.figures.size(); ++variant) {
    cells.figures.push_back(format_figure(row.figures[variant], row.unit, row.items, largest));
    cells.deltas.push_back(variant == 0 ? DeltaCell{} : delta_cell(row, variant));
  }
  return cells;
}

}  // namespace winnow::reports
