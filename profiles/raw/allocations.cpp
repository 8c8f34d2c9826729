#include "profiles/raw/allocations.h"

#include <map>

#include "base/error.h"
#include "profiles/raw/heap_profile.h"
#include "profiles/symbols/symbols.h"

namespace winnow::profiles {
namespace {

AllocationRow row(const std::string& category, const Allocations& allocations) {
  return {category, static_cast<double>(allocations.bytes), allocations.objects};
}

std::vector<std::string> call_chain(Symbols& symbols, const MemoryMap& map,
                                    const std::vector<uint64_t>& pcs) {
  std::vector<std::string> chain;
  for (const auto* frames : symbols.stack(map, pcs, Symbols::Leaf::return_address))
    for (const SourceFunction& function : *frames) chain.push_back(function.name);
  return chain;
}

}  // namespace

HeapProfile read_heap_profile(const std::string& begin_file, const std::string& end_file,
                              const CategoryRules& rules) {
  const HeapDump begin = read_heap_dump(begin_file);
  const HeapDump end = read_heap_dump(end_file);
  const Allocations header = difference(end.header, begin.header, end_file);

  Symbols symbols;
  const MemoryMap map(end.memory_map);
  std::map<std::string, Allocations> before, by_category;
  Allocations region;
  for (const auto& [pcs, at_begin] : begin.stacks)
    before[rules.heap_category(call_chain(symbols, map, pcs))] += at_begin;
  for (const auto& [pcs, at_end] : end.stacks) {
    const auto at_begin = begin.stacks.find(pcs);
    const Allocations made = difference(
        at_end, at_begin == begin.stacks.end() ? Allocations{} : at_begin->second, end_file);
    if (made.objects == 0 && made.bytes == 0) continue;
    by_category[rules.heap_category(call_chain(symbols, map, pcs))] += made;
    region += made;
  }

  HeapProfile result;
  result.region_bytes = static_cast<double>(region.bytes);
  result.region_objects = region.objects;
  for (const std::string& category : rules.heap_categories()) {
    result.region.push_back(row(category, by_category[category]));
    result.before_region.push_back(row(category, before[category]));
  }
  result.header_bytes = static_cast<double>(header.bytes);
  result.header_objects = header.objects;
  return result;
}

}  // namespace winnow::profiles
