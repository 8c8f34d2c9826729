#include "profiles/symbols/categories.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <set>

#include "base/error.h"
#include "base/file.h"
#include "base/toml.h"
#include "tests/catch.h"

namespace {

using namespace winnow;
using namespace winnow::profiles;

std::string error_of(const std::string& toml) {
  try {
    CategoryRules::parse(toml, "rules.toml");
  } catch (const base::UsageError& error) {
    return error.what();
  }
  return "";
}

struct KnownFunction {
  std::string category, name, module;
};

std::vector<KnownFunction> known_functions() {
  std::ifstream file(KNOWN_FUNCTIONS_FILE);
  std::vector<KnownFunction> functions;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.front() == '#') continue;
    const size_t name = line.find('\t') + 1;
    const size_t end = std::min(line.find('\t', name), line.size());
    functions.push_back({line.substr(0, name - 1), line.substr(name, end - name),
                         end < line.size() ? line.substr(end + 1) : ""});
  }
  return functions;
}

std::string rule_of_line(int line, const std::string& module, const std::string& match) {
  return fmt::format("[[cpu]]\ncategory = \"line {}\"\n{}match = [{}]\n", line,
                     module.empty() ? "" : "module = [" + module + "]\n", match);
}

// The same rules with each expression as a rule of its own, whose category is its line: "line 7".
// `lines` gets all of these. What a rule for some files matches is taken as a whole.
std::string one_rule_a_line(const std::vector<base::TomlNode>& rules,
                            std::set<std::string>& lines) {
  std::string text;
  const auto add = [&](int line, const std::string& module, const std::string& match) {
    lines.insert(fmt::format("line {}", line));
    text += rule_of_line(line, module, match);
  };
  for (const base::TomlNode& rule : rules) {
    std::string all;
    for (const auto& expression : *rule.find("match")->list)
      all += base::toml_string(*expression.string) + ", ";
    if (const auto* modules = rule.find("module"))
      for (const auto& module : *modules->list)
        add(module.line, base::toml_string(*module.string), all);
    else
      for (const auto& expression : *rule.find("match")->list)
        add(expression.line, "", base::toml_string(*expression.string));
  }
  return text;
}

std::string heap_category(const CategoryRules& rules, const std::vector<std::string>& chain) {
  return rules.heap_category(chain);
}

}  // namespace

TEST_CASE(
    "the first rule in file order wins; of a call chain the function nearest the leaf decides") {
  const auto rules = CategoryRules::parse(R"(
    [[heap]]
    category = "B"
    match = ["^outer$", "never"]
    [[heap]]
    category = "A"
    match = ["inner"]
    [[heap]]
    category = "B"
    match = ["third"]
    [[cpu]]
    category = "scheduler"
    match = ["wait"]
    [[cpu]]
    category = "compute"
    match = [".*"]
  )",
                                          "rules.toml");
  CHECK(heap_category(rules, {"inner", "middle"}) == "A");
  CHECK(heap_category(rules, {"inner", "outer"}) == "A");
  CHECK(heap_category(rules, {"outer", "inner"}) == "B");
  CHECK(heap_category(rules, {"unknown", "third", "inner"}) == "B");
  CHECK(heap_category(rules, {"third"}) == "B");
  CHECK(heap_category(rules, {"nothing"}) == "Other");
  CHECK(heap_category(rules, {}) == "Other");
  CHECK(rules.heap_categories() == std::vector<std::string>{"B", "A", "Other"});
  CHECK(rules.cpu_category("futex_wait") == "scheduler");
  CHECK(rules.cpu_category("await") == "scheduler");
  CHECK(rules.cpu_category("x") == "compute");
}

TEST_CASE("the built-in rules are the file's") {
  const auto built_in = CategoryRules::built_in();
  const auto file = CategoryRules::load(CATEGORIES_FILE);
  CHECK(built_in.heap_categories() == file.heap_categories());
  CHECK(built_in.heap_categories() == std::vector<std::string>{"Thread Creation", "Other"});
}

TEST_CASE("functions of real programs have the category that a reader expects") {
  const auto rules = CategoryRules::built_in();
  const auto known = known_functions();
  REQUIRE(known.size() > 900);
  for (const KnownFunction& function : known) {
    INFO(function.name << " in " << function.module);
    CHECK(rules.cpu_category(function.name, function.module) == function.category);
  }
}

TEST_CASE("every expression of the built-in rules decides a known function") {
  std::set<std::string> idle;
  const auto rules = CategoryRules::parse(
      one_rule_a_line(*base::parse_toml_file(CATEGORIES_FILE).find("cpu")->list, idle), "lines");
  REQUIRE(idle.size() > 200);
  for (const KnownFunction& function : known_functions())
    idle.erase(rules.cpu_category(function.name, function.module));
  CHECK(idle == std::set<std::string>{});
}

