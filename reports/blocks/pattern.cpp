#include "reports/blocks/pattern.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <utility>

#include "reports/blocks/block_times.h"
#include "reports/figures/format.h"
#include "reports/statistics/median.h"
#include "reports/statistics/paired_ratio.h"
#include "reports/statistics/shape.h"
#include "reports/statistics/significance.h"
#include "reports/statistics/unpaired_ratio.h"

namespace winnow::reports {

using profiles::Block;

namespace {

constexpr double kLeastChange = 0.01;             // of a time, relative: less is not worth a word
constexpr int64_t kCoarsestTick_ns = 10'000'000;  // of any clock
constexpr double kLeastOfUsual = 0.1;             // of the usual figure
constexpr double kLeastOfExcess_s = 0.1;          // of the time by which the block is longer
constexpr double kLeastPercent = 1;               // points
constexpr double kSuperior = 0.9;

enum class FigureKind { kPercent, kSeconds, kCount, kBytes };

// What is recorded of a block besides its wall time.
struct BlockFigure {
  const char* name;
  FigureKind kind;
  const char* unit;
  double resolution;  // of percents and counts
  std::optional<double> (*value)(const Block& block);
};

std::optional<double> per_iteration(const Block& block, const std::optional<int64_t>& amount) {
  if (!amount || block.iteration_wall_ns.empty()) return std::nullopt;
  return static_cast<double>(*amount) / static_cast<double>(block.iteration_wall_ns.size());
}

template <typename Value>
std::optional<double> of_machine(const Block& block, Value value) {
  return block.machine ? value(*block.machine) : std::nullopt;
}

template <typename Value>
std::optional<double> of_region(const Block& block, Value value) {
  return block.region ? per_iteration(block, value(*block.region)) : std::nullopt;
}

std::optional<double> throttled_percent(const profiles::BlockMachine& machine) {
  if (!machine.throttled_ns || machine.wall_s.value_or(0) <= 0) return std::nullopt;
  return static_cast<double>(*machine.throttled_ns) * 1e-9 / *machine.wall_s * 100;
}

std::optional<double> system_s(const Block& block) {
  const auto ns = of_region(block, [](const auto& region) { return region.system_ns; });
  return ns ? std::optional(*ns * 1e-9) : std::nullopt;
}

const std::array kFigures{
    BlockFigure{"CPU time of other programs", FigureKind::kPercent, "percent of all cores", 1,
                [](const Block& b) {
                  return of_machine(b, [](const auto& m) { return m.other_cpu_percent; });
                }},
    BlockFigure{"time that the hypervisor took", FigureKind::kPercent, "percent of all cores", 0.1,
                [](const Block& b) {
                  return of_machine(b, [](const auto& m) { return m.steal_percent; });
                }},
    BlockFigure{"tasks waiting for a core (PSI)", FigureKind::kPercent, "percent of the time", 1,
                [](const Block& b) {
                  return of_machine(b, [](const auto& m) { return m.psi_cpu_some_percent; });
                }},
    BlockFigure{"held back by the quota", FigureKind::kPercent, "percent of the time", 0.1,
                [](const Block& b) { return of_machine(b, throttled_percent); }},
    BlockFigure{"CPU time", FigureKind::kSeconds, "seconds", 0,
                [](const Block& b) { return block_seconds(b, Measure::kCpu); }},
    BlockFigure{"CPU time in the kernel", FigureKind::kSeconds, "seconds", 0, system_s},
    BlockFigure{"CPU time of the server", FigureKind::kSeconds, "seconds", 0,
                [](const Block& b) { return block_seconds(b, Measure::kServerCpu); }},
    BlockFigure{"minor page faults", FigureKind::kCount, "count", 1,
                [](const Block& b) {
                  return of_region(b, [](const auto& region) { return region.minor_faults; });
                }},
    BlockFigure{"major page faults", FigureKind::kCount, "count", 1,
                [](const Block& b) {
                  return of_region(b, [](const auto& region) { return region.major_faults; });
                }},
    BlockFigure{"voluntary context switches", FigureKind::kCount, "count", 1,
                [](const Block& b) {
                  return of_region(b, [](const auto& region) { return region.voluntary_switches; });
                }},
    BlockFigure{"involuntary context switches", FigureKind::kCount, "count", 1,
                [](const Block& b) {
                  return of_region(b,
                                   [](const auto& region) { return region.involuntary_switches; });
                }},
    BlockFigure{"migrations between cores", FigureKind::kCount, "count", 1,
                [](const Block& b) {
                  return of_region(b, [](const auto& region) { return region.cpu_migrations; });
                }},
    BlockFigure{"peak memory", FigureKind::kBytes, "bytes", 4096, [](const Block& b) {
                  return b.peak_rss_bytes ? std::optional(static_cast<double>(*b.peak_rss_bytes))
                                          : std::nullopt;
                }}};

struct Timed {
  const Block* block;
  double seconds;
};

std::vector<Timed> timed_blocks(const MeasuredArm& arm) {
  std::vector<Timed> all;
  for (const Block* block : arm.blocks(Pass::time))
    if (const auto seconds = block_seconds(*block, Measure::kWall))
      all.push_back({block, *seconds});
  if (all.size() > kMostPairs) all.resize(kMostPairs);  // the work is quadratic
  std::ranges::stable_sort(all, {}, [](const Timed& each) { return each.block->index; });
  return all;
}

// The step of the clock that the times were taken with, as far as they show it.
double tick_s(const std::vector<Timed>& blocks) {
  int64_t tick = 0;
  for (const Timed& each : blocks)
    for (const int64_t wall_ns : each.block->iteration_wall_ns) tick = std::gcd(tick, wall_ns);
  return static_cast<double>(std::min(tick, kCoarsestTick_ns)) * 1e-9;
}

// A figure that every block has.
struct Recorded {
  const BlockFigure* figure;
  std::vector<double> values;  // in the order of the blocks
};

std::vector<Recorded> recorded_of(const std::vector<Timed>& blocks) {
  std::vector<Recorded> all;
  for (const BlockFigure& figure : kFigures) {
    std::vector<double> values;
    for (const Timed& each : blocks)
      if (const auto value = figure.value(*each.block); value && std::isfinite(*value))
        values.push_back(*value);
    if (values.size() == blocks.size()) all.push_back({&figure, std::move(values)});
  }
  return all;
}

std::string figure_words(const BlockFigure& figure, double value) {
  switch (figure.kind) {
    case FigureKind::kPercent:
      return format_percent(value);
    case FigureKind::kSeconds:
      return iteration_seconds(value);
    case FigureKind::kCount:
      return format_value(value, Unit::kCount);
    case FigureKind::kBytes:
      return format_bytes(value);
  }
  return "";
}

Accompanying accompanying(const BlockFigure& figure, double value, double usual,
                          const Words& words) {
  const bool shared_out = figure.kind == FigureKind::kSeconds || figure.kind == FigureKind::kCount;
  const std::string behind = shared_out ? " " + words.an_iteration
                             : figure.kind == FigureKind::kPercent
                                 ? std::string(figure.unit).substr(7)
                                 : "";
  return {figure.name, std::string(figure.unit) + (shared_out ? "/" + words.iteration : ""), value,
          usual,
          fmt::format("{} {}{} instead of {}", figure.name, figure_words(figure, value), behind,
                      figure_words(figure, usual))};
}

// The smallest difference of a figure that can account for a time that is longer by `excess_s`.
double least_of(const BlockFigure& figure, double usual, double excess_s) {
  switch (figure.kind) {
    case FigureKind::kPercent:
      return std::max(kLeastPercent, kLeastOfUsual * std::abs(usual));
    case FigureKind::kSeconds:
      return kLeastOfExcess_s * std::abs(excess_s);
    default:
      return kLeastOfUsual * std::abs(usual);
  }
}

OutlierBlock outlier(const std::vector<Timed>& blocks, const std::vector<Recorded>& recorded,
                     size_t at, double usual_s, double score, const Words& words) {
  const Block& block = *blocks[at].block;
  const double excess_s = blocks[at].seconds - usual_s;
  OutlierBlock found{block.index, block.order, blocks[at].seconds, usual_s, score, block.disturbed};
  found.others = static_cast<int>(blocks.size()) - 1;
  for (const Timed& each : blocks)
    found.others_disturbed += each.block != &block && !each.block->disturbed.empty() ? 1 : 0;
  for (const auto& [figure, values] : recorded) {
    const double usual = median(values);
    const std::vector<size_t> far =
        far_out(values, {figure->resolution, least_of(*figure, usual, excess_s)});
    if (std::ranges::binary_search(far, at) && (values[at] > usual) == (excess_s > 0))
      found.differs.push_back(accompanying(*figure, values[at], usual, words));
  }
  return found;
}

std::vector<double> chosen(const std::vector<double>& values,
                           const std::vector<size_t>& positions) {
  std::vector<double> those;
  for (const size_t position : positions) those.push_back(values[position]);
  return those;
}

// In how many of all draws of one and one the slow block has more; ties count half.
double superiority(const std::vector<double>& slow, const std::vector<double>& fast) {
  double more = 0;
  for (const double a : slow)
    for (const double b : fast) more += a > b ? 1 : a == b ? 0.5 : 0;
  return more / (static_cast<double>(slow.size()) * static_cast<double>(fast.size()));
}

bool separates(const std::vector<double>& slow, const std::vector<double>& fast) {
  return superiority(slow, fast) >= kSuperior && mann_whitney_p(slow, fast) <= kLevel;
}

// The run's order and the disturbances, which need words of their own.
void add_order(const std::vector<Timed>& blocks, const Shape& shape, Modes& modes) {
  std::vector<double> order;
  for (const Timed& each : blocks) order.push_back(static_cast<double>(each.block->order));
  const std::vector<double> slow = chosen(order, shape.upper), fast = chosen(order, shape.lower);
  const bool later = separates(slow, fast);
  if (!later && !separates(fast, slow)) return;
  modes.separated_by.push_back(
      {"order", "place in the run", median(slow), median(fast),
       fmt::format("order: the slower ones ran {} (places {} to {} of the run, the faster ones {} "
                   "to {})",
                   later ? "later" : "earlier", std::ranges::min(slow), std::ranges::max(slow),
                   std::ranges::min(fast), std::ranges::max(fast))});
}

void add_disturbances(const std::vector<Timed>& blocks, const Shape& shape, Modes& modes) {
  std::vector<double> disturbed;
  for (const Timed& each : blocks) disturbed.push_back(each.block->disturbed.empty() ? 0 : 1);
  const std::vector<double> slow = chosen(disturbed, shape.upper),
                            fast = chosen(disturbed, shape.lower);
  if (!separates(slow, fast)) return;
  const auto share = [](const std::vector<double>& group) {
    return std::accumulate(group.begin(), group.end(), 0.0) / static_cast<double>(group.size());
  };
  modes.separated_by.push_back({"disturbed", "share of the blocks", share(slow), share(fast),
                                fmt::format("disturbed: {} of {} slower ones, {} of {} faster ones",
                                            std::ranges::count(slow, 1.0), slow.size(),
                                            std::ranges::count(fast, 1.0), fast.size())});
}

Mode mode_of(const std::vector<double>& seconds, const std::vector<size_t>& positions, size_t of) {
  return {static_cast<int>(positions.size()),
          static_cast<double>(positions.size()) / static_cast<double>(of),
          median(chosen(seconds, positions))};
}

Modes modes_of(const std::vector<Timed>& blocks, const std::vector<Recorded>& recorded,
               const std::vector<double>& seconds, const Shape& shape, const Words& words) {
  const size_t all = shape.lower.size() + shape.upper.size();
  Modes modes{mode_of(seconds, shape.lower, all), mode_of(seconds, shape.upper, all)};
  add_order(blocks, shape, modes);
  add_disturbances(blocks, shape, modes);
  for (const auto& [figure, values] : recorded) {
    const std::vector<double> slow = chosen(values, shape.upper),
                              fast = chosen(values, shape.lower);
    const double usual = median(fast), value = median(slow);
    const double least = std::max(
        figure->resolution, least_of(*figure, usual, modes.slow.median_s - modes.fast.median_s));
    if (value - usual > least && separates(slow, fast))
      modes.separated_by.push_back(accompanying(*figure, value, usual, words));
  }
  return modes;
}

}  // namespace

bool Pattern::judged() const { return blocks >= static_cast<int>(kFewestForShape); }

Pattern pattern_of(const MeasuredArm& arm, const Words& words) {
  const std::vector<Timed> blocks = timed_blocks(arm);
  Pattern pattern;
  pattern.blocks = static_cast<int>(blocks.size());
  if (blocks.empty()) return pattern;
  const std::vector<Recorded> recorded = recorded_of(blocks);
  for (const Recorded& each : recorded) pattern.recorded.emplace_back(each.figure->name);
  std::vector<double> seconds, logarithms;
  for (const Timed& each : blocks) {
    seconds.push_back(each.seconds);
    logarithms.push_back(std::log(each.seconds));
  }
  pattern.identical = blocks.size() > 1 &&
                      std::ranges::adjacent_find(seconds, std::not_equal_to{}) == seconds.end();
  if (pattern.identical || !pattern.judged()) return pattern;
  const double usual_s = median(seconds);
  const Grain grain{tick_s(blocks) / usual_s, std::log1p(kLeastChange)};
  const Shape shape = shape_of(logarithms, grain);
  const std::vector<double> scores = modified_z_scores(logarithms, grain);
  for (const size_t position : shape.outliers)
    pattern.outliers.push_back(
        outlier(blocks, recorded, position, usual_s, scores[position], words));
  if (shape.two_modes()) pattern.modes = modes_of(blocks, recorded, seconds, shape, words);
  return pattern;
}

}  // namespace winnow::reports
