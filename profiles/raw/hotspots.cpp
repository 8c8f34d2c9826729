#include "profiles/raw/hotspots.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "base/error.h"
#include "profiles/raw/cpu_profile.h"
#include "profiles/symbols/symbols.h"

namespace winnow::profiles {
namespace {

struct Counts {
  int64_t flat = 0, cumulative = 0;
};
using CountsByName = std::map<std::string, Counts>;

void add_profile(const CpuProfile& profile, Symbols& symbols, CountsByName& counts) {
  const MemoryMap map(profile.memory_map);
  for (const auto& [pcs, samples] : profile.stacks) {
    const auto stack = symbols.stack(map, pcs, Symbols::Leaf::exact);
    counts[stack.front()->back().name].flat += samples;
    std::set<std::string_view> seen;
    for (const auto* frames : stack)
      if (seen.insert(frames->back().name).second)
        counts[frames->back().name].cumulative += samples;
  }
}

std::vector<Function> ranked(const CountsByName& counts, double period_s,
                             const CategoryRules& rules) {
  std::vector<Function> functions;
  for (const auto& [name, count] : counts) {
    Function function;
    function.name = name;
    function.category = rules.cpu_category(name);
    function.flat_samples = count.flat;
    function.cumulative_samples = count.cumulative;
    function.flat_s = static_cast<double>(count.flat) * period_s;
    function.cumulative_s = static_cast<double>(count.cumulative) * period_s;
    functions.push_back(std::move(function));
  }
  const auto rank = [](const Function& f) {
    return std::tuple(-*f.flat_samples, -*f.cumulative_samples);
  };
  std::stable_sort(functions.begin(), functions.end(),
                   [&](const Function& a, const Function& b) { return rank(a) < rank(b); });
  return functions;
}

}  // namespace

SampledProfile read_sampled_profile(const std::vector<std::string>& prof_files, ProfileClock clock,
                                    const CategoryRules& rules) {
  Symbols symbols;
  CountsByName counts;
  int64_t period_us = 0;
  int64_t samples = 0;
  for (const std::string& file : prof_files) {
    const CpuProfile profile = read_cpu_profile(file);
    if (period_us != 0 && profile.period_us != period_us)
      throw base::Error(file, "sampled every " + std::to_string(profile.period_us) +
                                  " us, the profiles before it every " + std::to_string(period_us) +
                                  " us");
    period_us = profile.period_us;
    samples += profile.samples;
    add_profile(profile, symbols, counts);
  }
  SampledProfile result;
  result.clock = clock;
  if (prof_files.empty()) return result;
  result.samples = samples;
  result.period_s = static_cast<double>(period_us) / 1e6;
  result.sampled_s = static_cast<double>(samples) * *result.period_s;
  result.functions = ranked(counts, *result.period_s, rules);
  return result;
}

}  // namespace winnow::profiles
