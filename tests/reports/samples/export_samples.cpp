#include "tests/reports/samples/export_samples.h"

#include "tests/reports/samples/samples.h"

namespace winnow::reports {

using profiles::ThreadState;
using profiles::Timeline;

using profiles::Stacks;

namespace {

Stacks stacks(profiles::ProfileClock clock, int64_t scale) {
  const bool allocation = clock == profiles::ProfileClock::allocation;
  Stacks result{clock, 8, allocation ? 0 : 0.02, {{"main", "main.cpp", "other", 12}}, {}};
  for (const char* name : kHostileNames) {
    const int frame = static_cast<int>(result.frames.size());
    result.frames.push_back({name, "", "other", 0});
    profiles::Stack stack{{frame, 0}, scale * frame, 0, 0};
    if (allocation) stack = {{frame, 0}, 0, 1000 * scale * frame, scale * frame};
    result.stacks.push_back(std::move(stack));
  }
  return result;
}

}  // namespace

Export hostile_export() {
  profiles::Recording recording = realistic_recording();
  recording.workload.scenario = kHostileNames[0];
  recording.variants[1].label = kHostileNames[1];
  recording.warnings.push_back(kHostileNames[2]);
  for (auto& [name, profiles] : recording.profiles) {
    auto& functions = profiles.cpu->functions;
    for (size_t i = 0; i < std::size(kHostileNames); ++i) functions[i].name = kHostileNames[i];
  }
  Export source = make_export(recording);
  source.stacks = {
      {stacks(profiles::ProfileClock::cpu, 10), {}, stacks(profiles::ProfileClock::allocation, 3)},
      {stacks(profiles::ProfileClock::cpu, 7), stacks(profiles::ProfileClock::wall, 9),
       stacks(profiles::ProfileClock::allocation, 2)}};
  source.detail = make_detail(*source.measured, source.report, source.stacks);
  VariantPictures pictures;
  pictures.timeline.data =
      Timeline{{0},
               9000,
               {{kHostileNames[1],
                 {{500, ThreadState::kComputing},
                  {4000, ThreadState::kWaiting},
                  {8000, ThreadState::kOther}}},
                {kHostileNames[3], {{0, ThreadState::kSignalling}, {7000, ThreadState::kEnded}}}}};
  source.pictures.variants = {pictures, pictures};
  source.detailed = true;
  return source;
}

}  // namespace winnow::reports
