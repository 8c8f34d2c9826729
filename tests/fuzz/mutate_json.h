#pragma once

#include <string>
#include <string_view>

namespace winnow::fuzz {

// The document with some of its values changed: numbers to extreme ones, texts, parts left out,
// doubled, exchanged or put in another's place. Bytes alone rarely give a document of which more is
// read than its first error. Empty: `text` is no JSON document.
std::string mutate_json(std::string_view text, unsigned seed);

}  // namespace winnow::fuzz
