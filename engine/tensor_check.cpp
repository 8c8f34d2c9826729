#include "engine/tensor_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "engine/tensor_conversion.h"

namespace winnow::engine {
namespace {

// Zero bytes in one run that no training leaves: a sector of a disk.
constexpr size_t kHoleBytes = 512;

// Some rows of a tensor.
struct Rows {
  TensorType type;
  uint64_t row_elements;
  std::span<const std::byte> bytes;
  uint64_t first_row = 0;

  size_t stride() const { return block_bytes(type); }
  size_t row_bytes() const { return row_elements / block_elements(type) * stride(); }
  uint64_t row_at(size_t byte) const { return first_row + byte / row_bytes(); }
};

Rows rows_of(const Tensor& tensor) { return {tensor.type, tensor.shape[0], tensor.bytes}; }

// Where the first number, a float or the scale at a block's begin, has all its exponent's bits set:
// infinity or NaN. The number of bytes when none has.
template <class Bits>
size_t find_non_finite(const Rows& rows, Bits exponent) {
  const size_t stride = rows.stride();
  for (size_t at = 0; at < rows.bytes.size(); at += stride) {
    Bits bits;
    std::memcpy(&bits, rows.bytes.data() + at, sizeof bits);
    if ((bits & exponent) == exponent) return at;
  }
  return rows.bytes.size();
}

std::optional<std::string> non_finite(const Rows& rows) {
  const size_t at = rows.type == TensorType::f32    ? find_non_finite<uint32_t>(rows, 0x7f800000u)
                    : rows.type == TensorType::bf16 ? find_non_finite<uint16_t>(rows, 0x7f80u)
                                                    : find_non_finite<uint16_t>(rows, 0x7c00u);
  if (at == rows.bytes.size()) return std::nullopt;
  const float value = leading_float(rows.type, rows.bytes.data() + at);
  return fmt::format("row {} holds a {} of {}", rows.row_at(at),
                     block_elements(rows.type) > 1 ? "scale" : "weight",
                     std::isnan(value) ? "nan"
                     : value > 0       ? "inf"
                                       : "-inf");
}

bool all_zero(const Rows& rows) {
  float values[32];
  const size_t elements = block_elements(rows.type);
  for (size_t at = 0; at < rows.bytes.size(); at += rows.stride()) {
    to_floats(rows.type, rows.bytes.data() + at, elements, values);
    if (std::any_of(values, values + elements, [](float value) { return value != 0; }))
      return false;
  }
  return true;
}

struct Hole {
  size_t begin, end;  // bytes
};

// The next run of zero bytes from `begin` on that is as long as kHoleBytes, or as a row that is
// shorter. It covers one of the places that are its length apart: nothing else is looked at.
std::optional<Hole> find_hole(const Rows& rows, size_t begin = 0) {
  const auto bytes = rows.bytes;
  const size_t least = std::min(kHoleBytes, rows.row_bytes());
  for (size_t probe = begin; probe < bytes.size(); probe += least) {
    if (bytes[probe] != std::byte{0}) continue;
    const auto is_set = [](std::byte byte) { return byte != std::byte{0}; };
    Hole hole{probe, probe};
    while (hole.begin > begin && !is_set(bytes[hole.begin - 1])) --hole.begin;
    hole.end = static_cast<size_t>(
        std::find_if(bytes.begin() + static_cast<ptrdiff_t>(probe), bytes.end(), is_set) -
        bytes.begin());
    if (hole.end - hole.begin >= least) return hole;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> find_damage(const Tensor& tensor) {
  const Rows rows = rows_of(tensor);
  if (auto problem = non_finite(rows)) return problem;
  if (all_zero(rows)) return "all its weights are zero";
  if (const auto hole = find_hole(rows))
    return fmt::format("{} bytes from row {} on are zero", hole->end - hole->begin,
                       rows.row_at(hole->begin));
  return std::nullopt;
}

TokenTableCheck check_token_table(const Gguf& file, const Tensor& table) {
  constexpr size_t kPartBytes = size_t{1} << 20;
  TokenTableCheck check;
  bool zero = true;
  Rows rows = rows_of(table);
  const uint64_t row_count = table.bytes.size() / rows.row_bytes();
  const uint64_t rows_at_once = std::max<uint64_t>(1, kPartBytes / rows.row_bytes());
  const uint64_t overlap = kHoleBytes / rows.row_bytes() + 1;  // a hole may lie across two parts
  for (uint64_t first = 0; first < row_count && !check.damage; first += rows_at_once) {
    const uint64_t count = std::min(rows_at_once + overlap, row_count - first);
    rows.first_row = first;
    rows.bytes = table.bytes.subspan(first * rows.row_bytes(), count * rows.row_bytes());
    check.damage = non_finite(rows);
    zero = zero && all_zero(rows);
    for (auto hole = find_hole(rows); hole; hole = find_hole(rows, hole->end)) {
      if (check.empty_rows.empty()) check.empty_rows.resize(row_count);
      for (uint64_t row = rows.row_at(hole->begin); row <= rows.row_at(hole->end - 1); ++row) {
        check.empty_row_count += check.empty_rows[row] ? 0 : 1;
        check.empty_rows[row] = true;
      }
    }
    file.drop_resident(rows.bytes);
  }
  if (!check.damage && (zero || check.empty_row_count == row_count))
    check.damage = "all its weights are zero";
  return check;
}

}  // namespace winnow::engine
