#include "base/toml.h"

#include <toml++/toml.h>

#include <algorithm>
#include <sstream>
#include <utility>

#include "base/error.h"
#include "base/file.h"

namespace winnow::base {
namespace {

constexpr size_t kFileLimitBytes = size_t{16} << 20;
constexpr int kKeyPartsLimit = 1000;

// How many dots stand in a line before its first equals sign or comment, outside quotes.
int dots_of_key(const std::string& line) {
  int dots = 0;
  char quote = 0;
  for (const char c : line) {
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '=' || c == '#') {
      break;
    } else if (c == '.') {
      ++dots;
    }
  }
  return dots;
}

void check_key_parts(const std::string& text, const std::string& path) {
  std::istringstream lines(text);
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    if (dots_of_key(line) >= kKeyPartsLimit)
      throw UsageError(path, "line " + std::to_string(number) + ": a key of more than " +
                                 std::to_string(kKeyPartsLimit) + " parts");
  }
}

TomlNode data_of(const toml::node& node) {
  TomlNode data;
  data.line = static_cast<int>(node.source().begin.line);
  data.string = node.value_exact<std::string>();
  data.boolean = node.value_exact<bool>();
  data.integer = node.value_exact<int64_t>();
  if (node.is_number()) data.number = node.value<double>();
  if (const toml::array* list = node.as_array()) {
    data.list.emplace();
    for (const toml::node& element : *list) data.list->push_back(data_of(element));
  }
  if (const toml::table* table = node.as_table()) {
    data.table.emplace();
    for (const auto& [key, value] : *table)
      data.table->push_back({std::string(key.str()), data_of(value)});
  }
  return data;
}

}  // namespace

const TomlNode* TomlNode::find(std::string_view key) const {
  if (!table) return nullptr;
  const auto found =
      std::lower_bound(table->begin(), table->end(), key,
                       [](const TomlEntry& entry, std::string_view k) { return entry.key < k; });
  return found != table->end() && found->key == key ? &found->value : nullptr;
}

TomlNode parse_toml(const std::string& text, const std::string& path) {
  check_key_parts(text, path);
  try {
    return data_of(toml::parse(text, path));
  } catch (const toml::parse_error& error) {
    throw UsageError(path, "line " + std::to_string(error.source().begin.line) + ": " +
                               std::string(error.description()));
  }
}

TomlNode parse_toml_file(const std::string& path) {
  return parse_toml(read_file(path, kFileLimitBytes), path);
}

std::string toml_string(std::string_view text) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string quoted = "\"";
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if (code < 0x20 || code == 0x7F) {
      quoted += {'\\', 'u', '0', '0', kDigits[code / 16], kDigits[code % 16]};
    } else {
      if (c == '"' || c == '\\') quoted += '\\';
      quoted += c;
    }
  }
  return quoted + '"';
}

}  // namespace winnow::base
