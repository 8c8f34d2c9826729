#include "reports/recorded/kernel_work.h"

#include <fmt/format.h>

#include <algorithm>

#include "reports/figures/format.h"

namespace winnow::reports {

using profiles::Block;
using profiles::Roofline;
using profiles::RooflineRow;

namespace {

std::string figure(double value) {
  return value >= 1000 ? format_count(value) : fmt::format("{:.1f}", value);
}

std::string without_arguments(std::string_view name) {
  std::string plain;
  int depth = 0;
  for (const char c : name) {
    if (c == '<' || c == '(') ++depth;
    if (depth == 0) plain += c;
    if ((c == '>' || c == ')') && depth > 0) --depth;
  }
  return plain;
}

}  // namespace

Known<KernelMacs> kernel_macs_of(const MeasuredArm& arm, Pass pass) {
  const auto& blocks = arm.blocks(pass);
  if (blocks.empty()) return {{}, arm.reason(pass)};
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

Known<RooflineRow> peak_of(const std::optional<Roofline>& roofline, const std::string& isa) {
  if (!roofline) return {{}, "the machine's peaks are not recorded"};
  if (isa.empty()) return {{}, "the instruction set is not recorded"};
  const auto& rows = roofline->rows;
  const auto found = std::ranges::find(rows, isa, &RooflineRow::isa);
  if (found == rows.end() || found->one_core_gmacs <= 0 || found->all_cores_gmacs <= 0)
    return {{}, fmt::format("the machine's peak with {} is not recorded", isa)};
  return {*found, ""};
}

std::string peak_words(const std::optional<Roofline>& found) {
  if (!found) return "unavailable (not recorded)";
  const Roofline& roofline = *found;
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

bool is_part_of(std::string_view function, std::string_view kernel) {
  const std::string plain = without_arguments(function);
  const size_t colons = plain.rfind("::");
  const std::string_view name =
      std::string_view(plain).substr(colons == std::string::npos ? 0 : colons + 2);
  return !kernel.empty() && name.starts_with(kernel) &&
         (name.size() == kernel.size() || name[kernel.size()] == '_');
}

}  // namespace winnow::reports
