#include "reports/comparison/insights.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reports/comparison/contention.h"
#include "reports/comparison/dispatch_insights.h"
#include "reports/comparison/lock_accounts.h"
#include "reports/comparison/sampling_bias.h"
#include "reports/figures/format.h"
#include "reports/tables/scheduler.h"

namespace winnow::reports {

namespace {

// Below these a change is not worth a sentence.
constexpr double kTellingPercent = 5;
constexpr double kTellingShare = 0.01;

using Sentences = std::vector<std::string>;

bool noise(const Row& row, size_t variant) {
  return !row.evidence.empty() && row.evidence[variant] == Evidence::kNoise;
}

const char* moved(const Change& change) { return change.absolute < 0 ? "fell by" : "rose by"; }

const char* unmoved(const Change& change) {
  return change.equal ? "did not change" : "changed by less than the last digit shown";
}

// How many processes a pass's figures come from: ", one process each, no spread measured".
std::string source_words(const Measured& arms, Pass pass, size_t variant) {
  const size_t first = arms[0].blocks(pass).size();
  const size_t second = arms[variant].blocks(pass).size();
  if (first == 0 || second == 0) return "";
  if (first == 1 && second == 1) return ", one process each, no spread measured";
  return fmt::format(", sums of {} and {} processes, not tested for chance", first, second);
}

// "sampled: 79.18% of Fine-Grained, 89.08% of Coarse-Grained"
std::string coverage(const Grounds& grounds, size_t variant) {
  const Row* row = row_with(grounds.tables.cpu_total, Role::kUnsampled);
  std::string text;
  for (size_t each : {size_t{0}, variant}) {
    const auto share = row ? row->figures[each].share : std::nullopt;
    text += fmt::format("{}{} of {}", text.empty() ? "sampled: " : ", ",
                        share ? format_share(1 - *share) : "an unknown part", grounds.label(each));
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
    if (row.role == Role::kTotal || row.role == Role::kSubtotal || row.role == Role::kOverlap ||
        row.unit == Unit::kCount)
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
void total_insight(const Table& table, const std::string& label, size_t variant,
                   const std::string& what, const std::string& source, Sentences& sentences) {
  const Row* total = row_with(table, Role::kTotal);
  const auto delta = total ? change(*total, 0, variant) : std::nullopt;
  if (!delta) return;
  const std::string largest = largest_changes(table, variant, 3, true);
  const std::string parts = largest.empty() ? "" : "; the largest changes: " + largest;
  if (noise(*total, variant))
    sentences.push_back(fmt::format("{}: {}: no proven difference{}.", label, what, parts));
  else if (delta->absolute == 0)
    sentences.push_back(fmt::format("{}: {} {}{}{}.", label, what, unmoved(*delta), source, parts));
  else
    sentences.push_back(fmt::format("{}: {} {} {}{}{}{}.", label, what, moved(*delta),
                                    delta->size_text, in_brackets(delta->size_percent_text), source,
                                    parts));
}

void compute_insight(const Grounds& grounds, size_t variant, Sentences& sentences) {
  const std::string& label = grounds.label(variant);
  const std::string& functions = grounds.arms.words().work_functions;
  const Row* sum = row_with(grounds.tables.compute, Role::kSubtotal);
  const auto delta = sum ? change(*sum, 0, variant) : std::nullopt;
  if (!delta || !delta->percent) return;
  if (!grounds.compared.same_work.holds()) {
    sentences.push_back(fmt::format(
        "{}: the work is not proven to be the same, so the cost of {} cannot be compared.", label,
        functions));
    return;
  }
  const SameWork& same_work = grounds.compared.same_work;
  if (noise(*sum, variant)) {
    sentences.push_back(fmt::format(
        "{}: the CPU cost of {}{} does not differ by more than the sampling error ({}).", label,
        functions, same_work.for_the_same(), coverage(grounds, variant)));
    return;
  }
  std::string text =
      fmt::format("{}: {} cost {} CPU{} ({})", label, functions, less_or_more(*delta),
                  same_work.for_the_same(), coverage(grounds, variant));
  const bool same_arithmetic = same_work.proven() && grounds.arms.words().computes;
  if (same_arithmetic && std::abs(*delta->percent) >= kTellingPercent)
    text +=
        ". The arithmetic is equal, so contention, cold caches or clock frequency differ; these "
        "figures do not tell which";
  sentences.push_back(text + ".");
}

// Where the samples and the exact accounts do not say the same, both are told.
void bias_insight(const Grounds& grounds, size_t variant, Sentences& sentences) {
  const Words& words = grounds.arms.words();
  const auto ratio = compute_ratio(grounds.tables, 0, variant);
  if (!ratio || !ratio->apart) return;
  sentences.push_back(fmt::format(
      "{}: by its samples {} costs {} CPU, by the ledger {}. Samples lean towards {}: briefly "
      "running threads are met by few ticks ({}). The ledger takes the {}'s part from exact "
      "accounts; believe it first.",
      grounds.label(variant), words.work, less_or_more(ratio->sampled), less_or_more(ratio->ledger),
      words.work, coverage(grounds, variant), words.scheduler));
}

// Functions whose cost went against the sum's direction, or rose.
void riser_insight(const Grounds& grounds, size_t variant, Sentences& sentences) {
  std::string risers;
  for (const Row& row : grounds.tables.compute.rows) {
    const auto delta = change(row, 0, variant);
    if (row.role != Role::kItem || !delta || !delta->percent || noise(row, variant)) continue;
    const bool weighty = row.figures[variant].share.value_or(0) >= kTellingShare;
    if (weighty && *delta->percent >= kTellingPercent)
      risers += fmt::format("{}{} {}{}", risers.empty() ? "" : ", ", row.name, delta->absolute_text,
                            in_brackets(delta->percent_text));
  }
  if (!risers.empty())
    sentences.push_back(fmt::format("{}: functions that cost more CPU{}: {}.",
                                    grounds.label(variant),
                                    grounds.compared.same_work.for_the_same(), risers));
}

void unsampled_insight(const Grounds& grounds, Sentences& sentences) {
  const std::string metrics = title_case(grounds.arms.words().scheduler) + " Metrics";
  const Row* row = row_with(grounds.tables.cpu_total, Role::kUnsampled);
  if (!row) return;
  std::string shares;
  for (size_t variant = 0; variant < row->figures.size(); ++variant) {
    const auto& share = row->figures[variant].share;
    if (share && *share * 100 >= kTellingPercent)
      shares += fmt::format("{}{} of {}", shares.empty() ? "" : ", ", format_share(*share),
                            grounds.label(variant));
  }
  if (shares.empty()) return;
  sentences.push_back(fmt::format(
      "not sampled: {}. Shares of functions may be off by as much{}.", shares,
      grounds.tables.ledger.accounts
          ? ", so take waiting, signalling and thread creation from the exact " + metrics
          : ""));
}

void wall_insight(const Grounds& grounds, Sentences& sentences) {
  for (size_t variant = 0; variant < grounds.arms.size(); ++variant) {
    const Row* most = nullptr;
    for (const Row& row : grounds.tables.wall.rows)
      if (row.role == Role::kItem && row.figures[variant].share &&
          (!most || *row.figures[variant].share > *most->figures[variant].share))
        most = &row;
    if (most)
      sentences.push_back(
          fmt::format("{}: threads spent {} of their time, {}, in {}.", grounds.label(variant),
                      *most->figures[variant].share > 0.5 ? "most" : "the largest part",
                      format_share(*most->figures[variant].share), most->name));
  }
}

void scheduler_insight(const Grounds& grounds, size_t variant, Sentences& sentences) {
  const Table& table = grounds.tables.threads.metrics;
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
    sentences.push_back(fmt::format("{}: {}{}.", grounds.label(variant), parts,
                                    source_words(grounds.arms, Pass::sync, variant)));
}

void formula_insight(const Grounds& grounds, Sentences& sentences) {
  for (const Creations& row : grounds.tables.threads.creations) {
    if (!row.per_iteration.value || !row.formula_per_iteration.value) continue;
    const double counted = *row.per_iteration.value, formula = *row.formula_per_iteration.value;
    if (counted == formula) {
      sentences.push_back(
          fmt::format("{}: the measured count and the formula agree exactly.", row.variant));
      continue;
    }
    std::string ratio;
    if (counted > 0 && formula > 0)
      ratio = fmt::format(": the formula is {} too {}",
                          format_ratio(std::max(counted, formula) / std::min(counted, formula)),
                          formula > counted ? "high" : "low");
    sentences.push_back(fmt::format("{}: {} creations {} were measured, the formula says ~{}{}.",
                                    row.variant, format_value(counted, Unit::kCount),
                                    grounds.arms.words().an_iteration,
                                    format_value(formula, Unit::kCount), ratio));
  }
}

}  // namespace

Insights insights_of(const Grounds& grounds) {
  const auto& [arms, compared, tables] = grounds;
  Insights found;
  for (size_t variant = 1; variant < arms.size(); ++variant) {
    const std::string& label = grounds.label(variant);
    compute_insight(grounds, variant, found.compute);
    if (!compared.same_work.holds()) continue;
    const bool tested = compared.cpu_pairs[variant].count() > 0;
    total_insight(tables.cpu_total, label, variant, "the region's CPU time",
                  tested ? "" : source_words(arms, Pass::cpu, variant), found.cpu_total);
    bias_insight(grounds, variant, found.compute);
    riser_insight(grounds, variant, found.compute);
    total_insight(tables.memory, label, variant, "total allocation",
                  source_words(arms, Pass::heap, variant), found.memory);
    scheduler_insight(grounds, variant, found.metrics);
  }
  if (std::string sentence = lock_accounts(arms); !sentence.empty())
    found.metrics.push_back(std::move(sentence));
  unsampled_insight(grounds, found.cpu_total);
  wall_insight(grounds, found.wall);
  formula_insight(grounds, found.creations);
  found.kernels = contention_sentences(arms, compared.same_work);
  if (compared.same_work.holds())
    found.dispatch = dispatch_insights(tables.ledger, tables.dispatch, arms.words());
  return found;
}

Tables with_insights(Tables tables, Insights found) {
  tables.compute.insights = std::move(found.compute);
  tables.kernels.insights = std::move(found.kernels);
  tables.cpu_total.insights = std::move(found.cpu_total);
  tables.wall.insights = std::move(found.wall);
  tables.memory.insights = std::move(found.memory);
  tables.threads.metrics.insights = std::move(found.metrics);
  tables.dispatch.insights = std::move(found.dispatch);
  auto& notes = tables.threads.creation_notes;
  notes.insert(notes.end(), found.creations.begin(), found.creations.end());
  return tables;
}

}  // namespace winnow::reports
