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
  CHECK(heap_category(rules, {"operator new", "winnow::engine::Tokenizer::encode",
                              "winnow::engine::Embedder::embed_text"}) == "Tokenization");
  CHECK(heap_category(rules, {"operator new", "winnow::engine::Tokenizer::Tokenizer",
                              "winnow::engine::Model::load", "main"}) == "Model Loading");
  CHECK(heap_category(rules, {"operator new", "winnow::engine::Activations::reserve",
                              "winnow::engine::Embedder::embed"}) == "Buffer Pool");
  CHECK(heap_category(rules, {"calloc", "_dl_allocate_tls", "pthread_create",
                              "winnow::engine::forward"}) == "Thread Creation");
  CHECK(heap_category(rules, {"operator new", "std::thread::_M_start_thread",
                              "winnow::kernels::quantize"}) == "Thread Creation");
  CHECK(heap_category(rules, {"operator new", "winnow::engine::quantize_rows"}) ==
        "INT8 Quantization");
  CHECK(heap_category(rules, {"malloc", "main"}) == "Other");
  // A worker's thread and a strategy's loop stand in every chain below them: they decide nothing.
  CHECK(heap_category(rules, {"operator new", "winnow::engine::Tokenizer::encode",
                              "winnow::engine::Embedder::embed_text",
                              "std::thread::_State_impl::_M_run", "start_thread", "clone3"}) ==
        "Tokenization");
  CHECK(heap_category(rules, {"operator new", "winnow::engine::SpawnScheduler::over_tiles",
                              "winnow::engine::forward", "winnow::engine::Embedder::embed"}) ==
        "Thread Creation");
}

TEST_CASE("a wrong rule file is told with its line") {
  CHECK(error_of("") == "rules.toml: no rules: expected [[cpu]] or [[heap]] tables");
  CHECK(error_of("[[cpu]]\ncategory = \"a\"\nmatch = [\"(\"]")
            .starts_with("rules.toml: line 3: \"(\" is no regular expression: "));
  CHECK(error_of("[[cpu]]\ncategory = \"a\"\nmatch = [\"x\",\n\"\"]") ==
        "rules.toml: line 4: an empty expression matches everything: write \".*\"");
  CHECK(error_of("[[cpu]]\ncategory = \"\"\nmatch = [\"x\"]") ==
        "rules.toml: line 2: category is empty");
  CHECK(error_of("[[cpu]]\ncategory = 1\nmatch = [\"x\"]") ==
        "rules.toml: line 2: category must be a string");
  CHECK(error_of("[[cpu]]\ncategory = \"gpu\"\nmatch = [\"x\"]") ==
        "rules.toml: [[cpu]] category \"gpu\" is none of scheduler, compute, memory, tokenization, "
        "kernel, other");
  CHECK(error_of("[[heap]]\nmatch = [\"x\"]") == "rules.toml: line 1: a rule has no category");
  CHECK(error_of("[[heap]]\ncategory = \"a\"") == "rules.toml: line 1: a rule has no match");
  CHECK(error_of("[[heap]]\ncategory = \"a\"\nmatch = []") ==
        "rules.toml: line 3: match must be a list of regular expressions");
  CHECK(error_of("[[heap]]\ncategory = \"a\"\nmatch = [1]") ==
        "rules.toml: line 3: match must be a list of regular expressions");
  CHECK(error_of("[[heap]]\ncategory = \"a\"\nmatch = \"x\"") ==
        "rules.toml: line 3: match must be a list of regular expressions");
  CHECK(error_of("[[heap]]\ncategory = \"a\"\nmatch = [\"x\"]\nmach = 1") ==
        "rules.toml: line 4: unknown key \"mach\"");
  CHECK(error_of("[[haep]]\ncategory = \"a\"\n") == "rules.toml: line 1: unknown key \"haep\"");
  CHECK(error_of("heap = 1") == "rules.toml: line 1: heap must be an array of tables ([[...]])");
  CHECK(error_of("heap = [1]") == "rules.toml: line 1: heap must be an array of tables ([[...]])");
  CHECK(error_of("[[cpu]]\ncategory = \n").starts_with("rules.toml: line 2: "));
  CHECK(error_of("[[cpu]]\ncategory = \"a\"\nmatch = [\"" + std::string(1000, '(') + "\"]") ==
        "rules.toml: line 3: an expression is too long");
  CHECK_THROWS_AS(CategoryRules::load("/nonexistent"), base::Error);
}

TEST_CASE("an endless function name neither crashes nor takes long") {
  const auto rules = CategoryRules::parse(
      "[[cpu]]\ncategory = \"memory\"\nmatch = [\"(a|b|aa)*$\", \"^.*z\"]", "rules.toml");
  CHECK(rules.cpu_category(std::string(10'000'000, 'q')) == "memory");
  CHECK(CategoryRules::built_in().cpu_category(std::string(10'000'000, 'q')) == "other");
}
