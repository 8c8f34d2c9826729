#include "profiles/raw/agent_events.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>

#include "base/error.h"
#include "profiles/agent/agent_file.h"
#include "profiles/raw/agent_bytes.h"

namespace winnow::profiles {
namespace {

using namespace winnow::agent;

struct RawEvent {
  int64_t ns;
  uint32_t what;
};
using Slots = std::map<uint32_t, std::vector<RawEvent>>;

uint64_t used_chunks(const EventsHeader& header) {
  return std::min(header.used_chunks.load(), header.chunk_count);
}

const EventsHeader& checked_events_header(std::span<const std::byte> bytes,
                                          const std::string& file) {
  if (bytes.size() < kChunksOffset) throw base::Error(file, "not the agent's events: too short");
  const auto& header = *reinterpret_cast<const EventsHeader*>(bytes.data());
  if (header.magic != kEventsMagic) throw base::Error(file, "not the agent's events");
  if (header.version != kVersion || header.chunk_size != sizeof(EventChunk)) {
    throw base::Error(file, "written by another version of the agent");
  }
  if (header.chunk_count > kEventChunks ||
      bytes.size() < kChunksOffset + used_chunks(header) * sizeof(EventChunk)) {
    throw base::Error(file, "cut short");
  }
  return header;
}

int64_t ns_of(uint64_t ticks, const AgentResults& results) {
  const uint64_t inside = std::clamp(ticks, results.begin_ticks, results.end_ticks);
  return std::llround(static_cast<double>(inside - results.begin_ticks) * results.ns_per_tick);
}

Slots read_slots(const EventsHeader& header, const EventChunk* chunks, const AgentResults& results,
                 const std::string& file) {
  Slots slots;
  for (uint64_t i = 0; i < used_chunks(header); ++i) {
    const EventChunk& chunk = chunks[i];
    const uint32_t count = chunk.count.load();
    if (count == 0) continue;
    if (count > kEventsOfChunk || chunk.slot >= kMaxSlots) throw base::Error(file, "damaged");
    auto& events = slots[chunk.slot];
    for (uint32_t k = 0; k < count; ++k) {
      const auto what = static_cast<uint32_t>(chunk.events[k] & ((1u << kEventBits) - 1));
      if (what >= kEventCount) throw base::Error(file, "damaged");
      // Cores' clocks may differ by some nanoseconds: a thread that moved keeps its order.
      const int64_t ns = ns_of(chunk.events[k] >> kEventBits, results);
      events.push_back({events.empty() ? ns : std::max(ns, events.back().ns), what});
    }
  }
  return slots;
}

ThreadState state_of(uint32_t mark) {
  constexpr ThreadState kStates[kMarkCount] = {ThreadState::kOther, ThreadState::kComputing,
                                               ThreadState::kSearching, ThreadState::kWaiting,
                                               ThreadState::kSignalling};
  return kStates[mark];
}

using Events = std::span<const RawEvent>;

// One thread's events, from kThreadBegins on.
void add_thread(Events thread, TimelineLane& lane) {
  const bool marked = std::ranges::any_of(
      thread, [](const RawEvent& event) { return event.what > 0 && event.what < kMarkCount; });
  const auto wait = std::ranges::find_if(thread, [](const RawEvent& event) {
    return event.what == kWaitBegins || event.what == kWaitEnds;
  });
  if (!marked && wait == thread.end()) return;  // it told nothing
  const auto enter = [&](int64_t ns, ThreadState state) {
    auto& events = lane.events;
    if (!events.empty() && events.back().begin_ns == ns) events.pop_back();
    if (events.empty() || events.back().state != state) events.push_back({ns, state});
  };
  const bool waits_at_first = !marked && wait->what == kWaitEnds;
  for (const RawEvent& event : thread) {
    if (event.what == kThreadBegins) {
      enter(event.ns, waits_at_first ? ThreadState::kWaiting : ThreadState::kOther);
    } else if (event.what == kThreadEnds) {
      enter(event.ns, ThreadState::kEnded);
    } else if (event.what < kMarkCount) {
      if (marked) enter(event.ns, state_of(event.what));
    } else if (!marked) {
      enter(event.ns, event.what == kWaitBegins ? ThreadState::kWaiting : ThreadState::kOther);
    }
  }
}

// How many threads the lane is of.
int add_threads(const std::vector<RawEvent>& events, TimelineLane& lane) {
  int threads = 0;
  for (size_t i = 0; i < events.size();) {
    size_t end = i + 1;
    while (end < events.size() && events[end].what != kThreadBegins) ++end;
    add_thread(Events(events).subspan(i, end - i), lane);
    ++threads;
    i = end;
  }
  return threads;
}

std::vector<TimelineLane> lanes_of(const Slots& slots, const AgentResults& results) {
  std::map<uint32_t, const AgentThread*> kept;
  for (const AgentThread& thread : results.threads) kept[thread.slot] = &thread;
  std::vector<TimelineLane> lanes;
  int shared = 0;
  for (const auto& [slot, events] : slots) {
    TimelineLane lane;
    const int threads = add_threads(events, lane);
    const auto thread = kept.find(slot);
    const bool named = threads == 1 && thread != kept.end();
    if (lane.events.empty()) continue;
    lane.thread = named ? thread->second->name : fmt::format("created in the region {}", ++shared);
    lanes.push_back(std::move(lane));
  }
  // A thread without an event was in one state from the region's begin to its end.
  for (const auto& [slot, thread] : kept) {
    if (slots.contains(slot)) continue;
    if (thread->mark_throughout == 0 && !thread->waits_throughout) continue;
    const ThreadState state =
        thread->mark_throughout > 0 ? state_of(thread->mark_throughout) : ThreadState::kWaiting;
    lanes.push_back({thread->name, {{0, state}}});
  }
  return lanes;
}

// The time before which there are at most `max_events` events.
int64_t end_of_events(const std::vector<TimelineLane>& lanes, int64_t max_events, int64_t end_ns) {
  std::vector<int64_t> times;
  for (const TimelineLane& lane : lanes)
    for (const TimelineEvent& event : lane.events) times.push_back(event.begin_ns);
  if (static_cast<int64_t>(times.size()) <= max_events) return end_ns;
  const auto limit = times.begin() + max_events;
  std::nth_element(times.begin(), limit, times.end());
  return std::min(end_ns, *limit);
}

void choose_iterations(const std::vector<int64_t>& iteration_wall_ns, int64_t told_ns,
                       Timeline& timeline) {
  int64_t begin_ns = 0;
  for (const int64_t wall_ns : iteration_wall_ns) {
    // Rounding, and what lies between the region's begin and the first iteration's.
    constexpr int64_t kGrain_ns = 1000;
    if (wall_ns == 0) continue;  // there is no place to show it
    if (wall_ns < 0 || begin_ns >= told_ns || wall_ns > told_ns + kGrain_ns - begin_ns) break;
    timeline.iteration_begin_ns.push_back(begin_ns);
    begin_ns += wall_ns;
    if (timeline.iteration_begin_ns.size() == kMaxTimelineIterations) break;
  }
  timeline.end_ns = std::min(begin_ns, told_ns);
}

void clip(std::vector<TimelineLane>& lanes, int64_t end_ns) {
  for (TimelineLane& lane : lanes)
    std::erase_if(lane.events,
                  [&](const TimelineEvent& event) { return event.begin_ns >= end_ns; });
  std::erase_if(lanes, [](const TimelineLane& lane) { return lane.events.empty(); });
}

}  // namespace

Timeline read_agent_events(const std::string& file, const AgentResults& results,
                           const std::vector<int64_t>& iteration_wall_ns, int64_t max_events) {
  const AgentBytes read(file);
  const EventsHeader& header = checked_events_header(read.bytes(), file);
  const auto* chunks = reinterpret_cast<const EventChunk*>(read.bytes().data() + kChunksOffset);
  Timeline timeline;
  timeline.lanes = lanes_of(read_slots(header, chunks, results, file), results);
  const uint64_t full_ticks = header.full_ticks.load();
  const int64_t region_ns = ns_of(results.end_ticks, results);
  int64_t told_ns = full_ticks == 0 ? region_ns : ns_of(full_ticks, results);
  told_ns = end_of_events(timeline.lanes, max_events, told_ns);
  choose_iterations(iteration_wall_ns, told_ns, timeline);
  if (timeline.iteration_begin_ns.empty()) {
    timeline.iteration_begin_ns = {0};
    timeline.end_ns = told_ns;
    timeline.cut = fmt::format("one iteration has more than {} changes of state", max_events);
    if (told_ns <= 0) throw base::Error(file, "nothing was recorded");
  }
  clip(timeline.lanes, timeline.end_ns);
  return timeline;
}

void trim_events_file(const std::string& file) {
  uint64_t size_bytes = 0;
  try {
    const AgentBytes read(file);
    const EventsHeader& header = checked_events_header(read.bytes(), file);
    size_bytes = kChunksOffset + used_chunks(header) * sizeof(EventChunk);
  } catch (const base::Error&) {
    return;
  }
  std::error_code ignored;
  std::filesystem::resize_file(file, size_bytes, ignored);
}

}  // namespace winnow::profiles
