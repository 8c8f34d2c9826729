#include "reports/gate/verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <set>
#include <tuple>

#include "base/error.h"
#include "base/hash.h"
#include "base/program_error.h"
#include "profiles/recording/disturbance.h"
#include "profiles/recording/failure.h"
#include "reports/blocks/noise_floor.h"
#include "reports/blocks/same_work.h"
#include "reports/gate/exact.h"
#include "reports/gate/timing.h"
#include "reports/gate/words.h"
#include "reports/recorded/measured.h"
#include "reports/recorded/words.h"

namespace winnow::reports {

using profiles::Recording;

namespace {

constexpr std::array kMetrics{"allocations", "allocated_bytes", "thread_creations",
                              "waits",       "wakeups",         "contended_mutexes",
                              "yields",      "checksum",        "wall_time",
                              "cpu_time",    "peak_memory",     "process_creations",
                              "execs"};
constexpr size_t kMostFailures = 5;
// What of a machine a stored baseline is told apart by.
constexpr std::array kMachineFacts{"cpu_model", "cores", "memory_bytes", "hypervisor"};

bool has(const Recording& recording, const std::string& variant) {
  return std::ranges::count(recording.variants, variant, &profiles::Variant::name) > 0;
}

void check_not_empty(const Recording& recording, const std::string& source) {
  if (std::ranges::any_of(recording.blocks, [](const auto& block) { return block.ok(); })) return;
  if (recording.blocks.empty()) throw base::Error(source, "an empty recording: no block was run");
  const profiles::Block& first = recording.blocks.front();
  throw base::ProgramError(source,
                           fmt::format("no block ended well; the first, {} block {} of {}: {}",
                                       word(first.pass), first.index, first.variant, first.failure),
                           first.stderr_tail);
}

// Variants that only one side has.
void add_lone_variants(const Recording& baseline, const Recording& candidate, GateReport& report) {
  for (const auto& variant : baseline.variants) {
    if (has(candidate, variant.name)) continue;
    GateRow row;
    row.variant = variant.name;
    row.metric = "measured";
    row.status = GateStatus::kUnmeasured;
    row.note = "the candidate does not run this variant";
    report.rows.push_back(row);
  }
  for (const auto& variant : candidate.variants)
    if (!has(baseline, variant.name))
      report.notes.push_back(
          fmt::format("{}: not compared: the baseline does not run this variant", variant.name));
}

// Why a pass of commands is not there, and what the run had to say.
void add_remarks_of_commands(const Recording& both, GateReport& report) {
  if (std::ranges::all_of(both.variants,
                          [](const auto& variant) { return variant.command.empty(); }))
    return;
  for (const auto& missing : both.missing)
    if (missing.pass)
      report.notes.push_back(fmt::format("{}{} pass: unavailable: {}.",
                                         missing.variant.empty() ? "" : missing.variant + ", ",
                                         word(*missing.pass), missing.reason));
  for (const std::string& warning : both.warnings)
    if (std::ranges::find(report.disturbance.warnings, warning) ==
        report.disturbance.warnings.end())
      report.notes.push_back(warning + ".");
}

GateDisturbance disturbance_of(const Recording& recording) {
  return {profiles::rounds_of(recording), profiles::disturbance_warnings(recording)};
}

// "scenario batch32: pool and steal; 2 threads, 32 texts an iteration, 4 iterations a block"
std::string workload_words(const Recording& baseline, const Recording& candidate) {
  const profiles::Workload& workload = candidate.workload;
  const Words words = words_of(candidate);
  std::vector<std::string> names, commands, former;
  for (const auto& variant : candidate.variants) {
    names.push_back(variant.name);
    if (!variant.command.empty()) commands.push_back(variant.summary);
  }
  for (const auto& variant : baseline.variants)
    if (!variant.command.empty()) former.push_back(variant.summary);
  std::string text;
  if (commands.empty())
    text = fmt::format("scenario {}: {}; {}, {}", workload.scenario, joined(names),
                       count_of(workload.threads, "thread"),
                       words.item.empty() ? ""
                                          : words.items_words(workload.items_per_iteration) + " " +
                                                words.an_iteration + ", ");
  else if (commands == former)
    text = joined(commands) + "; ";
  else
    text = joined(former) + ", against " + joined(commands) + "; ";
  const int runs = workload.iterations_per_block;
  return runs <= 0 ? text.substr(0, text.size() - 2)
                   : text + count_of(runs, words.iteration) + " a process";
}

// The worst first; rows that are alike in that stay in order.
int rank(GateStatus status) {
  constexpr std::array kOrder{
      GateStatus::kChanged,      GateStatus::kUnmeasured, GateStatus::kRegression,
      GateStatus::kInconclusive, GateStatus::kBeside,     GateStatus::kAllowed,
      GateStatus::kImproved,     GateStatus::kEqual,      GateStatus::kUnchecked};
  return static_cast<int>(std::ranges::find(kOrder, status) - kOrder.begin());
}

size_t count(const GateReport& report, GateStatus status) {
  return static_cast<size_t>(std::ranges::count(report.rows, status, &GateRow::status));
}

// "pool: allocations rose ...; and 2 more"
std::string first_of(const GateReport& report, GateStatus status) {
  const auto first = std::ranges::find(report.rows, status, &GateRow::status);
  const size_t more = count(report, status) - 1;
  return row_sentence(*first) + (more > 0 ? fmt::format("; and {} more", more) : "");
}

std::string pass_sentence(const GateReport& report) {
  const size_t unchecked =
      count(report, GateStatus::kUnchecked) + count(report, GateStatus::kBeside);
  const size_t improved = count(report, GateStatus::kImproved);
  std::string text =
      fmt::format("{} metrics compared, none beyond its limit", report.rows.size() - unchecked);
  if (improved > 0) text += fmt::format("; {} improved", improved);
  if (count(report, GateStatus::kBeside) > 0)
    text +=
        fmt::format("; open, where CPU time decides: {}", first_of(report, GateStatus::kBeside));
  return text + ".";
}

}  // namespace

std::vector<std::string> mismatches(const Recording& baseline, const Recording& candidate) {
  std::vector<std::string> found;
  const auto compare = [&](const std::string& what, const auto& before, const auto& after) {
    if (before != after) found.push_back(fmt::format("{}: {} against {}", what, before, after));
  };
  const auto compare_known = [&](const std::string& what, const auto& before, const auto& after) {
    if (before == after) return;
    const auto text = [](const auto& value) {
      return value ? fmt::format("{}", *value) : std::string("not told");
    };
    found.push_back(fmt::format("{}: {} against {}", what, text(before), text(after)));
  };
  const profiles::Workload &before = baseline.workload, &after = candidate.workload;
  compare("scenario", before.scenario, after.scenario);
  const Words words = words_of(baseline), others = words_of(candidate);
  const std::string items = words.items.empty() ? others.items : words.items;
  compare(items + " " + words.an_iteration, before.items_per_iteration, after.items_per_iteration);
  compare_known("hash of the " + (items.empty() ? "input" : items), before.items_hash,
                after.items_hash);
  compare("threads", before.threads, after.threads);
  // What is done once in a region is shared out over its iterations.
  compare(words.iterations + " a block", before.iterations_per_block, after.iterations_per_block);
  const profiles::Model none;
  const profiles::Model& model = baseline.model ? *baseline.model : none;
  const profiles::Model& other = candidate.model ? *candidate.model : none;
  compare_known("size of the model", model.size_bytes, other.size_bytes);
  compare_known("hash of the model", model.hash, other.hash);
  return found;
}

GateSide side_of(const Recording& recording, const std::string& source) {
  GateSide side;
  side.source = source;
  side.created = recording.created;
  side.commit = recording.commit;
  side.version = recording.winnow_version;
  base::Hash hash;
  for (const char* name : kMachineFacts) {
    const std::string value = fact_value(recording.machine, name);
    hash.add(value);
    hash.add_number(value.size());
  }
  side.fingerprint = hash.hex();
  const std::string model = fact_value(recording.machine, "cpu_model"),
                    cores = fact_value(recording.machine, "cores");
  side.machine = fmt::format("{}, {} cores", model.empty() ? "unknown processor" : model,
                             cores.empty() ? "unknown" : cores);
  return side;
}

std::vector<std::string> problems_of(const Recording& recording) {
  if (std::string why = profiles::why_invalid(recording); !why.empty()) return {std::move(why)};
  std::vector<std::string> problems;
  for (const auto& block : recording.blocks)
    if (!block.ok()) problems.push_back(profiles::failed_block(block));
  const SameWork work = check_same_work(Measured(recording));
  if (work.status == SameWork::kDifferent)
    problems.push_back(work.differences.empty() ? work.sentence : work.differences.front());
  return problems;
}

void check_rules_used(std::span<const GateRule> rules, const std::vector<std::string>& variants,
                      std::span<const GateRow> rows) {
  for (const GateRule& rule : rules) {
    const bool later =
        rows.empty() && (rule.metric.starts_with("work.") || rule.metric.starts_with("regions."));
    const bool used =
        std::ranges::any_of(
            rows, [&](const GateRow& row) { return rule.matches(row.metric, row.variant); }) ||
        std::ranges::any_of(variants, [&](const std::string& variant) {
          return later ? rule.matches(rule.metric, variant)
                       : std::ranges::any_of(kMetrics, [&](const char* metric) {
                           return rule.matches(metric, variant);
                         });
        });
    if (!used)
      throw base::UsageError(rule.where, fmt::format("the rule for metric \"{}\" of variant "
                                                     "\"{}\" takes nothing that was measured",
                                                     rule.metric, rule.variant));
  }
}

void decide(GateReport& report) {
  std::ranges::stable_sort(report.rows, {}, [](const GateRow& row) { return rank(row.status); });
  const auto any = [&](GateStatus status) { return count(report, status) > 0; };
  const auto conclude = [&](GateOutcome outcome, std::string sentence) {
    report.outcome = outcome;
    report.sentence = std::move(sentence);
  };
  if (any(GateStatus::kChanged))
    return conclude(GateOutcome::kInvalid, first_of(report, GateStatus::kChanged) +
                                               ": figures of different work compare nothing.");
  if (any(GateStatus::kUnmeasured))
    return conclude(GateOutcome::kInvalid, first_of(report, GateStatus::kUnmeasured) + ".");
  if (any(GateStatus::kRegression))
    return conclude(GateOutcome::kRegression, first_of(report, GateStatus::kRegression) + ".");
  if (count(report, GateStatus::kUnchecked) == report.rows.size())
    return conclude(GateOutcome::kNoBaseline, "no metric was there to compare.");
  if (any(GateStatus::kInconclusive))
    return conclude(GateOutcome::kInconclusive, first_of(report, GateStatus::kInconclusive) + ".");
  conclude(GateOutcome::kPass, pass_sentence(report));
}

namespace {

// When the rows are complete.
void judge_rows(const Recording& baseline, std::span<const GateRule> rules, GateReport& report) {
  std::vector<std::string> variants;
  for (const auto& variant : baseline.variants) variants.push_back(variant.name);
  check_rules_used(rules, variants, report.rows);
  decide(report);
}

// Each way of failing once: a program that fails does so in every process.
void add_failures(const Recording& side, const char* name, GateReport& report) {
  std::set<std::tuple<std::string, profiles::Pass, std::string>> told;
  for (const auto& block : side.blocks)
    if (!block.ok() && report.failures.size() < kMostFailures &&
        told.emplace(block.variant, block.pass, block.failure).second)
      report.failures.push_back(
          {fmt::format("{} of {}, {} pass", block.variant, name, word(block.pass)), block.failure,
           block.stderr_tail});
}

// A side of which nothing was measured is not judged.
bool is_empty(const Recording& side, const char* name, GateReport& report) {
  if (std::ranges::any_of(side.blocks, [](const auto& block) { return block.ok(); })) return false;
  report.outcome = GateOutcome::kInvalid;
  const auto problems = problems_of(side);
  report.sentence = fmt::format("no process of {} ended well: {}.", name,
                                problems.empty() ? "none was run" : joined(problems));
  add_failures(side, name, report);
  return true;
}

// Problems of a side outweigh what its figures say.
void hold_sound(const Recording& side, const char* name, GateReport& report) {
  const auto problems = problems_of(side);
  if (problems.empty()) return;
  add_failures(side, name, report);
  report.outcome = GateOutcome::kInvalid;
  report.sentence = fmt::format("{} is not sound: {}.", name, joined(problems));
}

}  // namespace

GateReport gate_recordings(const Recording& baseline, const Recording& candidate,
                           std::span<const GateRule> rules, const GateSources& sources) {
  check_not_empty(baseline, sources.baseline);
  check_not_empty(candidate, sources.candidate);
  GateReport report;
  report.mode = "recordings";
  report.baseline = side_of(baseline, sources.baseline);
  report.candidate = side_of(candidate, sources.candidate);
  report.workload = workload_words(baseline, candidate);
  report.notes.push_back(
      report.baseline.fingerprint == report.candidate.fingerprint
          ? "Times and peak memory are not compared: the two recordings did not alternate."
          : fmt::format("The baseline is from another machine ({}): only exact counters are "
                        "compared.",
                        report.baseline.machine));
  for (const auto& [recording, source] :
       {std::pair(&baseline, &sources.baseline), std::pair(&candidate, &sources.candidate)})
    for (const std::string& remark : recording->remarks)
      report.notes.push_back(fmt::format("{}: {}.", *source, remark));
  if (const auto differ = mismatches(baseline, candidate); !differ.empty()) {
    report.outcome = GateOutcome::kNoBaseline;
    report.sentence = fmt::format("the baseline is of another input: {}.", joined(differ));
    return report;
  }
  report.rows = exact_rows(baseline, candidate, rules);
  add_lone_variants(baseline, candidate, report);
  judge_rows(baseline, rules, report);
  if (baseline.status == profiles::RunStatus::invalid) hold_sound(baseline, "the baseline", report);
  hold_sound(candidate, "the candidate", report);
  return report;
}

GateReport gate_builds(const Recording& both, std::span<const GateRule> rules,
                       const GateSources& sources) {
  const Recording baseline = side_recording(both, profiles::Side::base);
  const Recording candidate = side_recording(both, profiles::Side::head);
  GateReport report;
  report.mode = "builds";
  report.baseline = side_of(baseline, sources.baseline);
  report.candidate = side_of(candidate, sources.candidate);
  report.workload = workload_words(baseline, candidate);
  report.disturbance = disturbance_of(both);
  if (is_empty(baseline, "base", report) || is_empty(candidate, "head", report)) return report;
  report.rows = exact_rows(baseline, candidate, rules);
  const bool timed = std::ranges::any_of(both.blocks, [](const auto& block) {
    return block.pass == profiles::Pass::time && block.ok();
  });
  if (timed) {
    std::ranges::move(time_rows(baseline, candidate, rules), std::back_inserter(report.rows));
    const Measured arms(baseline);
    const NoiseFloor noise =
        noise_floor(arms, static_cast<int>(baseline.variants.size()) + 1, false);
    report.noise = noise.sentence +
                   "; by one test and without an allowance: a rise that a gate proves is larger";
    report.alarm = noise_alarm(arms.labels(), noise);
  } else {
    report.notes.push_back("Times are not compared: the time pass was not run.");
  }
  add_remarks_of_commands(both, report);
  judge_rows(baseline, rules, report);
  hold_sound(baseline, "base", report);
  hold_sound(candidate, "head", report);
  return report;
}

}  // namespace winnow::reports
