#include "reports/tables/functions.h"

#include <fmt/format.h>

#include <algorithm>

namespace winnow::reports {

using profiles::Function;

namespace {

Table category_table(const Profiles& all, const std::string& heading, const std::string& category,
                     Choose choose) {
  Table table = table_for(all, heading);
  if (!all.any()) return table;
  add_functions(table, all, choose, "other " + category + " functions");
  Row sum = row_of(all, fmt::format("All {} functions", category), flat_sum(all, choose));
  sum.role = Role::kSubtotal;
  table.rows.push_back(std::move(sum));
  table.notes.push_back(fmt::format(
      "CPU seconds sampled in the function itself (flat), summed over threads, {}; in brackets "
      "the share of the region's CPU time.",
      all.basis.words));
  note_noise(table);
  return table;
}

Table cumulative_table(const Profiles& all) {
  Table table = table_for(all, "Cumulative Time");
  if (!all.any()) return table;
  const Choose beyond_flat = [](const Function& function) {
    return (is_scheduler(function) || is_compute(function)) && function.cumulative_s &&
           *function.cumulative_s > function.flat_s.value_or(0);
  };
  const auto names = names_by_cost(all, beyond_flat, true);
  for (size_t i = 0; i < std::min(names.size(), kShownFunctions); ++i) {
    Row row = row_of(all, names[i], sums_of(all, names[i], true));
    row.symbol = true;
    table.rows.push_back(std::move(row));
  }
  if (names.empty())
    table.unavailable.push_back(
        "unavailable: no scheduler or compute function has callees in the profile");
  else
    table.notes.push_back(
        fmt::format("CPU seconds {}, in the function and all that it calls: the "
                    "rows contain each other and must not be added, neither to "
                    "one another nor to the flat rows above.",
                    all.basis.words));
  note_noise(table);
  return table;
}

}  // namespace

CpuTables cpu_tables(const Profiles& all) {
  return {category_table(all, "Scheduler Overhead", "scheduler", is_scheduler),
          category_table(all, "Compute Functions", "compute", is_compute), cumulative_table(all)};
}

}  // namespace winnow::reports
