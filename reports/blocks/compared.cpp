#include "reports/blocks/compared.h"

#include <algorithm>

#include "reports/recorded/measured.h"

namespace winnow::reports {

namespace {

bool has_servers(const Measured& arms) {
  return std::ranges::any_of(arms.variants(), [](const MeasuredArm& variant) {
    return std::ranges::any_of(variant.blocks(Pass::time), [](const profiles::Block* block) {
      return block->server.has_value();
    });
  });
}

ComparedMetric compare_metric(const Measured& arms, const std::vector<Match>& matches,
                              const profiles::Metric& metric) {
  ComparedMetric compared{metric};
  for (const MeasuredArm& variant : arms.variants())
    compared.spreads.push_back(metric_spread(variant, metric));
  compared.pairs = compare_all(arms, matches, Measure(metric));
  if (!arms.twin() || arms.size() == 0) return compared;
  compared.twin = compare_all(arms, {{&arms[0], &*arms.twin()}}, Measure(metric)).front();
  const int variants = static_cast<int>(matches.size());
  compared.effect = smallest_effect(arms, Measure(metric), Sought::kRow, variants);
  if (variants > 2)
    compared.winner_effect = smallest_effect(arms, Measure(metric), Sought::kWinner, variants);
  return compared;
}

}  // namespace

Compared compare_blocks(const Measured& arms) {
  Compared compared;
  compared.variants = arms.labels();
  compared.words = arms.words();
  compared.same_work = check_same_work(arms);
  compared.rounds = profiles::rounds_of(arms.recording());
  compared.disturbed_by = profiles::most_frequent_disturbance(arms.recording());
  std::vector<Match> matches;
  const auto& workload = arms.recording().workload;
  const double items = compared.words.item.empty() && workload.work ? workload.work->amount
                                                                    : workload.items_per_iteration;
  for (const MeasuredArm& variant : arms.variants()) {
    compared.timings.push_back(timing_of(variant, items));
    compared.patterns.push_back(pattern_of(variant, compared.words));
    matches.push_back({&arms[0], &variant});
  }
  compared.pairs = compare_all(arms, matches, Measure::kWall);
  compared.cpu_pairs = compare_all(arms, matches, Measure::kCpu);
  if (has_servers(arms)) compared.server_pairs = compare_all(arms, matches, Measure::kServerCpu);
  for (const profiles::Metric& metric : arms.recording().metrics)
    compared.compared_metrics.push_back(compare_metric(arms, matches, metric));
  if (!compared.same_work.holds()) {
    std::vector<std::vector<Pairs>*> all{&compared.pairs, &compared.cpu_pairs,
                                         &compared.server_pairs};
    for (ComparedMetric& metric : compared.compared_metrics) all.push_back(&metric.pairs);
    for (auto* each : all)
      for (Pairs& pairs : *each) pairs.evidence = Evidence::kVoid;
  }
  compared.noise = noise_floor(arms, static_cast<int>(matches.size()), true);
  return compared;
}

}  // namespace winnow::reports
