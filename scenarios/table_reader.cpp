#include "scenarios/table_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "base/error.h"

namespace winnow::scenarios {

bool TableReader::has(std::string_view key) {
  known_.emplace(key);
  return table_.find(key) != nullptr;
}

const base::TomlNode& TableReader::node(std::string_view key) {
  if (!has(key)) fail(key, "missing");
  return *table_.find(key);
}

std::string TableReader::string(std::string_view key) {
  const auto& value = node(key).string;
  if (!value || value->empty()) fail(key, "expected a string that is not empty");
  return *value;
}

std::string TableReader::string(std::string_view key, std::string_view fallback) {
  return has(key) ? string(key) : std::string(fallback);
}

std::optional<WrittenDuration> TableReader::duration(std::string_view key) {
  if (!has(key)) return std::nullopt;
  return WrittenDuration{string(key), fmt::format("{}: line {}: {}", path_, node(key).line, key)};
}

std::string TableReader::file_name(std::string_view key) {
  std::string name = string(key);
  const bool plain = std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.';
  });
  if (!plain || name.front() == '.' || name.size() > 100)
    fail(key, "expected letters, digits, '-', '_' and '.'");
  return name;
}

int TableReader::integer(std::string_view key, int least, std::optional<int> fallback, int most) {
  if (fallback && !has(key)) return *fallback;
  const auto& value = node(key).integer;
  if (!value || *value < least || *value > most)
    fail(key, fmt::format("expected a whole number from {} to {}", least, most));
  return static_cast<int>(*value);
}

namespace {

// NaN lies in no range.
std::optional<double> number_in(const base::TomlNode& node, double least, double most) {
  const auto& value = node.number;
  return value && *value >= least && *value <= most ? value : std::nullopt;
}

}  // namespace

double TableReader::number(std::string_view key, double least, double most) {
  const auto value = number_in(node(key), least, most);
  if (!value) fail(key, fmt::format("expected a number from {} to {}", least, most));
  return *value;
}

std::vector<double> TableReader::numbers(std::string_view key, double least, double most) {
  std::vector<double> values;
  for (const base::TomlNode* element : elements(key)) {
    const auto value = number_in(*element, least, most);
    if (!value) fail(key, fmt::format("expected numbers from {} to {}", least, most));
    values.push_back(*value);
  }
  return values;
}

bool TableReader::boolean(std::string_view key) {
  const auto& value = node(key).boolean;
  if (!value) fail(key, "expected true or false");
  return *value;
}

std::vector<std::string> TableReader::strings(std::string_view key) {
  const auto& list = node(key).list;
  if (!list || list->empty()) fail(key, "expected a list of strings");
  std::vector<std::string> result;
  for (const base::TomlNode& element : *list) {
    if (!element.string) fail(key, "expected a list of strings");
    result.push_back(*element.string);
  }
  return result;
}

std::vector<const base::TomlNode*> TableReader::elements(std::string_view key) {
  const auto& list = node(key).list;
  if (!list) return {&node(key)};
  if (list->empty()) fail(key, "expected a list that is not empty");
  std::vector<const base::TomlNode*> result;
  for (const base::TomlNode& element : *list) result.push_back(&element);
  return result;
}

TableReader TableReader::table(std::string_view key) {
  const base::TomlNode& table = node(key);
  if (!table.table) fail(key, "expected a table");
  return {path_, table};
}

std::vector<TableReader> TableReader::tables(std::string_view key) {
  const auto& list = node(key).list;
  if (!list || list->empty()) fail(key, "expected a list of tables");
  std::vector<TableReader> result;
  for (const base::TomlNode& element : *list) {
    if (!element.table) fail(key, "expected a list of tables");
    result.emplace_back(path_, element);
  }
  return result;
}

void TableReader::check_all_known() const {
  for (const auto& [key, value] : *table_.table)
    if (!known_.contains(key)) fail_at(value, fmt::format("{}: unknown key", key));
}

void TableReader::fail(std::string_view key, std::string_view problem) const {
  const base::TomlNode* found = table_.find(key);
  fail_at(found != nullptr ? *found : table_, fmt::format("{}: {}", key, problem));
}

void TableReader::fail_at(const base::TomlNode& where, std::string_view problem) const {
  throw base::UsageError(path_, fmt::format("line {}: {}", where.line, problem));
}

}  // namespace winnow::scenarios
