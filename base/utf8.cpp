#include "base/utf8.h"

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

}  // namespace winnow::base
