#include "reports/comparison/ranking.h"

#include <fmt/format.h>

#include <algorithm>

#include "reports/statistics/significance.h"

namespace winnow::reports {

namespace {

std::vector<size_t> by_speed(const Compared& compared) {
  std::vector<size_t> order;
  for (size_t variant = 0; variant < compared.timings.size(); ++variant)
    if (compared.timings[variant].median_s) order.push_back(variant);
  std::ranges::stable_sort(order, {},
                           [&](size_t variant) { return *compared.timings[variant].median_s; });
  return order;
}

std::string note(int comparisons, int pairs) {
  const int needed = pairs_needed(kLevel, comparisons);
  std::string text = fmt::format(
      "Ordered by Median Time/Iteration; ratios are of speed, with their 99 % intervals. Behind ~: "
      "at 99 % the noise does not allow this order (of the variant and the one above it), or this "
      "difference. Against the baseline Holm is over the variants; order and fastest are chosen by "
      "the figures, so it is over all {} pairs of variants there, which takes {} pairs of blocks",
      comparisons, needed);
  return text + (pairs < needed ? fmt::format("; there are {}.", pairs) : ".");
}

}  // namespace

Ranking ranking_of(const Measured& arms, const Compared& compared) {
  Ranking ranking;
  const auto order = by_speed(compared);
  if (order.size() < 3 || !compared.same_work.holds()) return ranking;
  std::vector<Match> matches;  // of every two, the slower one second
  for (size_t fast = 0; fast < order.size(); ++fast)
    for (size_t slow = fast + 1; slow < order.size(); ++slow)
      matches.push_back({&arms[order[fast]], &arms[order[slow]]});
  const auto all = compare_all(arms, matches, Measure::kWall);
  size_t adjacent = 0;
  int fewest = all.front().count();
  for (const Pairs& pairs : all) fewest = std::min(fewest, pairs.count());
  for (size_t place = 0; place < order.size(); ++place) {
    Rank rank;
    rank.variant = order[place];
    rank.median_s = compared.timings[order[place]].median_s;
    rank.against_baseline = compared.pairs[order[place]];
    if (place > 0) {
      rank.against_fastest = all[place - 1];
      rank.ordered = all[adjacent].evidence == Evidence::kProven;
      adjacent += order.size() - place;
    }
    ranking.ranks.push_back(std::move(rank));
  }
  ranking.notes.push_back(note(static_cast<int>(matches.size()), fewest));
  return ranking;
}

}  // namespace winnow::reports
