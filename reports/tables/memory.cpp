#include "reports/tables/memory.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

#include "reports/figures/format.h"
#include "reports/recorded/allocation_scatter.h"
#include "reports/recorded/seen.h"
#include "reports/recorded/side_by_side.h"

namespace winnow::reports {

using profiles::AllocationRow;
using profiles::HeapProfile;

namespace {

// The profiler rounds aligned sizes up: exact totals may differ by this much.
constexpr double kExactTolerance = 0.01;
// Of a command's start, what belongs to the profiler itself.
constexpr double kProfilersOwn = 4096;
// Stacks and header come from the same counters.
constexpr double kHeaderTolerance = 0.001;

using Heaps = SideBySide<HeapProfile>;

std::optional<double> bytes_of(const HeapProfile& heap, const std::string& category) {
  std::optional<double> bytes;
  for (const AllocationRow& row : heap.region)
    if (row.category == category) bytes = bytes.value_or(0) + row.bytes;
  return bytes;
}

template <class Bytes>
Row megabyte_row(const Heaps& all, const std::string& name, Role role, bool shares,
                 const Bytes& bytes) {
  Row row;
  row.name = name;
  row.unit = Unit::kMegabytes;
  row.role = role;
  for (size_t variant = 0; variant < all.profiles.size(); ++variant) {
    Figure figure;
    const double unit = all.basis.divisor(variant) * kBytesOfMegabyte;
    if (all.profiles[variant] && unit > 0)
      if (const std::optional<double> found = bytes(*all.profiles[variant]))
        figure = shares ? measured(*found / unit, all.profiles[variant]->region_bytes / unit)
                        : measured(*found / unit);
    row.figures.push_back(figure);
  }
  return row;
}

// Names of the categories in which anything was allocated, the largest first.
std::vector<std::string> categories(const Heaps& all) {
  std::map<std::string, double> largest;
  for (const HeapProfile* heap : all.profiles) {
    if (!heap) continue;
    for (const AllocationRow& row : heap->region)
      largest[row.category] = std::max(largest[row.category], *bytes_of(*heap, row.category));
  }
  std::vector<std::pair<double, std::string>> sorted;
  for (const auto& [category, bytes] : largest) sorted.emplace_back(-bytes, category);
  std::ranges::sort(sorted);
  std::vector<std::string> names;
  for (const auto& [bytes, category] : sorted) names.push_back(category);
  return names;
}

double uncategorized(const HeapProfile& heap) {
  double rest = heap.region_bytes;
  for (const AllocationRow& row : heap.region) rest -= row.bytes;
  return rest;
}

bool differs(double value, double reference, double tolerance) {
  return std::abs(value - reference) > tolerance * std::max(std::abs(value), std::abs(reference));
}

std::string byte_words(double count) { return format_count(count) + " bytes"; }

// The profiled run and the counted one are two: where runs of a command allocate differently, a
// difference tells nothing of the profiler. Without a second count nobody knows whether they do.
std::string why_not_alike(double difference, const HeapProfile& heap,
                          const std::optional<AllocationScatter>& scatter) {
  if (!heap.seen) return "";
  if (!scatter) return "whether two runs allocate alike is not known without the sync pass";
  if (scatter->bytes <= kProfilersOwn || difference > kApart * scatter->bytes) return "";
  return fmt::format("the runs of the command differ: {} of them allocated {} in the mean",
                     scatter->runs, byte_words(scatter->mean_bytes));
}

std::string exact_words(const HeapProfile& heap, const std::optional<AllocationScatter>& scatter,
                        const std::string& label, std::vector<std::string>& warnings) {
  if (!heap.exact_bytes) return "exact total: unavailable (not recorded)";
  const auto counted = static_cast<double>(*heap.exact_bytes);
  const double difference = std::abs(heap.region_bytes - counted);
  const auto words = [&](const char* how) {
    return fmt::format("exact total {}: the interposed malloc counted {}", how,
                       byte_words(counted));
  };
  if (heap.seen && difference <= kProfilersOwn) return words("agrees within 4 kB");
  if (!differs(heap.region_bytes, counted, kExactTolerance)) return words("agrees within 1%");
  if (const std::string why = why_not_alike(difference, heap, scatter); !why.empty())
    return fmt::format("{} in another run, the profiler {} ({})", words("not checked"),
                       byte_words(heap.region_bytes), why);
  const std::string failed = words("check FAILED");
  warnings.push_back(fmt::format(
      "{}: heap profile: the total differs from the exact one by more than 1% ({}, the profiler "
      "{}).",
      label, failed, byte_words(heap.region_bytes)));
  return failed;
}

// "header check: ..." and "exact totals: ..." of one variant.
std::string checks(const HeapProfile& heap, const std::optional<AllocationScatter>& scatter,
                   const std::string& label, std::vector<std::string>& warnings) {
  std::string header = "header check: unavailable (not recorded)";
  if (heap.header_bytes) {
    const bool bad = differs(heap.region_bytes, *heap.header_bytes, kHeaderTolerance);
    header = fmt::format("header check {}: stacks {}, header {}", bad ? "FAILED" : "passed",
                         byte_words(heap.region_bytes), byte_words(*heap.header_bytes));
    if (bad)
      warnings.push_back(label +
                         ": heap profile: the stacks do not add up to the dump's header: "
                         "the dump was cut; allocation figures are incomplete (" +
                         header + ").");
  }
  return fmt::format("{}: {}; {}.", label, header, exact_words(heap, scatter, label, warnings));
}

// Loading and warm-up of one variant, the largest categories first.
std::string before_region(const HeapProfile& heap, const std::string& label) {
  auto rows = heap.before_region;
  std::erase_if(rows, [](const AllocationRow& row) { return row.bytes == 0; });
  std::ranges::stable_sort(rows, std::greater<>(), &AllocationRow::bytes);
  double bytes = 0;
  std::string parts;
  for (const AllocationRow& row : rows) {
    bytes += row.bytes;
    parts +=
        fmt::format("{}{} {}", parts.empty() ? ": " : ", ", row.category, format_bytes(row.bytes));
  }
  const std::string total =
      heap.before_region.empty() ? "unavailable (not recorded)" : format_bytes(bytes);
  return fmt::format("{}: before the region (loading and warm-up, not in the table): {}{}.", label,
                     total, parts);
}

void add_objects(Table& table, const Heaps& all) {
  Row row;
  row.name = "Objects allocated (count)";
  row.unit = Unit::kCount;
  bool any = false;
  for (size_t variant = 0; variant < all.profiles.size(); ++variant) {
    const HeapProfile* heap = all.profiles[variant];
    Figure figure;
    if (heap && heap->region_objects && all.basis.divisor(variant) > 0)
      figure = measured(static_cast<double>(*heap->region_objects) / all.basis.divisor(variant));
    any = any || figure.value;
    row.figures.push_back(figure);
  }
  if (any) table.rows.push_back(std::move(row));
}

// The total, its categories and what is in none of them.
void add_bytes(Table& table, const Heaps& all, std::vector<std::string>& warnings) {
  table.rows.push_back(
      megabyte_row(all, "Total Allocation", Role::kTotal, false,
                   [](const HeapProfile& heap) { return std::optional(heap.region_bytes); }));
  for (const std::string& category : categories(all))
    table.rows.push_back(
        megabyte_row(all, category, Role::kItem, true, [&](const HeapProfile& heap) {
          return std::optional(bytes_of(heap, category).value_or(0));
        }));
  bool rest = false;
  for (size_t variant = 0; variant < all.profiles.size(); ++variant) {
    if (!all.profiles[variant]) continue;
    const HeapProfile& heap = *all.profiles[variant];
    rest = rest || std::abs(uncategorized(heap)) > 1e-6 * heap.region_bytes;
    if (uncategorized(heap) < -1e-6 * heap.region_bytes)
      warnings.push_back(all.labels[variant] +
                         ": heap profile: the categories add up to more than the total.");
  }
  if (rest)
    table.rows.push_back(
        megabyte_row(all, "In no category", Role::kRest, true,
                     [](const HeapProfile& heap) { return std::optional(uncategorized(heap)); }));
}

}  // namespace

Table memory_table(const Measured& arms, std::vector<std::string>& warnings) {
  const Heaps all = side_by_side(arms, Pass::heap, &MeasuredArm::heap);
  Table table;
  table.heading = "Memory Allocation Summary";
  table.first_column = "Category";
  table.unit = "(MB)";
  table.columns = all.labels;
  table.unavailable = all.unavailable;
  if (!all.any()) return table;

  add_bytes(table, all, warnings);
  add_objects(table, all);

  table.notes.push_back(fmt::format(
      "1 MB = 1,000,000 bytes, allocated (freed or not) {}; the categories add up to the total.",
      all.basis.words));
  for (size_t variant = 0; variant < all.profiles.size(); ++variant) {
    if (!all.profiles[variant]) continue;
    const HeapProfile& heap = *all.profiles[variant];
    const std::string seen = seen_words(all.labels[variant], heap.seen, heap.iterations, all.words);
    if (!seen.empty()) table.notes.push_back(seen);
    if (!heap.seen) table.notes.push_back(before_region(heap, all.labels[variant]));
    table.notes.push_back(
        checks(heap, allocation_scatter(arms.variants()[variant]), all.labels[variant], warnings));
  }
  return table;
}

}  // namespace winnow::reports
