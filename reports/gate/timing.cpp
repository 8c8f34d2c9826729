#include "reports/gate/timing.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "reports/blocks/pairs.h"
#include "reports/statistics/median.h"
#include "reports/statistics/sequential.h"

namespace winnow::reports {

using profiles::Block;
using profiles::Recording;

namespace {

constexpr const char *kWall = "wall_time", *kCpu = "cpu_time";
constexpr double kTimedMsPerSecond = 1e3, kBytesPerMegabyte = 1024.0 * 1024.0;

std::optional<double> block_ms(const Block& block, Measure measure) {
  const auto seconds = block_seconds(block, measure);
  return seconds ? std::optional(*seconds * kTimedMsPerSecond) : std::nullopt;
}

std::optional<double> wall_ms(const Block& block) { return block_ms(block, Measure::kWall); }
std::optional<double> cpu_ms(const Block& block) { return block_ms(block, Measure::kCpu); }

std::optional<double> peak_mb(const Block& block) {
  if (!block.peak_rss_bytes) return std::nullopt;
  return static_cast<double>(*block.peak_rss_bytes) / kBytesPerMegabyte;
}

// A smaller process is mostly its loader's pages, whose number is chance. Of commands, which may be
// that small.
constexpr double kLeastPeak_mb = 8;

struct Metric {
  std::string name, unit;
  std::optional<double> (*value)(const Block&);
  profiles::Pass pass = profiles::Pass::time;  // whose blocks have it
};

// The peak of commands is told by the tree pass alone.
profiles::Pass pass_of_peak(const Recording& recording) {
  const bool timed = std::ranges::any_of(recording.blocks, [](const Block& block) {
    return block.pass == profiles::Pass::time && block.peak_rss_bytes;
  });
  const bool told = std::ranges::any_of(recording.blocks, [](const Block& block) {
    return block.pass == profiles::Pass::tree && block.peak_rss_bytes;
  });
  return told && !timed ? profiles::Pass::tree : profiles::Pass::time;
}

std::vector<Metric> timed_metrics(const Measured& arms) {
  const std::string each = "ms " + arms.words().an_iteration;
  return {{kWall, each, wall_ms},
          {kCpu, each, cpu_ms},
          {"peak_memory", "MB", peak_mb, pass_of_peak(arms.recording())}};
}

struct PairedValues {
  std::vector<double> baseline, candidate;
};

// Disturbed ones too.
std::map<int, const Block*> blocks_of(const Recording& recording, const std::string& variant,
                                      profiles::Pass pass) {
  std::map<int, const Block*> by_index;
  for (const Block& block : recording.blocks)
    if (block.pass == pass && block.variant == variant && block.ok())
      by_index[block.index] = &block;
  return by_index;
}

PairedValues pairs_of(const Recording& baseline, const Recording& candidate,
                      const std::string& variant, const Metric& metric) {
  const auto others = blocks_of(candidate, variant, metric.pass);
  PairedValues pairs;
  for (const auto& [index, block] : blocks_of(baseline, variant, metric.pass)) {
    const auto other = others.find(index);
    if (other == others.end()) continue;
    const auto before = metric.value(*block), after = metric.value(*other->second);
    if (!before || !after) continue;
    pairs.baseline.push_back(*before);
    pairs.candidate.push_back(*after);
  }
  return pairs;
}

GateStatus status_of(const SequentialResult& result) {
  if (result.decision == SequentialResult::kRegression) return GateStatus::kRegression;
  if (result.decision == SequentialResult::kOpen) return GateStatus::kInconclusive;
  if (result.ratio.below_one()) return GateStatus::kImproved;
  return result.ratio.above_one() ? GateStatus::kAllowed : GateStatus::kEqual;
}

std::string limit_words(const GateLimits& limits) {
  if (!limits.check) return "not checked";
  return fmt::format("proven above {:.6g}%, passed below {:.6g}%", limits.allowance_percent,
                     limits.tolerance_percent);
}

// The factor up to which a metric is no worse than a second copy of the baseline was.
double bias_of(const Measured& baseline, std::string_view metric) {
  if (metric == kWall) return twin_bias(baseline, Measure::kWall);
  return metric == kCpu ? twin_bias(baseline, Measure::kCpu) : 1;
}

void hold_against_twin(double bias, GateRow& row) {
  if (row.status != GateStatus::kRegression || row.low.value_or(0) > bias) return;
  row.status = GateStatus::kInconclusive;
  row.note = fmt::format("the A/A arm, a second copy of the base, differs by up to {:.1f}%",
                         (bias - 1) * 100);
}

// CPU time says little of a program that waits for more of its time than this.
constexpr double kLeastCpuShare = 0.5;

// Of the same variant, where the limits let CPU time decide.
void leave_to_cpu_time(const GateRow& cpu, bool ended, GateRow& wall) {
  if (wall.status != GateStatus::kInconclusive || !wall.ratio || !wall.baseline) return;
  if (cpu.status == GateStatus::kUnchecked || !cpu.baseline) return;
  if (*cpu.baseline < kLeastCpuShare * *wall.baseline) return;
  if (!ended && wall.pairs < kPairsBeside) return;
  wall.status = GateStatus::kBeside;
  wall.note = "CPU time decides";
}

GateRow row_of(const std::string& variant, const Metric& metric, const PairedValues& pairs,
               const GateLimits& limits, size_t variants, bool ended) {
  GateRow row;
  row.variant = variant;
  row.metric = metric.name;
  row.unit = metric.unit;
  row.exact = false;
  row.limit = limit_words(limits);
  row.allowance_percent = limits.allowance_percent;
  row.tolerance_percent = limits.tolerance_percent;
  row.status = limits.check ? GateStatus::kInconclusive : GateStatus::kUnchecked;
  row.pairs = static_cast<int>(pairs.baseline.size());
  if (pairs.baseline.empty()) {
    row.status = GateStatus::kUnchecked;
    row.note = "no pair of processes has it";
    return row;
  }
  const SequentialResult result =
      decide(pairs.candidate, pairs.baseline,
             {1 + limits.allowance_percent / 100, 1 + limits.tolerance_percent / 100,
              kNominalLevel / static_cast<double>(std::max<size_t>(1, variants))},
             ended);
  if (result.ratio.pairs > 0) row.pairs = result.ratio.pairs;
  const auto used = [&](const std::vector<double>& values) {
    return median({values.begin(), values.begin() + row.pairs});
  };
  row.baseline = used(pairs.baseline);
  row.candidate = used(pairs.candidate);
  row.ratio = result.ratio.ratio;
  row.low = result.ratio.low;
  row.high = result.ratio.high;
  row.confidence = result.confidence;
  if (limits.check) row.status = status_of(result);
  if (metric.pass == profiles::Pass::tree &&
      std::max(*row.baseline, *row.candidate) < kLeastPeak_mb) {
    row.status = GateStatus::kUnchecked;
    row.note = fmt::format("below {:g} MB chance decides", kLeastPeak_mb);
  }
  if (row.status == GateStatus::kInconclusive)
    row.note = row.ratio ? "more pairs could decide" : "too few pairs for a look";
  return row;
}

}  // namespace

std::vector<GateRow> time_rows(const Recording& baseline, const Recording& candidate,
                               std::span<const GateRule> rules, bool ended) {
  std::vector<GateRow> rows;
  const Measured arms(baseline);
  const std::vector<Metric> metrics = timed_metrics(arms);
  for (const auto& variant : baseline.variants) {
    std::map<std::string, size_t> at;
    for (const Metric& metric : metrics) {
      at[metric.name] = rows.size();
      rows.push_back(
          row_of(variant.name, metric, pairs_of(baseline, candidate, variant.name, metric),
                 limits_of(rules, metric.name, variant.name), baseline.variants.size(), ended));
      hold_against_twin(bias_of(arms, metric.name), rows.back());
    }
    if (!limits_of(rules, kWall, variant.name).must_decide)
      leave_to_cpu_time(rows[at.at(kCpu)], ended, rows[at.at(kWall)]);
  }
  return rows;
}

bool time_decided(std::span<const GateRow> rows) {
  const auto any = [&](GateStatus status) {
    return std::ranges::count(rows, status, &GateRow::status) > 0;
  };
  return any(GateStatus::kRegression) || !any(GateStatus::kInconclusive);
}

bool gate_enough(const Recording& both, std::span<const GateRule> rules) {
  int rounds = 0;
  for (const Block& block : both.blocks) {
    if (block.pass != profiles::Pass::time) continue;
    if (!block.ok()) return true;  // the gate is invalid, whatever follows
    rounds = std::max(rounds, block.index + 1);
  }
  if (std::ranges::find(kLooks, rounds) == kLooks.end()) return false;
  return time_decided(time_rows(side_recording(both, profiles::Side::base),
                                side_recording(both, profiles::Side::head), rules, false));
}

Recording side_recording(const Recording& both, profiles::Side side) {
  Recording result = both;
  result.variants.clear();
  result.blocks.clear();
  result.profiles.clear();
  result.missing.clear();
  if (side != profiles::Side::base) result.twin.clear();
  std::map<std::string, std::string> own;  // names, by those of the recording
  if (!result.twin.empty()) own[result.twin] = result.twin;
  for (auto variant : both.variants) {
    if (variant.side != side) continue;
    own[variant.name] = variant.arm_of;
    variant.name = variant.arm_of;
    result.variants.push_back(std::move(variant));
  }
  for (auto block : both.blocks) {
    const auto name = own.find(block.variant);
    if (name == own.end()) continue;
    block.variant = name->second;
    result.blocks.push_back(std::move(block));
  }
  for (const auto& [name, profiles] : both.profiles)
    if (own.contains(name)) result.profiles[own[name]] = profiles;
  for (auto missing : both.missing) {
    if (missing.variant.empty()) {
      result.missing.push_back(missing);
    } else if (const auto name = own.find(missing.variant); name != own.end()) {
      missing.variant = name->second;
      result.missing.push_back(missing);
    }
  }
  result.baseline = result.variants.empty() ? "" : result.variants.front().name;
  return result;
}

}  // namespace winnow::reports
