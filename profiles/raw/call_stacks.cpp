#include "profiles/raw/call_stacks.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "profiles/raw/cpu_profile.h"
#include "profiles/raw/heap_profile.h"
#include "profiles/symbols/symbols.h"

namespace winnow::profiles {
namespace {

// Stacks that become alike when addresses become names are summed.
class Merged {
 public:
  using Category = const std::string& (*)(const CategoryRules&, const std::string&);
  Merged(const CategoryRules& rules, Category category) : rules_(rules), category_(category) {}

  int frame(const SourceFunction& function) {
    const auto [found, added] = index_.try_emplace(function.name, static_cast<int>(frames_.size()));
    if (added)
      frames_.push_back(
          {function.name, function.file, category_(rules_, function.name), function.line});
    return found->second;
  }

  void add(std::vector<int> frames, int64_t samples, const Allocations& allocations) {
    Stack& stack = stacks_[std::move(frames)];
    stack.samples += samples;
    stack.bytes += allocations.bytes;
    stack.objects += allocations.objects;
  }

  Stacks take(ProfileClock clock, double period_s) {
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

 private:
  const CategoryRules& rules_;
  Category category_;
  std::map<std::string, int> index_;
  std::vector<Frame> frames_;
  std::map<std::vector<int>, Stack> stacks_;
};

const std::string& heap_category(const CategoryRules& rules, const std::string& function) {
  return rules.heap_category({&function, 1});
}

const std::string& cpu_category(const CategoryRules& rules, const std::string& function) {
  return rules.cpu_category(function);
}

}  // namespace

Stacks sampled_stacks(const std::vector<std::string>& prof_files, ProfileClock clock,
                      const CategoryRules& rules) {
  Symbols symbols;
  Merged merged(rules, cpu_category);
  int64_t period_us = 0;
  for (const std::string& file : prof_files) {
    const CpuProfile profile = read_cpu_profile(file);
    period_us = profile.period_us;
    const MemoryMap map(profile.memory_map);
    for (const auto& [pcs, samples] : profile.stacks) {
      std::vector<int> frames;
      for (const auto* functions : symbols.stack(map, pcs, Symbols::Leaf::exact))
        frames.push_back(merged.frame(functions->back()));
      merged.add(std::move(frames), samples, {});
    }
  }
  return merged.take(clock, static_cast<double>(period_us) / 1e6);
}

Stacks allocation_stacks(const std::string& begin_file, const std::string& end_file,
                         const CategoryRules& rules) {
  const HeapDump begin = read_heap_dump(begin_file), end = read_heap_dump(end_file);
  Symbols symbols;
  const MemoryMap map(end.memory_map);
  Merged merged(rules, heap_category);
  for (const auto& [pcs, at_end] : end.stacks) {
    const auto earlier = begin.stacks.find(pcs);
    const Allocations made = difference(
        at_end, earlier == begin.stacks.end() ? Allocations{} : earlier->second, end_file);
    if (made.objects == 0 && made.bytes == 0) continue;
    std::vector<int> frames;
    for (const auto* functions : symbols.stack(map, pcs, Symbols::Leaf::return_address))
      for (const SourceFunction& function : *functions) frames.push_back(merged.frame(function));
    merged.add(std::move(frames), 0, made);
  }
  return merged.take(ProfileClock::allocation, 0);
}

}  // namespace winnow::profiles
