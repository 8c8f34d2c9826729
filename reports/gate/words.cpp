#include "reports/gate/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reports/figures/format.h"
#include "reports/recorded/words.h"

namespace winnow::reports {

namespace {

constexpr size_t kShown = 3;

std::string figure(const std::optional<double>& value, const std::string& text) {
  if (!text.empty()) return text;
  return value ? figure_text(*value) : "-";
}

}  // namespace

std::string outcome_name(GateOutcome outcome) {
  switch (outcome) {
    case GateOutcome::kPass:
      return "pass";
    case GateOutcome::kRegression:
      return "regression";
    case GateOutcome::kInvalid:
      return "invalid";
    case GateOutcome::kNoBaseline:
      return "no comparable baseline";
    case GateOutcome::kInconclusive:
      return "inconclusive";
  }
  return "";
}

int exit_status_of(GateOutcome outcome) {
  switch (outcome) {
    case GateOutcome::kPass:
      return 0;
    case GateOutcome::kRegression:
      return 1;
    case GateOutcome::kInvalid:
      return 3;
    case GateOutcome::kNoBaseline:
      return 4;
    case GateOutcome::kInconclusive:
      return 5;
  }
  return 3;
}

std::string status_name(GateStatus status) {
  switch (status) {
    case GateStatus::kEqual:
      return "equal";
    case GateStatus::kImproved:
      return "improved";
    case GateStatus::kAllowed:
      return "within the limit";
    case GateStatus::kRegression:
      return "regression";
    case GateStatus::kChanged:
      return "changed work";
    case GateStatus::kUnmeasured:
      return "not measured";
    case GateStatus::kInconclusive:
      return "inconclusive";
    case GateStatus::kBeside:
      return "open, beside";
    case GateStatus::kUnchecked:
      return "not checked";
  }
  return "";
}

std::string figure_text(double value) {
  if (value == std::round(value)) return format_count(value);
  if (std::abs(value) >= 1000) return format_count(value, 2);
  return fmt::format("{:.5g}", value);
}

std::string baseline_text(const GateRow& row) { return figure(row.baseline, row.baseline_text); }

std::string candidate_text(const GateRow& row) { return figure(row.candidate, row.candidate_text); }

std::string change_text(const GateRow& row) {
  if (row.ratio) {
    const std::string pairs = count_of(row.pairs, "pair");
    // Nothing is known about a ratio without limits, or with 1 between them, but that.
    if (!row.low || !row.high || (*row.low <= 1 && *row.high >= 1))
      return row.low && row.high ? fmt::format("~ ({} to {}, {})", format_ratio(*row.low),
                                               format_ratio(*row.high), pairs)
                                 : fmt::format("~ ({})", pairs);
    const std::string ratio = format_ratio(*row.ratio), change = format_change(*row.ratio);
    return fmt::format("{} as much ({} to {}, {}{})", ratio, format_ratio(*row.low),
                       format_ratio(*row.high), pairs, change == ratio ? "" : "; " + change);
  }
  if (!row.baseline || !row.candidate) return "-";
  const double difference = row.difference.value_or(*row.candidate - *row.baseline);
  if (difference == 0) return "0";
  return (difference > 0 ? "+" : "-") + figure_text(std::abs(difference));
}

std::string row_sentence(const GateRow& row) {
  const std::string subject = fmt::format("{}: {}", row.variant, row.metric);
  if (row.status == GateStatus::kUnmeasured) return fmt::format("{}: {}", subject, row.note);
  if (row.ratio) return fmt::format("{}: {} (allowed: {})", subject, change_text(row), row.limit);
  if (!row.note.empty() && (!row.baseline || !row.candidate) && row.baseline_text.empty())
    return fmt::format("{}: {}", subject, row.note);
  const bool fell =
      row.baseline && row.candidate && row.difference.value_or(*row.candidate - *row.baseline) < 0;
  const char* verb = !row.baseline ? "changed" : fell ? "fell" : "rose";
  return fmt::format("{} {} from {} to {}{}{} (allowed: {})", subject, verb, baseline_text(row),
                     candidate_text(row), row.unit.empty() ? "" : " ", row.unit, row.limit);
}

std::string whole_sentence(const GateReport& report) {
  return report.sentence + (report.would_decide.empty() ? "" : " ") + report.would_decide;
}

bool is_time(const GateRow& row) { return row.metric == "wall_time" || row.metric == "cpu_time"; }

std::string rise_text(const GateKernel& kernel) {
  const std::string figure = kernel.rise_ms >= 1000  ? format_count(kernel.rise_ms)
                             : kernel.rise_ms >= 100 ? fmt::format("{:.0f}", kernel.rise_ms)
                                                     : fmt::format("{:.3g}", kernel.rise_ms);
  return fmt::format("+{} ms {}", figure, kernel.each);
}

std::string ratio_text(const GateKernel& kernel) {
  return kernel.is_new() ? "new" : format_change(kernel.ratio);
}

std::string limits_text(const GateKernel& kernel) {
  return fmt::format("{} to {}", format_change(kernel.low), format_change(kernel.high));
}

std::string place_text(const std::string& file, int line) {
  return file.empty() ? "" : fmt::format(" ({}:{})", file, line);
}

bool is_of_allocations(const GateRow& row) {
  return row.metric == "allocations" || row.metric == "allocated_bytes";
}

std::string rise_text(const GateSite& site) {
  const auto changed = [](double value) {
    return (value < 0 ? "-" : "+") + figure_text(std::abs(value));
  };
  return fmt::format("{} allocation{}, {} bytes {}", changed(site.allocations),
                     std::abs(site.allocations) == 1 ? "" : "s", changed(site.bytes), site.each);
}

std::string site_sentence(const GateSite& site) {
  return fmt::format("{}: {} in {}{}{}", site.variant, rise_text(site), site.function,
                     place_text(site.file, site.line),
                     site.is_new ? ", which allocated nothing before" : "");
}

std::string kernel_sentence(const GateKernel& kernel) {
  const std::string text = fmt::format("{}: {} in {}{}", kernel.variant, rise_text(kernel),
                                       kernel.function, place_text(kernel.file, kernel.line));
  if (kernel.is_new()) return text + ", which has no sample before";
  return fmt::format("{}: {:.4g} {} against {:.4g} ({}, 95%: {})", text, kernel.candidate,
                     kernel.unit, kernel.baseline, format_change(kernel.ratio),
                     limits_text(kernel));
}

const GateKernel* cause_of(const GateReport& report) {
  const auto rose = [&](const std::string& variant) {
    return std::ranges::any_of(report.rows, [&](const GateRow& row) {
      return row.variant == variant && row.status == GateStatus::kRegression && is_time(row);
    });
  };
  const auto found = std::ranges::find_if(report.kernels, [&](const GateKernel& kernel) {
    return kernel.cause && rose(kernel.variant);
  });
  return found == report.kernels.end() ? nullptr : &*found;
}

std::string failure_text(const GateFailure& failure) {
  const std::string text = fmt::format("{}: {}.", failure.program, failure.why);
  return failure.said.empty() ? text : text + " Its last lines:\n" + failure.said;
}

std::string side_text(const GateSide& side) {
  constexpr size_t kShortCommit = 12;
  std::string text = side.source;
  const std::string commit =
      side.commit.ends_with("-dirty") ? side.commit : side.commit.substr(0, kShortCommit);
  if (!commit.empty() && text.find(commit) == std::string::npos)
    text += (text.empty() ? "" : ", ") + commit;
  if (commit == text.substr(0, kShortCommit)) text = commit;  // a whole one is long
  return side.subject.empty() ? text : text + ": " + side.subject;
}

std::string machine_text(const GateReport& report) {
  const std::string &base = report.baseline.machine, &head = report.candidate.machine;
  if (base == head || base.empty() || head.empty()) return base.empty() ? head : base;
  return fmt::format("{} (baseline); {} (candidate)", base, head);
}

std::string disturbed_text(const GateDisturbance& disturbance) {
  const profiles::Rounds& rounds = disturbance.rounds;
  return rounds.all == 0 ? "" : fmt::format("{} of {} rounds", rounds.disturbed, rounds.all);
}

std::vector<std::string> warnings_of(const GateReport& report) {
  std::vector<std::string> warnings;
  if (!report.alarm.empty()) warnings.push_back(report.alarm);
  warnings.insert(warnings.end(), report.disturbance.warnings.begin(),
                  report.disturbance.warnings.end());
  return warnings;
}

std::vector<std::pair<std::string, std::string>> facts_of(const GateReport& report) {
  std::vector<std::pair<std::string, std::string>> facts{
      {"Base", side_text(report.baseline)},
      {"Head", side_text(report.candidate)},
      {"Measured", report.workload},
      {"Machine", machine_text(report)},
      {"Disturbed", disturbed_text(report.disturbance)}};
  std::erase_if(facts, [](const auto& fact) { return fact.second.empty(); });
  return facts;
}

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (size_t i = 0; i < parts.size() && i < kShown; ++i) text += (i > 0 ? "; " : "") + parts[i];
  if (parts.size() > kShown) text += fmt::format("; and {} more", parts.size() - kShown);
  return text;
}

}  // namespace winnow::reports
