#include "profiles/raw/call_stacks.h"

#include <fmt/format.h>

#include "base/error.h"
#include "profiles/raw/cpu_profile.h"
#include "profiles/raw/heap_profile.h"
#include "profiles/symbols/named_stacks.h"
#include "profiles/symbols/symbols.h"

namespace winnow::profiles {

Stacks sampled_stacks(const std::vector<std::string>& prof_files, ProfileClock clock,
                      const CategoryRules& rules) {
  Symbols symbols;
  NamedStacks merged(rules, NamedStacks::Categories::cpu);
  int64_t period_us = 0;
  for (const std::string& file : prof_files) {
    const CpuProfile profile = read_cpu_profile(file);
    if (period_us != 0 && profile.period_us != period_us)
      throw base::Error(file, fmt::format("sampled every {} us, the profiles before it every {} us",
                                          profile.period_us, period_us));
    period_us = profile.period_us;
    const MemoryMap map(profile.memory_map);
    for (const auto& [pcs, samples] : profile.stacks) {
      std::vector<int> frames;
      for (const auto* functions : symbols.stack(map, pcs, Symbols::Leaf::exact))
        frames.push_back(merged.frame(functions->back()));
      merged.add({std::move(frames), samples});
    }
  }
  return merged.take(clock, static_cast<double>(period_us) / 1e6);
}

Stacks allocation_stacks(const std::string& begin_file, const std::string& end_file,
                         const CategoryRules& rules) {
  const HeapDump begin = read_heap_dump(begin_file), end = read_heap_dump(end_file);
  Symbols symbols;
  const MemoryMap map(end.memory_map);
  NamedStacks merged(rules, NamedStacks::Categories::heap);
  for (const auto& [pcs, at_end] : end.stacks) {
    const auto earlier = begin.stacks.find(pcs);
    const Allocations made = difference(
        at_end, earlier == begin.stacks.end() ? Allocations{} : earlier->second, end_file);
    if (made.objects == 0 && made.bytes == 0) continue;
    std::vector<int> frames;
    for (const auto* functions : symbols.stack(map, pcs, Symbols::Leaf::return_address))
      for (const SourceFunction& function : *functions) frames.push_back(merged.frame(function));
    merged.add({std::move(frames), 0, made.bytes, made.objects});
  }
  return merged.take(ProfileClock::allocation, 0);
}

}  // namespace winnow::profiles
