#include "reports/comparison/ranking.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "reports/comparison/contest.h"
#include "reports/recorded/words.h"
#include "reports/statistics/significance.h"

namespace winnow::reports {

namespace {

constexpr size_t kMostTold = 3;  // variants that are told apart neither from ... nor from ...

std::vector<size_t> by_speed(const Contest& contest) {
  std::vector<size_t> order = contest.entered();
  std::ranges::stable_sort(order, {}, [&](size_t variant) { return *contest.medians[variant]; });
  return order;
}

std::optional<double> inverse(const std::optional<double>& ratio) {
  return ratio ? std::optional(1 / *ratio) : std::nullopt;
}

// The same comparison, the first variant's blocks and the second's exchanged.
Pairs reversed(Pairs pairs) {
  std::swap(pairs.faster, pairs.slower);
  std::swap(pairs.first_blocks, pairs.second_blocks);
  std::swap(pairs.low, pairs.high);
  std::swap(pairs.sign_low, pairs.sign_high);
  for (auto* ratio : {&pairs.ratio, &pairs.low, &pairs.high, &pairs.sign_low, &pairs.sign_high})
    *ratio = inverse(*ratio);
  return pairs;
}

std::string note(const Words& words, int comparisons, int pairs) {
  const int needed = pairs_needed(kLevel, comparisons);
  std::string text = fmt::format(
      "Ordered by Median Time/{}; ratios are of speed, with their 99% intervals; behind ~ no "
      "difference is proven. A rank like 1 to 2 tells the places that a variant may have: behind "
      "all that are proven faster, before all that are proven slower. Variants of the same rank "
      "are equals as far as this run tells. Against the baseline Holm is over the variants; ranks "
      "and fastest are chosen by the figures, so it is over all {} pairs of variants there, which "
      "takes {} pairs of blocks",
      title_case(words.iteration), comparisons, needed);
  return text + (pairs < needed ? fmt::format("; there are {}.", pairs) : ".");
}

// A variant between two others of which one is above the other.
struct Between {
  size_t variant, above, below;
};

std::optional<Between> between(const Standings& standings, size_t variant) {
  const auto equal = [&](size_t other) {
    return other != variant && !standings.above(other, variant) && !standings.above(variant, other);
  };
  const auto& order = standings.order();
  for (const size_t above : order)
    for (size_t place = order.size(); equal(above) && place-- > 0;)
      if (equal(order[place]) && standings.above(above, order[place]))
        return Between{variant, above, order[place]};
  return std::nullopt;
}

// Being equal is not handed on: of A and B no difference is proven, nor of B and C, but of A and C.
void tell_between(const Measured& arms, const Standings& standings,
                  std::vector<std::string>& notes) {
  size_t found = 0;
  for (const size_t variant : standings.order()) {
    const auto which = between(standings, variant);
    if (!which || ++found > kMostTold) continue;
    notes.push_back(fmt::format(
        "{0} is told apart neither from {1} nor from {2}, yet {1} is proven faster than {2}.",
        arms[variant].label, arms[which->above].label, arms[which->below].label));
  }
  if (found > kMostTold) notes.back() += fmt::format(" And {} more like it.", found - kMostTold);
}

}  // namespace

Ranking ranking_of(const Measured& arms, const Compared& compared) {
  Ranking ranking;
  const Contest contest = contest_by_time(compared);
  const auto order = by_speed(contest);
  if (order.size() < 3 || !compared.same_work.holds()) return ranking;
  const Standings standings(arms, contest, order);
  const Pairs& closest = standings.pairs(order[0], order[1]);
  int fewest = closest.count();
  for (size_t place = 0; place < order.size(); ++place) {
    Rank rank;
    rank.variant = order[place];
    rank.median_s = contest.medians[order[place]];
    rank.places = standings.places(order[place]);
    rank.against_baseline = compared.pairs[order[place]];
    if (place > 0) rank.against_fastest = reversed(standings.pairs(order[0], order[place]));
    for (size_t later = place + 1; later < order.size(); ++later)
      fewest = std::min(fewest, standings.pairs(order[place], order[later]).count());
    ranking.ranks.push_back(std::move(rank));
  }
  ranking.notes.push_back(note(compared.words, closest.comparisons, fewest));
  tell_between(arms, standings, ranking.notes);
  return ranking;
}

std::string rank_words(const Rank& rank) {
  const auto& [first, last] = rank.places;
  return first == last ? fmt::format("{}", first) : fmt::format("{} to {}", first, last);
}

}  // namespace winnow::reports
