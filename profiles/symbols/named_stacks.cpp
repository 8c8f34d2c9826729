#include "profiles/symbols/named_stacks.h"

#include <algorithm>
#include <tuple>

namespace winnow::profiles {

int NamedStacks::frame(const SourceFunction& function) {
  const auto [found, added] = index_.try_emplace(function.name, static_cast<int>(frames_.size()));
  if (added)
    frames_.push_back({function.name, function.file,
                       categories_ == Categories::cpu
                           ? rules_.cpu_category(function.name, function.module)
                           : rules_.heap_category({&function.name, 1}),
                       function.line, function.module});
  return found->second;
}

void NamedStacks::add(Stack stack) {
  Stack& sum = stacks_[std::move(stack.frames)];
  sum.samples += stack.samples;
  sum.bytes += stack.bytes;
  sum.objects += stack.objects;
}

Stacks NamedStacks::take(ProfileClock clock, double period_s) {
  Stacks result{clock, 0, period_s, std::move(frames_), {}};
  for (auto& [frames, stack] : stacks_) {
    stack.frames = frames;
    result.stacks.push_back(std::move(stack));
  }
  std::ranges::stable_sort(result.stacks, std::greater{}, [](const Stack& stack) {
    return std::tuple(stack.samples, stack.bytes, stack.objects);
  });
  return result;
}

}  // namespace winnow::profiles
