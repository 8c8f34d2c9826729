#include "reports/comparison/insights.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reports/comparison/sampling_bias.h"
#include "reports/figures/format.h"
#include "reports/recorded/questions.h"
#include "reports/tables/scheduler.h"

namespace winnow::reports {

using profiles::Recording;

namespace {

// Below these a change is not worth a sentence.
constexpr double kTellingPercent = 5;
constexpr double kTellingShare = 0.01;

bool noise(const Row& row, size_t variant) {
  return !row.evidence.empty() && row.evidence[variant] == Evidence::kNoise;
}

const char* moved(const Change& change) { return change.absolute < 0 ? "fell by" : "rose by"; }

const char* unmoved(const Change& change) {
  return change.equal ? "did not change" : "changed by less than the last digit shown";
}

// How many processes a pass's figures come from: ", one process each, no spread measured".
std::string source_words(const Recording& recording, Pass pass, size_t variant) {
  const size_t first = good_blocks(recording, recording.variants[0].name, pass).size();
  const size_t second = good_blocks(recording, recording.variants[variant].name, pass).size();
  if (first == 0 || second == 0) return "";
  if (first == 1 && second == 1) return ", one process each, no spread measured";
  return fmt::format(", sums of {} and {} processes, not tested for chance", first, second);
}

// "sampled: 79.18% of Fine-Grained, 89.08% of Coarse-Grained"
std::string coverage(const Report& report, size_t variant) {
  const Row* row = row_with(report.cpu_total, Role::kUnsampled);
  std::string text;
  for (size_t each : {size_t{0}, variant}) {
    const auto share = row ? row->figures[each].share : std::nullopt;
    text +=
        fmt::format("{}{} of {}", text.empty() ? "sampled: " : ", ",
                    share ? format_share(1 - *share) : "an unknown part", report.variants[each]);
  }
  return text;
}

std::string in_brackets(const std::string& text) {
  return text.empty() ? "" : fmt::format(" ({})", text);
}

// The rows that changed most, as "Buffer Pool -82 MB (-12.5%)", at most `count`.
std::string largest_changes(const Table& table, size_t variant, size_t count, bool percents) {
  std::vector<std::pair<double, std::string>> changes;
  for (const Row& row : table.rows) {
    if (row.role == Role::kTotal || row.role == Role::kSubtotal || row.unit == Unit::kCount)
      continue;
    const auto delta = change(row, 0, variant);
    if (!delta || delta->absolute == 0 || noise(row, variant)) continue;
    changes.emplace_back(-std::abs(delta->absolute),
                         fmt::format("{} {}{}", row.name, delta->absolute_text,
                                     percents ? in_brackets(delta->percent_text) : ""));
  }
  std::ranges::sort(changes);
  std::string text;
  for (size_t i = 0; i < std::min(count, changes.size()); ++i)
    text += (i == 0 ? "" : ", ") + changes[i].second;
  return text;
}

// How a table's total moved, and which rows moved most.
void total_insight(Table& table, const std::string& label, size_t variant, const std::string& what,
                   const std::string& source) {
  const Row* total = row_with(table, Role::kTotal);
  const auto delta = total ? change(*total, 0, variant) : std::nullopt;
  if (!delta) return;
  const std::string largest = largest_changes(table, variant, 3, true);
  const std::string parts = largest.empty() ? "" : "; the largest changes: " + largest;
  if (noise(*total, variant))
    table.insights.push_back(fmt::format("{}: {}: no proven difference{}.", label, what, parts));
  else if (delta->absolute == 0)
    table.insights.push_back(
        fmt::format("{}: {} {}{}{}.", label, what, unmoved(*delta), source, parts));
  else
    table.insights.push_back(fmt::format("{}: {} {} {}{}{}{}.", label, what, moved(*delta),
                                         delta->size_text, in_brackets(delta->size_percent_text),
                                         source, parts));
}

void compute_insight(Report& report, size_t variant) {
  Table& table = report.compute;
  const std::string& label = report.variants[variant];
  const Row* sum = row_with(table, Role::kSubtotal);
  const auto delta = sum ? change(*sum, 0, variant) : std::nullopt;
  if (!delta || !delta->percent) return;
  if (!report.same_work.holds()) {
    table.insights.push_back(label +
                             ": the work is not proven to be the same, so the cost of "
                             "compute functions cannot be compared.");
    return;
  }
  if (noise(*sum, variant)) {
    table.insights.push_back(
        label +
        ": the CPU cost of compute functions for the same work does not differ by more than the "
        "sampling error (" +
        coverage(report, variant) + ").");
    return;
  }
  std::string text = fmt::format("{}: compute functions cost {} {} CPU for the same work ({})",
                                 label, delta->size_percent_text,
                                 delta->absolute < 0 ? "less" : "more", coverage(report, variant));
  if (std::abs(*delta->percent) >= kTellingPercent)
    text +=
        ". The arithmetic is equal, so contention, cold caches or clock frequency differ; "
        "these figures do not tell which";
  table.insights.push_back(text + ".");
}

// Where the samples and the exact accounts do not say the same, both are told.
void bias_insight(Report& report, size_t variant) {
  const auto ratio = compute_ratio(report, 0, variant);
  if (!report.same_work.holds() || !ratio || !ratio->apart) return;
  report.compute.insights.push_back(fmt::format(
      "{}: by its samples compute costs {} CPU, by the ledger {}. Samples lean towards compute: "
      "briefly running threads are met by few ticks ({}). The ledger takes the scheduler's part "
      "from exact accounts; believe it first.",
      report.variants[variant], less_or_more(ratio->sampled), less_or_more(ratio->ledger),
      coverage(report, variant)));
}

// Functions whose cost for the same work went against the sum's direction, or rose.
void riser_insight(Report& report, size_t variant) {
  if (!report.same_work.holds()) return;
  std::string risers;
  for (const Row& row : report.compute.rows) {
    const auto delta = change(row, 0, variant);
    if (row.role != Role::kItem || !delta || !delta->percent || noise(row, variant)) continue;
    const bool weighty = row.figures[variant].share.value_or(0) >= kTellingShare;
    if (weighty && *delta->percent >= kTellingPercent)
      risers += fmt::format("{}{} {}{}", risers.empty() ? "" : ", ", row.name, delta->absolute_text,
                            in_brackets(delta->percent_text));
  }
  if (!risers.empty())
    report.compute.insights.push_back(
        fmt::format("{}: functions that cost more CPU for the same work: {}.",
                    report.variants[variant], risers));
}

void unsampled_insight(Report& report) {
  const Row* row = row_with(report.cpu_total, Role::kUnsampled);
  if (!row) return;
  std::string shares;
  for (size_t variant = 0; variant < row->figures.size(); ++variant) {
    const auto& share = row->figures[variant].share;
    if (share && std::abs(*share) * 100 >= kTellingPercent)
      shares += fmt::format("{}{} of {}", shares.empty() ? "" : ", ", format_share(*share),
                            report.variants[variant]);
  }
  if (!shares.empty())
    report.cpu_total.insights.push_back(
        fmt::format("not sampled: {}. Shares of functions may be off by as much, so take waiting, "
                    "signalling and thread creation from the exact Scheduler Metrics.",
                    shares));
}

void wall_insight(Report& report) {
  for (size_t variant = 0; variant < report.variants.size(); ++variant) {
    const Row* most = nullptr;
    for (const Row& row : report.wall.rows)
      if (row.role == Role::kItem && row.figures[variant].share &&
          (!most || *row.figures[variant].share > *most->figures[variant].share))
        most = &row;
    if (most)
      report.wall.insights.push_back(
          fmt::format("{}: threads spent {} of their time, {}, in {}.", report.variants[variant],
                      *most->figures[variant].share > 0.5 ? "most" : "the largest part",
                      format_share(*most->figures[variant].share), most->name));
  }
}

void scheduler_insight(const Recording& recording, Report& report, size_t variant) {
  Table& table = report.threads.metrics;
  const std::pair<const char*, const char*> states[] = {
      {kSearchRow, "searching"}, {kWaitRow, "waiting"}, {kSignalRow, "signalling"}};
  std::string parts;
  for (const auto& [name, verb] : states) {
    const Row* row = row_named(table, name);
    const auto delta = row ? change(*row, 0, variant) : std::nullopt;
    if (!delta) continue;
    parts += parts.empty() ? "" : ", ";
    if (delta->absolute == 0)
      parts += fmt::format("{} {}", verb, unmoved(*delta));
    else
      parts += fmt::format("{} {} {}{}", verb, moved(*delta), delta->size_text,
                           in_brackets(delta->size_percent_text));
  }
  if (!parts.empty())
    table.insights.push_back(fmt::format("{}: {}{}.", report.variants[variant], parts,
                                         source_words(recording, Pass::sync, variant)));
}

void formula_insight(Report& report) {
  for (const Creations& row : report.threads.creations) {
    if (!row.per_iteration.value || !row.formula_per_iteration.value) continue;
    const double counted = *row.per_iteration.value, formula = *row.formula_per_iteration.value;
    if (counted == formula) {
      report.threads.creation_notes.push_back(
          fmt::format("{}: the measured count and the formula agree exactly.", row.variant));
      continue;
    }
    std::string ratio;
    if (counted > 0 && formula > 0)
      ratio = fmt::format(": the formula is {} too {}",
                          format_ratio(std::max(counted, formula) / std::min(counted, formula)),
                          formula > counted ? "high" : "low");
    report.threads.creation_notes.push_back(fmt::format(
        "{}: {} creations an iteration were measured, the formula says ~{}{}.", row.variant,
        format_value(counted, Unit::kCount), format_value(formula, Unit::kCount), ratio));
  }
}

}  // namespace

void add_insights(const Recording& recording, Report& report) {
  for (size_t variant = 1; variant < report.variants.size(); ++variant) {
    const std::string& label = report.variants[variant];
    compute_insight(report, variant);
    if (!report.same_work.holds()) continue;
    const bool tested = report.cpu_pairs[variant].count() > 0;
    total_insight(report.cpu_total, label, variant, "the region's CPU time",
                  tested ? "" : source_words(recording, Pass::cpu, variant));
    bias_insight(report, variant);
    riser_insight(report, variant);
    total_insight(report.memory, label, variant, "total allocation",
                  source_words(recording, Pass::heap, variant));
    scheduler_insight(recording, report, variant);
  }
  unsampled_insight(report);
  wall_insight(report);
  formula_insight(report);
}

}  // namespace winnow::reports
