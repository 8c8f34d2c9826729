#include <map>
#include <nlohmann/json.hpp>
#include <tuple>

#include "base/error.h"
#include "reports/export_stacks.h"

namespace winnow::reports {

using Json = nlohmann::ordered_json;

namespace {

// The frames of all profiles stand in one table.
class Frames {
 public:
  size_t index(const profiles::Frame& frame) {
    const auto [found, added] =
        index_.try_emplace(std::tuple(frame.function, frame.file, frame.line), index_.size());
    if (added) {
      Json entry = {{"name", frame.function}};
      if (!frame.file.empty()) entry["file"] = frame.file;
      if (frame.line > 0) entry["line"] = frame.line;
      json.push_back(std::move(entry));
    }
    return found->second;
  }
  Json json = Json::array();

 private:
  std::map<std::tuple<std::string, std::string, int>, size_t> index_;
};

Json profile(const std::string& name, const profiles::Stacks& stacks, Frames& frames) {
  const bool allocation = stacks.clock == "allocation";
  std::vector<size_t> index;
  for (const auto& frame : stacks.frames) index.push_back(frames.index(frame));
  Json samples = Json::array(), weights = Json::array();
  double end = 0;
  for (const auto& stack : stacks.stacks) {
    Json sample = Json::array();
    for (size_t i = stack.frames.size(); i-- > 0;)
      sample.push_back(index[static_cast<size_t>(stack.frames[i])]);
    samples.push_back(std::move(sample));
    if (allocation)
      weights.push_back(stack.bytes);
    else
      weights.push_back(static_cast<double>(stack.samples) * stacks.period_s);
    end += weights.back().get<double>();
  }
  return {{"type", "sampled"},
          {"name", name},
          {"unit", allocation ? "bytes" : "seconds"},
          {"startValue", 0},
          {"endValue", end},
          {"samples", std::move(samples)},
          {"weights", std::move(weights)}};
}

}  // namespace

std::string export_speedscope(const Export& source) {
  Frames frames;
  Json all = Json::array();
  std::string reasons;
  for (size_t variant = 0; variant < source.stacks.size(); ++variant) {
    if (source.variant && *source.variant != variant) continue;
    for (const char* clock : {"cpu", "wall", "allocation"}) {
      if (const auto* stacks = stacks_of(source.stacks[variant], clock))
        all.push_back(
            profile(source.recording.variants[variant].name + ", " + clock, *stacks, frames));
      else
        reasons += (reasons.empty() ? "" : "; ") + no_stacks(source, variant, clock);
    }
  }
  if (all.empty()) throw base::Error("speedscope", reasons);
  const Json file = {{"$schema", "https://www.speedscope.app/file-format-schema.json"},
                     {"shared", {{"frames", std::move(frames.json)}}},
                     {"profiles", std::move(all)},
                     {"name", source.recording.workload.scenario},
                     {"activeProfileIndex", 0},
                     {"exporter", "winnow " + source.recording.winnow_version}};
  return file.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace winnow::reports
