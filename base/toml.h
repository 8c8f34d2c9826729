#pragma once

#include <toml++/toml.h>

#include <string>

namespace winnow::base {

// The TOML file at `path`, or its text under that name. Throws UsageError "<path>: line N: ..." for
// a syntax error, and for keys of so many parts that the parser would run out of stack.
toml::table parse_toml_file(const std::string& path);
toml::table parse_toml(const std::string& text, const std::string& path);

}  // namespace winnow::base
