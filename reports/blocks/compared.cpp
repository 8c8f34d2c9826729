#include "reports/blocks/compared.h"

#include "reports/recorded/questions.h"

namespace winnow::reports {

using profiles::Recording;

Compared compare_blocks(const Recording& recording) {
  Compared compared;
  compared.variants = labels(recording);
  compared.same_work = check_same_work(recording);
  std::vector<Match> matches;
  for (const auto& variant : recording.variants) {
    compared.timings.push_back(timing_of(recording, variant.name));
    matches.push_back({recording.variants.front().name, variant.name});
  }
  compared.pairs = compare_all(recording, matches, Measure::kWall);
  compared.cpu_pairs = compare_all(recording, matches, Measure::kCpu);
  if (!compared.same_work.holds())
    for (auto* all : {&compared.pairs, &compared.cpu_pairs})
      for (Pairs& pairs : *all) pairs.evidence = Evidence::kVoid;
  compared.noise = noise_floor(recording, static_cast<int>(matches.size()) - 1);
  return compared;
}

}  // namespace winnow::reports
