#include "reports/comparison/comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "profiles/recording/failure.h"
#include "reports/blocks/block_times.h"
#include "reports/comparison/insights.h"
#include "reports/comparison/legend.h"
#include "reports/comparison/metrics.h"
#include "reports/comparison/ranking.h"
#include "reports/comparison/same_behaviour.h"
#include "reports/comparison/same_commands.h"
#include "reports/comparison/verdict.h"
#include "reports/figures/format.h"
#include "reports/recorded/conditions.h"
#include "reports/recorded/kernel_work.h"
#include "reports/recorded/machine_alarms.h"

namespace winnow::reports {

using profiles::Recording;

namespace {

std::string or_unavailable(const std::string& text) {
  return text.empty() ? "unavailable (not recorded)" : text;
}

std::string machine_words(const Recording& recording) {
  std::string words;
  for (const auto& fact : recording.machine) {
    if (fact.name != "cpu_model" && fact.name != "cores" && fact.name != "kernel" &&
        fact.name != "hypervisor")
      continue;
    const std::string note = fact.note.empty() ? "not recorded" : fact.note;
    words += fmt::format("{}{}: {}", words.empty() ? "" : "; ",
                         fact.name == "cpu_model" ? "CPU" : fact.name,
                         fact.value.empty() ? "unavailable (" + note + ")" : fact.value);
  }
  const std::string quota = fact_value(recording.machine, "cpu_quota");
  if (!quota.empty() && quota != "none")
    words += fmt::format("; quota: the time of {} {}", quota, quota == "1" ? "core" : "cores");
  return or_unavailable(words);
}

std::string model_words(const Recording& recording) {
  if (!recording.model) return "unavailable (not recorded)";
  const auto& model = *recording.model;
  const std::string size = model.size_bytes
                               ? format_count(static_cast<double>(*model.size_bytes)) + " bytes"
                               : "size unavailable";
  const std::string words =
      fmt::format("{} ({}, {})", or_unavailable(model.name), or_unavailable(model.file), size);
  if (!model.synthetic) return words + "; real or synthetic weights: unavailable";
  return words + (*model.synthetic ? "; synthetic weights: timings stand for the real model's, "
                                     "embeddings mean nothing"
                                   : "; real weights");
}

std::string workload_words(const Recording& recording, const Words& about) {
  const auto& workload = recording.workload;
  std::string words = or_unavailable(workload.scenario);
  if (!workload.description.empty()) words += " (" + workload.description + ")";
  words += ": ";
  if (!about.item.empty())
    words +=
        fmt::format("{} {}", about.items_words(workload.items_per_iteration), about.an_iteration);
  if (workload.parts_per_iteration)
    words +=
        fmt::format(" ({} {})", format_count(static_cast<double>(*workload.parts_per_iteration)),
                    workload.parts);
  if (!about.item.empty()) words += ", ";
  if (workload.threads > 0 || about.computes)
    words += count_or_unknown(workload.threads, "thread") + ", ";
  return words + fmt::format("{} a block, {} planned",
                             count_or_unknown(workload.iterations_per_block, about.iteration),
                             count_or_unknown(workload.blocks, "block"));
}

std::string isa_words(const Recording& recording) {
  std::vector<std::string> sets;
  for (const auto& block : recording.blocks)
    if (!block.isa.empty() && std::ranges::count(sets, block.isa) == 0) sets.push_back(block.isa);
  return fmt::format("{}", fmt::join(sets, ", "));
}

// What all were built of, or each of its own; empty: commands of which none has a commit.
std::string commit_words(const Recording& recording, const Words& words) {
  if (!recording.commit.empty()) return recording.commit;
  std::vector<std::string> commits;
  for (const auto& variant : recording.variants)
    if (variant.program_file && variant.program_file->commit)
      commits.push_back(fmt::format("{}: {}", variant.label.empty() ? variant.name : variant.label,
                                    *variant.program_file->commit));
  if (!commits.empty()) return fmt::format("{}", fmt::join(commits, "; "));
  return words.computes || recording.workload.iteration.empty() ? or_unavailable("") : "";
}

// Of a program that does not compute, only what is told.
std::vector<Fact> facts(const Recording& recording, const Words& words,
                        const MachineConditions& conditions) {
  std::vector<Fact> all{{"Machine", machine_words(recording)}};
  if (const std::string fit = fitness_words(conditions); !fit.empty())
    all.push_back({"Fit for measuring", fit});
  const std::string isa = isa_words(recording);
  if (words.computes || !isa.empty()) all.push_back({"Instruction set", or_unavailable(isa)});
  if (words.kernels) all.push_back({"Peaks", peak_words(recording.roofline)});
  if (words.computes) all.push_back({"Model", model_words(recording)});
  all.push_back({"Workload", workload_words(recording, words)});
  if (const std::string commit = commit_words(recording, words); !commit.empty())
    all.push_back({"Commit", commit});
  all.push_back({"Date", or_unavailable(recording.created)});
  return all;
}

// What of a short command's time is its start; empty: no command is short.
std::string start_words(const Recording& recording, const Compared& compared) {
  if (!recording.start_cost) return "";
  const auto& cost = *recording.start_cost;
  const auto time = [](int64_t ns) {
    return format_value(static_cast<double>(ns) * 1e-9, Unit::kIterationSeconds);
  };
  std::string words = fmt::format(
      "{} from exec to end ({}; half of {} runs between {} and {}); it is part of every run and "
      "is "
      "not taken off",
      time(cost.p50_ns), cost.command, cost.runs, time(cost.p25_ns), time(cost.p75_ns));
  for (size_t variant = 0; variant < compared.timings.size(); ++variant)
    if (const auto& run_s = compared.timings[variant].median_s; run_s && *run_s > 0)
      words += fmt::format("{} {} of {}'s", variant == 0 ? ":" : ",",
                           format_share(static_cast<double>(cost.p50_ns) * 1e-9 / *run_s),
                           compared.variants[variant]);
  return words;
}

// One line for all passes that nobody asked for; of the rare ones, which are asked for by name,
// and of those that commands cannot have, nothing.
std::string not_run_words(const Measured& arms) {
  std::vector<std::string> passes;
  for (const Pass pass : {Pass::time, Pass::cpu, Pass::wall, Pass::heap, Pass::sync})
    if (arms.size() > 0 && arms.not_run(pass) && !(pass == Pass::wall && arms.of_commands()))
      passes.push_back(word(pass));
  if (passes.empty()) return "";
  return fmt::format("passes that were not run, whose tables are left out: {}",
                     fmt::join(passes, ", "));
}

std::vector<std::string> missing(const Measured& arms) {
  std::vector<std::string> lines;
  if (std::string line = not_run_words(arms); !line.empty()) lines.push_back(std::move(line));
  for (const auto& item : arms.recording().missing) {
    const MeasuredArm* arm = arms.find(item.variant);
    const std::string who = item.variant.empty() ? "all variants" : arm ? arm->label : item.variant;
    lines.push_back(fmt::format("{}, {}: {}", who,
                                item.pass ? word(*item.pass) + " pass" : "verdict",
                                item.reason.empty() ? "no reason recorded" : item.reason));
  }
  return lines;
}

std::vector<std::string> failed_blocks(const Recording& recording) {
  std::vector<std::string> lines;
  for (const auto& block : recording.blocks)
    if (!block.ok()) lines.push_back(profiles::failed_block(block));
  return lines;
}

// Of which no ratio can be made.
std::vector<std::string> instant_blocks(const Measured& arms) {
  std::vector<std::string> lines;
  for (const MeasuredArm* arm : arms.all()) {
    const auto& blocks = arm->blocks(Pass::time);
    const auto instant = std::ranges::count_if(blocks, [](const profiles::Block* block) {
      return !block->iteration_wall_ns.empty() && !block_seconds(*block, Measure::kWall);
    });
    if (instant > 0)
      lines.push_back(
          fmt::format("{}: in {} of {} blocks of the time pass the median {} took 0 ns by the "
                      "program's clock: they are left out of the times",
                      arm->label, instant, blocks.size(), arms.words().iteration));
  }
  return lines;
}

std::vector<std::string> warnings_of(const Measured& arms) {
  const Recording& recording = arms.recording();
  std::vector<std::string> lines;
  if (recording.status != profiles::RunStatus::complete)
    lines.push_back("the recording is " + word(recording.status) +
                    ": figures cover only what was measured.");
  for (const std::string& line : recording.warnings) lines.push_back(line);
  for (const std::string& line : failed_blocks(recording)) lines.push_back(line);
  for (const std::string& line : instant_blocks(arms)) lines.push_back(line);
  return lines;
}

}  // namespace

Report make_report(const Measured& arms) {
  const Recording& recording = arms.recording();
  const Compared compared = compare_blocks(arms);
  std::vector<std::string> warnings = warnings_of(arms);
  const Tables tables = make_tables(arms, compared, warnings);
  const Grounds grounds{arms, compared, tables};
  Report report{compared, with_insights(tables, insights_of(grounds))};
  report.warnings = std::move(warnings);
  MachineConditions conditions = conditions_of(recording);
  report.facts = facts(recording, arms.words(), conditions);
  report.conditions = std::move(conditions.bad);
  if (const std::string start = start_words(recording, compared); !start.empty())
    report.facts.push_back({"Start of an empty process", start});
  report.facts.push_back({"Smallest detectable effect", compared.noise.sentence});
  report.alarms = machine_alarms(recording);
  if (const std::string alarm = noise_alarm(compared.variants, compared.noise); !alarm.empty())
    report.alarms.push_back("THE A/A ARM DIFFERS: " + alarm);
  for (std::string& alarm : metric_alarms(compared)) report.alarms.push_back(std::move(alarm));
  report.missing = missing(arms);
  report.legend = legend_of(report);
  report.ranking = ranking_of(arms, compared);
  report.raw_commands = raw_commands(arms);
  std::vector<SameBehaviour> alike = same_behaviours(arms);
  std::ranges::move(same_commands(grounds), std::back_inserter(alike));
  report.verdict = verdict_of(grounds, alike);
  if (report.verdict.decided())
    report.ledger_difference =
        ledger_difference(tables.ledger, report.verdict.rival, report.verdict.winner);
  return report;
}

Report make_report(const Recording& recording) {
  return make_report(Measured(baseline_first(recording)));
}

}  // namespace winnow::reports