TEST_CASE("a wrong rule is found by the known functions") {
  const auto known = known_functions();
  // As somebody in a hurry writes them: they take functions that are not meant.
  const std::pair<const char*, const char*> planted[] = {
      {"lock", "scheduler"},
      {"wait", "scheduler"},
      {"^m(un)?map$", "scheduler"},
      {"future", "scheduler"},
      {"^std::thread::", "scheduler"},
      {"^tbb::", "scheduler"},
      {"^pthread_", "scheduler"},
      {"^runtime", "scheduler"},
      {"^rayon_core::", "scheduler"},
      {"^gc", "garbage collection"},
      {"alloc", "memory"},
      {"^mem", "copying"},
      {"copy", "copying"},
      {"hash", "hashing"},
      {"crypt", "cryptography"},
      {"compress", "compression"},
      {"inflate", "compression"},
      {"read", "input and output"},
      {"^open", "input and output"},
      {"select", "input and output"},
      {"sort", "sorting and searching"},
      {"match", "text"},
      {"parse", "text"},
      {"print", "text"},
      {"^log", "mathematics"},
      {"^sin", "mathematics"},
      {"max", "mathematics"},
      {"std::", "container"},
      {"^Py", "interpreter"},
      {"^lua", "interpreter"},
      {"[Uu]nwind", "exceptions and stack walking"},
      {"^\\[lib", "loading"},
  };
  for (const auto& [expression, name] : planted) {
    const std::string category = name;
    // In front of all others, it takes what it matches.
    const auto wrong = CategoryRules::parse(
        fmt::format("[[cpu]]\ncategory = \"{}\"\nmatch = ['{}']\n", category, expression),
        "rules.toml");
    INFO(expression);
    CHECK(std::ranges::any_of(known, [&](const KnownFunction& function) {
      return function.category != category &&
             wrong.cpu_category(function.name, function.module) == category;
    }));
  }
}

TEST_CASE("mapping memory is no scheduling") {
  const auto rules = CategoryRules::built_in();
  for (const char* name : {"mmap", "munmap", "mremap", "mprotect", "madvise", "__mmap64", "mmap64",
                           "brk", "sbrk", "runtime.mmap", "runtime.munmap.abi0",
                           "runtime.madvise.abi0", "runtime.sysMap", "runtime.sysUnusedOS"}) {
    INFO(name);
    CHECK(rules.cpu_category(name) == "memory");
  }
}

TEST_CASE("a rule for some files takes their functions only") {
  const auto rules = CategoryRules::parse(R"toml(
    [[cpu]]
    category = "compression"
    module = ["^libz[.]so", "^pigz$"]
    match = ["^(?!main$)"]
    [[cpu]]
    category = "text"
    match = ["^scan"])toml",
                                          "rules.toml");
  CHECK(rules.cpu_category("build_tree", "libz.so.1.2.13") == "compression");
  CHECK(rules.cpu_category("build_tree", "pigz") == "compression");
  CHECK(rules.cpu_category("build_tree", "unpigz") == "other");
  CHECK(rules.cpu_category("build_tree") == "other");
  CHECK(rules.cpu_category("main", "pigz") == "other");
  CHECK(rules.cpu_category("scan_tree", "pigz") == "compression");
  CHECK(rules.cpu_category("scan_tree", "cc1plus") == "text");
  // Without symbols the name is the file's.
  CHECK(rules.cpu_category("[libz.so.1.2.13]") == "compression");
  CHECK(rules.cpu_category("[libz.so.1.2.13]", "libz.so.1.2.13") == "compression");
}

TEST_CASE("of any program's allocations those of its threads are known") {
  const auto rules = CategoryRules::built_in();
  CHECK(rules.heap_category(std::vector<std::string>{"calloc", "_dl_allocate_tls", "pthread_create",
                                                     "main"}) == "Thread Creation");
  CHECK(rules.heap_category(std::vector<std::string>{"operator new", "std::thread::_M_start_thread",
                                                     "work"}) == "Thread Creation");
  CHECK(rules.heap_category(std::vector<std::string>{"malloc", "main"}) == "Other");
}

TEST_CASE("rules of one program come before those that are built in") {
  const auto rules = CategoryRules::built_in(R"(
    [[cpu]]
    category = "compute"
    match = ["^draw", "^memcpy$"]
    [[heap]]
    category = "Pictures"
    match = ["^draw"])");
  CHECK(rules.cpu_category("draw_line") == "compute");
  CHECK(rules.cpu_category("memcpy") == "compute");
  CHECK(rules.cpu_category("memset") == "copying");
  CHECK(rules.heap_categories() ==
        std::vector<std::string>{"Pictures", "Thread Creation", "Other"});
}

