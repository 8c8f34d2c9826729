#include "tests/reports/samples/sweep_samples.h"

#include <algorithm>
#include <cmath>

namespace winnow::reports {

using namespace profiles;

namespace {

// Twelve uniform numbers, summed: near enough to normal, and the same on every machine.
constexpr int kUniforms = 12;

SweepBlock block(const Condition& condition, double seconds, int64_t order) {
  SweepBlock block;
  block.order = order;
  for (double factor : {1.02, 1.0, 0.99})
    block.iteration_wall_ns.push_back(std::llround(seconds * factor * 1e9));
  block.tokens = 3 * 7 * condition.batch;
  block.macs = 3 * 1000 * condition.batch;
  block.isa = "avx2";
  block.checksum = "c0ffee";
  return block;
}

}  // namespace

PlantedSweep::PlantedSweep(std::vector<std::string> variants, int cores, double noise, int blocks,
                           uint64_t seed)
    : noise_(noise), blocks_(blocks), state_(seed * 0x9E3779B97F4A7C15u) {
  sweep.created = "2026-01-01T00:00:00Z";
  sweep.winnow_version = "0.1.0";
  sweep.commit = "0123456";
  sweep.status = profiles::RunStatus::complete;
  sweep.name = "planted";
  sweep.cores = cores;
  for (const std::string& name : variants) {
    Variant variant;
    variant.name = name;
    sweep.variants.push_back(variant);
  }
}

double PlantedSweep::normal() {
  double sum = -kUniforms / 2.0;
  for (int i = 0; i < kUniforms; ++i) {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    sum += static_cast<double>(state_ >> 11) * 0x1p-53;
  }
  return sum;
}

void PlantedSweep::add(const Condition& condition, const Seconds& seconds) {
  for (const Variant& variant : sweep.variants) {
    SweepCell cell;
    cell.variant = variant.name;
    cell.condition = condition;
    for (int i = 0; i < blocks_; ++i)
      cell.blocks.push_back(
          block(condition, seconds(variant.name, condition) * std::exp(noise_ * normal()), i));
    sweep.cells.push_back(std::move(cell));
  }
}

void PlantedSweep::add_batches(const std::string& mix, const std::vector<int>& batches,
                               const Seconds& seconds) {
  for (int batch : batches) add(condition(mix, batch, sweep.cores), seconds);
}

void PlantedSweep::add_threads(const std::string& mix, int batch, const std::vector<int>& threads,
                               const Seconds& seconds) {
  for (int count : threads) add(condition(mix, batch, count), seconds);
}

Condition condition(const std::string& mix, int batch, int threads) {
  Condition result;
  result.mix = mix;
  result.batch = batch;
  result.threads = threads;
  return result;
}

SweepCell& cell_of(Sweep& sweep, const std::string& variant, const Condition& wanted) {
  return *std::ranges::find_if(sweep.cells, [&](const SweepCell& cell) {
    return cell.variant == variant && cell.condition == wanted;
  });
}

Sweep realistic_sweep() {
  PlantedSweep planted({"spawn", "pool", "packed"}, 4, 0.01, 8);
  Sweep& sweep = planted.sweep;
  sweep.name = "batches";
  sweep.description = "fine or coarse, by batch size";
  sweep.variants[0].label = "Fine-Grained";
  sweep.variants[1].label = "Coarse-Grained";
  sweep.variants[2].label = "Packed";
  sweep.machine = {{"cpu_model", "Planted CPU", ""}, {"hypervisor", "", "no sensor"}};
  sweep.mixes = {{"short", "8 to 16 tokens"}, {"long", "500 tokens and more"}};
  sweep.warnings = {"the machine was busy: load 1.2 before the sweep"};
  // Milliseconds a text on one thread; spawn pays for its threads once a batch and splits each
  // text, pool cannot use more threads than texts, packed gains with the batch.
  const auto seconds = [](const std::string& variant, const Condition& at) {
    const double text_s = at.mix == "long" ? 0.05 : 0.004, threads = at.threads;
    if (variant == "spawn") return at.batch * (text_s * (0.2 + 0.8 / threads) + 0.0004);
    const double waves = std::ceil(at.batch / threads);
    if (variant == "pool") return waves * text_s * (1 + 0.01 * (threads - 1)) + 0.0001;
    return at.batch * text_s / threads * (0.7 + 0.9 / at.batch) * (1 + 0.02 * (threads - 1)) +
           0.0006;
  };
  planted.add_batches("short", {1, 2, 4, 8, 16, 32}, seconds);
  planted.add_batches("long", {1, 4, 16}, seconds);
  planted.add_threads("short", 32, {1, 2, 3}, seconds);
  Condition neighbours = condition("short", 32, 4);
  neighbours.neighbours = 2;
  planted.add(neighbours, [&](const std::string& variant, const Condition& at) {
    return seconds(variant, at) / (variant == "packed" ? 0.2 : variant == "pool" ? 0.55 : 0.66);
  });
  Condition quota = condition("short", 32, 4);
  quota.cpu_quota = 2;
  for (const char* variant : {"spawn", "pool", "packed"})
    sweep.cells.push_back({variant, quota, {}, "no control group may be written here"});
  SweepCell& failed = cell_of(sweep, "pool", condition("long", 16, 4));
  for (SweepBlock& failed_block : failed.blocks) {
    failed_block.failure = "signal 11";
    failed_block.iteration_wall_ns.clear();
  }
  cell_of(sweep, "packed", condition("short", 8, 4)).blocks[3].failure = "time limit of 60 s";
  return sweep;
}

}  // namespace winnow::reports
