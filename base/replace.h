#pragma once

#include <string>
#include <string_view>

namespace winnow::base {

// Puts `value` in the place of each `mark`, which is not empty; a mark in the value stays.
inline void replace_all(std::string& text, std::string_view mark, std::string_view value) {
  for (size_t at = text.find(mark); at != std::string::npos;
       at = text.find(mark, at + value.size()))
    text.replace(at, mark.size(), value);
}

}  // namespace winnow::base
