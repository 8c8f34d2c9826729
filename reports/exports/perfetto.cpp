#include <fmt/format.h>

#include <iterator>

#include "base/error.h"
#include "reports/exports/export.h"
#include "reports/markup/json.h"

// Chrome's trace events, which Perfetto reads: a variant is a process, a lane a thread.
namespace winnow::reports {

using profiles::ThreadState;
using profiles::TimelineEvent;
using profiles::TimelineLane;

namespace {

const char* name_of(ThreadState state) {
  switch (state) {
    case ThreadState::kComputing:
      return "computing";
    case ThreadState::kSearching:
      return "searching";
    case ThreadState::kWaiting:
      return "waiting";
    case ThreadState::kSignalling:
      return "signalling";
    case ThreadState::kEnded:
      return "ended";
    case ThreadState::kOther:
      return "other";
  }
  return "";
}

// Written out one by one: there may be half a million.
void add_lane(std::string& text, size_t process, size_t thread, const TimelineLane& lane,
              int64_t end_ns) {
  text += fmt::format(
      ",\n{{\"ph\":\"M\",\"name\":\"thread_name\",\"pid\":{},\"tid\":{},\"args\":{{\"name\":{}}}}}",
      process, thread, json_text(lane.thread));
  for (size_t i = 0; i < lane.events.size(); ++i) {
    const TimelineEvent& event = lane.events[i];
    if (event.state == ThreadState::kEnded) continue;
    const int64_t until_ns = i + 1 < lane.events.size() ? lane.events[i + 1].begin_ns : end_ns;
    fmt::format_to(
        std::back_inserter(text),
        ",\n{{\"ph\":\"X\",\"name\":\"{}\",\"pid\":{},\"tid\":{},\"ts\":{:.3f},\"dur\":{:.3f}}}",
        name_of(event.state), process, thread, static_cast<double>(event.begin_ns) / 1000,
        static_cast<double>(until_ns - event.begin_ns) / 1000);
  }
}

}  // namespace

std::string export_perfetto(const Export& source) {
  std::string text, reasons;
  for (size_t variant = 0; variant < source.pictures.variants.size(); ++variant) {
    if (source.variant && *source.variant != variant) continue;
    const std::string& name = source.recording().variants[variant].name;
    const auto& timeline = source.pictures.variants[variant].timeline;
    if (!timeline.data) {
      reasons += fmt::format("{}{}: unavailable: {}", reasons.empty() ? "" : "; ", name,
                             timeline.unavailable);
      continue;
    }
    text += fmt::format(
        "{}{{\"ph\":\"M\",\"name\":\"process_name\",\"pid\":{},\"args\":{{\"name\":{}}}}}",
        text.empty() ? "" : ",\n", variant + 1, json_text(name));
    for (const int64_t begin_ns : timeline.data->iteration_begin_ns)
      text += fmt::format(
          ",\n{{\"ph\":\"i\",\"name\":\"iteration\",\"s\":\"p\",\"pid\":{},\"tid\":0,\"ts\":{:.3f}}"
          "}",
          variant + 1, static_cast<double>(begin_ns) / 1000);
    for (size_t lane = 0; lane < timeline.data->lanes.size(); ++lane)
      add_lane(text, variant + 1, lane + 1, timeline.data->lanes[lane], timeline.data->end_ns);
  }
  if (text.empty()) throw base::Error("perfetto", reasons.empty() ? "no variants" : reasons);
  return "{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n" + text + "\n]}\n";
}

}  // namespace winnow::reports
