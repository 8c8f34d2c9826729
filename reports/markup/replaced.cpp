#include "reports/markup/replaced.h"

#include <algorithm>

namespace winnow::reports {

std::string replaced(std::string_view text, std::span<const Replacement> table) {
  std::string result;
  for (const char c : text) {
    const auto found = std::ranges::find(table, c, &Replacement::character);
    if (found == table.end())
      result += c;
    else
      result += found->text;
  }
  return result;
}

}  // namespace winnow::reports
