#include "profiles/symbols/categories.h"

#include "base/error.h"
#include "base/file.h"
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

TEST_CASE("functions have the category that a reader expects") {
  const auto rules = CategoryRules::built_in();
  const std::pair<const char*, const char*> expected[] = {
      {"pthread_cond_wait", "scheduler"},
      {"pthread_cond_signal", "scheduler"},
      {"pthread_create", "scheduler"},
      {"futex_wait", "scheduler"},
      {"__lll_lock_wait", "scheduler"},
      {"clone3", "scheduler"},
      {"start_thread", "scheduler"},
      {"sched_yield", "scheduler"},
      {"syscall", "scheduler"},
      {"__nptl_free_tcb", "scheduler"},
      {"_dl_allocate_tls_init", "scheduler"},
      {"_dl_deallocate_tls", "scheduler"},
      {"std::thread::_State_impl::_M_run", "scheduler"},
      {"std::condition_variable::wait", "scheduler"},
      {"__kmp_hyper_barrier_release", "scheduler"},
      {"[libomp.so.5]", "scheduler"},
      {"__expf_fma", "mathematics"},
      {"[libm.so.6]", "mathematics"},
      {"__libc_thread_freeres", "scheduler"},
      {"[libtbb.so.12]", "scheduler"},
      {"malloc", "memory"},
      {"_int_free", "memory"},
      {"operator new", "memory"},
      {"operator delete[]", "memory"},
      {"memset", "memory"},
      {"memmove", "memory"},
      {"munmap", "memory"},
      {"mprotect", "memory"},
      {"[kernel]", "kernel"},
      {"[vdso]", "kernel"},
      {"main", "other"},
      {"[unknown]", "other"},
      {"my_pthread_like_name", "other"},
      {"", "other"},
  };
  for (const auto& [name, category] : expected) {
    INFO(name);
    CHECK(rules.cpu_category(name) == category);
  }
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
  CHECK(rules.cpu_category("memset") == "memory");
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
      {"[[haep]]\ncategory = \"a\"\n", "line 1: unknown key \"haep\""},
      {"heap = 1", "line 1: heap must be an array of tables ([[...]])"},
      {"heap = [1]", "line 1: heap must be an array of tables ([[...]])"},
      {"[[cpu]]\ncategory = \"a\"\nmatch = [\"" + std::string(1000, '(') + "\"]",
       "line 3: an expression is too long"},
  };
  for (const auto& [text, problem] : wrong) CHECK(error_of(text) == "rules.toml: " + problem);
  CHECK(error_of("[[cpu]]\ncategory = \"a\"\nmatch = [\"(\"]")
            .starts_with("rules.toml: line 3: \"(\" is no regular expression: "));
  CHECK(error_of("[[cpu]]\ncategory = \n").starts_with("rules.toml: line 2: "));
  CHECK_THROWS_AS(CategoryRules::load("/nonexistent"), base::Error);
}

TEST_CASE("an endless function name neither crashes nor takes long") {
  const auto rules = CategoryRules::parse(
      "[[cpu]]\ncategory = \"memory\"\nmatch = [\"(a|b|aa)*$\", \"^.*z\"]", "rules.toml");
  CHECK(rules.cpu_category(std::string(10'000'000, 'q')) == "memory");
  CHECK(CategoryRules::built_in().cpu_category(std::string(10'000'000, 'q')) == "other");
}
