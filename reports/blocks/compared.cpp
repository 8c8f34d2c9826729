#include "reports/blocks/compared.h"

#include "reports/recorded/measured.h"

namespace winnow::reports {

Compared compare_blocks(const Measured& arms) {
  Compared compared;
  compared.variants = arms.labels();
  compared.words = arms.words();
  compared.same_work = check_same_work(arms);
  std::vector<Match> matches;
  const auto& workload = arms.recording().workload;
  const double items = compared.words.item.empty() && workload.work ? workload.work->amount
                                                                    : workload.items_per_iteration;
  for (const MeasuredArm& variant : arms.variants()) {
    compared.timings.push_back(timing_of(variant, items));
    matches.push_back({&arms[0], &variant});
  }
  compared.pairs = compare_all(arms, matches, Measure::kWall);
  compared.cpu_pairs = compare_all(arms, matches, Measure::kCpu);
  if (!compared.same_work.holds())
    for (auto* all : {&compared.pairs, &compared.cpu_pairs})
      for (Pairs& pairs : *all) pairs.evidence = Evidence::kVoid;
  compared.noise = noise_floor(arms, static_cast<int>(matches.size()) - 1);
  return compared;
}

}  // namespace winnow::reports
