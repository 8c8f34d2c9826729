#include "tests/reports/samples/picture_samples.h"

#include <initializer_list>

namespace winnow::reports {

using profiles::ThreadState;
using profiles::Timeline;
using profiles::TimelineLane;

namespace {

int frame(profiles::Stacks& stacks, const std::string& function, const std::string& category) {
  for (size_t i = 0; i < stacks.frames.size(); ++i)
    if (stacks.frames[i].function == function) return static_cast<int>(i);
  profiles::Frame added;
  added.function = function;
  added.category = category;
  added.file = "engine/" + category + ".cpp";
  added.line = static_cast<int>(stacks.frames.size()) + 1;
  stacks.frames.push_back(added);
  return static_cast<int>(stacks.frames.size()) - 1;
}

struct NamedFrame {
  const char* function;
  const char* category;
};

// Root first, as one reads it.
void add(profiles::Stacks& stacks, int64_t samples, std::initializer_list<NamedFrame> path) {
  profiles::Stack stack;
  stack.samples = samples;
  stack.bytes = samples * 1000;
  stack.objects = samples;
  for (const NamedFrame& each : path)
    stack.frames.insert(stack.frames.begin(), frame(stacks, each.function, each.category));
  stacks.stacks.push_back(stack);
}

profiles::Stacks stacks_of(profiles::ProfileClock clock, bool spawns) {
  profiles::Stacks stacks;
  stacks.clock = clock;
  stacks.iterations = 10;
  stacks.period_s = 0.01;
  if (spawns)
    add(stacks, 3000, {{"main", "other"}, {"pthread_create", "scheduler"}, {"clone3", "kernel"}});
  const NamedFrame call{"std::function::operator()", "other"};
  add(stacks, 4000, {{"main", "other"}, call, {"forward", "compute"}, {"matmul_q8_0", "compute"}});
  add(stacks, spawns ? 1010 : 1000,
      {{"main", "other"}, call, {"forward", "compute"}, {"attention", "compute"}});
  add(stacks, spawns ? 500 : 100, {{"main", "other"}, {"operator new", "memory"}});
  add(stacks, 1, {{"main", "other"}, {"rare", "other"}, {"rarer", "other"}});
  add(stacks, 1, {{"main", "other"}, {"</script><b>&|\"'", "other"}});
  if (clock == profiles::ProfileClock::allocation)
    for (profiles::Frame& each : stacks.frames)
      each.category = each.category == "compute" ? "Buffer Pool" : "Other";
  return stacks;
}

constexpr int64_t kMillisecond = 1'000'000;
constexpr int64_t kEnd = 70 * kMillisecond;

TimelineLane lane(const std::string& thread, int64_t begin, int64_t end) {
  TimelineLane result{thread, {}};
  for (int64_t at = begin; at < end; at += kMillisecond) {
    result.events.push_back({at, ThreadState::kComputing});
    result.events.push_back({at + kMillisecond / 2, ThreadState::kWaiting});
  }
  if (end < kEnd) {
    result.events.back().state = ThreadState::kEnded;
  }
  return result;
}

}  // namespace

Timeline sample_timeline(bool spawns) {
  Timeline timeline;
  timeline.iteration_begin_ns = {0, 10 * kMillisecond, 50 * kMillisecond};
  timeline.end_ns = kEnd;
  timeline.lanes.push_back(lane("</script><b>main", 0, kEnd));
  if (!spawns) timeline.lanes.push_back(lane("worker 1", 0, kEnd));
  for (int64_t at = 0; spawns && at < kEnd - kMillisecond; at += kMillisecond)
    timeline.lanes.push_back(lane("created", at, at + kMillisecond));
  return timeline;
}

PagePictures sample_pictures() {
  PagePictures pictures;
  for (const bool spawns : {true, false}) {
    VariantPictures variant;
    variant.cpu.data = stacks_of(profiles::ProfileClock::cpu, spawns);
    variant.timeline.data = sample_timeline(spawns);
    variant.allocation.data = stacks_of(profiles::ProfileClock::allocation, spawns);
    if (spawns)
      variant.wall.unavailable = "its threads <live> too short";
    else
      variant.wall.data = stacks_of(profiles::ProfileClock::wall, false);
    pictures.variants.push_back(variant);
  }
  return pictures;
}

}  // namespace winnow::reports
