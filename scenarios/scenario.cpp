#include "scenarios/scenario.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <set>
#include <string_view>

#include "base/error.h"
#include "base/toml.h"

namespace winnow::scenarios {
namespace {

constexpr int kCountLimit = 1'000'000;
constexpr std::array<std::string_view, 5> kPasses{"time", "cpu", "wall", "heap", "sync"};

// One table of the file; names the line of whatever is wrong, and knows which keys were asked for.
class TableReader {
 public:
  TableReader(const std::string& path, const toml::table& table) : path_(path), table_(table) {}

  std::string string(std::string_view key) {
    const auto value = node(key).value_exact<std::string>();
    if (!value || value->empty()) fail(key, "expected a string that is not empty");
    return *value;
  }
  std::string string(std::string_view key, std::string_view fallback) {
    return has(key) ? string(key) : std::string(fallback);
  }

  int integer(std::string_view key, int least, std::optional<int> fallback = {},
              int most = kCountLimit) {
    if (fallback && !has(key)) return *fallback;
    const auto value = node(key).value_exact<int64_t>();
    if (!value || *value < least || *value > most)
      fail(key, fmt::format("expected a whole number from {} to {}", least, most));
    return static_cast<int>(*value);
  }

  std::vector<std::string> strings(std::string_view key) {
    const toml::array* array = node(key).as_array();
    if (array == nullptr || array->empty()) fail(key, "expected a list of strings");
    std::vector<std::string> result;
    for (const toml::node& element : *array) {
      const auto value = element.value_exact<std::string>();
      if (!value) fail(key, "expected a list of strings");
      result.push_back(*value);
    }
    return result;
  }

  std::vector<TableReader> tables(std::string_view key) {
    const toml::array* array = node(key).as_array();
    if (array == nullptr || array->empty()) fail(key, "expected a list of tables");
    std::vector<TableReader> result;
    for (const toml::node& element : *array) {
      if (!element.is_table()) fail(key, "expected a list of tables");
      result.emplace_back(path_, *element.as_table());
    }
    return result;
  }

  void check_all_known() const {
    for (const auto& [key, value] : table_)
      if (!known_.contains(key.str())) fail_at(value, fmt::format("{}: unknown key", key.str()));
  }

  [[noreturn]] void fail(std::string_view key, std::string_view problem) const {
    const toml::node* found = table_.get(key);
    fail_at(found != nullptr ? *found : table_, fmt::format("{}: {}", key, problem));
  }

 private:
  bool has(std::string_view key) {
    known_.emplace(key);
    return table_.contains(key);
  }
  const toml::node& node(std::string_view key) {
    if (!has(key)) fail(key, "missing");
    return *table_.get(key);
  }
  [[noreturn]] void fail_at(const toml::node& where, std::string_view problem) const {
    throw base::UsageError(path_, fmt::format("line {}: {}", where.source().begin.line, problem));
  }

  const std::string& path_;
  const toml::table& table_;
  std::set<std::string, std::less<>> known_;
};

// The name becomes a folder's name.
std::string read_name(TableReader& reader) {
  std::string name = reader.string("name");
  const bool plain = std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.';
  });
  if (!plain || name.front() == '.' || name.size() > 100)
    reader.fail("name", "expected letters, digits, '-', '_' and '.'");
  return name;
}

std::vector<ScenarioVariant> read_variants(TableReader& reader) {
  std::vector<ScenarioVariant> variants;
  for (TableReader& table : reader.tables("variants")) {
    variants.push_back({table.string("name"), table.string("label", "")});
    table.check_all_known();
    const auto same_name = [&](const ScenarioVariant& v) { return v.name == variants.back().name; };
    if (std::count_if(variants.begin(), variants.end(), same_name) > 1)
      table.fail("name", "listed twice");
  }
  const std::string baseline = reader.string("baseline", variants.front().name);
  const auto found = std::find_if(variants.begin(), variants.end(),
                                  [&](const auto& v) { return v.name == baseline; });
  if (found == variants.end()) reader.fail("baseline", "not one of the variants");
  std::rotate(variants.begin(), found, found + 1);
  return variants;
}

std::vector<std::string> read_passes(TableReader& reader) {
  std::vector<std::string> passes = reader.strings("passes");
  for (const std::string& pass : passes)
    if (!is_pass(pass))
      reader.fail("passes", fmt::format("{} is none of {}", pass, fmt::join(kPasses, ", ")));
  return passes;
}

}  // namespace

Scenario load_scenario(const std::string& path) {
  const toml::table table = base::parse_toml_file(path);
  TableReader reader(path, table);
  Scenario scenario;
  scenario.name = read_name(reader);
  scenario.description = reader.string("description", "");
  scenario.texts = reader.strings("texts");
  scenario.batch = reader.integer("batch", 1, static_cast<int>(scenario.texts.size()));
  scenario.iterations = reader.integer("iterations", 1);
  scenario.blocks = reader.integer("blocks", 1);
  scenario.warmup = reader.integer("warmup", 0, 1);
  scenario.threads = reader.integer("threads", 0, 0, kThreadLimit);
  scenario.variants = read_variants(reader);
  scenario.passes = read_passes(reader);
  reader.check_all_known();
  return scenario;
}

bool is_pass(std::string_view name) {
  return std::find(kPasses.begin(), kPasses.end(), name) != kPasses.end();
}

std::vector<std::string> batch_texts(const Scenario& scenario, int batch) {
  std::vector<std::string> texts;
  for (int i = 0; i < batch; ++i)
    texts.push_back(scenario.texts[static_cast<size_t>(i) % scenario.texts.size()]);
  return texts;
}

}  // namespace winnow::scenarios
