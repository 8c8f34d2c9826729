#include "reports/tables/dispatch.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "reports/figures/format.h"
#include "reports/statistics/median.h"

namespace winnow::reports {
namespace {

using profiles::Block;
using profiles::DispatchLoop;

constexpr double kSecondsPerNs = 1e-9;

// Per loop, the medians over a variant's blocks.
struct Cost {
  double per_iteration, p50_s, p99_s;
};
using Costs = std::map<std::string, Cost>;

Costs costs_of(const std::vector<const Block*>& blocks) {
  std::map<std::string, std::vector<DispatchLoop>> loops;
  for (const Block* block : blocks)
    if (block->dispatch)
      for (const auto& [name, loop] : *block->dispatch) loops[name].push_back(loop);
  Costs costs;
  for (const auto& [name, all] : loops) {
    const auto middle = [&all = all](int64_t DispatchLoop::*field) {
      std::vector<double> values;
      for (const DispatchLoop& loop : all) values.push_back(static_cast<double>(loop.*field));
      return median(values);
    };
    costs[name] = {middle(&DispatchLoop::per_iteration),
                   middle(&DispatchLoop::p50_ns) * kSecondsPerNs,
                   middle(&DispatchLoop::p99_ns) * kSecondsPerNs};
  }
  return costs;
}

// One row: `figure` of each variant that has the loop.
template <class Figure_>
Row row_of(const std::string& name, Unit unit, const std::vector<Costs>& costs, Figure_ figure) {
  Row row;
  row.name = name;
  row.unit = unit;
  for (size_t variant = 0; variant < costs.size(); ++variant)
    row.figures.push_back(costs[variant].empty() ? Figure{} : figure(variant));
  return row;
}

// The three rows of one kind of loop.
void add_loop(Table& table, const std::string& loop, const std::vector<Costs>& costs,
              const Words& words) {
  const auto add = [&](const std::string& what, Unit unit, double Cost::*field) {
    table.rows.push_back(
        row_of(fmt::format("{}: {}", loop, what), unit, costs, [&](size_t variant) {
          const auto found = costs[variant].find(loop);
          return found == costs[variant].end() ? Figure{} : measured(found->second.*field);
        }));
  };
  add("loops " + words.an_iteration, Unit::kCount, &Cost::per_iteration);
  add("an empty loop, median", Unit::kSeconds, &Cost::p50_s);
  add("an empty loop, 99th percentile", Unit::kSeconds, &Cost::p99_s);
}

double sum_s(const Costs& costs) {
  double sum = 0;
  for (const auto& [name, cost] : costs) sum += cost.per_iteration * cost.p50_s;
  return sum;
}

void add_sums(Table& table, const std::vector<Costs>& costs, const std::vector<Timing>& timings,
              const Words& words) {
  table.rows.push_back(row_of(all_loops(words), Unit::kSeconds, costs,
                              [&](size_t variant) { return estimated(sum_s(costs[variant])); }));
  table.rows.push_back(row_of("Its share of Median Time/" + title_case(words.iteration),
                              Unit::kPercent, costs, [&](size_t variant) {
                                const auto& median_s = timings[variant].median_s;
                                return median_s ? estimated(100 * sum_s(costs[variant]) / *median_s)
                                                : Figure{};
                              }));
}

}  // namespace

std::string all_loops(const Words& words) { return "All loops of " + words.an_iteration; }

Table dispatch_table(const Measured& arms, const std::vector<Timing>& timings) {
  const Words& words = arms.words();
  Table table;
  table.heading = "Dispatch Cost";
  table.first_column = "Loop";
  table.columns = arms.labels();
  std::vector<Costs> costs;
  std::set<std::string> loops;
  for (const MeasuredArm& variant : arms.variants()) {
    costs.push_back(costs_of(variant.blocks(Pass::time)));
    for (const auto& [name, cost] : costs.back()) loops.insert(name);
    if (costs.back().empty())
      table.unavailable.push_back(fmt::format(
          "{}: unavailable: the program told no cost of its loops (dispatch)", variant.label));
  }
  if (loops.empty()) return words.computes ? table : Table{};
  for (const std::string& loop : loops) add_loop(table, loop, costs, words);
  add_sums(table, costs, timings, words);
  table.notes.push_back(fmt::format(
      "Wall time of one loop whose bodies do nothing, one item a thread, one loop right behind the "
      "other, measured behind the region of each process of the time pass; medians over the "
      "processes. The estimate is loops {} x the median of an empty loop, summed. "
      "It leaves out what waiting for the slowest body costs, and counts loops that several "
      "workers run at the same time one after another. Hold it against waiting and signalling in "
      "the {} Metrics.",
      words.an_iteration, title_case(words.scheduler)));
  return table;
}

}  // namespace winnow::reports
