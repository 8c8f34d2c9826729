#include "reports/comparison/verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>

#include "reports/comparison/causes.h"
#include "reports/comparison/contest.h"
#include "reports/comparison/standings.h"
#include "reports/comparison/tie.h"
#include "reports/comparison/verdict_words.h"

namespace winnow::reports {

namespace {

// "one and two behave identically"; empty: it is not told of every two of them.
std::string identical_words(const Grounds& grounds, const std::vector<size_t>& entered,
                            const std::vector<SameBehaviour>& alike) {
  for (const size_t first : entered)
    for (const size_t second : entered)
      if (first < second && !alike_told(alike, first, second)) return "";
  return listed(grounds, entered, "and") + " behave identically";
}

// Nothing is proven about anyone.
Verdict undecided(const Grounds& grounds, const Contest& contest, const Standings& standings,
                  const std::vector<SameBehaviour>& alike) {
  const size_t fastest = standings.order().front();
  std::vector<size_t> others = contest.entered();
  std::erase(others, fastest);
  const bool too_few = std::ranges::any_of(others, [&](size_t other) {
    return standings.pairs(fastest, other).evidence == Evidence::kUnproven;
  });
  Verdict verdict;
  verdict.outcome = too_few ? Verdict::kUnproven : Verdict::kNoClearWinner;
  verdict.winner = fastest;
  verdict.rival = others.front();
  verdict.pairs = standings.pairs(fastest, verdict.rival);
  const std::string identical = identical_words(grounds, contest.entered(), alike);
  verdict.title = identical.empty() ? "no clear winner (~)" : identical;
  verdict.doubts = doubts_without_winner(grounds.compared);
  for (const Doubt& doubt : verdict.doubts.all)
    verdict.title += fmt::format("{}: {}", machine_state(verdict.doubts), doubt.brief);
  for (const size_t other : others)
    verdict.bullets.push_back(
        open_question(grounds, contest, fastest, other, standings.pairs(fastest, other)));
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
  verdict.causes = cause_bullets(grounds, verdict.winner, verdict.rival);
  std::ranges::copy(verdict.causes, std::back_inserter(verdict.bullets));
  verdict.recommendation =
      recommendation(grounds.arms, {verdict.winner}) + second_try(verdict.doubts);
}

Verdict won(const Grounds& grounds, const Contest& contest, const Standings& standings,
            size_t winner, size_t rival, const std::vector<SameBehaviour>& alike) {
  Verdict verdict;
  verdict.outcome = Verdict::kWinner;
  verdict.winner = winner;
  verdict.rival = rival;
  verdict.pairs = standings.pairs(winner, rival);
  verdict.best = leads_of(grounds, standings, {winner}, rival);
  if (!contest.of_time()) verdict.by = contest.by;
  verdict.doubts = doubts_of(grounds, contest, winner, rival, verdict.pairs);
  verdict.bullets =
      size_bullets(grounds, contest, verdict.best.front(), rival, verdict.confidence());
  for (const Doubt& doubt : verdict.doubts.all) verdict.bullets.push_back(doubt.sentence);
  for (const size_t other : standings.order())
    if (other != winner && !standings.beats(winner, other))
      verdict.bullets.push_back(beaten_bullet(grounds, contest, standings, {winner}, other));
  if (alike_told(alike, winner, rival))
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
  const Standings standings(grounds.arms, contest, by_mean(contest));
  const auto front = front_of(standings);
  if (!front) return undecided(grounds, contest, standings, alike);
  if (front->best.size() + front->near.size() > 1)
    return tie_of(grounds, contest, standings, *front, alike);
  return won(grounds, contest, standings, front->best.front(), front->rival, alike);
}

// What a contest that does not decide has to say, in one sentence.
SideVerdict beside(const Grounds& grounds, const Contest& contest) {
  const Verdict verdict = decided(grounds, contest, {});
  SideVerdict side{contest.by, verdict.outcome, {}, "", Confidence::kClear};
  for (const Lead& lead : verdict.best) side.best.push_back(lead.variant);
  if (verdict.decided()) side.confidence = verdict.confidence();
  if (verdict.outcome == Verdict::kWinner) {
    side.sentence =
        fmt::format("By {}, {} {} against {}{}: {}", contest.by, grounds.label(verdict.winner),
                    side.confidence == Confidence::kClear ? "wins" : "probably wins",
                    grounds.label(verdict.rival), machine_state(verdict.doubts),
                    ratio_bullet(contest, verdict.pairs));
  } else if (verdict.outcome == Verdict::kTie) {
    const Lead& weakest = *std::ranges::max_element(
        verdict.best, {}, [](const Lead& lead) { return lead.pairs.adjusted_p; });
    side.sentence = fmt::format("By {}, {}{}: {}", contest.by, tie_words(grounds, contest, verdict),
                                machine_state(verdict.doubts), certainty(weakest.pairs));
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
  if (metric) verdict.by = metric->about.name;
  if (verdict.outcome == Verdict::kNoClearWinner || verdict.outcome == Verdict::kUnproven) {
    verdict.causes = cost_bullets(grounds);
    std::ranges::copy(verdict.causes, std::back_inserter(verdict.bullets));
  }
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
