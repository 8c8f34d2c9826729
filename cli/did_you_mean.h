#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace winnow::cli {

// "; did you mean --blocks?" of the word among `known`, with `prefix` in front, that is so near to
// the one that was typed; where none is, `otherwise`. Dashes in front of it do not count.
std::string did_you_mean(std::string_view typed, const std::vector<std::string>& known,
                         std::string_view prefix, const std::string& otherwise = "");

}  // namespace winnow::cli
