#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace winnow::base {

struct TomlEntry;

// A value of a TOML file as plain data: nobody else sees the parser, which is dear to compile. One
// of the optional fields is there, none for a date or a time; a whole number is a number as well.
struct TomlNode {
  int line = 0;  // where it begins
  std::optional<std::string> string;
  std::optional<bool> boolean;
  std::optional<int64_t> integer;
  std::optional<double> number;
  std::optional<std::vector<TomlNode>> list;
  std::optional<std::vector<TomlEntry>> table;  // sorted by key

  // The value of a table's key; nullptr where there is none.
  const TomlNode* find(std::string_view key) const;
};

struct TomlEntry {
  std::string key;
  TomlNode value;
};

// The TOML file at `path`, or its text under that name: a table. Throws UsageError
// "<path>: line N: ..." for a syntax error, and for keys of so many parts that the parser would run
// out of stack.
TomlNode parse_toml_file(const std::string& path);
TomlNode parse_toml(const std::string& text, const std::string& path);

// The text as a TOML string, in its quotes.
std::string toml_string(std::string_view text);

}  // namespace winnow::base
