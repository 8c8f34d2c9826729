#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace winnow::profiles {

// One line of /proc/<pid>/maps.
struct Mapping {
  uint64_t begin = 0, end = 0;  // addresses
  uint64_t offset = 0;          // of `begin` in the file
  std::string file;             // or a name in brackets, or empty for anonymous memory
};

// A process's mappings.
class MemoryMap {
 public:
  MemoryMap() = default;
  // As the profilers save them at the end of a profile, the text of /proc/<pid>/maps.
  // Lines that are no mappings are passed over: they cost names, not samples.
  explicit MemoryMap(std::string_view text);

  // A new mapping takes the place of what was mapped there; of one that it covers in part, the rest
  // stays. One without a byte is passed over.
  void lay(Mapping mapping);

  const Mapping* find(uint64_t pc) const;  // null when nothing is mapped there
  size_t size() const { return mappings_.size(); }

 private:
  std::vector<Mapping> mappings_;  // by address
};

}  // namespace winnow::profiles