TEST_CASE("a category of functions is whatever the rules name") {
  const auto rules =
      CategoryRules::parse("[[cpu]]\ncategory = \"drawing\"\nmatch = [\"^draw\"]", "rules.toml");
  CHECK(rules.cpu_category("draw_line") == "drawing");
  CHECK(rules.cpu_category("redraw") == "other");
}

TEST_CASE("a wrong rule file is told with its line") {
  const std::pair<std::string, std::string> wrong[] = {
      {"", "no rules: expected [[cpu]] or [[heap]] tables"},
      {"[[cpu]]\ncategory = \"a\"\nmatch = [\"x\",\n\"\"]",
       "line 4: an empty expression matches everything: write \".*\""},
      {"[[cpu]]\ncategory = \"\"\nmatch = [\"x\"]", "line 2: category is empty"},
      {"[[cpu]]\ncategory = 1\nmatch = [\"x\"]", "line 2: category must be a string"},
      {"[[heap]]\nmatch = [\"x\"]", "line 1: a rule has no category"},
      {"[[heap]]\ncategory = \"a\"", "line 1: a rule has no match"},
      {"[[heap]]\ncategory = \"a\"\nmatch = []",
       "line 3: match must be a list of regular expressions"},
      {"[[heap]]\ncategory = \"a\"\nmatch = [1]",
       "line 3: match must be a list of regular expressions"},
      {"[[heap]]\ncategory = \"a\"\nmatch = \"x\"",
       "line 3: match must be a list of regular expressions"},
      {"[[heap]]\ncategory = \"a\"\nmatch = [\"x\"]\nmach = 1", "line 4: unknown key \"mach\""},
      {"[[cpu]]\ncategory = \"a\"\nmatch = [\"x\"]\nmodule = \"y\"",
       "line 4: module must be a list of regular expressions"},
      {"[[cpu]]\ncategory = \"a\"\nmatch = [\"x\"]\nmodule = []",
       "line 4: module must be a list of regular expressions"},
      {"[[heap]]\ncategory = \"a\"\nmatch = [\"x\"]\nmodule = [\"y\"]",
       "line 4: unknown key \"module\""},
      {"[[haep]]\ncategory = \"a\"\n", "line 1: unknown key \"haep\""},
      {"heap = 1", "line 1: heap must be an array of tables ([[...]])"},
      {"heap = [1]", "line 1: heap must be an array of tables ([[...]])"},
      {"[[cpu]]\ncategory = \"a\"\nmatch = [\"" + std::string(1000, '(') + "\"]",
       "line 3: an expression is too long"},
  };
  for (const auto& [text, problem] : wrong) CHECK(error_of(text) == "rules.toml: " + problem);
  CHECK(error_of("[[cpu]]\ncategory = \"a\"\nmatch = [\"(\"]")
            .starts_with("rules.toml: line 3: \"(\" is no regular expression: "));
  for (const char* expression : {"(a)\\\\1", "((a{99}){99}){99}"})
    CHECK(error_of(fmt::format("[[cpu]]\ncategory = \"a\"\nmatch = [\"{}\"]", expression))
              .starts_with("rules.toml: line 3: "));
  CHECK(error_of("[[cpu]]\ncategory = \n").starts_with("rules.toml: line 2: "));
  CHECK_THROWS_AS(CategoryRules::load("/nonexistent"), base::Error);
}

TEST_CASE("an endless function name neither crashes nor takes long") {
  const auto rules = CategoryRules::parse(
      "[[cpu]]\ncategory = \"memory\"\nmatch = [\"(a|b|aa)*$\", \"^.*z\"]", "rules.toml");
  CHECK(rules.cpu_category(std::string(10'000'000, 'q')) == "memory");
  CHECK(CategoryRules::built_in().cpu_category(std::string(10'000'000, 'q')) == "other");
}

TEST_CASE("an expression that multiplies its ways through a name ends all the same") {
  const auto rules = CategoryRules::parse(
      "[[cpu]]\ncategory = \"a\"\nmatch = [\"(a*)*b\", \"^(x+x+)+y$\", \"(a|a)*$c\"]",
      "rules.toml");
  CHECK(rules.cpu_category(std::string(400, 'a')) == "other");
  CHECK(rules.cpu_category(std::string(400, 'x')) == "other");
  CHECK(rules.cpu_category(std::string(400, 'x') + "y") == "a");
}
