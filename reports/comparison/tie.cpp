#include "reports/comparison/tie.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "reports/comparison/causes.h"
#include "reports/comparison/confidence.h"
#include "reports/comparison/verdict_words.h"

namespace winnow::reports {

namespace {

constexpr size_t kMostWithCauses = 3;  // of more equals the first alone has its causes told

const char* is_or_are(size_t count) { return count == 1 ? "is" : "are"; }

// Of so many and the rival.
const char* any_of_them(size_t best) { return best == 1 ? "either" : "any of them"; }

std::vector<size_t> variants_of(const Verdict& verdict) {
  std::vector<size_t> variants;
  for (const Lead& lead : verdict.best) variants.push_back(lead.variant);
  return variants;
}

// Those of each of the best; behind what is said of one stands which.
Doubts doubts_of_best(const Grounds& grounds, const Contest& contest, const Verdict& verdict) {
  Doubts doubts = doubts_without_winner(grounds.compared);
  for (const Lead& lead : verdict.best)
    for (Doubt& doubt : doubts_of(grounds, contest, lead.variant, verdict.rival, lead.pairs).all) {
      if (doubt.kind == Doubt::kDisturbed) continue;
      const std::string which = " (" + grounds.label(lead.variant) + ")";
      doubts.all.push_back({doubt.kind, doubt.brief + which, doubt.sentence + which});
    }
  std::ranges::stable_sort(doubts.all, {}, &Doubt::kind);
  return doubts;
}

// Why no difference is proven between the two.
std::string question_of(const Grounds& grounds, const Contest& contest, const Standings& standings,
                        size_t first, size_t second) {
  if (!standings.before(first, second)) std::swap(first, second);
  return open_question(grounds, contest, first, second, standings.pairs(first, second));
}

// What of all this is not proven: between the equals, and of those that may be as good.
std::vector<std::string> questions(const Grounds& grounds, const Contest& contest,
                                   const Standings& standings, const Front& front) {
  std::vector<std::string> bullets;
  const size_t first = front.best.front();
  for (const size_t other : front.best)
    if (other != first) bullets.push_back(question_of(grounds, contest, standings, first, other));
  for (const size_t other : front.near) {
    bullets.push_back(question_of(grounds, contest, standings, first, other));
    bullets.push_back(question_of(grounds, contest, standings, other, front.rival));
  }
  return bullets;
}

std::string sentence(const Grounds& grounds, const Contest& contest, const Verdict& verdict) {
  const std::vector<size_t> best = variants_of(verdict);
  std::string text =
      fmt::format("For {}, {} {} {} {} than {}{}", short_workload_words(grounds.arms),
                  listed(grounds, best, "and"), is_or_are(best.size()),
                  verdict.confidence() == Confidence::kClear ? "clearly" : "probably",
                  contest.of_time() ? "faster" : "better by " + contest.by,
                  grounds.label(verdict.rival), machine_state(verdict.doubts));
  if (best.size() > 1) text += "; these runs do not tell them apart from each other";
  if (!verdict.near.empty())
    text += fmt::format("; these runs do not tell {} apart from {}",
                        listed(grounds, verdict.near, "and"), any_of_them(best.size()));
  return text + ":";
}

std::string advice(const Grounds& grounds, const Contest& contest, const Verdict& verdict,
                   const std::vector<size_t>& with_cause) {
  if (with_cause.empty())
    return "None: choose any. Are they really different programs? Was the option that tells them "
           "apart read?";
  std::string text = recommendation(grounds.arms, with_cause);
  if (!verdict.near.empty())
    text += fmt::format(" Measure more blocks to tell whether {} {} as {}.",
                        listed(grounds, verdict.near, "or"), is_or_are(verdict.near.size()),
                        contest.of_time() ? "fast" : "good");
  return text + second_try(verdict.doubts);
}

std::string title(const Grounds& grounds, const Contest& contest, const Verdict& verdict,
                  size_t with_cause) {
  std::string text = tie_words(grounds, contest, verdict);
  if (!contest.of_time()) text += " (by " + contest.by + ")";
  if (with_cause == 0) text += " (without a cause)";
  if (verdict.confidence() == Confidence::kProbable)
    return fmt::format("{}{}: {}", text, machine_state(verdict.doubts),
                       verdict.doubts.all.front().brief);
  if (with_cause < verdict.best.size() || with_cause == 1) return text;
  if (!verdict.near.empty()) return text;
  return text + (with_cause == 2 ? ": use either" : ": use any");
}

}  // namespace

Verdict tie_of(const Grounds& grounds, const Contest& contest, const Standings& standings,
               const Front& front, const std::vector<SameBehaviour>& alike) {
  Verdict verdict;
  verdict.outcome = Verdict::kTie;
  verdict.winner = front.best.front();
  verdict.rival = front.rival;
  verdict.pairs = standings.pairs(verdict.winner, verdict.rival);
  verdict.best = leads_of(grounds, standings, front.best, front.rival);
  verdict.near = front.near;
  if (!contest.of_time()) verdict.by = contest.by;
  verdict.doubts = doubts_of_best(grounds, contest, verdict);
  const bool clear = verdict.confidence() == Confidence::kClear;
  for (const Lead& lead : verdict.best)
    for (const std::string& line :
         size_bullets(grounds, contest, lead, verdict.rival, verdict.confidence()))
      verdict.bullets.push_back(fmt::format("{}{}: {}", grounds.label(lead.variant),
                                            clear ? " against " + grounds.label(verdict.rival) : "",
                                            line));
  for (const Doubt& doubt : verdict.doubts.all) verdict.bullets.push_back(doubt.sentence);
  std::ranges::move(questions(grounds, contest, standings, front),
                    std::back_inserter(verdict.bullets));
  const std::vector<size_t> top = standings.unbeaten();
  for (const size_t other : standings.order())
    if (other != verdict.rival && std::ranges::find(top, other) == top.end())
      verdict.bullets.push_back(beaten_bullet(grounds, contest, standings, front.best, other));
  verdict.bullets.push_back("smallest effect that this run could have detected: " +
                            grounds.compared.noise.sentence);
  std::vector<size_t> with_cause;
  for (const size_t variant : front.best)
    if (!alike_told(alike, variant, verdict.rival)) with_cause.push_back(variant);
  const size_t told = with_cause.size() > kMostWithCauses ? 1 : with_cause.size();
  for (size_t i = 0; i < told; ++i)
    for (const std::string& line : cause_bullets(grounds, with_cause[i], verdict.rival))
      verdict.causes.push_back(grounds.label(with_cause[i]) + ": " + line);
  std::ranges::copy(verdict.causes, std::back_inserter(verdict.bullets));
  verdict.title = title(grounds, contest, verdict, with_cause.size());
  verdict.sentence = sentence(grounds, contest, verdict);
  verdict.recommendation = advice(grounds, contest, verdict, with_cause);
  return verdict;
}

std::string tie_words(const Grounds& grounds, const Contest& contest, const Verdict& verdict) {
  const std::vector<size_t> best = variants_of(verdict);
  const std::string names = listed(grounds, best, "and");
  std::string text = best.size() == 1   ? names + " is"
                     : best.size() == 2 ? names + " tie; both are"
                                        : names + " tie; all are";
  text +=
      fmt::format("{} {} {} {}", verdict.confidence() == Confidence::kClear ? "" : " probably",
                  range_words(ratios_of(verdict.best, &Lead::pairs)),
                  contest.of_time() ? "as fast as" : "better than", grounds.label(verdict.rival));
  if (!verdict.near.empty())
    text += fmt::format("; {} cannot be told apart from {}", listed(grounds, verdict.near, "and"),
                        any_of_them(best.size()));
  return text;
}

std::string beaten_bullet(const Grounds& grounds, const Contest& contest,
                          const Standings& standings, const std::vector<size_t>& best,
                          size_t beaten) {
  std::vector<size_t> better, through_others, open;
  for (const size_t variant : best)
    (standings.beats(variant, beaten)   ? better
     : standings.above(variant, beaten) ? through_others
                                        : open)
        .push_back(variant);
  if (better.empty())
    std::ranges::copy_if(standings.order(), std::back_inserter(better),
                         [&](size_t variant) { return standings.beats(variant, beaten); });
  std::vector<double> ratios;
  for (const size_t variant : better) ratios.push_back(*standings.pairs(variant, beaten).ratio);
  const std::string& name = grounds.label(beaten);
  std::string text =
      fmt::format("{} {} {} {} {}", listed(grounds, better, "and"), is_or_are(better.size()),
                  range_words(ratios), contest.of_time() ? "as fast as" : "better than", name);
  if (!through_others.empty())
    text += fmt::format("; so {} {} {} than {}, too", listed(grounds, through_others, "and"),
                        is_or_are(through_others.size()), contest.of_time() ? "faster" : "better",
                        name);
  if (!open.empty())
    text += fmt::format("; {} cannot be told apart from {}", listed(grounds, open, "and"), name);
  return text;
}

}  // namespace winnow::reports
