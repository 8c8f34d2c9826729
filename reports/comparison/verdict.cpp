#include "reports/comparison/verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>

#include "reports/blocks/pairs.h"
#include "reports/comparison/causes.h"
#include "reports/comparison/confidence.h"
#include "reports/comparison/contest.h"
#include "reports/figures/format.h"
#include "reports/ledger/ledger.h"
#include "reports/recorded/raw_commands.h"
#include "reports/statistics/significance.h"
#include "reports/statistics/ties.h"

namespace winnow::reports {

namespace {

// "batches of 32 texts on 4 threads", "these commands"
std::string short_workload_words(const Measured& arms) {
  const auto& workload = arms.recording().workload;
  const Words& about = arms.words();
  const bool commands = std::ranges::all_of(
      arms.variants(), [](const MeasuredArm& arm) { return !arm.about->command.empty(); });
  if (commands && about.items.empty()) return "these commands";
  std::string words = workload.scenario.empty() ? "this workload" : workload.scenario;
  if (!about.items.empty())
    words = about.inputs + " of " + about.items_words(workload.items_per_iteration);
  if (workload.threads > 0) words += fmt::format(" on {} threads", workload.threads);
  return words;
}

const Pairs& twin_of(const Compared& compared, const Contest& contest) {
  for (const ComparedMetric& metric : compared.compared_metrics)
    if (&metric.about == contest.measure.metric) return metric.twin;
  return compared.noise.wall;
}

std::string skew_words(const Pairs& pairs) {
  return pairs.skewed() ? "; the sign test alone shows no difference: the differences are skewed"
                        : "";
}

std::string ratio_bullet(const Contest& contest, const Pairs& pairs) {
  return advantage(contest, pairs) + "; " + test_name(pairs) + ": " + certainty(pairs) +
         skew_words(pairs);
}

Pairs cpu_pairs_of(const Grounds& grounds, size_t winner, size_t rival) {
  const Contest contest = contest_by_cpu(grounds.compared);
  if (!contest.means[winner] || !contest.means[rival]) return {};
  const std::vector<Against> all = against_best(grounds.arms, contest, winner);
  return std::ranges::find(all, rival, &Against::other)->pairs;
}

std::string cpu_ratio_bullet(const Grounds& grounds, const Verdict& verdict) {
  const Pairs& pairs = verdict.cpu;
  if (!pairs.ratio) return "ratio of CPU times: unavailable: not recorded in the time pass";
  return fmt::format("CPU time of {} against that of {}: {}{}; {}: {}{}",
                     grounds.label(verdict.rival), grounds.label(verdict.winner),
                     pairs.evidence == Evidence::kProven ? "" : "~ ", ratio_words(pairs),
                     test_name(pairs), certainty(pairs), skew_words(pairs));
}

// Wall time as it would be on cores of their own.
std::string adjusted_bullet(const Grounds& grounds, const Verdict& verdict) {
  const std::string what = "adjusted, wall time less the time that others took: ";
  if (const auto& adjusted = verdict.adjusted)
    return fmt::format(
        "{}{} as fast, {} instead of {} {} (means of the ledger, without an interval)", what,
        format_ratio(adjusted->ratio()), iteration_seconds(adjusted->to_s),
        iteration_seconds(adjusted->from_s), grounds.arms.words().an_iteration);
  for (const size_t variant : {verdict.rival, verdict.winner})
    if (const LedgerColumn& column = grounds.tables.ledger.columns[variant]; !column.known())
      return fmt::format("{}unavailable: no ledger of {}: {}", what, grounds.label(variant),
                         column.unavailable);
  return what + "unavailable: by the ledger others took all of it";
}

// By how much the winner wins, and what of that is in doubt.
std::vector<std::string> size_bullets(const Grounds& grounds, const Contest& contest,
                                      const Verdict& verdict) {
  std::vector<std::string> bullets{ratio_bullet(contest, verdict.pairs)};
  if (verdict.confidence() == Confidence::kClear) return bullets;
  if (contest.of_time())
    bullets = {cpu_ratio_bullet(grounds, verdict), "wall time: " + bullets.front(),
               adjusted_bullet(grounds, verdict)};
  for (const Doubt& doubt : verdict.doubts.all) bullets.push_back(doubt.sentence);
  return bullets;
}

// ", on a busy machine"
std::string machine_state(const Doubts& doubts) {
  return doubts.on_busy_machine() ? ", on a busy machine" : "";
}

// What would remove the doubts.
std::string second_try(const Doubts& doubts) {
  if (doubts.all.empty()) return "";
  return doubts.on_busy_machine() ? " Measure again on a quieter machine before you rely on it."
                                  : " Measure more blocks before you rely on it.";
}

bool told_by_command(const profiles::Variant& variant) {
  return variant.advice.empty() && !variant.command.empty();
}

// What a reader turns on or starts: "pool (variant pool): --variant pool", "`zstd -T2 data`".
std::string choice_words(const MeasuredArm& arm) {
  const profiles::Variant& variant = *arm.about;
  if (told_by_command(variant) && !variant.server.empty())
    return fmt::format("the server `{}` under `{}`", shell_line(variant.server),
                       shell_line(variant.command));
  if (told_by_command(variant)) return "`" + shell_line(variant.command) + "`";
  return fmt::format("{} (variant {}){}{}", arm.label, variant.name,
                     variant.advice.empty() ? "" : ": ", variant.advice);
}

std::string recommendation(const Measured& arms, size_t winner) {
  const Words& words = arms.words();
  const std::string choice =
      fmt::format("{} {}", winner == 0 ? "Keep" : "Use", choice_words(arms[winner]));
  if (told_by_command(*arms[winner].about))
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

// Why a difference that the test finds still has no winner.
std::string conflict(const Grounds& grounds, const Contest& contest, size_t fastest, size_t other,
                     const Pairs& pairs) {
  const auto favoured = [&](double first, double second) {
    return tied(first, second) ? "neither"
           : first < second    ? grounds.label(fastest)
                               : grounds.label(other);
  };
  const std::string blocks =
      pairs.unpaired()
          ? fmt::format("{} {}", test_name(pairs), advantage(contest, pairs))
          : fmt::format("{} of {} pairs {}", std::max(pairs.faster, pairs.slower), pairs.count(),
                        grounds.label(pairs.faster > pairs.slower ? fastest : other));
  return fmt::format(
      "{} against {}: the mean favours {}, the median {}, {} ({}): a winner needs all of them",
      grounds.label(fastest), grounds.label(other),
      favoured(*contest.means[fastest], *contest.means[other]),
      favoured(*contest.medians[fastest], *contest.medians[other]), blocks,
      format_p(pairs.adjusted_p));
}

// Why `fastest` is not proven to be faster than `other`.
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
    return fmt::format("{}: {}, no more than two copies of {} differ ({})", against,
                       advantage(contest, pairs), grounds.label(0),
                       ratio_words(twin_of(grounds.compared, contest)));
  if (pairs.unpaired())
    return fmt::format("{}: {}: the blocks overlap, {}", against, advantage(contest, pairs),
                       certainty(pairs));
  return fmt::format("{}: {}: {}: {} in {} of {}, {}", against, advantage(contest, pairs),
                     pairs.decided() ? "by itself a difference, beside so many comparisons not"
                                     : "the pairs do not agree",
                     contest.of_time() ? "faster" : "better", pairs.faster, pairs.count(),
                     certainty(pairs));
}

Verdict undecided(const Grounds& grounds, const Contest& contest, size_t fastest,
                  const std::vector<Against>& open) {
  const bool too_few = std::ranges::any_of(
      open, [](const Against& each) { return each.pairs.evidence == Evidence::kUnproven; });
  Verdict verdict;
  verdict.outcome = too_few ? Verdict::kUnproven : Verdict::kNoClearWinner;
  verdict.winner = fastest;
  verdict.rival = open.front().other;
  verdict.pairs = open.front().pairs;
  verdict.title = "no clear winner (~)";
  verdict.doubts = doubts_without_winner(grounds.compared);
  for (const Doubt& doubt : verdict.doubts.all)
    verdict.title += fmt::format("{}: {}", machine_state(verdict.doubts), doubt.brief);
  for (const auto& [other, pairs] : open)
    verdict.bullets.push_back(open_question(grounds, contest, fastest, other, pairs));
  verdict.bullets.push_back("smallest effect that this run could have detected: " +
                            grounds.compared.noise.sentence);
  for (const Doubt& doubt : verdict.doubts.all) verdict.bullets.push_back(doubt.sentence);
  verdict.sentence = fmt::format(
      "For {}, these runs do not show which variant is {}:", short_workload_words(grounds.arms),
      contest.of_time() ? "faster" : "better by " + contest.by);
  verdict.recommendation =
      too_few ? "None on this evidence. Measure more blocks before choosing."
              : "None on this evidence: the difference, if there is one, is inside the noise of "
                "this run.";
  if (verdict.doubts.on_busy_machine())
    verdict.recommendation += " Measure again on a quieter machine.";
  return verdict;
}

// No verdict at all, for want of what it takes; empty: it has that.
std::optional<Verdict> refused(const Grounds& grounds, const Contest& contest) {
  Verdict verdict;
  const SameWork& same_work = grounds.compared.same_work;
  if (!same_work.holds()) {
    verdict.outcome = Verdict::kVoid;
    verdict.title = "none (comparison void)";
    verdict.sentence = "Comparison void: " + same_work.sentence;
    verdict.recommendation =
        same_work.status == SameWork::kInvalid
            ? "None. Run it again, and leave the programs alone until it has ended."
        : same_work.status == SameWork::kUnproven
            ? "None. Record work counters or an output checksum in every block."
            : "None. Make the variants do the same work first.";
    return verdict;
  }
  if (contest.entered().size() < 2) {
    verdict.title = "unavailable";
    verdict.sentence = contest.of_time()
                           ? "Fewer than two variants have a time pass: nothing to compare."
                           : fmt::format(
                                 "Fewer than two variants have figures of {} above 0: "
                                 "nothing to compare.",
                                 contest.by);
    verdict.recommendation = "None.";
    return verdict;
  }
  if (std::ranges::any_of(grounds.arms.recording().missing,
                          [](const auto& missing) { return !missing.pass; })) {
    verdict.title = "none (a quick look)";
    verdict.sentence = "This run was asked for durations without a verdict: it names no winner.";
    verdict.recommendation = "None. Run it again with enough blocks, without --no-verdict.";
    return verdict;
  }
  return std::nullopt;
}

// A winner without a cause: nothing that it does differs.
void say_alike(const Grounds& grounds, Verdict& verdict) {
  verdict.title = grounds.label(verdict.winner) + " (without a cause)";
  verdict.sentence = fmt::format("{} measured faster than {}, but nothing that it does differs:",
                                 grounds.label(verdict.winner), grounds.label(verdict.rival));
  verdict.recommendation =
      "None: choose either. Are the two really different programs? Was the option that tells "
      "them apart read?";
}

void say_causes(const Grounds& grounds, Verdict& verdict) {
  verdict.title = grounds.label(verdict.winner);
  verdict.sentence =
      fmt::format("For {}, {} is {} winner{} against {}{}:", short_workload_words(grounds.arms),
                  grounds.label(verdict.winner),
                  verdict.confidence() == Confidence::kClear ? "the clear" : "probably the",
                  verdict.by.empty() ? "" : " by " + verdict.by, grounds.label(verdict.rival),
                  machine_state(verdict.doubts));
  for (std::string& line : cause_bullets(grounds, verdict.winner, verdict.rival))
    verdict.bullets.push_back(std::move(line));
  verdict.recommendation =
      recommendation(grounds.arms, verdict.winner) + second_try(verdict.doubts);
}

Verdict won(const Grounds& grounds, const Contest& contest, size_t winner, size_t rival,
            const Pairs& pairs, const std::vector<SameBehaviour>& alike) {
  Verdict verdict;
  verdict.outcome = Verdict::kWinner;
  verdict.winner = winner;
  verdict.rival = rival;
  verdict.pairs = pairs;
  if (!contest.of_time()) verdict.by = contest.by;
  verdict.doubts = doubts_of(grounds, contest, winner, rival, pairs);
  verdict.cpu = cpu_pairs_of(grounds, winner, rival);
  verdict.adjusted = adjusted_wall(grounds.tables.ledger, rival, winner);
  verdict.bullets = size_bullets(grounds, contest, verdict);
  const bool same = std::ranges::any_of(alike, [&](const SameBehaviour& both) {
    return both.told && std::minmax(winner, rival) == std::minmax(both.first, both.second);
  });
  if (same)
    say_alike(grounds, verdict);
  else
    say_causes(grounds, verdict);
  if (!contest.of_time()) verdict.title += " (by " + contest.by + ")";
  if (verdict.confidence() == Confidence::kProbable)
    verdict.title = fmt::format("probably {}{}: {}", verdict.title, machine_state(verdict.doubts),
                                verdict.doubts.all.front().brief);
  return verdict;
}

Verdict decided(const Grounds& grounds, const Contest& contest,
                const std::vector<SameBehaviour>& alike) {
  if (auto verdict = refused(grounds, contest)) return *verdict;
  const size_t best = best_of(contest);
  const std::vector<Against> all = against_best(grounds.arms, contest, best);
  std::vector<Against> open;
  std::ranges::copy_if(all, std::back_inserter(open), [](const Against& each) {
    return each.pairs.evidence != Evidence::kProven;
  });
  if (!open.empty()) return undecided(grounds, contest, best, open);
  const size_t rival = rival_of(contest, best);
  return won(grounds, contest, best, rival, std::ranges::find(all, rival, &Against::other)->pairs,
             alike);
}

// What a contest that does not decide has to say, in one sentence.
SideVerdict beside(const Grounds& grounds, const Contest& contest) {
  const Verdict verdict = decided(grounds, contest, {});
  SideVerdict side{contest.by, verdict.outcome, verdict.winner, "", Confidence::kClear};
  if (verdict.outcome == Verdict::kWinner) {
    side.confidence = verdict.confidence();
    side.sentence =
        fmt::format("By {}, {} {} against {}{}: {}", contest.by, grounds.label(verdict.winner),
                    side.confidence == Confidence::kClear ? "wins" : "probably wins",
                    grounds.label(verdict.rival), machine_state(verdict.doubts),
                    ratio_bullet(contest, verdict.pairs));
  } else if (verdict.outcome == Verdict::kVoid || verdict.outcome == Verdict::kUnavailable) {
    side.sentence = fmt::format("By {}: {}", contest.by, verdict.sentence);
  } else {
    // Behind those of the open questions stand one of the noise and the doubts.
    const size_t count = verdict.bullets.size() - 1 - verdict.doubts.all.size();
    side.sentence = fmt::format("By {}, no clear winner: {}", contest.by, verdict.bullets.front());
    if (count > 1) side.sentence += fmt::format("; and {} more", count - 1);
  }
  return side;
}

const ComparedMetric* deciding(const Compared& compared) {
  const auto found = std::ranges::find_if(
      compared.compared_metrics, [](const ComparedMetric& metric) { return metric.about.decides; });
  return found == compared.compared_metrics.end() ? nullptr : &*found;
}

}  // namespace

Verdict verdict_of(const Grounds& grounds, const std::vector<SameBehaviour>& alike) {
  const Compared& compared = grounds.compared;
  const ComparedMetric* metric = deciding(compared);
  Verdict verdict =
      decided(grounds, metric ? contest_by(*metric) : contest_by_time(compared), alike);
  if (verdict.outcome == Verdict::kNoClearWinner || verdict.outcome == Verdict::kUnproven)
    std::ranges::move(cost_bullets(grounds), std::back_inserter(verdict.bullets));
  if (metric) verdict.beside.push_back(beside(grounds, contest_by_time(compared)));
  for (const ComparedMetric& each : compared.compared_metrics)
    if (&each != metric) verdict.beside.push_back(beside(grounds, contest_by(each)));
  const bool compares =
      verdict.outcome != Verdict::kVoid && verdict.outcome != Verdict::kUnavailable;
  for (const SideVerdict& side : verdict.beside)
    if (compares || side.outcome != verdict.outcome) verdict.bullets.push_back(side.sentence);
  for (const SameBehaviour& same : alike) verdict.bullets.push_back(same.sentence);
  return verdict;
}

}  // namespace winnow::reports
