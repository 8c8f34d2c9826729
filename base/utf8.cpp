#include "base/utf8.h"

#include <algorithm>

namespace winnow::base {

size_t utf8_length(std::string_view text) {
  auto at = [text](size_t i) { return static_cast<unsigned char>(text[i]); };
  auto trails = [&](size_t i, unsigned char low = 0x80, unsigned char high = 0xBF) {
    return i < text.size() && at(i) >= low && at(i) <= high;
  };
  const unsigned char lead = at(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return trails(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    const unsigned char low = lead == 0xE0 ? 0xA0 : 0x80, high = lead == 0xED ? 0x9F : 0xBF;
    return trails(1, low, high) && trails(2) ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    const unsigned char low = lead == 0xF0 ? 0x90 : 0x80, high = lead == 0xF4 ? 0x8F : 0xBF;
    return trails(1, low, high) && trails(2) && trails(3) ? 4 : 0;
  }
  return 0;
}

bool starts_with_control(std::string_view text) {
  constexpr std::string_view kControls[] = {"\u061C", "\u200E", "\u200F", "\u2028", "\u2029",
                                            "\u202A", "\u202B", "\u202C", "\u202D", "\u202E",
                                            "\u2066", "\u2067", "\u2068", "\u2069"};
  if (text.empty()) return false;
  const auto first = static_cast<unsigned char>(text[0]);
  if (first < 0x80) return first < 0x20 || first == 0x7F;
  // U+0080 to U+009F are C2 80 to C2 9F.
  if (first == 0xC2) return text.size() > 1 && static_cast<unsigned char>(text[1]) < 0xA0;
  return std::ranges::any_of(
      kControls, [text](std::string_view control) { return text.starts_with(control); });
}

}  // namespace winnow::base
