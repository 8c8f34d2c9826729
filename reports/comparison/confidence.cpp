#include "reports/comparison/confidence.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "reports/figures/format.h"
#include "reports/ledger/ledger.h"

namespace winnow::reports {

namespace {

constexpr double kMostOfSaved = 0.5;

std::optional<Doubt> disturbed_doubt(const profiles::Rounds& rounds) {
  if (!rounds.on_busy_machine()) return std::nullopt;
  return Doubt{Doubt::kDisturbed,
               fmt::format("{} of {} rounds disturbed", rounds.disturbed, rounds.all),
               fmt::format("a busy machine disturbed {} of {} rounds of the time pass, more than a "
                           "fifth",
                           rounds.disturbed, rounds.all)};
}

// The smallest relative effect of a winner by this contest that the run could have detected.
std::optional<double> smallest_of_winner(const Compared& compared, const Contest& contest) {
  const bool of_several = compared.variants.size() > 2;
  if (contest.of_time())
    return of_several ? compared.noise.winner_effect : compared.noise.wall_effect;
  for (const ComparedMetric& metric : compared.compared_metrics)
    if (&metric.about == contest.measure.metric)
      return of_several ? metric.winner_effect : metric.effect;
  return std::nullopt;
}

std::optional<Doubt> effect_doubt(const std::optional<double>& smallest, const Pairs& pairs) {
  if (!smallest || !pairs.ratio || *pairs.ratio - 1 > *smallest) return std::nullopt;
  const std::string effect = format_ratio(*pairs.ratio), least = format_ratio(1 + *smallest);
  return Doubt{Doubt::kNotDetectable,
               fmt::format("{} is within the {} that this run may miss", effect, least),
               fmt::format("the effect, {}, is no larger than the smallest that this run could "
                           "have detected, {}",
                           effect, least)};
}

std::optional<Doubt> others_doubt(const Grounds& grounds, size_t winner, size_t rival) {
  const auto difference = ledger_difference(grounds.tables.ledger, rival, winner);
  if (!difference || difference->wall_s <= 0 ||
      difference->others_s() <= kMostOfSaved * difference->wall_s)
    return std::nullopt;
  const std::string others = iteration_seconds(difference->others_s()),
                    saved = iteration_seconds(difference->wall_s);
  return Doubt{
      Doubt::kTimeOfOthers, fmt::format("others took {} of {} saved", others, saved),
      fmt::format("most of the {} saved {} is time that others took: {} less beside {}", saved,
                  grounds.arms.words().an_iteration, others, grounds.label(winner))};
}

void add_doubt(std::optional<Doubt> doubt, Doubts& doubts) {
  if (doubt) doubts.all.push_back(std::move(*doubt));
}

}  // namespace

bool Doubts::on_busy_machine() const {
  return std::ranges::any_of(
      all, [](const Doubt& doubt) { return doubt.kind != Doubt::kNotDetectable; });
}

Doubts doubts_of(const Grounds& grounds, const Contest& contest, size_t winner, size_t rival,
                 const Pairs& pairs) {
  Doubts doubts = doubts_without_winner(grounds.compared);
  add_doubt(effect_doubt(smallest_of_winner(grounds.compared, contest), pairs), doubts);
  if (contest.of_time()) add_doubt(others_doubt(grounds, winner, rival), doubts);
  return doubts;
}

Doubts doubts_without_winner(const Compared& compared) {
  Doubts doubts;
  add_doubt(disturbed_doubt(compared.rounds), doubts);
  return doubts;
}

}  // namespace winnow::reports
