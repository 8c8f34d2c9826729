#pragma once

#include <elfutils/libdw.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "profiles/perf/registers.h"

namespace winnow::profiles {

// How a register's value in the caller is found.
struct RegisterRule {
  enum class Kind { undefined, same_value, in_register, at_cfa, is_cfa, at_address, is_value };
  Kind kind = Kind::undefined;
  // in_register: its number; at_cfa: the value lies at the frame's address plus this; is_cfa: it is
  // that sum.
  int64_t number = 0;
  std::vector<Dwarf_Op> expression;  // at_address, is_value
};

// The call frame information that holds for a stretch of code.
struct FrameRow {
  uint64_t end = 0;       // of the addresses for which it holds
  int cfa_register = -1;  // the frame's address is this register plus the offset; -1: an expression
  int64_t cfa_offset = 0;
  std::vector<Dwarf_Op> cfa_expression;
  RegisterRule registers[kDwarfRegisters];
  bool outermost = false;     // it has no caller
  bool signal_frame = false;  // its caller was interrupted, it made no call
};

// The call frame information of one ELF file: .eh_frame, which stripped files have, too, else
// .debug_frame. What was asked for is kept. For one thread at a time.
class FrameRules {
 public:
  // "[vdso]" is this machine's own. A file that cannot be read has no rules.
  explicit FrameRules(const std::string& file);
  ~FrameRules();
  FrameRules(FrameRules&&) noexcept;

  // Null: none is known for this offset in the file. Valid as long as the object.
  const FrameRow* row(uint64_t file_offset);

 private:
  struct Source;
  std::unique_ptr<Source> source_;
  std::map<uint64_t, FrameRow> rows_;  // by the first address
};

}  // namespace winnow::profiles
