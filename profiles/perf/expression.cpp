#include "profiles/perf/expression.h"

#include <dwarf.h>

#include <utility>
#include <vector>

namespace winnow::profiles {
namespace {

constexpr size_t kMostValues = 64;

std::optional<uint64_t> of_two(uint8_t operation, uint64_t a, uint64_t b) {
  const auto signed_a = static_cast<int64_t>(a), signed_b = static_cast<int64_t>(b);
  switch (operation) {
    case DW_OP_plus:
      return a + b;
    case DW_OP_minus:
      return a - b;
    case DW_OP_mul:
      return a * b;
    case DW_OP_and:
      return a & b;
    case DW_OP_or:
      return a | b;
    case DW_OP_xor:
      return a ^ b;
    case DW_OP_shl:
      return b < 64 ? a << b : 0;
    case DW_OP_shr:
      return b < 64 ? a >> b : 0;
    case DW_OP_shra:
      return static_cast<uint64_t>(signed_a >> (b < 64 ? b : 63));
    case DW_OP_eq:
      return a == b;
    case DW_OP_ne:
      return a != b;
    case DW_OP_lt:
      return signed_a < signed_b;
    case DW_OP_le:
      return signed_a <= signed_b;
    case DW_OP_gt:
      return signed_a > signed_b;
    case DW_OP_ge:
      return signed_a >= signed_b;
    default:
      return {};
  }
}

class ExpressionStack {
 public:
  explicit ExpressionStack(const ExpressionInputs& inputs) : inputs_(inputs) {}

  // False: it cannot go on.
  bool step(const Dwarf_Op& op) {
    if (op.atom >= DW_OP_lit0 && op.atom <= DW_OP_lit31) return push(op.atom - DW_OP_lit0);
    if (op.atom >= DW_OP_breg0 && op.atom <= DW_OP_breg31)
      return push(sum(inputs_.reg(op.atom - DW_OP_breg0), op.number));
    switch (op.atom) {
      case DW_OP_bregx:
        return op.number < 1024 && push(sum(inputs_.reg(static_cast<int>(op.number)), op.number2));
      case DW_OP_call_frame_cfa:
        return push(inputs_.cfa);
      case DW_OP_addr:
      case DW_OP_const1u:
      case DW_OP_const1s:
      case DW_OP_const2u:
      case DW_OP_const2s:
      case DW_OP_const4u:
      case DW_OP_const4s:
      case DW_OP_const8u:
      case DW_OP_const8s:
      case DW_OP_constu:
      case DW_OP_consts:
        return push(op.number);
      case DW_OP_nop:
        return true;
      default:
        return rearrange(op);
    }
  }

  std::optional<uint64_t> pop() {
    if (values_.empty()) return {};
    const uint64_t top = values_.back();
    values_.pop_back();
    return top;
  }

 private:
  static std::optional<uint64_t> sum(std::optional<uint64_t> value, uint64_t offset) {
    if (value) *value += offset;
    return value;
  }

  bool push(std::optional<uint64_t> value) {
    if (!value || values_.size() == kMostValues) return false;
    values_.push_back(*value);
    return true;
  }

  bool rearrange(const Dwarf_Op& op) {
    const auto top = pop();
    if (!top) return false;
    switch (op.atom) {
      case DW_OP_drop:
        return true;
      case DW_OP_dup:
        return push(top) && push(top);
      case DW_OP_deref:
        return push(inputs_.memory(*top));
      case DW_OP_plus_uconst:
        return push(*top + op.number);
      case DW_OP_neg:
        return push(0 - *top);
      case DW_OP_not:
        return push(~*top);
      default:
        break;
    }
    const auto below = pop();
    if (!below) return false;
    if (op.atom == DW_OP_swap) return push(top) && push(below);
    if (op.atom == DW_OP_over) return push(below) && push(top) && push(below);
    return push(of_two(op.atom, *below, *top));
  }

  const ExpressionInputs& inputs_;
  std::vector<uint64_t> values_;
};

}  // namespace

std::optional<uint64_t> evaluate(std::span<const Dwarf_Op> expression,
                                 const ExpressionInputs& inputs) {
  ExpressionStack stack(inputs);
  for (const Dwarf_Op& op : expression)
    if (!stack.step(op)) return {};
  return stack.pop();
}

}  // namespace winnow::profiles
