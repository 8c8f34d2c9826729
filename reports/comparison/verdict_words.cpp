#include "reports/comparison/verdict_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "reports/comparison/standings.h"
#include "reports/figures/format.h"
#include "reports/ledger/ledger.h"
#include "reports/recorded/raw_commands.h"
#include "reports/recorded/words.h"
#include "reports/statistics/ties.h"

namespace winnow::reports {

namespace {

const Pairs& twin_of(const Compared& compared, const Contest& contest) {
  for (const ComparedMetric& metric : compared.compared_metrics)
    if (&metric.about == contest.measure.metric) return metric.twin;
  return compared.noise.wall;
}

std::string skew_words(const Pairs& pairs) {
  return pairs.skewed() ? "; the sign test alone shows no difference: the differences are skewed"
                        : "";
}

std::string cpu_ratio_bullet(const Grounds& grounds, const Lead& lead, size_t rival) {
  const Pairs& pairs = lead.cpu;
  if (!pairs.ratio) return "ratio of CPU times: unavailable: not recorded in the time pass";
  return fmt::format("CPU time of {} against that of {}: {}; {}: {}{}", grounds.label(rival),
                     grounds.label(lead.variant), judged_ratio_words(pairs), test_name(pairs),
                     certainty(pairs), skew_words(pairs));
}

// Wall time as it would be on cores of their own.
std::string adjusted_bullet(const Grounds& grounds, const Lead& lead, size_t rival) {
  const std::string what = "adjusted, wall time less the time that others took: ";
  if (const auto& adjusted = lead.adjusted)
    return fmt::format(
        "{}{} as fast, {} instead of {} {} (means of the ledger, without an interval)", what,
        format_ratio(adjusted->ratio()), iteration_seconds(adjusted->to_s),
        iteration_seconds(adjusted->from_s), grounds.arms.words().an_iteration);
  for (const size_t variant : {rival, lead.variant})
    if (const LedgerColumn& column = grounds.tables.ledger.columns[variant]; !column.known())
      return fmt::format("{}unavailable: no ledger of {}: {}", what, grounds.label(variant),
                         column.unavailable);
  return what + "unavailable: by the ledger others took all of it";
}

bool told_by_command(const profiles::Variant& variant) {
  return variant.advice.empty() && !variant.command.empty();
}

std::string command_words(const profiles::Variant& variant) {
  const std::string command = "`" + shell_line(variant.command) + "`";
  if (variant.server.empty()) return command;
  return fmt::format("the server `{}` under {}", shell_line(variant.server), command);
}

// Its command does not tell it from another arm's: they are two builds of one program, or runs of
// one under other circumstances.
bool shares_command(const Measured& arms, const profiles::Variant& variant) {
  return std::ranges::count_if(arms.variants(), [&](const MeasuredArm& arm) {
           return command_words(*arm.about) == command_words(variant);
         }) > 1;
}

// What a reader turns on or starts: "pool (variant pool): --variant pool", "`zstd -T2 data`", "the
// build of main (1a2b3c): `./bench`".
std::string choice_words(const Measured& arms, const MeasuredArm& arm) {
  const profiles::Variant& variant = *arm.about;
  if (told_by_command(variant)) {
    if (!shares_command(arms, variant)) return command_words(variant);
    const bool of_commit = variant.program_file && variant.program_file->commit;
    return fmt::format("{}{} ({})", of_commit ? "the build of " : "", arm.label,
                       command_words(variant));
  }
  return fmt::format("{} (variant {}){}{}", arm.label, variant.name,
                     variant.advice.empty() ? "" : ": ", variant.advice);
}

// Why a difference that the test finds still has no winner.
std::string conflict(const Grounds& grounds, const Contest& contest, size_t fastest, size_t other,
                     const Pairs& pairs) {
  const auto favoured = [&](double first, double second) {
    return tied(first, second) ? "neither"
           : first < second    ? grounds.label(fastest)
                               : grounds.label(other);
  };
  const std::string blocks =
      pairs.unpaired() ? fmt::format("{} {}", test_name(pairs), advantage(contest, pairs))
                       : fmt::format("{} of {} {}", std::max(pairs.faster, pairs.slower),
                                     count_of(pairs.count(), "pair"),
                                     grounds.label(pairs.faster > pairs.slower ? fastest : other));
  return fmt::format(
      "{} against {}: the mean favours {}, the median {}, {} ({}): a winner needs all of them",
      grounds.label(fastest), grounds.label(other),
      favoured(*contest.means[fastest], *contest.means[other]),
      favoured(*contest.medians[fastest], *contest.medians[other]), blocks,
      format_p(pairs.adjusted_p));
}

}  // namespace

std::string short_workload_words(const Measured& arms) {
  const auto& workload = arms.recording().workload;
  const Words& about = arms.words();
  if (arms.of_commands() && about.items.empty()) return "these commands";
  std::string words = workload.scenario.empty() ? "this workload" : workload.scenario;
  if (!about.items.empty())
    words = about.inputs + " of " + about.items_words(workload.items_per_iteration);
  if (workload.threads > 0) words += " on " + count_of(workload.threads, "thread");
  return words;
}

std::string listed(const std::vector<std::string>& names, const char* last) {
  if (names.size() < 2) return names.empty() ? "" : names.front();
  return fmt::format("{} {} {}", fmt::join(names.begin(), names.end() - 1, ", "), last,
                     names.back());
}

std::string listed(const Grounds& grounds, const std::vector<size_t>& variants, const char* last) {
  std::vector<std::string> names;
  for (const size_t variant : variants) names.push_back(grounds.label(variant));
  return listed(names, last);
}

std::string range_words(const std::vector<double>& ratios) {
  const auto [least, most] = std::ranges::minmax(ratios);
  std::string low = format_ratio(least);
  const std::string high = format_ratio(most);
  if (low == high) return high;
  low.pop_back();
  return low + " to " + high;
}

std::vector<double> ratios_of(const std::vector<Lead>& best, Pairs Lead::*pairs) {
  std::vector<double> ratios;
  for (const Lead& lead : best) ratios.push_back(*(lead.*pairs).ratio);
  return ratios;
}

std::string ratio_bullet(const Contest& contest, const Pairs& pairs) {
  return advantage(contest, pairs) + "; " + test_name(pairs) + ": " + certainty(pairs) +
         skew_words(pairs);
}

std::vector<Lead> leads_of(const Grounds& grounds, const Standings& standings,
                           const std::vector<size_t>& variants, size_t rival) {
  const Contest contest = contest_by_cpu(grounds.compared);
  std::vector<size_t> order = contest.entered();
  const auto at = std::ranges::find(order, rival);
  const bool known = at != order.end();
  if (known) std::rotate(at, at + 1, order.end());
  const Standings cpu(grounds.arms, contest, std::move(order));
  std::vector<Lead> leads;
  for (const size_t variant : variants) {
    Lead lead{variant, standings.pairs(variant, rival), {}, {}};
    if (known && contest.means[variant]) lead.cpu = cpu.pairs(variant, rival);
    lead.adjusted = adjusted_wall(grounds.tables.ledger, rival, variant);
    leads.push_back(std::move(lead));
  }
  return leads;
}

std::vector<std::string> size_bullets(const Grounds& grounds, const Contest& contest,
                                      const Lead& lead, size_t rival, Confidence confidence) {
  const std::string ratio = ratio_bullet(contest, lead.pairs);
  if (confidence == Confidence::kClear || !contest.of_time()) return {ratio};
  return {cpu_ratio_bullet(grounds, lead, rival), "wall time: " + ratio,
          adjusted_bullet(grounds, lead, rival)};
}

std::string machine_state(const Doubts& doubts) {
  return doubts.on_busy_machine() ? ", on a busy machine" : "";
}

std::string second_try(const Doubts& doubts) {
  if (doubts.all.empty()) return "";
  return doubts.on_busy_machine() ? " Measure again on a quieter machine before you rely on it."
                                  : " Measure more blocks before you rely on it.";
}

std::string recommendation(const Measured& arms, const std::vector<size_t>& best) {
  const Words& words = arms.words();
  std::vector<std::string> choices;
  bool by_command = true, keeps = false;
  for (const size_t variant : best) {
    by_command = by_command && told_by_command(*arms[variant].about);
    keeps = keeps || variant == 0;
    // The baseline is what the reader has.
    choices.insert(variant == 0 ? choices.begin() : choices.end(),
                   choice_words(arms, arms[variant]));
  }
  std::string choice = best.size() == 1 ? "Use " : best.size() == 2 ? "Use either: " : "Use any: ";
  if (keeps) {
    choice = "Keep " + choices.front();
    choices.erase(choices.begin());
    if (!choices.empty()) choice += ", or use ";
  }
  choice += fmt::format("{}", fmt::join(choices, ", or "));
  if (by_command)
    return fmt::format(
        "{}: only these commands were measured, and on this machine; other inputs and machines "
        "need their own run.",
        choice);
  return fmt::format(
      "{} for {}, the only workload measured here; other {}, thread counts and machines need "
      "their own run.",
      choice, short_workload_words(arms),
      words.computes       ? "batch sizes"
      : words.item.empty() ? "inputs"
                           : "numbers of " + words.items);
}

std::string open_question(const Grounds& grounds, const Contest& contest, size_t fastest,
                          size_t other, const Pairs& pairs) {
  const std::string against =
      fmt::format("{} against {}", grounds.label(fastest), grounds.label(other));
  if (pairs.identical) return fmt::format("{}: {}", against, ratio_words(pairs));
  if (pairs.evidence == Evidence::kUnproven)
    return fmt::format("{}: point estimate {}, unproven: {}, at least {} are needed", against,
                       advantage(contest, pairs), blocks_words(pairs), pairs.needed);
  if (pairs.conflict) return conflict(grounds, contest, fastest, other, pairs);
  if (pairs.within_bias)
    return fmt::format("{}: {}, no more than {} and its A/A arm differ ({})", against,
                       advantage(contest, pairs), grounds.label(0),
                       ratio_words(twin_of(grounds.compared, contest)));
  if (pairs.unpaired())
    return fmt::format("{}: {}: the blocks overlap, {}", against, advantage(contest, pairs),
                       certainty(pairs));
  return fmt::format(
      "{}: {}: {}: {} of {} were {}, {}", against, advantage(contest, pairs),
      pairs.decided() ? "proven by itself, but not among so many comparisons" : "not proven",
      pairs.faster, pairs.count(), contest.of_time() ? "faster" : "better", certainty(pairs));
}

}  // namespace winnow::reports
