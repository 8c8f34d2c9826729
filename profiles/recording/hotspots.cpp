#include "profiles/recording/hotspots.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace winnow::profiles {
namespace {

struct Counts {
  const Frame* frame = nullptr;
  int64_t flat = 0, cumulative = 0;
};
using CountsByName = std::map<std::string_view, Counts>;

CountsByName counts_of(const Stacks& stacks) {
  CountsByName counts;
  const auto frame_of = [&](int frame) -> const Frame& {
    return stacks.frames[static_cast<size_t>(frame)];
  };
  for (const Stack& stack : stacks.stacks) {
    counts[frame_of(stack.frames.front()).function].flat += stack.samples;
    for (const int frame : std::set(stack.frames.begin(), stack.frames.end())) {
      Counts& function = counts[frame_of(frame).function];
      function.frame = &frame_of(frame);
      function.cumulative += stack.samples;
    }
  }
  return counts;
}

}  // namespace

SampledProfile hotspots(const Stacks& stacks) {
  SampledProfile result;
  result.clock = stacks.clock;
  result.iterations = stacks.iterations;
  result.samples = 0;
  result.period_s = stacks.period_s;
  for (const Stack& stack : stacks.stacks) *result.samples += stack.samples;
  result.sampled_s = static_cast<double>(*result.samples) * stacks.period_s;
  for (const auto& [name, count] : counts_of(stacks)) {
    Function function;
    function.name = name;
    function.category = count.frame->category;
    function.module = count.frame->module;
    function.flat_samples = count.flat;
    function.cumulative_samples = count.cumulative;
    function.flat_s = static_cast<double>(count.flat) * stacks.period_s;
    function.cumulative_s = static_cast<double>(count.cumulative) * stacks.period_s;
    result.functions.push_back(std::move(function));
  }
  std::ranges::stable_sort(result.functions, std::greater{}, [](const Function& function) {
    return std::tuple(*function.flat_samples, *function.cumulative_samples);
  });
  return result;
}

}  // namespace winnow::profiles
