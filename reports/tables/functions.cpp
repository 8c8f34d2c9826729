#include "reports/tables/functions.h"

#include <fmt/format.h>

#include <algorithm>

namespace winnow::reports {

using profiles::Function;

namespace {

// What a table of functions is called, and its last rows.
struct Names {
  std::string heading, rest, sum;
};

Table category_table(const Profiles& all, const Names& names, const Choose& choose) {
  Table table = table_for(all, names.heading);
  if (!all.any()) return table;
  add_functions(table, all, choose, names.rest);
  Row sum = row_of(all, names.sum, flat_sum(all, choose));
  sum.role = Role::kSubtotal;
  table.rows.push_back(std::move(sum));
  table.notes.push_back(fmt::format(
      "CPU seconds sampled in the function itself (flat), summed over threads, {}; in brackets "
      "the share of the region's CPU time.",
      all.basis.words));
  if (std::string note = kernel_note(all); !note.empty()) table.notes.push_back(std::move(note));
  return table;
}

Table cumulative_table(const Profiles& all) {
  Table table = table_for(all, "Cumulative Time");
  if (!all.any()) return table;
  const Choose beyond_flat = [work = work_of(all.words)](const Function& function) {
    return (is_scheduler(function) || work(function)) && function.cumulative_s &&
           *function.cumulative_s > function.flat_s.value_or(0);
  };
  const auto names = names_by_cost(all, beyond_flat, true);
  for (size_t i = 0; i < std::min(names.size(), kShownFunctions); ++i) {
    Row row = row_of(all, names[i], sums_of(all, names[i], true));
    row.symbol = true;
    table.rows.push_back(std::move(row));
  }
  if (names.empty())
    table.unavailable.push_back(fmt::format("unavailable: no {}function has callees in the profile",
                                            all.words.computes ? "scheduler or compute " : ""));
  else
    table.notes.push_back(
        fmt::format("CPU seconds {}, in the function and all that it calls: the "
                    "rows contain each other and must not be added, neither to "
                    "one another nor to the flat rows above.",
                    all.basis.words));
  return table;
}

}  // namespace

CpuTables cpu_tables(const Profiles& all) {
  const Words& words = all.words;
  const std::string& scheduler = words.scheduler;
  const Names overhead{words.computes ? "Scheduler Overhead" : title_case(scheduler),
                       fmt::format("other {} functions", scheduler),
                       fmt::format("All {} functions", scheduler)};
  const Names work{words.computes ? "Compute Functions" : "Functions",
                   words.computes ? "other compute functions" : "other functions", words.all_work};
  CpuTables tables{category_table(all, overhead, is_scheduler),
                   category_table(all, work, work_of(words)), cumulative_table(all)};
  if (std::string note = nameless_note(all); !note.empty())
    tables.compute.notes.push_back(std::move(note));
  return tables;
}

}  // namespace winnow::reports
