#include <fmt/format.h>

#include <iterator>
#include <map>
#include <tuple>

#include "base/error.h"
#include "reports/exports/export.h"
#include "reports/markup/json.h"

// https://www.speedscope.app/file-format-schema.json
namespace winnow::reports {

namespace {

// The frames of all profiles stand in one table.
class Frames {
 public:
  size_t index(const profiles::Frame& frame) {
    const auto [found, added] =
        index_.try_emplace(std::tuple(frame.function, frame.file, frame.line), index_.size());
    if (!added) return found->second;
    json += fmt::format("{}{{\"name\":{}", json.empty() ? "" : ",\n", json_text(frame.function));
    if (!frame.file.empty()) json += ",\"file\":" + json_text(frame.file);
    if (frame.line > 0) json += fmt::format(",\"line\":{}", frame.line);
    json += "}";
    return found->second;
  }
  std::string json;

 private:
  std::map<std::tuple<std::string, std::string, int>, size_t> index_;
};

// Written out one by one: there may be a hundred thousand stacks.
void add_samples(std::string& text, const profiles::Stacks& stacks, Frames& frames) {
  std::vector<size_t> index;
  for (const auto& frame : stacks.frames) index.push_back(frames.index(frame));
  const char* comma = "";
  for (const auto& stack : stacks.stacks) {
    fmt::format_to(std::back_inserter(text), "{}[", comma);
    for (size_t i = stack.frames.size(); i-- > 0;)
      fmt::format_to(std::back_inserter(text), "{}{}", index[static_cast<size_t>(stack.frames[i])],
                     i > 0 ? "," : "]");
    comma = ",\n";
  }
}

void add_profile(std::string& text, const std::string& variant, const profiles::Stacks& stacks,
                 Frames& frames) {
  const bool allocation = stacks.clock == profiles::ProfileClock::allocation;
  const auto weight = [&](const profiles::Stack& stack) {
    return allocation ? static_cast<double>(stack.bytes)
                      : static_cast<double>(stack.samples) * stacks.period_s;
  };
  double end = 0;
  for (const auto& stack : stacks.stacks) end += weight(stack);
  text += fmt::format(
      "{}{{\"type\":\"sampled\",\"name\":{},\"unit\":\"{}\",\"startValue\":0,\"endValue\":{},\n"
      "\"samples\":[",
      text.empty() ? "" : ",\n", json_text(variant + ", " + word(stacks.clock)),
      allocation ? "bytes" : "seconds", end);
  add_samples(text, stacks, frames);
  text += "],\n\"weights\":[";
  const char* comma = "";
  for (const auto& stack : stacks.stacks) {
    fmt::format_to(std::back_inserter(text), "{}{}", comma, weight(stack));
    comma = ",";
  }
  text += "]}";
}

}  // namespace

std::string export_speedscope(const Export& source) {
  Frames frames;
  std::string profiles, reasons;
  for (size_t variant = 0; variant < source.stacks.size(); ++variant) {
    if (source.variant && *source.variant != variant) continue;
    for (const profiles::ProfileClock clock :
         {profiles::ProfileClock::cpu, profiles::ProfileClock::wall,
          profiles::ProfileClock::allocation}) {
      if (const auto* stacks = stacks_of(source.stacks[variant], clock))
        add_profile(profiles, source.recording().variants[variant].name, *stacks, frames);
      else
        reasons += (reasons.empty() ? "" : "; ") + no_stacks((*source.measured)[variant], clock);
    }
  }
  if (profiles.empty())
    throw base::Error("speedscope",
                      reasons.empty() ? "unavailable: the recording has no variants" : reasons);
  return fmt::format(
      "{{\"$schema\":\"https://www.speedscope.app/file-format-schema.json\",\n"
      "\"shared\":{{\"frames\":[\n{}]}},\n\"profiles\":[\n{}],\n"
      "\"name\":{},\"activeProfileIndex\":0,\"exporter\":{}}}\n",
      frames.json, profiles, json_text(source.recording().workload.scenario),
      json_text("winnow " + source.recording().winnow_version));
}

}  // namespace winnow::reports
