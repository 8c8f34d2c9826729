#pragma once

#include <span>
#include <string>
#include <string_view>

namespace winnow::reports {

// What stands for a character that a format gives a meaning.
struct Replacement {
  char character;
  std::string_view text;
};

// The text with each of the table's characters replaced.
std::string replaced(std::string_view text, std::span<const Replacement> table);

}  // namespace winnow::reports
