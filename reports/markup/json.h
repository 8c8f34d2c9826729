#pragma once

#include <string>

namespace winnow::reports {

// The text as a value of JSON, invalid UTF-8 replaced.
std::string json_text(const std::string& text);

}  // namespace winnow::reports
