#include "reports/detail/answers.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reports/figures/format.h"

namespace winnow::reports {

using profiles::Function;

namespace {

constexpr double kNormal95 = 1.96;

Evidence evidence_of(const Row& row, size_t variant) {
  return variant < row.evidence.size() ? row.evidence[variant] : Evidence::kNone;
}

std::string evidence_words(Evidence evidence) {
  switch (evidence) {
    case Evidence::kNoise:
      return " (~, within the noise)";
    case Evidence::kUnproven:
      return " (too few pairs to prove it)";
    case Evidence::kVoid:
      return " (void: the variants did not do the same work)";
    case Evidence::kNone:
      return " (one measurement each, no test)";
    case Evidence::kProven:
      return "";
  }
  return "";
}

// "pool: no, 12.0s instead of 11.9s ..."
std::string fallen(const Report& report, const Row& row, size_t variant) {
  const auto moved = change(row, 0, variant);
  if (!moved) return fmt::format("{}: unavailable: {}", report.variants[variant], row.name);
  const Evidence evidence = evidence_of(row, variant);
  const auto told = [&](const Figure& figure) {
    return row.unit == Unit::kMegabytes && figure.value && figure.text.empty()
               ? format_bytes(*figure.value * kBytesOfMegabyte)
               : format_figure(figure, row.unit);
  };
  const std::string from = told(row.figures[0]), to = told(row.figures[variant]);
  if (moved->equal) return fmt::format("{}: no, equal: {}.", report.variants[variant], to);
  const bool undecided = evidence == Evidence::kNoise || evidence == Evidence::kUnproven ||
                         evidence == Evidence::kVoid;
  const std::string percent =
      moved->percent_text.empty() ? "" : fmt::format(" ({})", moved->size_percent_text);
  return fmt::format("{}: {}, {} {} by {}{}: {} instead of {}{}.", report.variants[variant],
                     undecided             ? "not decided"
                     : moved->absolute < 0 ? "yes"
                                           : "no",
                     row.name, moved->absolute < 0 ? "fell" : "rose", moved->size_text, percent, to,
                     from, evidence_words(evidence));
}

Answer answer_by_row(const std::string& question, const Report& report, const Table& table,
                     const std::vector<std::string>& names) {
  Answer answer{question};
  for (const std::string& name : names) {
    const Row* const row = row_named(table, name);
    for (size_t variant = 1; row && variant < report.variants.size(); ++variant)
      answer.sentences.push_back(fallen(report, *row, variant));
  }
  if (answer.sentences.empty()) answer.sentences = table.unavailable;
  if (answer.sentences.empty())
    answer.sentences.push_back("unavailable: not recorded for two variants");
  return answer;
}

double samples_of(const profiles::SampledProfile& profile, const std::string& name) {
  const auto found = std::ranges::find(profile.functions, name, &Function::name);
  return found == profile.functions.end() || !found->flat_samples
             ? 0
             : static_cast<double>(*found->flat_samples);
}

// Functions whose share of the samples rose by more than counting at random explains.
std::vector<std::string> risen(const profiles::SampledProfile& before,
                               const profiles::SampledProfile& after) {
  std::vector<std::pair<double, std::string>> found;
  const auto n0 = static_cast<double>(before.samples.value_or(0));
  const auto n1 = static_cast<double>(after.samples.value_or(0));
  if (n0 <= 0 || n1 <= 0) return {};
  for (const Function& function : after.functions) {
    const double p0 = samples_of(before, function.name) / n0;
    const double p1 = samples_of(after, function.name) / n1;
    // Agresti and Caffo's adjustment keeps the interval honest near zero.
    const double a0 = (p0 * n0 + 1) / (n0 + 2), a1 = (p1 * n1 + 1) / (n1 + 2);
    const double error = kNormal95 * std::sqrt(a0 * (1 - a0) / (n0 + 2) + a1 * (1 - a1) / (n1 + 2));
    if (a1 - a0 > error && p1 >= 0.01)
      found.emplace_back(
          p0 - p1,
          fmt::format("{} ({} of the samples instead of {}, +/- {} points at 95%)", function.name,
                      format_share(p1), format_share(p0), fmt::format("{:.1f}", 100 * error)));
  }
  std::ranges::sort(found);
  std::vector<std::string> words;
  for (size_t i = 0; i < std::min<size_t>(found.size(), 5); ++i) words.push_back(found[i].second);
  return words;
}

}  // namespace

Answer scheduler_answer(const Report& report) {
  const Words& words = report.words;
  return answer_by_row(fmt::format("Has {} fallen?", words.overhead), report, report.scheduler,
                       {fmt::format("All {} functions", words.scheduler)});
}

Answer threads_answer(const Report& report) {
  const char* const question = "Are fewer threads created?";
  const Table& metrics = report.threads.metrics;
  if (metrics.rows.empty() && !report.processes.rows.empty())
    return answer_by_row(question, report, report.processes, {"Threads created"});
  return answer_by_row(question, report, metrics, {"Thread creations"});
}

Answer allocations_answer(const Measured& arms, const Report& report) {
  std::string total = "Total";
  for (const Row& row : report.memory.rows)
    if (row.role == Role::kTotal) total = row.name;
  Answer answer = answer_by_row("Do allocations fall?", report, report.memory, {total});
  const Words& words = report.words;
  for (size_t variant = 0; variant < report.variants.size(); ++variant) {
    const auto& heap = arms[variant].heap();
    if (!heap || heap->iterations <= 0 || words.shares <= 0) continue;
    const double shares = heap->iterations * words.shares;
    answer.sentences.push_back(fmt::format(
        "{}: {} bytes{} {}, over {} {}.", report.variants[variant],
        format_count(heap->region_bytes / shares, 1),
        heap->region_objects
            ? fmt::format(" in {} allocations",
                          format_count(static_cast<double>(*heap->region_objects) / shares, 2))
            : "",
        words.share, format_count(shares), words.item.empty() ? words.iterations : words.items));
  }
  return answer;
}

Answer hotspots_answer(const Measured& arms, const Report& report) {
  Answer answer{"What are the new hotspots?"};
  for (size_t variant = 1; variant < report.variants.size(); ++variant) {
    const auto& before = arms[0].cpu();
    const auto& after = arms[variant].cpu();
    if (!before || !after || !before->samples || !after->samples) {
      answer.sentences.push_back(fmt::format(
          "{}: unavailable: it takes the samples of both variants.", report.variants[variant]));
      continue;
    }
    const auto found = risen(*before, *after);
    answer.sentences.push_back(fmt::format(
        "{}: {}.", report.variants[variant],
        found.empty() ? "no function's share of the CPU samples rose beyond the sampling error"
                      : fmt::format("{}", fmt::join(found, "; "))));
  }
  if (answer.sentences.empty()) answer.sentences.push_back("unavailable: there is one variant");
  return answer;
}

Answer gain_answer(const Report& report) {
  Answer answer{"What is left to gain?"};
  for (const Row& row : report.performance.rows)
    if (row.unit == Unit::kPercent)
      for (size_t variant = 0; variant < report.variants.size(); ++variant)
        answer.sentences.push_back(fmt::format("{}: {}: {}.", report.variants[variant], row.name,
                                               format_figure(row.figures[variant], row.unit)));
  for (size_t variant = 0; variant < report.ledger.columns.size(); ++variant) {
    const LedgerColumn& column = report.ledger.columns[variant];
    if (!column.known()) {
      answer.sentences.push_back(
          fmt::format("{}: ledger unavailable: {}.", column.label, column.unavailable));
      continue;
    }
    double work_s = 0;
    for (const LedgerLine& line : report.ledger.lines)
      if (line.kind == LedgerKind::kWork) work_s += line.amounts[variant].core_s;
    answer.sentences.push_back(fmt::format(
        "{}: of {} core-seconds {} {} are work; {} without all the rest would take ~{} instead of "
        "{} on {} cores (an estimate: the ledger's work lines / cores).",
        column.label, format_value(column.capacity_s(), Unit::kSeconds), report.words.an_iteration,
        format_value(work_s, Unit::kSeconds), report.words.an_iteration,
        format_value(work_s / column.cores, Unit::kIterationSeconds),
        format_value(column.wall_s, Unit::kIterationSeconds), column.cores));
  }
  if (answer.sentences.empty())
    answer.sentences.push_back(report.words.kernels
                                   ? "unavailable: neither peaks nor a ledger are recorded"
                                   : "unavailable: no ledger is recorded");
  return answer;
}

}  // namespace winnow::reports
