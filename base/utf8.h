#pragma once

#include <cstddef>
#include <string_view>

namespace winnow::base {

// The length in bytes of the UTF-8 character that `text` (not empty) starts with; 0 if it is cut
// short, overlong, a surrogate, above U+10FFFF or no first byte at all (Unicode 15, table 3-7).
size_t utf8_length(std::string_view text);

}  // namespace winnow::base
