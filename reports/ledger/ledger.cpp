#include "reports/ledger/ledger.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reports/figures/format.h"
#include "reports/ledger/sources.h"

namespace winnow::reports {

namespace {

constexpr double kZ95 = 1.96;
constexpr double kOpenShare = 0.05;  // of the capacity: above, a ledger does not close
constexpr double kOtherWall = 0.05;  // of the wall: above, two passes differ
constexpr size_t kNamedParts = 5;

// One line of one variant, before the variants stand side by side.
struct Entry {
  std::string name;
  LedgerKind kind;
  bool estimate;
  LedgerAmount amount;
};

std::optional<double> together(const std::optional<double>& a, const std::optional<double>& b) {
  return a && b ? std::optional(std::hypot(*a, *b)) : std::nullopt;
}

// CPU time of the agent's accounts: exact, but of one process, and reconciled with others.
LedgerAmount part_of_cpu(double core_s, const RegionTime& region, double reconciled_error) {
  LedgerAmount amount{core_s, {}};
  if (region.split_error)
    amount.error_s = core_s * std::hypot(*region.split_error, reconciled_error);
  return amount;
}

double accounted_s(const StateTime& states) {
  const auto& cpu = states.cpu;
  return cpu.computing_s + cpu.searching_s + cpu.waiting_s + cpu.signalling_s + cpu.creating_s +
         cpu.other_s + states.starting_s;
}

// What samples see of scheduler functions beyond the calls that the agent sees: spinning in a
// runtime that has no marks.
double unmarked_scheduler_s(const LedgerSources& from) {
  if (from.states.marked) return 0;
  const auto& cpu = from.states.cpu;
  const double share = from.sampled.scheduler_s / (from.sampled.scheduler_s + from.sampled.work_s);
  const double called_s =
      cpu.searching_s + cpu.waiting_s + cpu.signalling_s + cpu.creating_s + from.states.starting_s;
  const double work_s = cpu.computing_s + cpu.other_s;
  return std::clamp(share * accounted_s(from.states) - called_s, 0.0, work_s);
}

// Of seconds that `share` of so many samples stands for; at 95%.
std::optional<double> sampling_error(double seconds, double share, std::optional<double> samples) {
  if (!(samples.value_or(0) > 0)) return std::nullopt;
  return seconds * kZ95 * std::sqrt(share * (1 - share) / *samples);
}

void add_work(std::vector<Entry>& entries, const LedgerSources& from) {
  const double work_s =
      from.states.cpu.computing_s + from.states.cpu.other_s - unmarked_scheduler_s(from);
  for (const SampledLine& line : from.sampled.lines) {
    const double share = line.seconds / from.sampled.work_s;
    LedgerAmount amount =
        part_of_cpu(work_s * share, from.region, from.states.reconciled.work_error);
    amount.error_s = together(amount.error_s, sampling_error(work_s, share, from.sampled.samples));
    entries.push_back({line.name, LedgerKind::kWork, true, amount});
  }
}

// What samples alone tell apart from work.
void add_sampled_scheduler(std::vector<Entry>& entries, const LedgerSources& from,
                           const Words& words) {
  const SampledWork& sampled = from.sampled;
  const double seconds = unmarked_scheduler_s(from);
  const double share = sampled.scheduler_s / (sampled.scheduler_s + sampled.work_s);
  std::optional<double> samples;  // of work and scheduler
  if (sampled.samples) samples = *sampled.samples / (1 - share);
  LedgerAmount amount = part_of_cpu(seconds, from.region, 0);
  amount.error_s =
      together(amount.error_s, sampling_error(accounted_s(from.states), share, samples));
  entries.push_back({words.scheduler, LedgerKind::kScheduler, true, amount});
}

void add_scheduler(std::vector<Entry>& entries, const LedgerSources& from, const Words& words) {
  const auto& cpu = from.states.cpu;
  const auto add = [&](const char* what, double core_s, bool estimate) {
    entries.push_back({words.scheduler + ": " + what, LedgerKind::kScheduler, estimate,
                       part_of_cpu(core_s, from.region, from.states.reconciled.scheduler_error)});
  };
  add("searching and spinning", cpu.searching_s, false);
  add("waiting", cpu.waiting_s, false);
  add("signalling", cpu.signalling_s, false);
  add("creating and joining threads", cpu.creating_s, false);
  add("threads starting and ending", from.states.starting_s, false);
  add("seen by samples only", unmarked_scheduler_s(from), true);
}

// What is left of a subtraction, if it is more than rounding and not negative.
double beyond_rounding(double core_s) { return core_s > 1e-10 ? core_s : 0; }

// The time of the cores that the program did not compute in; returns what is beyond the capacity.
double add_cores(std::vector<Entry>& entries, const LedgerSources& from) {
  const RegionTime& region = from.region;
  const double rest_s =
      region.cores * region.wall_s - region.cpu_s - region.idle_s - region.steal_s;
  const double server_s = std::clamp(region.server_s, 0.0, std::max(0.0, rest_s));
  const double others_s =
      std::clamp(region.busy_s - region.cpu_s - server_s, 0.0, std::max(0.0, rest_s - server_s));
  const double waiting_s =
      std::clamp(from.states.run_queue_s.value_or(0) - others_s, 0.0, region.idle_s);
  const double cores_s = rest_s - server_s - others_s;
  const double cpu_s = region.cpu_s - accounted_s(from.states);
  const auto add = [&](const char* name, LedgerKind kind, bool estimate, double core_s,
                       std::optional<double> error_s) {
    entries.push_back({name, kind, estimate, {core_s, error_s}});
  };
  add("waiting for a core", LedgerKind::kWaiting, true, waiting_s, region.idle_error_s);
  add(kIdleCores, LedgerKind::kIdle, false, region.idle_s - waiting_s, region.idle_error_s);
  add("server", LedgerKind::kOthers, false, server_s, region.server_error_s);
  add(kOtherPrograms, LedgerKind::kOthers, true, others_s, region.others_error_s);
  add(kHypervisor, LedgerKind::kOthers, false, region.steal_s, region.others_error_s);
  add("unexplained", LedgerKind::kUnexplained, false,
      beyond_rounding(cores_s) + beyond_rounding(cpu_s), {});
  return beyond_rounding(-cores_s) + beyond_rounding(-cpu_s);
}

void warn(const LedgerColumn& column, const LedgerSources& from, bool accounts,
          double unexplained_s, std::vector<std::string>& warnings) {
  const double capacity_s = column.capacity_s();
  const double cpu_s = from.region.cpu_s - accounted_s(from.states);
  const auto share = [&](double seconds) { return format_percent(100 * seconds / capacity_s); };
  const auto of_that = [&](double seconds, const char* what) {
    return accounts ? fmt::format(" ({} is CPU time {})", share(std::max(0.0, seconds)), what) : "";
  };
  if (unexplained_s > kOpenShare * capacity_s)
    warnings.push_back(
        fmt::format("{}: the ledger does not close: {} of cores × wall is unexplained{}.",
                    column.label, share(unexplained_s),
                    of_that(cpu_s, "of the program that the accounts of its threads leave out")));
  if (column.excess_s > kOpenShare * capacity_s)
    warnings.push_back(fmt::format(
        "{}: the ledger's lines exceed cores × wall by {}{}.", column.label, share(column.excess_s),
        of_that(-cpu_s, "that the accounts of its threads hold beyond the process's")));
}

void note(Ledger& ledger, const MeasuredArm& variant, const LedgerColumn& column,
          const LedgerSources& from) {
  const Words& words = ledger.words;
  const RegionTime& region = from.region;
  std::string text = fmt::format(
      "{}: {} of the CPU time is the kernel's (system time), contained in the lines; the region is "
      "the mean of {} {} of the {} pass",
      column.label, format_value(region.system_s, Unit::kIterationSeconds), region.blocks,
      region.blocks == 1 ? "process" : "processes", word(region.pass));
  if (variant.cpu() && variant.cpu()->unseen_kernel_s)
    text +=
        "; the line of kernel functions is that account, for the profiler may not see the kernel";
  if (!from.states.run_queue_s)
    text += "; waiting for a core: unavailable: " +
            (ledger.accounts ? "not readable" : "tree pass: " + variant.reason(Pass::tree));
  ledger.notes.push_back(text + ".");
  const double ratio = from.states.wall_s / column.wall_s, cpu_ratio = from.states.surplus;
  if (std::abs(ratio - 1) > kOtherWall || std::abs(cpu_ratio - 1) > kOtherWall)
    ledger.notes.push_back(fmt::format(
        "{}: instrumentation made {} of the sync pass {} as long as one of the {} pass, with {} of "
        "its CPU time; to match the CPU time without it, the {}'s lines are scaled by {:.3g} and "
        "work by {:.3g} (the instrumentation's own work lies in the calls that it watches).",
        column.label, words.an_iteration, format_ratio(ratio), word(region.pass),
        format_ratio(cpu_ratio), words.scheduler, from.states.reconciled.scheduler,
        from.states.reconciled.work));
}

LedgerColumn column_of(const MeasuredArm& variant, const WorkParts& parts, Ledger& ledger,
                       std::vector<Entry>& entries, std::vector<std::string>& warnings) {
  LedgerColumn column;
  column.label = variant.label;
  const auto from = ledger_sources(variant, parts);
  if (!from.value) {
    column.unavailable = from.reason;
    return column;
  }
  column.cores = from.value->region.cores;
  column.wall_s = from.value->region.wall_s;
  add_work(entries, *from.value);
  if (parts.accounts)
    add_scheduler(entries, *from.value, parts.words);
  else
    add_sampled_scheduler(entries, *from.value, parts.words);
  column.excess_s = add_cores(entries, *from.value);
  warn(column, *from.value, parts.accounts, entries.back().amount.core_s, warnings);
  note(ledger, variant, column, *from.value);
  return column;
}

// Lines that no variant spends anything on say nothing; these are always shown.
bool shown(const LedgerLine& line) {
  return line.kind == LedgerKind::kIdle || line.kind == LedgerKind::kUnexplained ||
         std::ranges::any_of(line.amounts,
                             [](const LedgerAmount& amount) { return amount.core_s > 0; });
}

// Core-seconds of an iteration.
double others_core_s(const Ledger& ledger, size_t variant) {
  double core_s = 0;
  for (const LedgerLine& line : ledger.lines)
    if (taken_by_others(line.name)) core_s += line.amounts[variant].core_s;
  return core_s;
}

std::optional<double> adjusted_wall_s(const Ledger& ledger, size_t variant) {
  if (variant >= ledger.columns.size()) return std::nullopt;
  const LedgerColumn& column = ledger.columns[variant];
  if (!column.known() || column.cores <= 0) return std::nullopt;
  const double wall_s = column.wall_s - others_core_s(ledger, variant) / column.cores;
  return wall_s > 0 ? std::optional(wall_s) : std::nullopt;
}

}  // namespace

bool taken_by_others(const std::string& line) {
  return line == kOtherPrograms || line == kHypervisor;
}

double LedgerDifference::others_s() const {
  double saved_s = 0;
  for (const LedgerPart& part : parts)
    if (taken_by_others(part.name)) saved_s += part.wall_s;
  return saved_s;
}

std::optional<AdjustedWall> adjusted_wall(const Ledger& ledger, size_t from, size_t to) {
  const auto from_s = adjusted_wall_s(ledger, from), to_s = adjusted_wall_s(ledger, to);
  if (!from_s || !to_s) return std::nullopt;
  return AdjustedWall{*from_s, *to_s};
}

Ledger make_ledger(const Measured& arms, std::vector<std::string>& warnings) {
  const WorkParts parts = work_parts(arms);
  Ledger ledger{parts.words, parts.accounts};
  const size_t variants = arms.size();
  for (size_t variant = 0; variant < variants; ++variant) {
    std::vector<Entry> entries;
    ledger.columns.push_back(column_of(arms[variant], parts, ledger, entries, warnings));
    if (entries.empty()) continue;
    ledger.lines.resize(entries.size());
    // Every variant has the same lines, whether it spends anything on them or not.
    for (size_t i = 0; i < entries.size(); ++i) {
      LedgerLine& line = ledger.lines[i];
      line.name = entries[i].name;
      line.kind = entries[i].kind;
      line.estimate = entries[i].estimate;
      line.amounts.resize(variants);
      line.amounts[variant] = entries[i].amount;
    }
  }
  std::erase_if(ledger.lines, [](const LedgerLine& line) { return !shown(line); });
  return ledger;
}

std::optional<LedgerDifference> ledger_difference(const Ledger& ledger, size_t from, size_t to) {
  if (from >= ledger.columns.size() || to >= ledger.columns.size()) return std::nullopt;
  const LedgerColumn &before = ledger.columns[from], &after = ledger.columns[to];
  if (!before.known() || !after.known() || before.cores != after.cores) return std::nullopt;
  const double cores = before.cores;
  LedgerDifference difference{ledger.words, from,        to,
                              before.label, after.label, before.wall_s - after.wall_s};
  const auto saved = [&](const std::string& name, double before_s, double after_s) {
    const double core_s = before_s - after_s;
    return LedgerPart{name, before_s, after_s, core_s, core_s / cores};
  };
  for (const LedgerLine& line : ledger.lines) {
    const LedgerAmount &a = line.amounts[from], &b = line.amounts[to];
    difference.parts.push_back(saved(line.name, a.core_s, b.core_s));
    if (const auto error_s = together(a.error_s, b.error_s))
      difference.parts.back().error_s = *error_s / cores;
  }
  // What the lines hold beyond the capacity counts against their sum.
  if (before.excess_s != after.excess_s)
    difference.parts.push_back(saved(kOverlapName, -before.excess_s, -after.excess_s));
  std::ranges::stable_sort(difference.parts, std::greater<>(),
                           [](const LedgerPart& part) { return std::abs(part.wall_s); });
  return difference;
}

std::string explanation_words(const LedgerDifference& difference) {
  const auto time = [&](double value) {
    return format_duration(std::abs(value), std::abs(difference.wall_s));
  };
  std::string named;
  double rest_s = difference.wall_s, others_s = 0;
  size_t count = 0;
  for (const LedgerPart& part : difference.parts) {
    if (!part.proven()) continue;
    if (taken_by_others(part.name)) {
      others_s += part.wall_s;
      rest_s -= part.wall_s;
      continue;
    }
    if (count == kNamedParts) continue;
    ++count;
    rest_s -= part.wall_s;
    named += fmt::format("{}{} {} in {}", named.empty() ? "" : ", ", time(part.wall_s),
                         part.wall_s < 0 ? "more" : "less", part.name);
  }
  const std::string whole =
      fmt::format("of {} {} per {}", time(difference.wall_s),
                  difference.wall_s < 0 ? "lost" : "saved", difference.words.iteration);
  const std::string others = others_s == 0
                                 ? ""
                                 : fmt::format("; others took {} {}, which is no cause",
                                               time(others_s), others_s > 0 ? "less" : "more");
  if (named.empty())
    return fmt::format("{}, no part{} is proven: ~ (all are within their error){}", whole,
                       others.empty() ? "" : " of the program's own", others);
  return fmt::format("{}: {}; ~{} {} in smaller parts and parts within their error{}", whole, named,
                     time(rest_s), rest_s < 0 ? "more" : "less", others);
}

}  // namespace winnow::reports
