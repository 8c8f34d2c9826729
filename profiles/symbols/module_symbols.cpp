#include "profiles/symbols/module_symbols.h"

#include <dwarf.h>
#include <elfutils/libdwfl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <string_view>
#include <utility>

#include "base/file.h"
#include "profiles/symbols/declaration.h"
#include "profiles/symbols/elf_file.h"
#include "profiles/symbols/function_name.h"

namespace winnow::profiles {
namespace {

constexpr int kLimitDepth = 128;  // of nested scopes

struct DwflEnd {
  void operator()(Dwfl* dwfl) const { dwfl_end(dwfl); }
};

// A function or a function inlined into one. Its name is found when it is asked for.
struct Scope {
  Dwarf_Die die;
  int parent;  // index of the scope around it, or -1
};

// Which scope is the innermost at each address: scope s holds from its key to the next key.
using ScopesByAddress = std::map<uint64_t, int>;

// Lays [low, high) over what is there: inner scopes are laid after outer ones.
void lay_over(ScopesByAddress& scopes, uint64_t low, uint64_t high, int scope) {
  if (low >= high) return;
  const auto after = scopes.upper_bound(high);
  const int beyond = after == scopes.begin() ? -1 : std::prev(after)->second;
  scopes.erase(scopes.lower_bound(low), scopes.upper_bound(high));
  scopes[low] = scope;
  scopes[high] = beyond;
}

int find_scope(const ScopesByAddress& scopes, uint64_t address) {
  const auto after = scopes.upper_bound(address);
  return after == scopes.begin() ? -1 : std::prev(after)->second;
}

// One compilation unit's functions.
struct Unit {
  Dwarf_Die root;
  bool loaded = false;
  std::vector<Scope> scopes;
  ScopesByAddress by_address;

  void load() {
    loaded = true;
    visit_children(root, -1, 0);
  }

  void visit_children(Dwarf_Die& parent_die, int parent, int depth) {
    Dwarf_Die child;
    if (depth > kLimitDepth || dwarf_child(&parent_die, &child) != 0) return;
    do visit(child, parent, depth);
    while (dwarf_siblingof(&child, &child) == 0);
  }

  void visit(Dwarf_Die& die, int parent, int depth) {
    switch (dwarf_tag(&die)) {
      case DW_TAG_subprogram:
        return visit_function(die, -1, depth);
      case DW_TAG_inlined_subroutine:
        return visit_function(die, parent, depth);
      case DW_TAG_lexical_block:
      case DW_TAG_namespace:
      case DW_TAG_module:
      case DW_TAG_class_type:
      case DW_TAG_structure_type:
      case DW_TAG_union_type:
      case DW_TAG_try_block:
      case DW_TAG_catch_block:
        return visit_children(die, parent, depth + 1);
      default:
        return;
    }
  }

