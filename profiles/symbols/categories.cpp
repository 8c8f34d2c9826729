#include "profiles/symbols/categories.h"

#include <algorithm>
#include <optional>
#include <regex>
#include <unordered_map>

#include "base/error.h"
#include "base/file.h"
#include "base/toml.h"
#include "profiles/symbols/built_in_categories.h"

namespace winnow::profiles {
namespace {

using base::TomlNode;

constexpr size_t kLimitBytes = 1'000'000;
// std::regex recurses once a character: a hostile name or expression must not exhaust the stack.
constexpr size_t kLimitName = 512;
constexpr size_t kLimitExpression = 512;

// Whether all of the expression stands behind its "^": no "|" outside of brackets.
bool anchored(std::string_view expression) {
  if (!expression.starts_with("^")) return false;
  int depth = 0;
  bool in_set = false;
  for (size_t i = 1; i < expression.size(); ++i) {
    const char c = expression[i];
    if (c == '\\') {
      ++i;
    } else if (in_set) {
      in_set = c != ']';
    } else {
      in_set = c == '[';
      depth += c == '(' ? 1 : c == ')' ? -1 : 0;
      if (c == '|' && depth == 0) return false;
    }
  }
  return true;
}

// What an anchored expression's matches begin with, as far as it is plain letters.
std::string_view plain_beginning(std::string_view expression) {
  constexpr std::string_view kLetters =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_:";
  const size_t end = std::min(expression.find_first_not_of(kLetters, 1), expression.size());
  const bool repeated =
      end < expression.size() && std::string_view("?*{").find(expression[end]) != std::string::npos;
  return expression.substr(1, end - (repeated && end > 1 ? 2 : 1));
}

// Compiled when the first name is tried that may match: of hundreds of built-in ones a run needs
// few.
class Expression {
 public:
  explicit Expression(std::string text) : text_(std::move(text)) {
    if (!anchored(text_)) return;
    flags_ = std::regex_constants::match_continuous;
    beginning_ = plain_beginning(text_);
  }

  // Throws std::regex_error. Matching takes polynomial time, whatever the expression: no
  // back-references.
  const std::regex& compiled() const {
    if (!regex_)
      regex_.emplace(text_, std::regex_constants::ECMAScript | std::regex_constants::__polynomial);
    return *regex_;
  }

  bool matches(const std::string& name) const {
    if (!name.starts_with(beginning_)) return false;
    const auto end = name.begin() + static_cast<ptrdiff_t>(std::min(name.size(), kLimitName));
    return std::regex_search(name.begin(), end, compiled(), flags_);
  }

 private:
  std::string text_;
  mutable std::optional<std::regex> regex_;
  // An anchored expression is tried once, not at every character, and not on names that begin
  // otherwise.
  std::regex_constants::match_flag_type flags_ = std::regex_constants::match_default;
  std::string beginning_;
};

bool any_matches(const std::vector<Expression>& expressions, const std::string& name) {
  return std::ranges::any_of(expressions, [&](const Expression& e) { return e.matches(name); });
}

struct Rule {
  std::string category;
  std::vector<Expression> expressions, modules{};  // no modules: of any file

  bool takes(const std::string& name, const std::string& module) const {
    return (modules.empty() || any_matches(modules, module)) && any_matches(expressions, name);
  }
};

// The rules of one kind of profile; the first that takes a function is remembered.
class RuleList {
 public:
  std::vector<Rule> rules;

  size_t first_match(const std::string& name, const std::string& module = "") const {
    const auto [found, added] = remembered_[module].try_emplace(name, 0);
    if (added)
      found->second = static_cast<size_t>(
          std::ranges::find_if(rules, [&](const Rule& rule) { return rule.takes(name, module); }) -
          rules.begin());
    return found->second;
  }

 private:
  mutable std::unordered_map<std::string, std::unordered_map<std::string, size_t>> remembered_;
};

// Of "[libz.so.1]", a file without symbols, the file.
std::string module_of(const std::string& function, const std::string& module) {
  const bool file =
      module.empty() && function.size() > 2 && function.front() == '[' && function.back() == ']';
  return file ? function.substr(1, function.size() - 2) : module;
}

// Whose rules they are. A mistake in Winnow's own is found by its tests, not by its users.
enum class Author { user, winnow };

class RuleReader {
 public:
  RuleReader(const std::string& subject, Author author) : subject_(subject), author_(author) {}

