#include "profiles/perf/unwind.h"

#include <dwarf.h>

#include "base/file.h"
#include "profiles/perf/expression.h"
#include "tests/catch.h"
#include "tests/scratch.h"

namespace {

using namespace winnow;
using namespace winnow::profiles;

std::optional<uint64_t> value_of(std::vector<Dwarf_Op> expression) {
  const auto in_register = [](int number) {
    return number == 7 ? std::optional<uint64_t>(1000) : std::nullopt;
  };
  const auto in_memory = [](uint64_t address) {
    return address == 1008 ? std::optional<uint64_t>(42) : std::nullopt;
  };
  return evaluate(expression, {in_register, in_memory, 2000});
}

Dwarf_Op op(int atom, uint64_t number = 0, uint64_t number2 = 0) {
  return {static_cast<uint8_t>(atom), number, number2, 0};
}

// A thread whose stack holds a chain of frame pointers, in memory that no file backs.
struct Chain {
  std::vector<uint64_t> words = std::vector<uint64_t>(64);
  MemoryMap map;
  SampleRecord sample;

  Chain() {
    map.lay({0x5000, 0x6000, 0, "[anonymous memory]"});
    constexpr uint64_t kStack = 0x7000;
    const auto call = [&](size_t at, size_t next, uint64_t pc) {
      words[at] = kStack + next * 8;
      words[at + 1] = pc;
    };
    call(4, 10, 0x5101);
    call(10, 20, 0x5201);
    call(20, 64, 0x5301);  // beyond the copy
    sample.ip = 0x5010;
    sample.register_mask = kSampledRegisters;
    const int count = std::popcount(kSampledRegisters);
    sample.registers.assign(static_cast<size_t>(count), 0);
    set(kPerfPc, 0x5010);
    set(kPerfOfDwarf[kDwarfSp], kStack);
    set(kPerfOfDwarf[kDwarfFramePointer], kStack + 4 * 8);
    sample.stack = std::as_bytes(std::span(words));
  }

  void set(int perf_number, uint64_t value) {
    const uint64_t below = kSampledRegisters & ((uint64_t{1} << perf_number) - 1);
    sample.registers[static_cast<size_t>(std::popcount(below))] = value;
  }
};

}  // namespace

TEST_CASE("expressions of call frame information") {
  CHECK(value_of({op(DW_OP_breg7, 8)}) == 1008);
  CHECK(value_of({op(DW_OP_bregx, 7, 8), op(DW_OP_deref)}) == 42);
  CHECK(value_of({op(DW_OP_call_frame_cfa), op(DW_OP_plus_uconst, 24)}) == 2024);
  // The rule of a procedure linkage table: 8 more from the 11th byte of each entry on.
  CHECK(value_of({op(DW_OP_breg7, 8), op(DW_OP_const1u, 13), op(DW_OP_lit15), op(DW_OP_and),
                  op(DW_OP_lit11), op(DW_OP_ge), op(DW_OP_lit3), op(DW_OP_shl), op(DW_OP_plus)}) ==
        1016);
  CHECK(value_of({op(DW_OP_lit1), op(DW_OP_lit2), op(DW_OP_swap), op(DW_OP_minus)}) == 1);
  CHECK(value_of({op(DW_OP_lit1), op(DW_OP_constu, 64), op(DW_OP_shl)}) == 0);
  for (const auto& bad :
       std::vector<std::vector<Dwarf_Op>>{{},
                                          {op(DW_OP_plus)},
                                          {op(DW_OP_lit1), op(DW_OP_plus)},
                                          {op(DW_OP_breg0)},
                                          {op(DW_OP_lit1), op(DW_OP_deref)},
                                          {op(DW_OP_lit1), op(DW_OP_div)},
                                          std::vector<Dwarf_Op>(100'000, op(DW_OP_lit1))})
    CHECK_FALSE(value_of(bad));
}

TEST_CASE("call frame information of a damaged file is some or none") {
  const Scratch folder;
  const std::string whole = base::read_file(PLANTED_PROGRAM);
  const auto rows = [&](const std::string& contents) {
    base::write_file(folder / "program", contents);
    FrameRules rules(folder / "program");
    int count = 0;
    for (uint64_t offset = 0; offset < whole.size(); offset += 32)
      count += rules.row(offset) != nullptr;
    return count;
  };
  CHECK(rows(whole) > 10);
  CHECK(rows(std::string(1000, 'x')) == 0);
  for (size_t length = 1; length < whole.size(); length += whole.size() / 40)
    CHECK(rows(whole.substr(0, length)) >= 0);
  uint64_t state = 1;
  for (int i = 0; i < 200; ++i) {
    std::string damaged = whole;
    for (int k = 0; k < 20; ++k) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      damaged[(state >> 33) % damaged.size()] = static_cast<char>(state >> 25);
    }
    CHECK(rows(damaged) >= 0);
  }
  CHECK(FrameRules(folder.path()).row(0) == nullptr);
  CHECK(FrameRules("/nonexistent").row(0) == nullptr);
}

TEST_CASE("without call frame information frame pointers are followed") {
  Chain chain;
  Unwinder unwinder;
  const UserStack stack = unwinder.unwind(chain.sample, chain.map);
  CHECK(stack.pcs == std::vector<uint64_t>{0x5010, 0x5101, 0x5201, 0x5301});
  CHECK(stack.truncated);
  chain.sample.user_chain = {0x5010, 0x5101, 0x5201, 0x5301, 0x5401};
  const UserStack longer = unwinder.unwind(chain.sample, chain.map);
  CHECK(longer.pcs == chain.sample.user_chain);
  CHECK_FALSE(longer.truncated);
}

TEST_CASE("frame pointers that lead nowhere end the stack") {
  Unwinder unwinder;
  const std::vector<uint64_t> two{0x5010, 0x5101};
  Chain back;
  back.words[4] = 0x7000;  // below: it would go round for ever
  CHECK(unwinder.unwind(back.sample, back.map).pcs == two);
  Chain odd;
  odd.words[4] = 0x7051;
  CHECK(unwinder.unwind(odd.sample, odd.map).pcs == two);
  Chain nowhere;
  nowhere.words[11] = 0x99;  // no code is there
  CHECK(unwinder.unwind(nowhere.sample, nowhere.map).pcs == two);
}

TEST_CASE("without registers the kernel's chain is the stack, without that the leaf alone") {
  Unwinder unwinder;
  SampleRecord sample;
  sample.ip = 0x5010;
  CHECK(unwinder.unwind(sample, {}).pcs == std::vector<uint64_t>{0x5010});
  sample.user_chain = {0x5010, 0x5101};
  CHECK(unwinder.unwind(sample, {}).pcs == sample.user_chain);
  sample.user_chain = {};
  sample.in_kernel = true;
  CHECK(unwinder.unwind(sample, {}).pcs.empty());
}
