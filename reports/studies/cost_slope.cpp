#include "reports/studies/cost_slope.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "reports/blocks/block_times.h"
#include "reports/recorded/measured.h"
#include "reports/statistics/median.h"
#include "reports/statistics/paired_ratio.h"

namespace winnow::reports {

using profiles::Block;
using profiles::Injected;
using profiles::InjectedCause;
using profiles::Recording;

namespace {

constexpr double kMostDisturbed = 0.2;
constexpr double kLeastPaid = 0.25;  // of a payment's cost outside the region

constexpr double kNanosecond = 1e-9;

// An amount as the slope's x: seconds of cost, or times.
double in_units(std::optional<InjectedCause> cause, int64_t amount) {
  return static_cast<double>(amount) * (cause == InjectedCause::region ? kNanosecond : 1);
}

// Blocks of one variant that paid, by round and amount.
using Rounds = std::map<int, std::map<int64_t, const Block*>>;

Rounds rounds_of(const Measured& arms, const std::string& variant) {
  Rounds rounds;
  for (const MeasuredArm& arm : arms.variants())
    if (arm.about->arm_of == variant)
      for (const Block* block : arm.blocks(Pass::time))
        if (block->injected && !block->iteration_wall_ns.empty())
          rounds[block->index][block->injected->amount] = block;
  return rounds;
}

double median_of(const Rounds& rounds, double (*figure)(const Block&)) {
  std::vector<double> values;
  for (const auto& [index, arms] : rounds)
    for (const auto& [amount, block] : arms) values.push_back(figure(*block));
  return median(std::move(values));
}

double by_iteration(const Block& block, int64_t count) {
  return static_cast<double>(count) / static_cast<double>(block.iteration_wall_ns.size());
}

// A figure of the blocks with the largest amount, where the clock's own cost counts least.
template <class Figure_>
std::vector<double> at_most_cost(const Rounds& rounds, const CostSlope& slope, Figure_ figure) {
  std::vector<double> values;
  for (const auto& [index, arms] : rounds)
    if (const auto found = arms.find(slope.amounts.back()); found != arms.end())
      values.push_back(figure(*found->second) * kNanosecond /
                       in_units(slope.cause, slope.amounts.back()));
  return values;
}

double unit_s(const Rounds& rounds, const CostSlope& slope, int64_t Injected::*quartile) {
  return median(at_most_cost(rounds, slope, [&](const Block& block) {
    return static_cast<double>((*block.injected).*quartile);
  }));
}

// Paid in an iteration, by one unit of the amount, in each block; empty where one does not tell.
std::vector<double> paid_s(const Rounds& rounds, const CostSlope& slope,
                           std::optional<int64_t> Injected::*figure) {
  bool told = true;
  auto values = at_most_cost(rounds, slope, [&](const Block& block) {
    const auto& ns = (*block.injected).*figure;
    told = told && ns;
    return by_iteration(block, ns.value_or(0));
  });
  if (!told) values.clear();
  std::ranges::sort(values);
  return values;
}

double quartile(const std::vector<double>& sorted, int which) {
  return sorted[(sorted.size() - 1) * static_cast<size_t>(which) / 4];
}

void predict(const Rounds& rounds, CostSlope& slope) {
  slope.regions =
      median_of(rounds, [](const Block& b) { return by_iteration(b, b.injected->regions); });
  slope.most_by_one_thread = median_of(
      rounds, [](const Block& b) { return by_iteration(b, b.injected->most_by_one_thread); });
  slope.unit_s = unit_s(rounds, slope, &Injected::unit_p50_ns);
  const bool one_thread = slope.most_by_one_thread >= slope.regions;
  const double share = one_thread ? 1 : 1.0 / std::max(slope.threads, 1);
  const auto paid = paid_s(rounds, slope, &Injected::paid_ns);
  const auto most = paid_s(rounds, slope, &Injected::most_paid_ns);
  const bool told = !paid.empty() && !most.empty() && slope.regions > 0;
  if (told) slope.paid_unit_s = median(paid) / slope.regions;
  // A spin lasts as long anywhere; and who paid next to nothing did not pay what it counted.
  if (told && slope.cause != InjectedCause::region &&
      slope.paid_unit_s > kLeastPaid * slope.unit_s) {
    slope.predicted_low = std::min(share * quartile(paid, 1), quartile(most, 1));
    slope.predicted_high = quartile(most, 3);
    return;
  }
  const double least = std::min(share * slope.regions, slope.most_by_one_thread);
  slope.predicted_low = least * unit_s(rounds, slope, &Injected::unit_p25_ns);
  slope.predicted_high = slope.most_by_one_thread * unit_s(rounds, slope, &Injected::unit_p75_ns);
}

void measure(const Rounds& rounds, CostSlope& slope) {
  std::vector<double> slopes, without;
  int blocks = 0, disturbed = 0;
  for (const auto& [index, arms] : rounds) {
    if (arms.size() != slope.amounts.size()) continue;
    std::vector<double> x, y;
    for (const auto& [amount, block] : arms) {
      x.push_back(in_units(slope.cause, amount));
      y.push_back(median(iterations_s(*block)));
      ++blocks;
      if (!block->disturbed.empty()) ++disturbed;
    }
    without.push_back(y.front());
    if (const auto found = line_slope(x, y)) slopes.push_back(*found);
  }
  slope.pairs = static_cast<int>(slopes.size());
  if (slopes.empty()) return;
  slope.disturbed = static_cast<double>(disturbed) / blocks;
  slope.iteration_s = median(std::move(without));
  slope.measured = location_of(slopes);
}

void decide(CostSlope& slope) {
  const auto &low = slope.measured.low, &high = slope.measured.high;
  slope.answer = CostSlope::kNotDecided;
  if (!low || !high) {
    slope.reason = fmt::format("{} rounds are too few for an interval at {:.0f}%", slope.pairs,
                               100 * kSlopeConfidence);
  } else if (*low > slope.predicted_high * (1 + kSlopeMargin) && slope.disturbed > kMostDisturbed) {
    slope.reason =
        fmt::format("other programs ran beside {:.0f}% of the blocks", 100 * slope.disturbed);
  } else if (*high < slope.predicted_low * (1 - kSlopeMargin) ||
             *low > slope.predicted_high * (1 + kSlopeMargin)) {
    slope.answer = CostSlope::kDisagrees;
  } else if (*low <= 0 || *high - *low > slope.predicted_high) {
    slope.reason = "too noisy: more blocks, or a higher cost";
  } else {
    slope.answer = CostSlope::kAgrees;
  }
}

std::string why_no_rounds(const Measured& arms, const std::string& variant) {
  std::string why;
  for (const MeasuredArm& arm : arms.variants()) {
    if (arm.about->arm_of != variant) continue;
    if (!arm.blocks(Pass::time).empty()) return "the program told nothing of an injected cost";
    if (why.empty()) why = arm.reason(Pass::time);
  }
  return why;
}

CostSlope slope_of(const Measured& arms, const std::string& variant) {
  CostSlope slope;
  slope.variant = variant;
  slope.threads = arms.recording().workload.threads;
  const Rounds rounds = rounds_of(arms, variant);
  for (const auto& [index, paid] : rounds)
    for (const auto& [amount, block] : paid) {
      slope.cause = block->injected->cause;
      if (std::ranges::count(slope.amounts, amount) == 0) slope.amounts.push_back(amount);
    }
  std::ranges::sort(slope.amounts);
  if (slope.amounts.size() < 2 || slope.amounts.front() != 0) {
    slope.reason =
        rounds.empty() ? why_no_rounds(arms, variant) : "no blocks with and without the cost";
    return slope;
  }
  predict(rounds, slope);
  measure(rounds, slope);
  decide(slope);
  return slope;
}

}  // namespace

Location location_of(const std::vector<double>& values, double confidence) {
  std::vector<double> walsh;
  const size_t count = std::min(values.size(), kMostPairs);
  for (size_t i = 0; i < count; ++i)
    for (size_t j = i; j < count; ++j) walsh.push_back((values[i] + values[j]) / 2);
  Location location;
  if (walsh.empty()) return location;
  std::ranges::sort(walsh);
  location.middle = median(walsh);
  if (const auto left = signed_rank_critical(static_cast<int>(count), (1 - confidence) / 2)) {
    location.low = walsh[static_cast<size_t>(*left)];
    location.high = walsh[walsh.size() - 1 - static_cast<size_t>(*left)];
  }
  return location;
}

std::optional<double> line_slope(const std::vector<double>& x, const std::vector<double>& y) {
  const auto count = static_cast<double>(x.size());
  const double mean_x = std::accumulate(x.begin(), x.end(), 0.0) / count;
  const double mean_y = std::accumulate(y.begin(), y.end(), 0.0) / count;
  double products = 0, squares = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    products += (x[i] - mean_x) * (y[i] - mean_y);
    squares += (x[i] - mean_x) * (x[i] - mean_x);
  }
  return squares > 0 ? std::optional(products / squares) : std::nullopt;
}

std::vector<CostSlope> cost_slopes(const Recording& recording) {
  const Measured arms(recording);
  std::vector<std::string> names;
  for (const MeasuredArm& arm : arms.variants())
    if (std::ranges::count(names, arm.about->arm_of) == 0) names.push_back(arm.about->arm_of);
  std::vector<CostSlope> slopes;
  for (const std::string& name : names) slopes.push_back(slope_of(arms, name));
  return slopes;
}

}  // namespace winnow::reports
