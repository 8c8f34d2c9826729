#include "profiles/symbols/categories.h"

#include <algorithm>

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
  for (const char* category : {"INT8 Quantization", "Tokenization", "Buffer Pool", "Model Loading",
                               "Thread Creation", "Other"}) {
    INFO(category);
    const auto& all = built_in.heap_categories();
    CHECK(std::find(all.begin(), all.end(), category) != all.end());
  }
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
      {"munmap", "scheduler"},
      {"mprotect", "scheduler"},
      {"__nptl_free_tcb", "scheduler"},
      {"_dl_allocate_tls_init", "scheduler"},
      {"_dl_deallocate_tls", "scheduler"},
      {"std::thread::_State_impl::_M_run", "scheduler"},
      {"std::condition_variable::wait", "scheduler"},
      {"winnow::engine::PoolScheduler::work", "scheduler"},
      {"winnow::engine::SpawnScheduler::over_tiles::{lambda#1}::operator()", "scheduler"},
      {"winnow::engine::Team::share_out", "scheduler"},
      {"winnow::engine::Gate::wait_while_equal", "scheduler"},
      {"winnow::engine::StealingTeam::join_others", "scheduler"},
      {"winnow::engine::Offer::take_part", "scheduler"},
      {"__kmp_hyper_barrier_release", "scheduler"},
      {"[libomp.so.5]", "scheduler"},
      {"winnow::kernels::matmul_q8_0_avx2", "compute"},
      {"winnow::engine::forward", "compute"},
      {"winnow::base::FunctionRef::FunctionRef::{lambda#1}::_FUN", "compute"},
      {"winnow::engine::Tokenizer::encode", "tokenization"},
      {"winnow::engine::Segmentation::add_pair", "tokenization"},
      {"__expf_fma", "compute"},
      {"[libm.so.6]", "compute"},
      {"__libc_thread_freeres", "scheduler"},
      {"[libtbb.so.12]", "scheduler"},
      {"malloc", "memory"},
      {"_int_free", "memory"},
      {"operator new", "memory"},
      {"operator delete[]", "memory"},
      {"memset", "memory"},
      {"memmove", "memory"},
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

TEST_CASE("allocations have the category of what they are made for") {
  const auto rules = CategoryRules::built_in();
  const std::pair<std::vector<std::string>, const char*> expected[] = {
      {{"operator new", "winnow::engine::Tokenizer::encode",
        "winnow::engine::Embedder::embed_text"},
       "Tokenization"},
      {{"operator new", "winnow::engine::Tokenizer::Tokenizer", "winnow::engine::Model::load",
        "main"},
       "Model Loading"},
      {{"operator new", "winnow::engine::Activations::reserve", "winnow::engine::Embedder::embed"},
       "Buffer Pool"},
      {{"calloc", "_dl_allocate_tls", "pthread_create", "winnow::engine::forward"},
       "Thread Creation"},
      {{"operator new", "std::thread::_M_start_thread", "winnow::kernels::quantize"},
       "Thread Creation"},
      {{"operator new", "winnow::engine::quantize_rows"}, "INT8 Quantization"},
      {{"malloc", "main"}, "Other"},
      // A worker's thread and a strategy's loop stand in every chain below them: they decide
      // nothing.
      {{"operator new", "winnow::engine::Tokenizer::encode", "winnow::engine::Embedder::embed_text",
        "std::thread::_State_impl::_M_run", "start_thread", "clone3"},
       "Tokenization"},
      {{"operator new", "winnow::engine::SpawnScheduler::over_tiles", "winnow::engine::forward",
        "winnow::engine::Embedder::embed"},
       "Thread Creation"},
  };
  for (const auto& [chain, category] : expected) {
    INFO(chain.at(1));
    CHECK(rules.heap_category(chain) == category);
  }
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