  std::vector<Rule> read_list(const TomlNode& root, std::string_view key) const {
    const TomlNode* node = root.find(key);
    if (!node) return {};
    const std::string problem = std::string(key) + " must be an array of tables ([[...]])";
    if (!node->list) fail(*node, problem);
    std::vector<Rule> rules;
    for (const TomlNode& table : *node->list) {
      if (!table.table) fail(table, problem);
      rules.push_back(read_rule(table, key == "cpu"));
    }
    return rules;
  }

  void refuse_others(const TomlNode& table, std::initializer_list<std::string_view> keys) const {
    for (const auto& [key, value] : *table.table)
      if (std::find(keys.begin(), keys.end(), key) == keys.end())
        fail(value, "unknown key \"" + key + "\"");
  }

 private:
  Rule read_rule(const TomlNode& table, bool of_modules) const {
    if (of_modules)
      refuse_others(table, {"category", "match", "module"});
    else
      refuse_others(table, {"category", "match"});
    Rule rule;
    const TomlNode* const category = table.find("category");
    if (!category) fail(table, "a rule has no category");
    if (!category->string) fail(*category, "category must be a string");
    rule.category = *category->string;
    if (rule.category.empty()) fail(*category, "category is empty");

    const TomlNode* const match = table.find("match");
    if (!match) fail(table, "a rule has no match");
    rule.expressions = read_expressions(*match, "match");
    if (const TomlNode* const module = table.find("module"))
      rule.modules = read_expressions(*module, "module");
    return rule;
  }

  std::vector<Expression> read_expressions(const TomlNode& node, const std::string& key) const {
    const std::string problem = key + " must be a list of regular expressions";
    if (!node.list || node.list->empty()) fail(node, problem);
    std::vector<Expression> expressions;
    for (const TomlNode& expression : *node.list) {
      if (!expression.string) fail(expression, problem);
      expressions.push_back(read_expression(expression));
    }
    return expressions;
  }

  Expression read_expression(const TomlNode& node) const {
    const std::string& text = *node.string;
    if (text.empty()) fail(node, "an empty expression matches everything: write \".*\"");
    if (text.size() > kLimitExpression) fail(node, "an expression is too long");
    try {
      Expression expression(text);
      if (author_ == Author::user) expression.compiled();
      return expression;
    } catch (const std::regex_error& error) {
      fail(node, "\"" + text + "\" is no regular expression: " + error.what());
    }
  }

  [[noreturn]] void fail(const TomlNode& node, const std::string& problem) const {
    throw base::UsageError(subject_, "line " + std::to_string(node.line) + ": " + problem);
  }

  const std::string& subject_;
  Author author_;
};

}  // namespace

struct CategoryRules::Rules {
  RuleList cpu, heap;
  std::vector<std::string> heap_categories;
  const std::string cpu_other = "other", heap_other = "Other";

  Rules(std::string_view toml, const std::string& subject, Author author) {
    const TomlNode root = base::parse_toml(std::string(toml), subject);
    const RuleReader reader(subject, author);
    reader.refuse_others(root, {"cpu", "heap"});
    cpu.rules = reader.read_list(root, "cpu");
    heap.rules = reader.read_list(root, "heap");
    if (cpu.rules.empty() && heap.rules.empty())
      throw base::UsageError(subject, "no rules: expected [[cpu]] or [[heap]] tables");
    for (const Rule& rule : heap.rules)
      if (rule.category != heap_other &&
          std::ranges::find(heap_categories, rule.category) == heap_categories.end())
        heap_categories.push_back(rule.category);
    heap_categories.push_back(heap_other);
  }
};

CategoryRules CategoryRules::parse(std::string_view toml, const std::string& subject) {
  return CategoryRules(std::make_unique<Rules>(toml, subject, Author::user));
}

CategoryRules CategoryRules::load(const std::string& file) {
  return parse(base::read_file(file, kLimitBytes), file);
}

CategoryRules CategoryRules::built_in(std::string_view first) {
  return CategoryRules(
      std::make_unique<Rules>(std::string(first) + "\n" + std::string(kBuiltInCategories),
                              "built-in categories", Author::winnow));
}

const std::string& CategoryRules::cpu_category(const std::string& function,
                                               const std::string& module) const {
  const size_t index = rules_->cpu.first_match(function, module_of(function, module));
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