  // Declarations and abstract instances have no addresses. What is inside may have: functions of a
  // lambda's type stand in the function that the lambda stands in, be it inlined everywhere.
  void visit_function(Dwarf_Die& die, int parent, int depth) {
    const int scope = static_cast<int>(scopes.size());
    Dwarf_Addr base = 0, low = 0, high = 0;
    ptrdiff_t next = 0;
    bool has_code = false;
    while ((next = dwarf_ranges(&die, next, &base, &low, &high)) > 0) {
      lay_over(by_address, low, high, scope);
      has_code = true;
    }
    if (!has_code) {
      if (dwarf_tag(&die) == DW_TAG_subprogram) visit_children(die, -1, depth + 1);
      return;
    }
    scopes.push_back({die, parent});
    visit_children(die, scope, depth + 1);
  }
};

const char* linkage_name(Dwarf_Die& die) {
  Dwarf_Attribute attribute;
  for (const unsigned name : {DW_AT_linkage_name, DW_AT_MIPS_linkage_name})
    if (dwarf_attr_integrate(&die, name, &attribute))
      if (const char* text = dwarf_formstring(&attribute)) return text;
  return nullptr;
}

// Of a lambda's operator() that was inlined, which tells neither a whole name nor a place: the
// function that the lambda stands in, and where the lambda begins. Empty: it is none.
SourceFunction inlined_lambda(Dwarf_Die& inlined, Dwarf_Die& unit) {
  Dwarf_Attribute attribute;
  Dwarf_Die origin;
  const char* const own = dwarf_diename(&inlined);
  if (!own || std::string_view(own) != "operator()" ||
      !dwarf_attr(&inlined, DW_AT_abstract_origin, &attribute) ||
      !dwarf_formref_die(&attribute, &origin))
    return {};
  // Its abstract instance may stand apart from the declaration in the lambda's type.
  if (dwarf_attr(&origin, DW_AT_specification, &attribute)) dwarf_formref_die(&attribute, &origin);
  SourceFunction lambda;
  Dwarf_Die* around = nullptr;
  const int depth = dwarf_getscopes_die(&origin, &around);
  for (int i = 1; i < depth && lambda.name.empty(); ++i) {
    if (lambda.file.empty()) lambda = declared(around[i], unit);
    if (dwarf_tag(&around[i]) == DW_TAG_subprogram)
      if (const char* const text = linkage_name(around[i]))
        lambda.name = function_name(text) + "::{lambda}::operator()";
  }
  std::free(around);
  return lambda.name.empty() ? SourceFunction{} : lambda;
}

struct Symbol {
  uint64_t begin = 0, end = 0;
  std::string name;
};

// The better name of two at one address: what a programmer calls, rather than its internal aliases.
bool better_name(const std::string& a, const std::string& b) {
  const auto underscores = [](const std::string& name) { return name.find_first_not_of('_'); };
  return std::pair(underscores(a), a) < std::pair(underscores(b), b);
}

}  // namespace

// All addresses inside are the module's own, as if it were loaded at the addresses in its file.
struct ModuleSymbols::Module {
  std::unique_ptr<Dwfl, DwflEnd> dwfl;
  Segments segments;
  std::vector<Symbol> symbols;  // by address
  Dwarf_Addr dwarf_bias = 0;
  std::vector<Unit> units;
  ScopesByAddress unit_at;

