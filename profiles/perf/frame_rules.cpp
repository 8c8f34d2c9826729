#include "profiles/perf/frame_rules.h"

#include <dwarf.h>
#include <elf.h>
#include <sys/auxv.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <span>

#include "base/file.h"
#include "profiles/symbols/elf_file.h"

namespace winnow::profiles {
namespace {

// The virtual library that the kernel maps into each process. libelf only reads of it.
Elf* own_vdso() {
  auto* const begin = reinterpret_cast<char*>(::getauxval(AT_SYSINFO_EHDR));
  if (!begin) return nullptr;
  Elf64_Ehdr header;
  std::memcpy(&header, begin, sizeof header);
  return elf_memory(begin, header.e_shoff + size_t{header.e_shnum} * header.e_shentsize);
}

Elf* mapped(const std::string& path) {
  const int file = base::try_open_regular(path);
  if (file < 0) return nullptr;
  Elf* const elf = elf_begin(file, ELF_C_READ_MMAP_PRIVATE, nullptr);
  if (elf) elf_cntl(elf, ELF_C_FDREAD);  // the descriptor is needed no longer
  ::close(file);
  return elf;
}

// Register plus offset, in the forms that libdw gives it.
bool is_register_sum(std::span<const Dwarf_Op> ops, int& reg, int64_t& offset) {
  if (ops.size() != 1) return false;
  if (ops[0].atom >= DW_OP_breg0 && ops[0].atom <= DW_OP_breg31) {
    reg = ops[0].atom - DW_OP_breg0;
    offset = static_cast<int64_t>(ops[0].number);
  } else if (ops[0].atom == DW_OP_bregx && ops[0].number < kDwarfRegisters) {
    reg = static_cast<int>(ops[0].number);
    offset = static_cast<int64_t>(ops[0].number2);
  } else {
    return false;
  }
  return reg < kDwarfRegisters;
}

RegisterRule rule_of(std::span<const Dwarf_Op> ops) {
  using Kind = RegisterRule::Kind;
  const bool value = ops.back().atom == DW_OP_stack_value;
  const auto location = value ? ops.first(ops.size() - 1) : ops;
  if (!value && ops.size() == 1) {
    if (ops[0].atom >= DW_OP_reg0 && ops[0].atom <= DW_OP_reg31)
      return {Kind::in_register, ops[0].atom - DW_OP_reg0, {}};
    if (ops[0].atom == DW_OP_regx)
      return {Kind::in_register, static_cast<int64_t>(ops[0].number), {}};
  }
  const bool from_cfa = !location.empty() && location[0].atom == DW_OP_call_frame_cfa;
  if (from_cfa && location.size() == 1) return {value ? Kind::is_cfa : Kind::at_cfa, 0, {}};
  if (from_cfa && location.size() == 2 && location[1].atom == DW_OP_plus_uconst)
    return {value ? Kind::is_cfa : Kind::at_cfa, static_cast<int64_t>(location[1].number), {}};
  return {value ? Kind::is_value : Kind::at_address, 0, {location.begin(), location.end()}};
}

RegisterRule register_rule(Dwarf_Frame* frame, int number) {
  Dwarf_Op memory[3];
  Dwarf_Op* ops = nullptr;
  size_t count = 0;
  if (dwarf_frame_register(frame, number, memory, &ops, &count) != 0) return {};
  if (count > 0) return rule_of({ops, count});
  return {ops ? RegisterRule::Kind::undefined : RegisterRule::Kind::same_value, 0, {}};
}

}  // namespace

struct FrameRules::Source {
  struct EndElf {
    void operator()(Elf* ended) const { elf_end(ended); }
  };
  struct EndDwarf {
    void operator()(Dwarf* ended) const { dwarf_end(ended); }
  };
  struct EndCfi {
    void operator()(Dwarf_CFI* ended) const { dwarf_cfi_end(ended); }
  };
  std::unique_ptr<Elf, EndElf> elf;
  std::unique_ptr<Dwarf, EndDwarf> dwarf;  // owns the information of .debug_frame
  std::unique_ptr<Dwarf_CFI, EndCfi> eh_frame;
  Dwarf_CFI* debug_frame = nullptr;
  Segments segments;

  explicit Source(const std::string& path) {
    elf_version(EV_CURRENT);
    elf.reset(path == "[vdso]" ? own_vdso() : mapped(path));
    GElf_Ehdr header;
    if (!elf || elf_kind(elf.get()) != ELF_K_ELF || !gelf_getehdr(elf.get(), &header)) return;
    segments = Segments(elf.get());
    eh_frame.reset(dwarf_getcfi_elf(elf.get()));
    dwarf.reset(dwarf_begin_elf(elf.get(), DWARF_C_READ, nullptr));
    if (dwarf) debug_frame = dwarf_getcfi(dwarf.get());
  }

  // To be freed.
  Dwarf_Frame* frame(uint64_t address) const {
    Dwarf_Frame* frame = nullptr;
    for (Dwarf_CFI* const cfi : {eh_frame.get(), debug_frame})
      if (cfi && dwarf_cfi_addrframe(cfi, address, &frame) == 0) return frame;
    return nullptr;
  }
};

FrameRules::FrameRules(const std::string& file) : source_(std::make_unique<Source>(file)) {}
FrameRules::~FrameRules() = default;
FrameRules::FrameRules(FrameRules&&) noexcept = default;

const FrameRow* FrameRules::row(uint64_t file_offset) {
  const auto address = source_->segments.address_of(file_offset);
  if (!address) return nullptr;
  if (const auto after = rows_.upper_bound(*address); after != rows_.begin())
    if (const auto& [begin, row] = *std::prev(after); *address < row.end) return &row;
  const std::unique_ptr<Dwarf_Frame, decltype(&std::free)> frame(source_->frame(*address),
                                                                 std::free);
  if (!frame) return nullptr;
  FrameRow row;
  Dwarf_Addr begin = 0, end = 0;
  const int return_register = dwarf_frame_info(frame.get(), &begin, &end, &row.signal_frame);
  Dwarf_Op* ops = nullptr;
  size_t count = 0;
  if (return_register != kDwarfReturn || *address < begin || *address >= end) return nullptr;
  if (dwarf_frame_cfa(frame.get(), &ops, &count) != 0 || count == 0) return nullptr;
  if (!is_register_sum({ops, count}, row.cfa_register, row.cfa_offset))
    row.cfa_expression.assign(ops, ops + count);
  for (int i = 0; i < kDwarfRegisters; ++i) row.registers[i] = register_rule(frame.get(), i);
  row.outermost = row.registers[kDwarfReturn].kind == RegisterRule::Kind::undefined;
  row.end = end;
  return &rows_.insert_or_assign(begin, std::move(row)).first->second;
}

}  // namespace winnow::profiles
