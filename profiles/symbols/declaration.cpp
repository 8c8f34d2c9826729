#include "profiles/symbols/declaration.h"

#include <dwarf.h>

#include <algorithm>

#include "profiles/symbols/source_path.h"

namespace winnow::profiles {
namespace {

// Not dwarf_decl_file: to it file 0 is none, but in DWARF 5, as clang writes it, it is the unit's
// own.
const char* declared_in(Dwarf_Die& function) {
  Dwarf_Attribute attribute;
  Dwarf_Word index = 0;
  if (!dwarf_attr_integrate(&function, DW_AT_decl_file, &attribute) ||
      dwarf_formudata(&attribute, &index) != 0)
    return nullptr;
  Dwarf_Die unit;
  Dwarf_Half version = 0;
  Dwarf_Files* files = nullptr;
  size_t count = 0;
  if (!dwarf_cu_die(attribute.cu, &unit, &version, nullptr, nullptr, nullptr, nullptr, nullptr) ||
      (index == 0 && version < 5) || dwarf_getsrcfiles(&unit, &files, &count) != 0 ||
      index >= count)
    return nullptr;
  return dwarf_filesrc(files, index, nullptr, nullptr);
}

}  // namespace

SourceFunction declared(Dwarf_Die& function, Dwarf_Die& unit) {
  const char* const file = declared_in(function);
  int line = 0;
  if (!file || dwarf_decl_line(&function, &line) != 0) return {};
  Dwarf_Attribute attribute;
  const char* const folder = dwarf_formstring(dwarf_attr(&unit, DW_AT_comp_dir, &attribute));
  return {"", source_path(file, folder ? folder : ""), std::max(line, 0)};
}

}  // namespace winnow::profiles
