#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace winnow::profiles {

// Which category a function or an allocation belongs to: an ordered list of regular expressions
// (ECMAScript, matched anywhere in a function's name) for each of the two kinds of profile; a rule
// of the cpu list may hold for some files' functions only. The format is described in
// profiles/symbols/categories.toml, the built-in rules, which are of no program in particular. Not
// to be shared by threads: answers are remembered.
class CategoryRules {
 public:
  // Throws base::UsageError "<file>: line N: <problem>".
  static CategoryRules load(const std::string& file);
  // `first`: rules of Winnow's own in the same format, which come before those that are built in;
  // may be empty. Expressions are compiled when they are needed.
  static CategoryRules built_in(std::string_view first = {});
  static CategoryRules parse(std::string_view toml, const std::string& subject);

  // The first rule, in file order, that takes the function; else "other". `module` is the name of
  // its file without folder ("libz.so.1"); empty: not known, and rules that ask for one do not
  // match, but of "[libz.so.1]", which is a file without symbols.
  const std::string& cpu_category(const std::string& function,
                                  const std::string& module = "") const;
  // Of the call chain, leaf first, the function nearest the leaf that any rule matches decides, by
  // the first rule in file order that matches it; "Other" when no function is matched.
  const std::string& heap_category(std::span<const std::string> call_chain) const;

  // Every heap category once, in file order, and "Other" last.
  const std::vector<std::string>& heap_categories() const;

  CategoryRules(CategoryRules&&) noexcept;
  CategoryRules& operator=(CategoryRules&&) noexcept;
  ~CategoryRules();

 private:
  struct Rules;
  explicit CategoryRules(std::unique_ptr<Rules> rules);
  std::unique_ptr<Rules> rules_;
};

}  // namespace winnow::profiles
