#include "reports/comparison/standings.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace winnow::reports {

Standings::Standings(const Measured& arms, const Contest& contest, std::vector<size_t> order)
    : order_(std::move(order)), place_(arms.size()) {
  const size_t count = order_.size();
  std::vector<Match> matches;
  for (size_t first = 0; first < count; ++first) {
    place_[order_[first]] = first;
    for (size_t second = first + 1; second < count; ++second)
      matches.push_back({&arms[order_[second]], &arms[order_[first]]});
  }
  all_ = compare_all(arms, matches, contest.measure);
  above_.assign(count, std::vector<bool>(count));
  for (size_t first = 0; first < count; ++first)
    for (size_t second = first + 1; second < count; ++second) {
      const Pairs& pairs = all_[index(first, second)];
      if (pairs.evidence != Evidence::kProven) continue;
      (*pairs.ratio > 1 ? above_[first][second] : above_[second][first]) = true;
    }
  for (size_t through = 0; through < count; ++through)
    for (size_t first = 0; first < count; ++first)
      for (size_t second = 0; above_[first][through] && second < count; ++second)
        if (above_[through][second]) above_[first][second] = true;
}

size_t Standings::index(size_t first, size_t second) const {
  return first * order_.size() - first * (first + 1) / 2 + second - first - 1;
}

const Pairs& Standings::pairs(size_t earlier, size_t later) const {
  return all_[index(place_[earlier], place_[later])];
}

bool Standings::beats(size_t better, size_t worse) const {
  if (better == worse) return false;
  const bool first = before(better, worse);
  const Pairs& both = first ? pairs(better, worse) : pairs(worse, better);
  return both.evidence == Evidence::kProven && (*both.ratio > 1) == first;
}

std::vector<size_t> Standings::unbeaten() const {
  std::vector<size_t> top;
  std::ranges::copy_if(order_, std::back_inserter(top), [&](size_t variant) {
    return std::ranges::none_of(order_, [&](size_t other) { return beats(other, variant); });
  });
  return top;
}

Places Standings::places(size_t variant) const {
  Places places{1, order_.size()};
  for (const size_t other : order_) {
    places.first += above(other, variant);
    places.last -= above(variant, other);
  }
  return places;
}

std::vector<size_t> by_mean(const Contest& contest) {
  std::vector<size_t> order = contest.entered();
  std::ranges::stable_sort(order, {}, [&](size_t variant) { return *contest.means[variant]; });
  return order;
}

std::optional<Front> front_of(const Standings& standings) {
  const std::vector<size_t> top = standings.unbeaten();
  const auto beaten_by = [&](size_t variant) {
    return std::ranges::count_if(top, [&](size_t each) { return standings.beats(each, variant); });
  };
  std::optional<size_t> rival;
  for (const size_t variant : standings.order()) {
    const auto by = beaten_by(variant);
    if (by == 0) continue;
    if (!rival || variant == 0 || (*rival != 0 && by > beaten_by(*rival))) rival = variant;
  }
  if (!rival) return std::nullopt;
  Front front{{}, {}, *rival};
  for (const size_t variant : top)
    (standings.above(variant, *rival) && standings.pairs(variant, *rival).ratio ? front.best
                                                                                : front.near)
        .push_back(variant);
  return front;
}

}  // namespace winnow::reports
