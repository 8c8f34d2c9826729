#include "reports/comparison/comparison.h"

#include <fmt/format.h>

#include <algorithm>

#include "reports/comparison/contention.h"
#include "reports/comparison/dispatch_insights.h"
#include "reports/comparison/insights.h"
#include "reports/comparison/performance.h"
#include "reports/comparison/ranking.h"
#include "reports/comparison/same_behaviour.h"
#include "reports/comparison/verdict.h"
#include "reports/figures/format.h"
#include "reports/ledger/table.h"
#include "reports/recorded/kernel_work.h"
#include "reports/recorded/machine_alarms.h"
#include "reports/recorded/questions.h"
#include "reports/recorded/raw_commands.h"
#include "reports/tables/categories.h"
#include "reports/tables/dispatch.h"
#include "reports/tables/functions.h"
#include "reports/tables/kernels.h"
#include "reports/tables/memory.h"
#include "reports/tables/threads.h"
#include "reports/tables/wall.h"

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
  return or_unavailable(words);
}

// What of the machine makes its figures less trustworthy, as judged when the run began. Empty: an
// older recording, without a judgement.
std::string condition_words(const Recording& recording) {
  std::string warnings, unknown;
  bool judged = false;
  for (const auto& fact : recording.machine) {
    if (fact.name == "perf_events") continue;  // no pass needs them
    judged = judged || fact.state;
    if (fact.state == profiles::FactState::warn)
      warnings += fmt::format("{}{} {}: {}", warnings.empty() ? "" : "; ", fact.name, fact.value,
                              or_unavailable(fact.advice));
    else if (fact.state == profiles::FactState::unknown)
      unknown += (unknown.empty() ? "" : ", ") + fact.name;
  }
  if (!judged) return "";
  if (!unknown.empty()) unknown = "; not known: " + unknown;
  return (warnings.empty() ? "nothing found that disturbs measuring" : "mind: " + warnings) +
         unknown;
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

std::string workload_words(const Recording& recording) {
  const auto& workload = recording.workload;
  std::string words = or_unavailable(workload.scenario);
  if (!workload.description.empty()) words += " (" + workload.description + ")";
  words += fmt::format(": {} texts an iteration", count_or_unknown(workload.texts_per_iteration));
  if (workload.tokens_per_iteration)
    words += fmt::format(" ({} tokens)",
                         format_count(static_cast<double>(*workload.tokens_per_iteration)));
  return words + fmt::format(", {} threads, {} iterations a block, {} blocks planned",
                             count_or_unknown(workload.threads),
                             count_or_unknown(workload.iterations_per_block),
                             count_or_unknown(workload.blocks));
}

std::string isa_words(const Recording& recording) {
  std::vector<std::string> sets;
  for (const auto& block : recording.blocks)
    if (!block.isa.empty() && std::ranges::count(sets, block.isa) == 0) sets.push_back(block.isa);
  return or_unavailable(fmt::format("{}", fmt::join(sets, ", ")));
}

std::vector<Fact> facts(const Recording& recording) {
  std::vector<Fact> all{{"Machine", machine_words(recording)}};
  if (const std::string words = condition_words(recording); !words.empty())
    all.push_back({"Fit for measuring", words});
  all.insert(all.end(), {{"Instruction set", isa_words(recording)},
                         {"Peaks", peak_words(recording)},
                         {"Model", model_words(recording)},
                         {"Workload", workload_words(recording)},
                         {"Commit", or_unavailable(recording.commit)},
                         {"Date", or_unavailable(recording.created)}});
  return all;
}

std::vector<std::string> missing(const Recording& recording) {
  std::vector<std::string> lines;
  const auto names = labels(recording);
  for (const auto& item : recording.missing) {
    const auto variant =
        std::ranges::find(recording.variants, item.variant, &profiles::Variant::name);
    const std::string who = item.variant.empty() ? "all variants"
                            : variant == recording.variants.end()
                                ? item.variant
                                : names[variant - recording.variants.begin()];
    lines.push_back(fmt::format("{}, {}: {}", who,
                                item.pass ? word(*item.pass) + " pass" : "verdict",
                                item.reason.empty() ? "no reason recorded" : item.reason));
  }
  return lines;
}

// ": " and what the program said last, if it said anything.
std::string last_words(const profiles::Block& block) {
  std::string_view text = block.stderr_tail;
  while (text.ends_with('\n')) text.remove_suffix(1);
  if (text.empty()) return "";
  return fmt::format(": {}", text.substr(text.rfind('\n') + 1));
}

std::vector<std::string> failed_blocks(const Recording& recording) {
  std::vector<std::string> lines;
  for (const auto& block : recording.blocks)
    if (!block.ok())
      lines.push_back(fmt::format("{}, {} block {}: {}{}", block.variant, word(block.pass),
                                  block.index, block.failure, last_words(block)));
  return lines;
}

Recording baseline_first(Recording recording) {
  std::stable_partition(
      recording.variants.begin(), recording.variants.end(),
      [&](const profiles::Variant& variant) { return variant.name == recording.baseline; });
  return recording;
}

// Figures of different work have no difference to show.
void mark_void(Report& report) {
  for (Table* table : {&report.scheduler, &report.compute, &report.kernels, &report.cpu_total,
                       &report.cumulative, &report.wall, &report.memory, &report.threads.metrics,
                       &report.dispatch, &report.ledger_table})
    for (Row& row : table->rows) row.evidence.assign(row.figures.size(), Evidence::kVoid);
}

Report report_of(const Recording& recording) {
  Report report{compare_blocks(recording)};
  report.facts = facts(recording);
  report.facts.push_back({"Smallest detectable effect", report.noise.sentence});
  report.alarms = machine_alarms(recording);
  if (const std::string alarm = noise_alarm(report.variants, report.noise); !alarm.empty())
    report.alarms.push_back("THE A/A ARM DIFFERS: " + alarm);
  report.missing = missing(recording);
  if (recording.status != profiles::RunStatus::complete)
    report.warnings.push_back("the recording is " + word(recording.status) +
                              ": figures cover only what was measured.");
  for (const std::string& line : recording.warnings) report.warnings.push_back(line);
  for (const std::string& line : failed_blocks(recording)) report.warnings.push_back(line);

  report.performance = performance_table(recording, report);
  report.ranking = ranking_of(recording, report);
  CpuTables cpu = cpu_tables(recording);
  report.scheduler = std::move(cpu.scheduler);
  report.compute = std::move(cpu.compute);
  report.kernels = kernel_table(recording, report.same_work);
  report.kernels.insights = contention_sentences(recording, report.same_work);
  report.cpu_total = category_total_table(recording, report.cpu_pairs, report.warnings);
  report.cumulative = std::move(cpu.cumulative);
  report.wall = wall_table(recording);
  report.memory = memory_table(recording, report.warnings);
  report.threads = thread_analysis(recording, report.same_work);
  report.dispatch = dispatch_table(recording, report.timings);
  report.raw_commands = raw_commands(recording);
  report.ledger = make_ledger(recording, report.warnings);
  report.ledger_table = ledger_table(report.ledger);
  if (report.same_work.holds())
    report.dispatch.insights = dispatch_insights(report.ledger, report.dispatch);
  add_insights(recording, report);
  report.verdict = verdict_of(recording, report);
  if (report.verdict.outcome == Verdict::kWinner)
    report.ledger_difference =
        ledger_difference(report.ledger, report.verdict.rival, report.verdict.winner);
  add_same_behaviour(recording, report);
  if (!report.same_work.holds()) mark_void(report);
  return report;
}

}  // namespace

Report make_report(const Recording& recording) { return report_of(baseline_first(recording)); }

}  // namespace winnow::reports
