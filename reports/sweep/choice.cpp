#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reports/figures/format.h"
#include "reports/sweep/parts.h"

namespace winnow::reports {

using profiles::Condition;

namespace {

struct Rival {
  size_t variant = 0;
  PairedRatio ratio;  // of the fastest to this one
};

std::vector<Rival> rivals_of(const SweepCells& cells, size_t fastest,
                             const std::vector<size_t>& measured, const Condition& condition) {
  std::vector<Rival> rivals;
  for (size_t variant : measured)
    if (variant != fastest) rivals.push_back({variant, cells.ratio(fastest, variant, condition)});
  std::ranges::stable_sort(rivals, {}, [](const Rival& rival) {
    return rival.ratio.ratio ? *rival.ratio.ratio : INFINITY;
  });
  return rivals;
}

// The fastest, or all that it is not proven to be faster than.
void name_best(const SweepCells& cells, size_t fastest, const std::vector<Rival>& rivals,
               Choice& choice) {
  std::vector<std::string> near;
  for (const Rival& rival : rivals)
    if (!rival.ratio.above_one()) near.push_back(cells.labels()[rival.variant]);
  choice.clear = near.empty();
  choice.best = cells.labels()[fastest];
  if (choice.clear) return;
  const std::string last = near.back();
  near.pop_back();
  near.insert(near.begin(), choice.best);
  choice.best = fmt::format("~ {} or {}", fmt::join(near, ", "), last);
  const bool few = std::ranges::any_of(rivals, [](const Rival& r) { return !r.ratio.low; });
  choice.reason = few ? "too few pairs of blocks: an interval needs 6" : "inside the noise";
}

}  // namespace

std::string ratio_words(const Estimate& ratio) {
  if (!ratio.value) return "unavailable (" + ratio.reason + ")";
  if (!ratio.low || !ratio.high) return "~" + format_ratio(*ratio.value);
  return fmt::format("{} [{}, {}]", format_ratio(*ratio.value), format_ratio(*ratio.low),
                     format_ratio(*ratio.high));
}

// The fastest is chosen only when it beats every other one, each at the full level: an
// intersection-union test, whose chance of a false choice stays below 5% without adjustment
// (Berger 1982).
Choice choose(const SweepCells& cells, const Condition& condition) {
  Choice choice;
  choice.batch = condition.batch;
  std::vector<size_t> measured;
  std::vector<Estimate> throughputs;
  for (size_t variant = 0; variant < cells.variants().size(); ++variant) {
    throughputs.push_back(cells.throughput(variant, condition));
    if (throughputs.back().value)
      measured.push_back(variant);
    else
      choice.left_out.push_back(cells.labels()[variant]);
  }
  if (measured.empty()) {
    choice.reason = throughputs.empty() ? "no variant was measured" : throughputs.front().reason;
    return choice;
  }
  const size_t fastest = *std::ranges::max_element(
      measured, {}, [&](size_t variant) { return *throughputs[variant].value; });
  choice.throughput = throughputs[fastest];
  if (measured.size() == 1) {
    choice.reason = fmt::format("{} is the only one measured", cells.labels()[fastest]);
    return choice;
  }
  if (const std::string& reason = cells.void_reason(condition); !reason.empty()) {
    choice.reason = "comparison void: " + reason;
    return choice;
  }
  const std::vector<Rival> rivals = rivals_of(cells, fastest, measured, condition);
  choice.second = cells.labels()[rivals.front().variant];
  choice.margin = estimate_of(rivals.front().ratio);
  name_best(cells, fastest, rivals, choice);
  return choice;
}

}  // namespace winnow::reports
