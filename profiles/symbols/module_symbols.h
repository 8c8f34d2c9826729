#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "profiles/symbols/source_function.h"

namespace winnow::profiles {

// The functions of one executable or shared library: from its DWARF debugging information (its own
// or a separate file's, found by build id), else from its symbol table. A compilation unit is read
// when an address of it is first asked for.
class ModuleSymbols {
 public:
  // A file that cannot be read, or is no ELF file, has no functions.
  explicit ModuleSymbols(const std::string& file);
  ~ModuleSymbols();
  ModuleSymbols(ModuleSymbols&&) noexcept;

  // The functions at an offset in the file: inlined ones first, innermost first, then the one that
  // they were inlined into. Empty when there is none.
  std::vector<SourceFunction> frames(uint64_t file_offset);

 private:
  struct Module;
  std::unique_ptr<Module> module_;
};

}  // namespace winnow::profiles
