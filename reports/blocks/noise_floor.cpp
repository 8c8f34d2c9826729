#include "reports/blocks/noise_floor.h"

#include <fmt/format.h>

#include <cmath>

#include "reports/blocks/block_times.h"
#include "reports/figures/format.h"
#include "reports/recorded/words.h"
#include "reports/statistics/significance.h"

namespace winnow::reports {

namespace {

std::vector<double> log_ratios(const Measured& arms, Measure measure) {
  const auto twin = block_cost(*arms.twin(), measure);
  std::vector<double> logs;
  for (const auto& [index, seconds] : block_cost(arms[0], measure)) {
    const auto other = twin.find(index);
    if (other == twin.end()) continue;
    const double log = std::log(seconds) - std::log(other->second);
    if (std::isfinite(log)) logs.push_back(log);
  }
  return logs;
}

// "4.6% in wall time (A/A arm 0.999x, 99% CI 0.98x to 1.02x, 10 pairs)"
std::string effect_words(const std::optional<double>& effect, const Pairs& pairs,
                         const char* what) {
  if (pairs.count() == 0) return fmt::format("unavailable in {} (no pairs of the A/A arm)", what);
  const std::string arm =
      fmt::format("A/A arm {}, {}", ratio_words(pairs), count_of(pairs.count(), "pair"));
  if (!effect) return fmt::format("unavailable in {} ({}: too few)", what, arm);
  return fmt::format("{} in {} ({})", format_percent(*effect * 100), what, arm);
}

std::string distance_words(const Pairs& pairs) {
  return fmt::format("{} ({}, {}{})", ratio_words(pairs), count_of(pairs.count(), "pair"),
                     format_p(pairs.adjusted_p), pairs.comparisons > 1 ? " over both" : "");
}

// One family of what was measured of the two.
void adjust_together(Pairs& wall, Pairs& cpu) {
  std::vector<Pairs*> measured;
  std::vector<double> p;
  for (Pairs* pairs : {&wall, &cpu})
    if (pairs->count() > 0) {
      measured.push_back(pairs);
      p.push_back(pairs->p);
    }
  const std::vector<double> adjusted = holm(p);
  for (size_t i = 0; i < measured.size(); ++i) {
    measured[i]->adjusted_p = adjusted[i];
    measured[i]->comparisons = static_cast<int>(measured.size());
  }
}

}  // namespace

std::optional<double> smallest_effect(const Measured& arms, Measure measure, Sought sought,
                                      int variants) {
  return detectable_effect(log_ratios(arms, measure), sought, variants);
}

NoiseFloor noise_floor(const Measured& arms, int variants, bool ranks) {
  NoiseFloor noise;
  if (!arms.twin() || arms.size() == 0) {
    noise.sentence = "unavailable (no A/A arm was measured: a second copy of the baseline)";
    return noise;
  }
  const std::vector<Match> match{{&arms[0], &*arms.twin()}};
  noise.wall = compare_all(arms, match, Measure::kWall).front();
  noise.cpu = compare_all(arms, match, Measure::kCpu).front();
  adjust_together(noise.wall, noise.cpu);
  noise.wall_effect = smallest_effect(arms, Measure::kWall, Sought::kRow, variants);
  noise.cpu_effect = smallest_effect(arms, Measure::kCpu, Sought::kRow, variants);
  const std::string over =
      variants > 2 ? fmt::format(" over {} comparisons", variants - 1) : std::string();
  noise.sentence = fmt::format("{}; {}; at 99% confidence{} and 90% power",
                               effect_words(noise.wall_effect, noise.wall, "wall time"),
                               effect_words(noise.cpu_effect, noise.cpu, "CPU time"), over);
  if (!ranks || variants < 3 || noise.wall.count() == 0) return noise;
  noise.winner_effect = smallest_effect(arms, Measure::kWall, Sought::kWinner, variants);
  noise.sentence +=
      fmt::format("; a winner among {} variants: {}", variants,
                  noise.winner_effect ? format_percent(*noise.winner_effect * 100) + " in wall time"
                                      : "unavailable (too few pairs)");
  return noise;
}

bool twin_differs(const Pairs& twin) { return twin.decided() && twin.adjusted_p <= kLevel; }

std::string noise_alarm(const std::vector<std::string>& labels, const NoiseFloor& noise) {
  std::string where;
  if (twin_differs(noise.wall)) where = "wall time: " + distance_words(noise.wall);
  if (twin_differs(noise.cpu))
    where += (where.empty() ? "CPU time: " : "; CPU time: ") + distance_words(noise.cpu);
  if (where.empty()) return "";
  return fmt::format(
      "{} and its A/A arm differ in {}. What made them differ may have made the variants differ: "
      "no difference up to that size counts. Measure again on a quieter machine.",
      labels.front(), where);
}

}  // namespace winnow::reports
