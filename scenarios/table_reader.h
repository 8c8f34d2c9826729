#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/toml.h"

namespace winnow::scenarios {

inline constexpr int kCountLimit = 1'000'000;

// A duration as the file writes it, such as "90s", and where: "<path>: line N: <key>".
struct WrittenDuration {
  std::string text, where;
};

// One table of a TOML file, which outlives it; names the line of whatever is wrong, and knows which
// keys were asked for. Throws base::UsageError "<path>: line N: <key>: <problem>".
class TableReader {
 public:
  TableReader(const std::string& path, const base::TomlNode& table) : path_(path), table_(table) {}

  bool has(std::string_view key);
  std::string string(std::string_view key);
  std::string string(std::string_view key, std::string_view fallback);
  std::optional<WrittenDuration> duration(std::string_view key);
  // A string that fits a folder's name.
  std::string file_name(std::string_view key);
  int integer(std::string_view key, int least, std::optional<int> fallback = {},
              int most = kCountLimit);
  // Finite, an integer or a float.
  double number(std::string_view key, double least, double most);
  std::vector<double> numbers(std::string_view key, double least, double most);
  bool boolean(std::string_view key);
  std::vector<std::string> strings(std::string_view key);
  // The elements of a list that is not empty; a single value counts as a list of it.
  std::vector<const base::TomlNode*> elements(std::string_view key);
  TableReader table(std::string_view key);
  std::vector<TableReader> tables(std::string_view key);

  int line() const { return table_.line; }
  void check_all_known() const;
  [[noreturn]] void fail(std::string_view key, std::string_view problem) const;

 private:
  const base::TomlNode& node(std::string_view key);
  [[noreturn]] void fail_at(const base::TomlNode& where, std::string_view problem) const;

  const std::string& path_;
  const base::TomlNode& table_;
  std::set<std::string, std::less<>> known_;
};

}  // namespace winnow::scenarios
