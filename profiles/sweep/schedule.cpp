#include "profiles/sweep/schedule.h"

#include <algorithm>
#include <cmath>
#include <random>

namespace winnow::profiles {
namespace {

bool is_ok(const SweepBlock& block) { return block.ok(); }

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

std::vector<double> block_medians(const SweepCell& cell) {
  std::vector<double> medians;
  for (const SweepBlock& block : cell.blocks)
    if (is_ok(block) && !block.iteration_wall_ns.empty())
      medians.push_back(median({block.iteration_wall_ns.begin(), block.iteration_wall_ns.end()}));
  return medians;
}

// A cell's time and how far off it may be.
struct Estimate {
  double middle = 0;
  std::optional<double> error;  // of one standard deviation; empty: a single block
  double low() const { return middle - 2 * error.value_or(0); }
  double high() const { return middle + 2 * error.value_or(0); }
};

std::optional<Estimate> estimate(const SweepCell& cell) {
  const std::vector<double> medians = block_medians(cell);
  if (medians.empty()) return std::nullopt;
  Estimate result{median(medians), {}};
  if (medians.size() == 1) return result;
  double squares = 0;
  for (const double value : medians) squares += (value - result.middle) * (value - result.middle);
  const auto n = static_cast<double>(medians.size());
  result.error = std::sqrt(squares / (n - 1)) / std::sqrt(n);
  return result;
}

}  // namespace

bool given_up(const SweepCell& cell) {
  const auto good = std::find_if(cell.blocks.rbegin(), cell.blocks.rend(), is_ok);
  return good - cell.blocks.rbegin() >= kFailuresToGiveUp;
}

std::optional<int> rounds_taken(const Sweep& sweep, const CellGroup& group) {
  std::optional<int> fewest;
  for (const size_t cell : group.cells) {
    if (given_up(sweep.cells[cell])) continue;
    const int taken = static_cast<int>(sweep.cells[cell].blocks.size());
    fewest = std::min(fewest.value_or(taken), taken);
  }
  return fewest;
}

std::vector<size_t> order_of_round(const Sweep& sweep, const CellGroup& group, int round,
                                   uint64_t seed) {
  std::vector<size_t> order = group.cells;
  if (order.empty()) return order;
  if (round % 2 == 0) {
    std::seed_seq mixed{static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32),
                        static_cast<uint32_t>(round), static_cast<uint32_t>(order.front())};
    std::mt19937_64 random(mixed);
    std::shuffle(order.begin(), order.end(), random);
    return order;
  }
  const auto position = [&](size_t cell) {
    const auto& blocks = sweep.cells[cell].blocks;
    const size_t before = static_cast<size_t>(round) - 1;
    return before < blocks.size() ? blocks[before].order : -1;
  };
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return position(a) > position(b); });
  return order;
}

Uncertainty uncertainty(const Sweep& sweep, const CellGroup& group) {
  Uncertainty result;
  std::vector<Estimate> estimates;
  for (const size_t cell : group.cells)
    if (const auto found = estimate(sweep.cells[cell])) estimates.push_back(*found);
  std::sort(estimates.begin(), estimates.end(),
            [](const Estimate& a, const Estimate& b) { return a.middle < b.middle; });
  for (const Estimate& one : estimates) {
    if (!one.error) result.spread_unknown = true;
    if (one.error && one.middle > 0)
      result.figure = std::max(result.figure, *one.error / one.middle);
  }
  if (estimates.size() < 2) return result;
  const Estimate &best = estimates[0], &second = estimates[1];
  result.best_two_overlap = second.low() <= best.high();
  if (result.spread_unknown) result.figure = second.middle > 0 ? best.middle / second.middle : 1;
  return result;
}

}  // namespace winnow::profiles
