#include "profiles/symbols/symbols.h"

namespace winnow::profiles {
namespace {

constexpr uint64_t kKernelSpace = uint64_t{1} << 63;

std::string file_name(const std::string& path) { return path.substr(path.rfind('/') + 1); }

}  // namespace

const std::vector<SourceFunction>& Symbols::place(const std::string& name) {
  return places_.try_emplace(name, std::vector{SourceFunction{name}}).first->second;
}

const std::vector<SourceFunction>& Symbols::frames(const MemoryMap& map, uint64_t pc) {
  const Mapping* const mapping = map.find(pc);
  if (!mapping) return place(pc >= kKernelSpace ? "[kernel]" : "[unknown]");
  if (mapping->file.empty()) return place("[unknown]");
  if (mapping->file.front() == '[') return place(mapping->file);
  auto& file = files_[mapping->file];
  if (!file) file = std::make_unique<File>(mapping->file);
  const uint64_t offset = pc - mapping->begin + mapping->offset;
  const auto [found, added] = file->frames.try_emplace(offset);
  if (added) {
    found->second = file->symbols.frames(offset);
    const std::string module = file_name(mapping->file);
    if (found->second.empty()) found->second = {SourceFunction{"[" + module + "]"}};
    for (SourceFunction& function : found->second) function.module = module;
  }
  return found->second;
}

std::vector<const std::vector<SourceFunction>*> Symbols::stack(const MemoryMap& map,
                                                               std::span<const uint64_t> pcs,
                                                               Leaf leaf) {
  std::vector<const std::vector<SourceFunction>*> result;
  for (size_t i = 0; i < pcs.size(); ++i) {
    const bool exact = i == 0 && leaf == Leaf::exact;
    result.push_back(&frames(map, exact ? pcs[i] : pcs[i] - 1));
  }
  return result;
}

}  // namespace winnow::profiles
