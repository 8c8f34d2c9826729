#include "reports/comparison/verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "reports/blocks/pairs.h"
#include "reports/comparison/performance.h"
#include "reports/comparison/sampling_bias.h"
#include "reports/figures/format.h"
#include "reports/recorded/questions.h"
#include "reports/statistics/significance.h"
#include "reports/tables/threads.h"

namespace winnow::reports {

using profiles::Recording;

namespace {

std::vector<size_t> timed_variants(const Report& report) {
  std::vector<size_t> timed;
  for (size_t variant = 0; variant < report.timings.size(); ++variant)
    if (report.timings[variant].iteration_s) timed.push_back(variant);
  return timed;
}

std::string short_workload_words(const Recording& recording) {
  const auto& workload = recording.workload;
  std::string words =
      fmt::format("batches of {} texts", count_or_unknown(workload.texts_per_iteration));
  if (workload.threads > 0) words += fmt::format(" on {} threads", workload.threads);
  return words;
}

// `pairs`: the rival's blocks against the winner's.
std::string speed(const Pairs& pairs) {
  if (!pairs.ratio) return "speed: unavailable";
  const bool faster = *pairs.ratio >= 1;
  const double size = faster ? *pairs.ratio : 1 / *pairs.ratio;
  std::string text =
      fmt::format("{} {} ({} {} throughput)", format_ratio(size), faster ? "faster" : "slower",
                  format_percent((*pairs.ratio - 1) * 100), faster ? "higher" : "lower");
  if (pairs.low && faster)
    text += fmt::format(", 99 % CI {} to {}", format_ratio(*pairs.low), format_ratio(*pairs.high));
  if (pairs.low && !faster)
    text += fmt::format(", 99 % CI {} to {}", format_ratio(1 / *pairs.high),
                        format_ratio(1 / *pairs.low));
  return text;
}

// "p = 0.002 over 10 pairs of blocks"
std::string certainty(const Pairs& pairs) {
  std::string text = fmt::format("{} over {}", format_p(pairs.adjusted_p), blocks_words(pairs));
  if (pairs.comparisons > 1) text += fmt::format(" and {} comparisons", pairs.comparisons);
  return text;
}

// "0.2% more scheduler overhead (...)"
std::string row_bullet(const Row* row, size_t from, size_t to, const std::string& what,
                       const std::string& definition) {
  const auto delta = row ? change(*row, from, to) : std::nullopt;
  if (!delta) return what + ": unavailable";
  const size_t candidate = std::max(from, to);  // the other one is the baseline
  if (!row->evidence.empty() && row->evidence[candidate] == Evidence::kNoise)
    return fmt::format(
        "{}: no difference beyond {} ({})", what,
        row->role == Role::kSubtotal ? "the sampling error" : "the noise of its blocks",
        definition);
  if (!row->evidence.empty() && row->evidence[candidate] == Evidence::kUnproven)
    return fmt::format("{}: no proven difference: too few pairs of blocks ({})", what, definition);
  if (delta->absolute == 0)
    return fmt::format("{}: {} ({})", what,
                       delta->equal ? "equal" : "differs by less than the last digit shown",
                       definition);
  const std::string size =
      delta->percent_text.empty() ? delta->size_text : delta->size_percent_text;
  return fmt::format("{} {} {} ({})", size, delta->absolute < 0 ? "less" : "more", what,
                     definition);
}

// CPU time by the blocks of the time pass, which have a spread; by the cpu pass where these have
// none.
std::string cpu_bullet(const Report& report, size_t from, size_t to) {
  const Row* row = row_named(report.performance, kCpuRow);
  if (row && change(*row, from, to))
    return row_bullet(row, from, to, "CPU time",
                      "an iteration's, from the kernel, median over blocks of the time pass");
  return row_bullet(row_with(report.cpu_total, Role::kTotal), from, to, "CPU time",
                    "the region's in the cpu pass, no spread measured");
}

// What the ledger says instead of the samples, where the two are apart.
std::string ledger_words(const Report& report, size_t from, size_t to) {
  const auto ratio = compute_ratio(report, from, to);
  return ratio && ratio->apart ? "; by the ledger " + less_or_more(ratio->ledger) : "";
}

std::string skew_words(const Pairs& pairs) {
  return pairs.skewed() ? "; the sign test alone shows no difference: the differences are skewed"
                        : "";
}

std::vector<std::string> bullets(const Report& report, size_t winner, size_t rival,
                                 const Pairs& pairs) {
  std::vector<std::string> lines{speed(pairs) + "; " + test_name(pairs) + ": " + certainty(pairs) +
                                 skew_words(pairs)};
  if (const auto difference = ledger_difference(report.ledger, rival, winner))
    lines.push_back(explanation_words(*difference));
  lines.push_back(cpu_bullet(report, rival, winner));
  lines.push_back(row_bullet(row_with(report.scheduler, Role::kSubtotal), rival, winner,
                             "scheduler overhead",
                             "CPU time sampled in scheduler functions, row All scheduler "
                             "functions"));
  const std::string creations =
      creations_compared(report.threads.creations[rival], report.threads.creations[winner]);
  lines.push_back(creations.empty() ? "thread creations: unavailable" : creations);
  lines.push_back(row_bullet(row_with(report.memory, Role::kTotal), rival, winner,
                             "memory allocation", "bytes allocated in the region"));
  lines.push_back(row_bullet(row_with(report.compute, Role::kSubtotal), rival, winner,
                             "CPU time in compute functions for the same work",
                             "row All compute functions" + ledger_words(report, rival, winner)));
  return lines;
}

std::string recommendation(const Recording& recording, const Report& report, size_t winner) {
  const auto& variant = recording.variants[winner];
  return fmt::format(
      "{} {} (variant {}){}{} for {}, the only workload measured here; other batch "
      "sizes, thread counts and machines need their own run.",
      winner == 0 ? "Keep" : "Use", report.variants[winner], variant.name,
      variant.advice.empty() ? "" : ": ", variant.advice, short_workload_words(recording));
}

// Why a difference that the test finds still has no winner.
std::string conflict(const Report& report, size_t fastest, size_t other, const Pairs& pairs) {
  const auto favoured = [&](double first, double second) {
    return first < second   ? report.variants[fastest]
           : second < first ? report.variants[other]
                            : "neither";
  };
  const Timing &first = report.timings[fastest], &second = report.timings[other];
  const std::string blocks =
      pairs.unpaired()
          ? fmt::format("{} {}", test_name(pairs), speed(pairs))
          : fmt::format("{} of {} pairs {}", std::max(pairs.faster, pairs.slower), pairs.count(),
                        report.variants[pairs.faster > pairs.slower ? fastest : other]);
  return fmt::format(
      "{} against {}: the mean favours {}, the median {}, {} ({}): a winner needs all of them",
      report.variants[fastest], report.variants[other],
      favoured(*first.iteration_s, *second.iteration_s),
      favoured(*first.median_s, *second.median_s), blocks, format_p(pairs.adjusted_p));
}

// Why `fastest` is not proven to be faster than `other`.
std::string open_question(const Report& report, size_t fastest, size_t other, const Pairs& pairs) {
  const std::string against =
      fmt::format("{} against {}", report.variants[fastest], report.variants[other]);
  if (pairs.evidence == Evidence::kUnproven)
    return fmt::format("{}: point estimate {}, unproven: {}, at least {} are needed", against,
                       speed(pairs), blocks_words(pairs), pairs.needed);
  if (pairs.conflict) return conflict(report, fastest, other, pairs);
  if (pairs.within_bias)
    return fmt::format("{}: {}, no more than two copies of {} differ ({})", against, speed(pairs),
                       report.variants.front(), ratio_words(report.noise.wall));
  if (pairs.unpaired())
    return fmt::format("{}: {}: the blocks overlap, {}", against, speed(pairs), certainty(pairs));
  return fmt::format("{}: {}: {}: faster in {} of {}, {}", against, speed(pairs),
                     pairs.decided() ? "by itself a difference, beside so many comparisons not"
                                     : "the pairs do not agree",
                     pairs.faster, pairs.count(), certainty(pairs));
}

struct Open {
  size_t other = 0;
  Pairs pairs;
};

Verdict undecided(const Recording& recording, const Report& report, size_t fastest,
                  const std::vector<Open>& open) {
  const bool too_few = std::ranges::any_of(
      open, [](const Open& each) { return each.pairs.evidence == Evidence::kUnproven; });
  Verdict verdict;
  verdict.outcome = too_few ? Verdict::kUnproven : Verdict::kNoClearWinner;
  verdict.winner = fastest;
  verdict.rival = open.front().other;
  verdict.pairs = open.front().pairs;
  verdict.title = "no clear winner (~)";
  for (const auto& [other, pairs] : open)
    verdict.bullets.push_back(open_question(report, fastest, other, pairs));
  verdict.bullets.push_back("smallest effect that this run could have detected: " +
                            report.noise.sentence);
  verdict.sentence = fmt::format("For {}, these runs do not show which variant is faster:",
                                 short_workload_words(recording));
  verdict.recommendation =
      too_few ? "None on this evidence. Measure more blocks before choosing."
              : "None on this evidence: the difference, if there is one, is inside the noise of "
                "this run.";
  return verdict;
}

// How each of the others compares with the fastest. The figures chose that one, so p is adjusted
// over all pairs of variants, as in the ranking.
std::vector<Open> against_fastest(const Recording& recording, const std::vector<size_t>& timed,
                                  size_t fastest) {
  std::vector<Match> matches;
  std::vector<Open> all;
  const auto add = [&](size_t first, size_t second) {
    matches.push_back({recording.variants[first].name, recording.variants[second].name});
  };
  for (size_t other : timed) {
    if (other == fastest) continue;
    add(other, fastest);
    all.push_back({other, {}});
  }
  for (size_t i = 0; i < all.size(); ++i)
    for (size_t j = i + 1; j < all.size(); ++j) add(all[i].other, all[j].other);
  const auto compared = compare_all(recording, matches, Measure::kWall);
  for (size_t i = 0; i < all.size(); ++i) all[i].pairs = compared[i];
  return all;
}

}  // namespace

Verdict verdict_of(const Recording& recording, const Report& report) {
  Verdict verdict;
  if (!report.same_work.holds()) {
    verdict.outcome = Verdict::kVoid;
    verdict.title = "none (comparison void)";
    verdict.sentence = "Comparison void: " + report.same_work.sentence;
    verdict.recommendation = "None. Make the variants do the same work first.";
    if (report.same_work.status == SameWork::kUnproven)
      verdict.recommendation = "None. Record work counters or an output checksum in every block.";
    return verdict;
  }
  const auto timed = timed_variants(report);
  if (timed.size() < 2) {
    verdict.title = "unavailable";
    verdict.sentence = "Fewer than two variants have a time pass: nothing to compare.";
    verdict.recommendation = "None.";
    return verdict;
  }
  if (std::ranges::any_of(recording.missing, [](const auto& missing) { return !missing.pass; })) {
    verdict.title = "none (a quick look)";
    verdict.sentence = "This run was asked for durations without a verdict: it names no winner.";
    verdict.recommendation = "None. Run it again with enough blocks, without --no-verdict.";
    return verdict;
  }
  const size_t fastest = *std::ranges::min_element(
      timed, {}, [&](size_t variant) { return *report.timings[variant].iteration_s; });
  const std::vector<Open> all = against_fastest(recording, timed, fastest);
  std::vector<Open> open;
  std::ranges::copy_if(all, std::back_inserter(open),
                       [](const Open& each) { return each.pairs.evidence != Evidence::kProven; });
  if (!open.empty()) return undecided(recording, report, fastest, open);
  verdict.outcome = Verdict::kWinner;
  verdict.winner = fastest;
  // The baseline, where it was timed and does not win itself; else the next fastest.
  verdict.rival =
      timed.front() == 0 && fastest != 0
          ? 0
          : *std::ranges::min_element(timed, {}, [&](size_t variant) {
              return variant == fastest ? INFINITY : *report.timings[variant].iteration_s;
            });
  verdict.title = report.variants[fastest];
  verdict.sentence =
      fmt::format("For {}, {} is the clear winner against {}:", short_workload_words(recording),
                  report.variants[fastest], report.variants[verdict.rival]);
  verdict.pairs = std::ranges::find(all, verdict.rival, &Open::other)->pairs;
  verdict.bullets = bullets(report, fastest, verdict.rival, verdict.pairs);
  verdict.recommendation = recommendation(recording, report, fastest);
  return verdict;
}

}  // namespace winnow::reports
