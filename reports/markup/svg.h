#pragma once

#include <string>

namespace winnow::reports {

// Printable text, fit for an element or attribute of XML 1.0.
std::string escaped_xml(const std::string& text);

// At most `longest` bytes of printable text, in whole UTF-8 characters.
std::string shortened(const std::string& name, size_t longest);

}  // namespace winnow::reports
