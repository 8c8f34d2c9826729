#include "reports/tables/processes.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "reports/figures/format.h"
#include "reports/recorded/side_by_side.h"

namespace winnow::reports {

using profiles::TreeProfile;
using profiles::TreeProgram;

namespace {

constexpr size_t kShownPrograms = 12;

using Trees = SideBySide<TreeProfile>;

double to_number(int64_t count) { return static_cast<double>(count); }

// `value` of every variant whose tree was followed in at least one iteration.
template <class Value>
Row tree_row(const Trees& all, const std::string& name, Unit unit, const Value& value) {
  Row row;
  row.name = name;
  row.unit = unit;
  for (const TreeProfile* tree : all.profiles)
    row.figures.push_back(tree && tree->iterations > 0 ? value(*tree) : Figure{});
  return row;
}

// Per iteration.
template <class Value>
Row mean_row(const Trees& all, const std::string& name, Unit unit, const Value& value) {
  return tree_row(all, name, unit,
                  [&](const TreeProfile& tree) { return measured(value(tree) / tree.iterations); });
}

void add_totals(Table& table, const Trees& all) {
  const auto mean = [&](const char* name, Unit unit, auto value) {
    table.rows.push_back(mean_row(all, name, unit, value));
  };
  mean("Processes started", Unit::kCount, [](const TreeProfile& tree) {
    return to_number(tree.iterations) + to_number(tree.processes);
  });
  mean("Programs executed", Unit::kCount,
       [](const TreeProfile& tree) { return to_number(tree.execs); });
  mean("Threads created", Unit::kCount,
       [](const TreeProfile& tree) { return to_number(tree.threads); });
  table.rows.push_back(
      tree_row(all, "Most threads at once", Unit::kCount, [](const TreeProfile& tree) {
        return tree.most_threads_at_once > 0 ? measured(to_number(tree.most_threads_at_once))
                                             : Figure{};
      }));
  mean("CPU time", Unit::kIterationSeconds, [](const TreeProfile& tree) { return tree.cpu_s; });
  mean("Run-queue delay", Unit::kIterationSeconds,
       [](const TreeProfile& tree) { return tree.run_queue_s; });
  mean("Voluntary context switches", Unit::kCount,
       [](const TreeProfile& tree) { return to_number(tree.voluntary_switches); });
  mean("Involuntary context switches", Unit::kCount,
       [](const TreeProfile& tree) { return to_number(tree.involuntary_switches); });
  table.rows.push_back(tree_row(
      all, "Peak memory of the largest process (MB)", Unit::kMegabytes,
      [](const TreeProfile& tree) {
        return tree.peak_rss_bytes > 0 ? measured(to_number(tree.peak_rss_bytes) / kBytesOfMegabyte)
                                       : Figure{};
      }));
}

// Programs that share rows: the one of a name, or all beyond those that are shown.
struct ProgramGroup {
  std::string title;
  std::vector<std::string> names;
};

// By the largest CPU time of an iteration of any variant; none where only one program ran.
std::vector<ProgramGroup> groups_of(const Trees& all) {
  std::map<std::string, double> largest;
  for (const TreeProfile* tree : all.profiles)
    if (tree && tree->iterations > 0)
      for (const TreeProgram& program : tree->programs)
        largest[program.name] = std::max(largest[program.name], program.cpu_s / tree->iterations);
  std::vector<std::pair<double, std::string>> sorted;
  for (const auto& [name, cpu_s] : largest) sorted.emplace_back(-cpu_s, name);
  std::ranges::sort(sorted);
  std::vector<ProgramGroup> groups;
  if (sorted.size() < 2) return groups;
  const size_t shown = sorted.size() <= kShownPrograms ? sorted.size() : kShownPrograms - 1;
  for (size_t i = 0; i < shown; ++i) groups.push_back({sorted[i].second, {sorted[i].second}});
  if (shown == sorted.size()) return groups;
  groups.push_back({fmt::format("other programs ({})", sorted.size() - shown), {}});
  for (size_t i = shown; i < sorted.size(); ++i) groups.back().names.push_back(sorted[i].second);
  return groups;
}

template <class Value>
double sum_over(const TreeProfile& tree, const ProgramGroup& group, const Value& value) {
  double sum = 0;
  for (const TreeProgram& program : tree.programs)
    if (std::ranges::count(group.names, program.name) > 0) sum += value(program);
  return sum;
}

bool nobody_has(const Row& row) {
  return std::ranges::all_of(row.figures, [](const Figure& f) { return f.value.value_or(0) == 0; });
}

void add_programs(Table& table, const Trees& all) {
  for (const ProgramGroup& group : groups_of(all)) {
    const auto count = [&](const char* what, int64_t TreeProgram::*member) {
      return mean_row(all, fmt::format("{}: {}", group.title, what), Unit::kCount,
                      [&](const TreeProfile& tree) {
                        return sum_over(tree, group, [&](const TreeProgram& program) {
                          return to_number(program.*member);
                        });
                      });
    };
    table.rows.push_back(count("processes", &TreeProgram::processes));
    Row threads = count("threads created", &TreeProgram::threads);
    if (!nobody_has(threads)) table.rows.push_back(std::move(threads));
    table.rows.push_back(tree_row(
        all, group.title + ": CPU time", Unit::kIterationSeconds, [&](const TreeProfile& tree) {
          const double cpu_s =
              sum_over(tree, group, [](const TreeProgram& program) { return program.cpu_s; });
          return measured(cpu_s / tree.iterations, tree.cpu_s / tree.iterations);
        }));
  }
}

void add_notes(Table& table, const Trees& all) {
  table.notes.push_back(fmt::format(
      "Exact figures of whole process trees, shared out to {}, {}; most threads and peak memory: "
      "the largest of all {}. Processes include the first; threads are those besides the first of "
      "each process. Run-queue delay: thread-seconds, ready to run, but without a core.",
      all.words.an_iteration, all.basis.words, all.words.iterations));
  if (!groups_of(all).empty())
    table.notes.push_back(
        "A process counts for the program that it ran last, its CPU time for the one that used it; "
        "in brackets the share of the tree's CPU time.");
  for (size_t variant = 0; variant < all.profiles.size(); ++variant) {
    const TreeProfile* tree = all.profiles[variant];
    if (!tree) continue;
    if (!tree->without_privilege.empty())
      table.notes.push_back(
          fmt::format("{}: ran without the privilege of their files (set-uid), because they were "
                      "followed: {}.",
                      all.labels[variant], fmt::join(tree->without_privilege, ", ")));
    if (tree->unseen_ends > 0)
      table.notes.push_back(fmt::format(
          "{}: {} {} ended unseen: CPU time, run-queue delay and switches lack what {} used last.",
          all.labels[variant], format_count(to_number(tree->unseen_ends)),
          tree->unseen_ends == 1 ? "thread" : "threads", tree->unseen_ends == 1 ? "it" : "they"));
  }
}

}  // namespace

Table process_table(const Measured& arms) {
  const Trees all = side_by_side(arms, Pass::tree, &MeasuredArm::tree);
  Table table;
  if (!all.any()) return table;
  table.heading = "Processes";
  table.first_column = "Of " + all.words.an_iteration;
  table.columns = all.labels;
  table.unavailable = all.unavailable;
  add_totals(table, all);
  add_programs(table, all);
  add_notes(table, all);
  return table;
}

}  // namespace winnow::reports
