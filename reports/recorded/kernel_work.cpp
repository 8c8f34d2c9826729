#include "reports/recorded/kernel_work.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reports/figures/format.h"
#include "reports/recorded/questions.h"

namespace winnow::reports {

using profiles::Block;
using profiles::Recording;
using profiles::RooflineRow;

namespace {

constexpr const char* kPeakShareRow = "Share of the int8 peak";
constexpr double kGiga = 1e9;

std::string figure(double value) {
  return value >= 1000 ? format_count(value) : fmt::format("{:.1f}", value);
}

// Percent of the all-core peak that the median iteration reaches.
Known<double> peak_share(const Recording& recording, const Report& report, size_t variant) {
  const auto& median_s = report.timings[variant].median_s;
  if (!median_s) return {{}, reason(recording, recording.variants[variant].name, Pass::time)};
  const auto work = kernel_macs_of(recording, recording.variants[variant].name, Pass::time);
  if (!work.value) return {{}, work.reason};
  double macs = 0;
  for (const auto& [kernel, count] : work.value->macs) macs += count;
  if (macs <= 0) return {{}, "no multiply-accumulates were counted"};
  const auto peak = peak_of(recording, work.value->isa);
  if (!peak.value) return {{}, peak.reason};
  const double gmacs = macs / static_cast<double>(work.value->iterations) / kGiga;
  return {100 * gmacs / *median_s / peak.value->all_cores_gmacs, ""};
}

}  // namespace

Known<KernelMacs> kernel_macs_of(const Recording& recording, const std::string& variant,
                                 Pass pass) {
  const auto blocks = good_blocks(recording, variant, pass);
  if (blocks.empty()) return {{}, reason(recording, variant, pass)};
  KernelMacs sum;
  sum.isa = blocks.front()->isa;
  for (const Block* block : blocks) {
    if (!block->kernel_macs)
      return {{}, "the program told no multiply-accumulates of its kernels (kernel_macs)"};
    if (block->isa != sum.isa) return {{}, "its blocks ran different instruction sets"};
    for (const auto& [kernel, count] : *block->kernel_macs)
      sum.macs[kernel] += static_cast<double>(count);
    sum.iterations += static_cast<int64_t>(block->iteration_wall_ns.size());
  }
  if (sum.iterations <= 0) return {{}, "its blocks recorded no iterations"};
  return {std::move(sum), ""};
}

Known<RooflineRow> peak_of(const Recording& recording, const std::string& isa) {
  if (!recording.roofline) return {{}, "the machine's peaks are not recorded"};
  if (isa.empty()) return {{}, "the instruction set is not recorded"};
  const auto& rows = recording.roofline->rows;
  const auto found = std::ranges::find(rows, isa, &RooflineRow::isa);
  if (found == rows.end() || found->one_core_gmacs <= 0 || found->all_cores_gmacs <= 0)
    return {{}, fmt::format("the machine's peak with {} is not recorded", isa)};
  return {*found, ""};
}

std::string peak_words(const Recording& recording) {
  if (!recording.roofline) return "unavailable (not recorded)";
  const auto& roofline = *recording.roofline;
  std::string words = "int8 multiply-accumulates a second: ";
  for (const RooflineRow& row : roofline.rows)
    words += fmt::format(
        "{}{} {} G on one core, {} G on {}", &row == &roofline.rows.front() ? "" : "; ", row.isa,
        figure(row.one_core_gmacs), figure(row.all_cores_gmacs), count_or_unknown(roofline.cores));
  if (roofline.rows.empty()) words += "unavailable";
  const auto bandwidth = [](const std::optional<double>& gbs) {
    return gbs ? figure(*gbs) + " GB/s" : std::string("unavailable");
  };
  return words + fmt::format("; memory read {} on one core, {} on {} ({})",
                             bandwidth(roofline.one_core_read_gbs),
                             bandwidth(roofline.all_cores_read_gbs),
                             count_or_unknown(roofline.cores),
                             roofline.method.empty() ? "method not recorded" : roofline.method);
}

void add_peak_share(Table& table, const Recording& recording, const Report& report) {
  Row row;
  row.name = kPeakShareRow;
  row.unit = Unit::kPercent;
  std::string above;
  for (size_t variant = 0; variant < recording.variants.size(); ++variant) {
    const auto share = peak_share(recording, report, variant);
    row.figures.push_back(share.value ? measured(*share.value) : Figure{});
    row.evidence.push_back(report.pairs[variant].evidence);
    row.remarks.push_back("");
    const std::string& label = report.variants[variant];
    if (!row.figures.back().value)
      table.notes.push_back(fmt::format("{}: {}: unavailable: {}.", kPeakShareRow, label,
                                        share.value ? "not a number" : share.reason));
    else if (*share.value > 100)
      above += (above.empty() ? "" : ", ") + label;
  }
  const bool any =
      std::ranges::any_of(row.figures, [](const Figure& f) { return f.value.has_value(); });
  table.rows.push_back(std::move(row));
  if (!any) return;
  table.notes.push_back(fmt::format(
      "{}: multiply-accumulates of an iteration that the program counts by kernel / Median "
      "Time/Iteration / the peak of all {} cores with the instruction set that was run; whatever "
      "else an iteration does, and cores that the threads do not use, lower it.",
      kPeakShareRow, count_or_unknown(recording.roofline->cores)));
  if (!above.empty())
    table.notes.push_back(fmt::format(
        "{}: above 100% for {}: the peak was measured too low (a busy machine) or the counts are "
        "too high.",
        kPeakShareRow, above));
}

}  // namespace winnow::reports
