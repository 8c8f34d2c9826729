#include "cli/did_you_mean.h"

#include <fmt/format.h>

#include <algorithm>

namespace winnow::cli {

namespace {

constexpr size_t kLongestTyped = 64;

// How many letters are changed, left out, put in, or exchanged with the next one (optimal string
// alignment).
size_t edits(std::string_view a, std::string_view b) {
  std::vector<std::vector<size_t>> cost(a.size() + 1, std::vector<size_t>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i)
    for (size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        cost[i][j] = i + j;
        continue;
      }
      const size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
      cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, cost[i - 1][j - 1] + change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
    }
  return cost[a.size()][b.size()];
}

// The longer word goes on where the shorter one ends.
bool goes_on(std::string_view a, std::string_view b) {
  constexpr size_t kLeast = 3;
  return std::min(a.size(), b.size()) >= kLeast && (a.starts_with(b) || b.starts_with(a));
}

}  // namespace

std::string did_you_mean(std::string_view typed, const std::vector<std::string>& known,
                         std::string_view prefix, const std::string& otherwise) {
  typed.remove_prefix(std::min(typed.find_first_not_of('-'), typed.size()));
  if (typed.size() > kLongestTyped) return otherwise;
  const std::string* nearest = nullptr;
  size_t least = 0;
  for (const std::string& word : known) {
    const size_t far = goes_on(typed, word) ? 1 : edits(typed, word);
    const bool near = far <= std::max<size_t>(1, std::min(typed.size(), word.size()) / 3);
    if (!near || (nearest != nullptr && far >= least)) continue;
    nearest = &word;
    least = far;
  }
  return nearest == nullptr ? otherwise : fmt::format("; did you mean {}{}?", prefix, *nearest);
}

}  // namespace winnow::cli
