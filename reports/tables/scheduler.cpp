#include "reports/tables/scheduler.h"

#include <fmt/format.h>

#include <algorithm>

#include "reports/figures/format.h"
#include "reports/recorded/seen.h"
#include "reports/recorded/side_by_side.h"

namespace winnow::reports {

using profiles::Calls;
using profiles::SyncProfile;
using profiles::ThreadAccount;

namespace {

using Group = std::optional<Calls> SyncProfile::*;

struct CallRow {
  const char* name;  // of the calls
  const char* time_name;
  Group calls;
  bool seldom = false;  // no row where nobody made such a call
};

constexpr CallRow kStates[] = {{"", kSearchRow, &SyncProfile::searching},
                               {"", kWaitRow, &SyncProfile::waiting},
                               {"", kSignalRow, &SyncProfile::signalling},
                               {"", "Compute time (computing)", &SyncProfile::computing}};

constexpr CallRow kCalls[] = {
    {"Thread creations", "Thread creation time", &SyncProfile::thread_create},
    {"Thread joins", "Thread join time", &SyncProfile::thread_join},
    {"Condition waits", "Condition wait time", &SyncProfile::condition_wait},
    {"Condition signals", "Condition signal time", &SyncProfile::condition_signal},
    {"Condition broadcasts", "Condition broadcast time", &SyncProfile::condition_broadcast},
    {"Contended mutex locks", "Contended mutex time", &SyncProfile::mutex_contended},
    // The C library's own futex calls do not pass through syscall(): a zero would mislead.
    {"Futex waits through syscall()", "Time in futex waits through syscall()",
     &SyncProfile::futex_wait, true},
    {"Futex wakes through syscall()", "Time in futex wakes through syscall()",
     &SyncProfile::futex_wake, true},
    {"Calls of sched_yield()", "Time in sched_yield()", &SyncProfile::yield, true}};

using Syncs = SideBySide<SyncProfile>;

template <class Value>
Row row_of(const Syncs& all, const std::string& name, Unit unit, bool shares, const Value& value) {
  Row row;
  row.name = name;
  row.unit = unit;
  for (size_t variant = 0; variant < all.profiles.size(); ++variant) {
    Figure figure;
    const SyncProfile* sync = all.profiles[variant];
    const double divisor = all.basis.divisor(variant);
    if (sync && divisor > 0)
      if (const std::optional<double> found = value(*sync))
        figure = shares ? measured(*found / divisor, sync->cores * sync->wall_s / divisor)
                        : measured(*found / divisor);
    row.figures.push_back(figure);
  }
  return row;
}

Row time_row(const Syncs& all, const CallRow& calls) {
  return row_of(all, calls.time_name, Unit::kSeconds, true, [&](const SyncProfile& sync) {
    const auto& group = sync.*calls.calls;
    return group ? std::optional(group->wall_s) : std::nullopt;
  });
}

Row count_row(const Syncs& all, const CallRow& calls) {
  return row_of(all, calls.name, Unit::kCount, false, [&](const SyncProfile& sync) {
    const auto& group = sync.*calls.calls;
    return group ? std::optional(static_cast<double>(group->count)) : std::nullopt;
  });
}

// The sum over all threads; empty when one of them has no figure.
template <class Member>
Row thread_sum_row(const Syncs& all, const std::string& name, Unit unit, Member member) {
  return row_of(all, name, unit, unit == Unit::kSeconds, [&](const SyncProfile& sync) {
    std::optional<double> sum;
    for (const ThreadAccount& thread : sync.threads) {
      if (!(thread.*member)) return std::optional<double>{};
      sum = sum.value_or(0) + static_cast<double>(*(thread.*member));
    }
    return sum;
  });
}

// From the kernel's accounting of threads.
std::vector<Row> kernel_rows(const Syncs& all) {
  return {thread_sum_row(all, "Run-queue delay", Unit::kSeconds, &ThreadAccount::run_queue_s),
          thread_sum_row(all, "Voluntary context switches", Unit::kCount,
                         &ThreadAccount::voluntary_switches),
          thread_sum_row(all, "Involuntary context switches", Unit::kCount,
                         &ThreadAccount::involuntary_switches)};
}

bool any_value(const Row& row) {
  return std::ranges::any_of(row.figures, [](const Figure& f) { return f.value.has_value(); });
}

bool all_zero(const Row& row) {
  return std::ranges::all_of(row.figures, [](const Figure& f) { return f.value && *f.value == 0; });
}

bool never_seen(const Row& row) {
  return std::ranges::all_of(row.figures, [](const Figure& f) { return f.value.value_or(0) == 0; });
}

// Which mark no states.
bool of_commands(const Syncs& all) {
  return std::ranges::all_of(all.profiles,
                             [](const SyncProfile* sync) { return !sync || sync->seen; });
}

std::string core_seconds_note(const Syncs& all) {
  std::string wholes;
  for (size_t variant = 0; variant < all.profiles.size(); ++variant) {
    const SyncProfile* sync = all.profiles[variant];
    if (!sync || all.basis.divisor(variant) <= 0) continue;
    const double whole = sync->cores * sync->wall_s / all.basis.divisor(variant);
    wholes += fmt::format("{}{} {}", wholes.empty() ? "" : ", ", all.labels[variant],
                          format_value(whole, Unit::kSeconds));
  }
  return fmt::format(
      "Exact thread-seconds and counts {}; in brackets the share of cores × wall ({}). Waiting "
      "threads hold no core, so shares may exceed 100%. {}",
      all.basis.words, wholes,
      of_commands(all)
          ? "Calls are counted by the preloaded agent."
          : fmt::format("Searching to computing come from the {}'s marks, calls from the preloaded "
                        "agent: they overlap, do not add them.",
                        all.words.computes ? "scheduler" : "program"));
}

}  // namespace

Table scheduler_metrics(const Measured& arms) {
  const Syncs all = side_by_side(arms, Pass::sync, &MeasuredArm::sync);
  Table table;
  table.heading = title_case(all.words.scheduler) + " Metrics";
  table.first_column = "Metric";
  table.columns = all.labels;
  table.unavailable = all.unavailable;
  if (!all.any()) return table;

  std::string unmeasured;
  for (const CallRow& state : kStates) {
    Row row = time_row(all, state);
    if (any_value(row) || !of_commands(all)) table.rows.push_back(std::move(row));
  }
  for (const CallRow& calls : kCalls) {
    Row count = count_row(all, calls);
    if (!any_value(count)) {
      unmeasured += fmt::format("{}{}", unmeasured.empty() ? "" : ", ", calls.name);
      continue;
    }
    Row time = time_row(all, calls);
    const bool never = all_zero(count);
    if (calls.seldom && never_seen(count)) continue;
    table.rows.push_back(std::move(count));
    if (!never) table.rows.push_back(std::move(time));
  }
  for (Row& row : kernel_rows(all)) {
    if (any_value(row))
      table.rows.push_back(std::move(row));
    else
      unmeasured += fmt::format("{}{}", unmeasured.empty() ? "" : ", ", row.name);
  }
  table.notes.push_back(core_seconds_note(all));
  for (size_t variant = 0; variant < all.profiles.size(); ++variant) {
    const SyncProfile* sync = all.profiles[variant];
    if (!sync) continue;
    const std::string seen =
        seen_words(all.labels[variant], sync->seen, sync->iterations, all.words);
    if (!seen.empty()) table.notes.push_back(seen);
  }
  if (!unmeasured.empty()) table.notes.push_back("unavailable (not recorded): " + unmeasured + ".");
  return table;
}

}  // namespace winnow::reports
