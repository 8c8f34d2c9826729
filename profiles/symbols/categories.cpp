#include "profiles/symbols/categories.h"

#include <algorithm>
#include <regex>
#include <unordered_map>

#include "base/error.h"
#include "base/file.h"
#include "base/toml.h"
#include "profiles/symbols/built_in_categories.h"

namespace winnow::profiles {
namespace {

using base::TomlNode;

constexpr size_t kLimitBytes = size_t{1} << 20;
// std::regex recurses once a character: a hostile name or expression must not exhaust the stack.
constexpr size_t kLimitName = 512;
constexpr size_t kLimitExpression = 512;

struct Rule {
  std::string category;
  std::vector<std::regex> expressions;

  bool matches(const std::string& name) const {
    const auto end = name.begin() + static_cast<ptrdiff_t>(std::min(name.size(), kLimitName));
    return std::any_of(expressions.begin(), expressions.end(), [&](const std::regex& expression) {
      return std::regex_search(name.begin(), end, expression);
    });
  }
};

// The rules of one kind of profile; the first that matches a name is remembered.
class RuleList {
 public:
  std::vector<Rule> rules;

  size_t first_match(const std::string& name) const {
    const auto [found, added] = remembered_.try_emplace(name, 0);
    if (added)
      found->second = static_cast<size_t>(
          std::find_if(rules.begin(), rules.end(), [&](const Rule& r) { return r.matches(name); }) -
          rules.begin());
    return found->second;
  }

 private:
  mutable std::unordered_map<std::string, size_t> remembered_;
};

class RuleReader {
 public:
  explicit RuleReader(const std::string& subject) : subject_(subject) {}

  std::vector<Rule> read_list(const TomlNode& root, std::string_view key) const {
    const TomlNode* node = root.find(key);
    if (!node) return {};
    const std::string problem = std::string(key) + " must be an array of tables ([[...]])";
    if (!node->list) fail(*node, problem);
    std::vector<Rule> rules;
    for (const TomlNode& table : *node->list) {
      if (!table.table) fail(table, problem);
      rules.push_back(read_rule(table));
    }
    return rules;
  }

  void refuse_others(const TomlNode& table, std::initializer_list<std::string_view> keys) const {
    for (const auto& [key, value] : *table.table)
      if (std::find(keys.begin(), keys.end(), key) == keys.end())
        fail(value, "unknown key \"" + key + "\"");
  }

 private:
  Rule read_rule(const TomlNode& table) const {
    refuse_others(table, {"category", "match"});
    Rule rule;
    const TomlNode* const category = table.find("category");
    if (!category) fail(table, "a rule has no category");
    if (!category->string) fail(*category, "category must be a string");
    rule.category = *category->string;
    if (rule.category.empty()) fail(*category, "category is empty");

    const TomlNode* const match = table.find("match");
    if (!match) fail(table, "a rule has no match");
    if (!match->list || match->list->empty())
      fail(*match, "match must be a list of regular expressions");
    for (const TomlNode& expression : *match->list)
      rule.expressions.push_back(read_expression(expression));
    return rule;
  }

  std::regex read_expression(const TomlNode& node) const {
    if (!node.string) fail(node, "match must be a list of regular expressions");
    const std::string& text = *node.string;
    if (text.empty()) fail(node, "an empty expression matches everything: write \".*\"");
    if (text.size() > kLimitExpression) fail(node, "an expression is too long");
    try {
      return std::regex(text, std::regex::ECMAScript | std::regex::optimize);
    } catch (const std::regex_error& error) {
      fail(node, "\"" + text + "\" is no regular expression: " + error.what());
    }
  }

  [[noreturn]] void fail(const TomlNode& node, const std::string& problem) const {
    throw base::UsageError(subject_, "line " + std::to_string(node.line) + ": " + problem);
  }

  const std::string& subject_;
};

}  // namespace

struct CategoryRules::Rules {
  RuleList cpu, heap;
  std::vector<std::string> heap_categories;
  const std::string cpu_other = "other", heap_other = "Other";
};

CategoryRules CategoryRules::parse(std::string_view toml, const std::string& subject) {
  const TomlNode root = base::parse_toml(std::string(toml), subject);
  const RuleReader reader(subject);
  reader.refuse_others(root, {"cpu", "heap"});
  auto rules = std::make_unique<Rules>();
  rules->cpu.rules = reader.read_list(root, "cpu");
  rules->heap.rules = reader.read_list(root, "heap");
  if (rules->cpu.rules.empty() && rules->heap.rules.empty())
    throw base::UsageError(subject, "no rules: expected [[cpu]] or [[heap]] tables");
  auto& categories = rules->heap_categories;
  for (const Rule& rule : rules->heap.rules)
    if (rule.category != rules->heap_other &&
        std::find(categories.begin(), categories.end(), rule.category) == categories.end())
      categories.push_back(rule.category);
  categories.push_back(rules->heap_other);
  return CategoryRules(std::move(rules));
}

CategoryRules CategoryRules::load(const std::string& file) {
  return parse(base::read_file(file, kLimitBytes), file);
}

CategoryRules CategoryRules::built_in(std::string_view first) {
  return parse(std::string(first) + "\n" + std::string(kBuiltInCategories), "built-in categories");
}

const std::string& CategoryRules::cpu_category(const std::string& function) const {
  const size_t index = rules_->cpu.first_match(function);
  return index < rules_->cpu.rules.size() ? rules_->cpu.rules[index].category : rules_->cpu_other;
}

const std::string& CategoryRules::heap_category(std::span<const std::string> call_chain) const {
  for (const std::string& function : call_chain) {
    const size_t first = rules_->heap.first_match(function);
    if (first < rules_->heap.rules.size()) return rules_->heap.rules[first].category;
  }
  return rules_->heap_other;
}

const std::vector<std::string>& CategoryRules::heap_categories() const {
  return rules_->heap_categories;
}

CategoryRules::CategoryRules(std::unique_ptr<Rules> rules) : rules_(std::move(rules)) {}
CategoryRules::CategoryRules(CategoryRules&&) noexcept = default;
CategoryRules& CategoryRules::operator=(CategoryRules&&) noexcept = default;
CategoryRules::~CategoryRules() = default;

}  // namespace winnow::profiles