  void open(const std::string& file);
  void read_symbols(Dwfl_Module* module);
  void read_units(Dwfl_Module* module);
  const Symbol* symbol_at(uint64_t address) const;
  std::vector<SourceFunction> dwarf_frames(uint64_t address);
};

void ModuleSymbols::Module::open(const std::string& file) {
  static const Dwfl_Callbacks callbacks = {.find_elf = dwfl_build_id_find_elf,
                                           .find_debuginfo = dwfl_standard_find_debuginfo,
                                           .section_address = dwfl_offline_section_address,
                                           .debuginfo_path = nullptr};
  const int fd = base::try_open_regular(file);
  if (fd < 0) return;
  dwfl.reset(dwfl_begin(&callbacks));
  Dwfl_Module* const module =
      dwfl ? dwfl_report_elf(dwfl.get(), file.c_str(), file.c_str(), fd, 0, false) : nullptr;
  if (!module) {  // else libdwfl owns the descriptor
    ::close(fd);
    return;
  }
  dwfl_report_end(dwfl.get(), nullptr, nullptr);
  GElf_Addr bias = 0;
  Elf* const elf = dwfl_module_getelf(module, &bias);
  segments = Segments(elf, bias);
  read_symbols(module);
  read_units(module);
}

void ModuleSymbols::Module::read_symbols(Dwfl_Module* module) {
  std::map<uint64_t, Symbol> best;
  const int count = dwfl_module_getsymtab(module);
  for (int i = 0; i < count; ++i) {
    GElf_Sym symbol;
    GElf_Addr address = 0;
    const char* const text =
        dwfl_module_getsym_info(module, i, &symbol, &address, nullptr, nullptr, nullptr);
    const int type = GELF_ST_TYPE(symbol.st_info);
    if (!text || !*text || symbol.st_shndx == SHN_UNDEF) continue;
    if (type != STT_FUNC && type != STT_GNU_IFUNC) continue;
    std::string name = text;
    Symbol& known = best[address];
    if (!known.name.empty() && !better_name(name, known.name)) continue;
    known = {address, std::max(known.end, address + symbol.st_size), std::move(name)};
  }
  for (auto& [address, symbol] : best) symbols.push_back(std::move(symbol));
}

void ModuleSymbols::Module::read_units(Dwfl_Module* module) {
  Dwarf* const dwarf = dwfl_module_getdwarf(module, &dwarf_bias);
  if (!dwarf) return;
  Dwarf_CU* cu = nullptr;
  Dwarf_Die die, split_die;
  uint8_t type = 0;
  while (dwarf_get_units(dwarf, cu, &cu, nullptr, &type, &die, &split_die) == 0) {
    if (type != DW_UT_compile && type != DW_UT_skeleton) continue;
    Dwarf_Addr base = 0, low = 0, high = 0;
    ptrdiff_t next = 0;
    bool has_code = false;
    while ((next = dwarf_ranges(&die, next, &base, &low, &high)) > 0) {
      lay_over(unit_at, low, high, static_cast<int>(units.size()));
      has_code = true;
    }
    const bool split = type == DW_UT_skeleton && dwarf_tag(&split_die) != DW_TAG_invalid;
    if (has_code) units.push_back({split ? split_die : die, false, {}, {}});
  }
}

const Symbol* ModuleSymbols::Module::symbol_at(uint64_t address) const {
  auto after = std::upper_bound(symbols.begin(), symbols.end(), address,
                                [](uint64_t a, const Symbol& s) { return a < s.begin; });
  if (after == symbols.begin()) return nullptr;
  const Symbol& symbol = *std::prev(after);
  // Functions written in assembly may have no size: they reach to the next one.
  const bool inside = address < symbol.end || symbol.begin == symbol.end;
  return inside ? &symbol : nullptr;
}

std::vector<SourceFunction> ModuleSymbols::Module::dwarf_frames(uint64_t address) {
  std::vector<SourceFunction> functions;
  const int unit_index = find_scope(unit_at, address - dwarf_bias);
  if (unit_index < 0) return functions;
  Unit& unit = units[static_cast<size_t>(unit_index)];
  if (!unit.loaded) unit.load();
  int index = find_scope(unit.by_address, address - dwarf_bias);
  while (index >= 0) {
    Scope& scope = unit.scopes[static_cast<size_t>(index)];
    const char* name = linkage_name(scope.die);
    // Where DWARF has no C++ linkage name, the symbol is better: a lambda's tells where it stands,
    // a C library's public name does not depend on whether its debugging information is installed.
    const bool mangled = name && std::string_view(name).starts_with("_Z");
    if (scope.parent < 0 && !mangled)
      if (const Symbol* const symbol = symbol_at(address)) name = symbol->name.c_str();
    if (!name)
      if (SourceFunction lambda = inlined_lambda(scope.die, unit.root); !lambda.name.empty()) {
        functions.push_back(std::move(lambda));
        index = scope.parent;
        continue;
      }
    if (!name) name = dwarf_diename(&scope.die);
    functions.push_back(declared(scope.die, unit.root));
    functions.back().name = name ? function_name(name) : "[unknown]";
    index = scope.parent;
  }
  return functions;
}

ModuleSymbols::ModuleSymbols(const std::string& file) : module_(std::make_unique<Module>()) {
  module_->open(file);
}
ModuleSymbols::~ModuleSymbols() = default;
ModuleSymbols::ModuleSymbols(ModuleSymbols&&) noexcept = default;

std::vector<SourceFunction> ModuleSymbols::frames(uint64_t file_offset) {
  const auto address = module_->segments.address_of(file_offset);
  if (!address) return {};
  std::vector<SourceFunction> functions = module_->dwarf_frames(*address);
  if (functions.empty())
    if (const Symbol* const symbol = module_->symbol_at(*address))
      functions.push_back({function_name(symbol->name)});
  return functions;
}

}  // namespace winnow::profiles
