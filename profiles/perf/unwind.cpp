#include "profiles/perf/unwind.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <iterator>
#include <optional>

#include "profiles/perf/expression.h"

namespace winnow::profiles {
namespace {

constexpr size_t kMostFrames = 512;

// A thread's state in one of its frames, and the stack above it.
class ThreadState {
 public:
  explicit ThreadState(const SampleRecord& sample) : stack_(sample.stack) {
    for (int i = 0; i < kDwarfRegisters; ++i) registers_[i] = sampled(sample, kPerfOfDwarf[i]);
    pc_ = sampled(sample, kPerfPc).value_or(0);
    stack_begin_ = sp().value_or(0);
  }

  uint64_t pc() const { return pc_; }
  bool truncated() const { return truncated_; }

  // To the caller; false where it is not found.
  bool leave(const FrameRow& row) {
    const auto base = row.cfa_register >= 0 ? reg(row.cfa_register) : std::optional<uint64_t>{};
    const auto cfa = row.cfa_register < 0 ? value_of(row.cfa_expression, {})
                     : base               ? *base + static_cast<uint64_t>(row.cfa_offset)
                                          : base;
    if (!cfa) return false;
    ThreadState caller = *this;
    for (int i = 0; i < kDwarfRegisters; ++i)
      caller.registers_[i] = callers(i, row.registers[i], *cfa);
    if (!caller.reg(kDwarfReturn)) return false;
    // In most rules the stack pointer is what the frame's address is defined by.
    if (row.registers[kDwarfSp].kind == RegisterRule::Kind::same_value)
      caller.registers_[kDwarfSp] = cfa;
    return move_to(caller, *caller.reg(kDwarfReturn));
  }

  bool leave_by_frame_pointer() {
    const auto frame = reg(kDwarfFramePointer);
    if (!frame || *frame % sizeof(uint64_t) != 0 || *frame < sp().value_or(0)) return false;
    const auto saved = word(*frame), pc = word(*frame + sizeof(uint64_t));
    if (!saved || !pc) return false;
    ThreadState caller = *this;
    caller.registers_[kDwarfFramePointer] = saved;
    caller.registers_[kDwarfSp] = *frame + 2 * sizeof(uint64_t);
    return move_to(caller, *pc);
  }

 private:
  static std::optional<uint64_t> sampled(const SampleRecord& sample, int number) {
    const uint64_t bit = uint64_t{1} << number;
    if (!(sample.register_mask & bit)) return {};
    const int index = std::popcount(sample.register_mask & (bit - 1));
    return sample.registers[static_cast<size_t>(index)];
  }

  std::optional<uint64_t> sp() const { return registers_[kDwarfSp]; }
  std::optional<uint64_t> reg(int64_t number) const {
    return number >= 0 && number < kDwarfRegisters ? registers_[number] : std::nullopt;
  }

  // Of the stack's copy. That ends after so many bytes, or with a page that was never touched.
  std::optional<uint64_t> word(uint64_t address) {
    const uint64_t offset = address - stack_begin_;
    uint64_t value = 0;
    if (address >= stack_begin_ && offset <= stack_.size() &&
        stack_.size() - offset >= sizeof value) {
      std::memcpy(&value, stack_.data() + offset, sizeof value);
      return value;
    }
    constexpr uint64_t kLargestStack = uint64_t{1} << 30;
    truncated_ |= address >= stack_begin_ && offset < kLargestStack;
    return {};
  }

  std::optional<uint64_t> value_of(std::span<const Dwarf_Op> expression,
                                   std::optional<uint64_t> cfa) {
    const auto in_register = [this](int number) { return reg(number); };
    const auto in_memory = [this](uint64_t address) { return word(address); };
    return evaluate(expression, {in_register, in_memory, cfa});
  }

  std::optional<uint64_t> callers(int number, const RegisterRule& rule, uint64_t cfa) {
    using Kind = RegisterRule::Kind;
    switch (rule.kind) {
      case Kind::undefined:
        return {};
      case Kind::same_value:
        return reg(number);
      case Kind::in_register:
        return reg(rule.number);
      case Kind::at_cfa:
        return word(cfa + static_cast<uint64_t>(rule.number));
      case Kind::is_cfa:
        return cfa + static_cast<uint64_t>(rule.number);
      case Kind::is_value:
        return value_of(rule.expression, cfa);
      case Kind::at_address:
        break;
    }
    const auto address = value_of(rule.expression, cfa);
    return address ? word(*address) : std::nullopt;
  }

  // A stack grows downwards: whoever called lies above, or else the thread would go round for ever.
  bool move_to(ThreadState& caller, uint64_t pc) {
    caller.pc_ = pc & kCodeAddress;
    const bool above = caller.sp().value_or(0) > sp().value_or(0);
    const bool leaf_without_frame = is_leaf_ && caller.sp() == sp() && caller.pc_ != pc_;
    if (caller.pc_ == 0 || !(above || leaf_without_frame)) return false;
    caller.is_leaf_ = false;
    *this = caller;
    return true;
  }

  std::span<const std::byte> stack_;
  uint64_t stack_begin_ = 0;
  std::optional<uint64_t> registers_[kDwarfRegisters];
  uint64_t pc_ = 0;
  bool truncated_ = false, is_leaf_ = true;
};

// The chain begins with the leaf.
UserStack by_frame_pointers(const SampleRecord& sample) {
  if (!sample.user_chain.empty()) return {sample.user_chain};
  if (sample.in_kernel) return {};
  return {{sample.ip}};
}

// What frame pointers tell of the stack beyond its copy: what lies above the last address found.
void continue_by_frame_pointers(const SampleRecord& sample, UserStack& stack) {
  const auto& chain = sample.user_chain;
  const auto last = std::find(chain.begin(), chain.end(), stack.pcs.back());
  if (last == chain.end() || std::next(last) == chain.end()) return;
  stack.pcs.insert(stack.pcs.end(), std::next(last), chain.end());
  stack.truncated = false;
}

}  // namespace

const FrameRow* Unwinder::row_at(uint64_t pc, const MemoryMap& map) {
  const Mapping* const mapping = map.find(pc);
  if (!mapping || mapping->file.empty()) return nullptr;
  auto found = files_.find(mapping->file);
  if (found == files_.end())
    found = files_.try_emplace(mapping->file, FrameRules(mapping->file)).first;
  return found->second.row(pc - mapping->begin + mapping->offset);
}

UserStack Unwinder::unwind(const SampleRecord& sample, const MemoryMap& map) {
  if (!(sample.register_mask >> kPerfPc & 1)) return by_frame_pointers(sample);
  ThreadState thread(sample);
  UserStack stack{{thread.pc()}};
  bool returned_to = false;  // the address is behind a call, not where the thread was
  while (stack.pcs.size() < kMostFrames) {
    const FrameRow* const row = row_at(thread.pc() - returned_to, map);
    if (row && row->outermost) break;
    if (!(row ? thread.leave(*row) : thread.leave_by_frame_pointer())) break;
    if (!map.find(thread.pc() - 1)) break;
    returned_to = !row || !row->signal_frame;
    stack.pcs.push_back(thread.pc());
  }
  if (stack.pcs.size() == 1 && sample.user_chain.size() > 1) return by_frame_pointers(sample);
  stack.truncated = thread.truncated();
  if (stack.truncated) continue_by_frame_pointers(sample, stack);
  return stack;
}

}  // namespace winnow::profiles
