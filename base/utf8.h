#pragma once

#include <cstddef>
#include <string_view>

namespace winnow::base {

// The length in bytes of the UTF-8 character that `text` (not empty) starts with; 0 if it is cut
// short, overlong, a surrogate, above U+10FFFF or no first byte at all (Unicode 15, table 3-7).
size_t utf8_length(std::string_view text);

// Does `text` start with a character that is not to reach a screen: a control character (U+0000 to
// U+001F, U+007F to U+009F), a separator of lines or paragraphs, or one that changes the direction
// of the text around it, by which a name can look like another one (Unicode's Bidi_Control)?
bool starts_with_control(std::string_view text);

}  // namespace winnow::base
