#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "profiles/symbols/memory_map.h"
#include "profiles/symbols/module_symbols.h"

namespace winnow::profiles {

// Names the addresses of any number of processes; what is known of a file serves them all, wherever
// they had it mapped. For one thread at a time.
class Symbols {
 public:
  // The functions at an address, innermost first: those inlined there, then the one they were
  // inlined into. Never empty: "[libm.so.6]", "[vdso]", "[kernel]" or "[unknown]" where no function
  // is known. Valid as long as the object.
  const std::vector<SourceFunction>& frames(const MemoryMap& map, uint64_t pc);

  // The same for each address of a call stack as the profilers write it, leaf first: all addresses
  // but an exact leaf are return addresses and are looked up one byte before.
  enum class Leaf { exact, return_address };
  std::vector<const std::vector<SourceFunction>*> stack(const MemoryMap& map,
                                                        std::span<const uint64_t> pcs, Leaf leaf);

 private:
  struct File {
    explicit File(const std::string& path) : symbols(path) {}
    ModuleSymbols symbols;
    std::unordered_map<uint64_t, std::vector<SourceFunction>> frames;  // by offset in the file
  };
  const std::vector<SourceFunction>& place(const std::string& name);

  std::map<std::string, std::unique_ptr<File>> files_;
  std::map<std::string, std::vector<SourceFunction>> places_;
};

}  // namespace winnow::profiles
