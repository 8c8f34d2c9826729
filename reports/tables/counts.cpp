#include "reports/tables/counts.h"

#include <fmt/format.h>

#include <algorithm>

#include "reports/figures/format.h"
#include "reports/recorded/side_by_side.h"

namespace winnow::reports {

using profiles::FutexProfile;
using profiles::InstructionProfile;

namespace {

using Futexes = SideBySide<FutexProfile>;
using Instructions = SideBySide<InstructionProfile>;

bool asked_for(const Measured& arms, Pass pass, bool measured_any) {
  return measured_any || std::ranges::any_of(arms.recording().missing, [&](const auto& missing) {
           return missing.pass == pass;
         });
}

// Per iteration, of every variant that has the profile.
template <class Profile, class Value>
Row count_row(const SideBySide<Profile>& all, const char* name, const Value& value) {
  Row row;
  row.name = name;
  row.unit = Unit::kCount;
  for (const Profile* profile : all.profiles)
    row.figures.push_back(profile && profile->iterations > 0
                              ? measured(static_cast<double>(value(*profile)) / profile->iterations)
                              : Figure{});
  return row;
}

bool all_none(const Row& row) {
  return std::ranges::all_of(row.figures, [](const Figure& f) { return f.value.value_or(0) == 0; });
}

template <class Profile>
void add_unavailable(Table& table, const Measured& arms, const SideBySide<Profile>& all,
                     Pass pass) {
  for (size_t variant = 0; variant < all.profiles.size(); ++variant)
    if (!all.profiles[variant])
      table.unavailable.push_back(fmt::format("{}, {} pass: unavailable: {}", all.labels[variant],
                                              word(pass), arms[variant].reason(pass)));
}

void add_futexes(Table& table, const Measured& arms) {
  const Futexes all = side_by_side(arms, Pass::futex, &MeasuredArm::futex);
  if (!asked_for(arms, Pass::futex, all.any())) return;
  add_unavailable(table, arms, all, Pass::futex);
  if (!all.any()) return;
  table.rows.push_back(count_row(all, "Futex waits", [](const auto& f) { return f.waits; }));
  table.rows.push_back(count_row(all, "Futex wakes", [](const auto& f) { return f.wakes; }));
  for (Row& row :
       std::vector{count_row(all, "Futex requeues", [](const auto& f) { return f.requeues; }),
                   count_row(all, "Other futex calls", [](const auto& f) { return f.others; })})
    if (!all_none(row)) table.rows.push_back(std::move(row));
  table.rows.push_back(count_row(all, "All futex calls", [](const auto& f) {
    return f.waits + f.wakes + f.requeues + f.others;
  }));
  table.notes.push_back(fmt::format(
      "Futex calls: of all threads of the process tree, counted one by one where they enter the "
      "kernel, {}. Each counted call takes some microseconds more than without the pass, so fewer "
      "or more of them may meet.",
      all.basis.words));
}

// How far the runs of a variant lie apart, in millionths.
std::string scatter(const InstructionProfile& count, const std::string& label) {
  if (count.iterations < 2)
    return fmt::format("{}: one run: how its instructions scatter is not known.", label);
  const double mean = static_cast<double>(count.instructions) / count.iterations;
  const double ppm = mean > 0 ? static_cast<double>(count.most - count.fewest) / mean * 1e6 : 0;
  return fmt::format("{}: {} runs, {} to {} instructions: {} millionths apart.", label,
                     count.iterations, format_count(static_cast<double>(count.fewest)),
                     format_count(static_cast<double>(count.most)), format_count(ppm));
}

void add_instructions(Table& table, const Measured& arms) {
  const Instructions all = side_by_side(arms, Pass::count, &MeasuredArm::count);
  if (!asked_for(arms, Pass::count, all.any())) return;
  add_unavailable(table, arms, all, Pass::count);
  if (!all.any()) return;
  table.rows.push_back(
      count_row(all, "Instructions", [](const auto& count) { return count.instructions; }));
  table.rows.push_back(
      count_row(all, "Processes counted", [](const auto& count) { return count.processes; }));
  table.notes.push_back(fmt::format(
      "Instructions: of the process tree outside the kernel, as callgrind counts them, {}. It runs "
      "one thread at a time: a thread that spins spins longer.",
      all.basis.words));
  for (size_t variant = 0; variant < all.profiles.size(); ++variant)
    if (all.profiles[variant])
      table.notes.push_back(scatter(*all.profiles[variant], all.labels[variant]));
}

}  // namespace

Table count_table(const Measured& arms) {
  Table table;
  add_futexes(table, arms);
  add_instructions(table, arms);
  if (table.rows.empty() && table.unavailable.empty()) return table;
  table.heading = "Exact Counts";
  table.first_column = "Of " + arms.words().an_iteration;
  table.columns = arms.labels();
  return table;
}

}  // namespace winnow::reports
