#include "profiles/recording/timeline.h"

#include <filesystem>
#include <string_view>

#include "base/error.h"
#include "profiles/recording/document.h"

namespace winnow::profiles {
namespace {

constexpr std::string_view kLetters = "cswgeo";  // of the states, in their order
constexpr int64_t kLimit_ns = int64_t{1} << 52;  // sums stay exact in double, and positive

// An event is its distance from the one before and a letter: that takes a third of the room.
struct LaneFile {
  std::string thread;
  std::vector<int64_t> steps_ns;
  std::string states;
};

struct TimelineFile {
  std::vector<int64_t> iteration_begin_ns;
  int64_t end_ns = 0;
  std::string cut;
  std::vector<LaneFile> lanes;
};

template <class Io, Is<LaneFile> T>
void fields(Io& io, T& lane) {
  io("thread", lane.thread);
  io("steps_ns", lane.steps_ns);
  io("states", lane.states);
}

template <class Io, Is<TimelineFile> T>
void fields(Io& io, T& file) {
  io("iteration_begin_ns", file.iteration_begin_ns);
  io("end_ns", file.end_ns);
  io.where_told("cut", file.cut);
  io("lanes", file.lanes);
}

const Kind& timeline_kind() {
  static const Kind kind{"file of a timeline", {kTimelineSchema}};
  return kind;
}

// A variant's name may come out of a file: it must not lead elsewhere.
std::string path_of(const std::string& folder, const std::string& variant) {
  if (variant.find('/') != std::string::npos || variant.find('\0') != std::string::npos)
    throw base::Error(folder, "variant \"" + variant + "\": a name with a slash has no timeline");
  return folder + "/timelines/" + variant + ".json";
}

void check_iterations(const TimelineFile& file, const std::string& path) {
  const auto& begins = file.iteration_begin_ns;
  if (begins.empty() || begins[0] != 0)
    throw base::Error(path, "iteration_begin_ns: the first iteration must begin at 0");
  for (size_t i = 0; i < begins.size(); ++i) {
    const int64_t end_ns = i + 1 < begins.size() ? begins[i + 1] : file.end_ns;
    if (end_ns <= begins[i])
      throw base::Error(path, "iteration " + std::to_string(i) + " does not end after its begin");
  }
  if (file.end_ns > kLimit_ns) throw base::Error(path, "end_ns: longer than a month");
}

TimelineLane lane_of(const LaneFile& from, int64_t end_ns, const std::string& where,
                     const std::string& path) {
  if (from.steps_ns.size() != from.states.size())
    throw base::Error(path, where + ": as many states as steps_ns expected");
  TimelineLane lane{from.thread, {}};
  lane.events.reserve(from.states.size());
  int64_t now_ns = 0;
  for (size_t i = 0; i < from.states.size(); ++i) {
    const size_t letter = kLetters.find(from.states[i]);
    if (letter == std::string_view::npos)
      throw base::Error(path, where + ": states: unknown letter at " + std::to_string(i));
    if (from.steps_ns[i] > end_ns - now_ns)
      throw base::Error(path, where + ": steps_ns: goes beyond end_ns at " + std::to_string(i));
    now_ns += from.steps_ns[i];
    lane.events.push_back({now_ns, static_cast<ThreadState>(letter)});
  }
  return lane;
}

}  // namespace

std::optional<Timeline> read_timeline(const std::string& folder, const std::string& variant) {
  const std::string path = path_of(folder, variant);
  if (!is_there(path)) return std::nullopt;
  Document document = open_document_in(folder, path, timeline_kind());
  TimelineFile file;
  read_fields(document, path, file);
  check_iterations(file, path);
  Timeline timeline{file.iteration_begin_ns, file.end_ns, {}, file.cut};
  int64_t events = 0;
  for (size_t i = 0; i < file.lanes.size(); ++i) {
    events += static_cast<int64_t>(file.lanes[i].states.size());
    if (events > kMaxTimelineEvents)
      throw base::Error(path, "more than " + std::to_string(kMaxTimelineEvents) + " events");
    timeline.lanes.push_back(
        lane_of(file.lanes[i], file.end_ns, "lane " + std::to_string(i), path));
  }
  return timeline;
}

void write_timeline(const std::string& folder, const std::string& variant,
                    const Timeline& timeline) {
  const std::string path = path_of(folder, variant);
  TimelineFile file{timeline.iteration_begin_ns, timeline.end_ns, timeline.cut, {}};
  for (const TimelineLane& from : timeline.lanes) {
    LaneFile& lane = file.lanes.emplace_back();
    lane.thread = from.thread;
    int64_t before_ns = 0;
    for (const TimelineEvent& event : from.events) {
      lane.steps_ns.push_back(event.begin_ns - before_ns);
      lane.states.push_back(kLetters[static_cast<size_t>(event.state)]);
      before_ns = event.begin_ns;
    }
  }
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  write_document(path, timeline_kind(), JsonWriter::to_json(file));
}

}  // namespace winnow::profiles
