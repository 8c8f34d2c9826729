#pragma once

#include <string>

namespace winnow::reports {

// Printable text as a value of JSON, for what other programs show of it.
std::string json_text(const std::string& text);

}  // namespace winnow::reports
