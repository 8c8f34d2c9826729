// What Winnow knows of its engine's functions, in front of what it knows of any program's.
#include "scenarios/engine_categories.h"

#include "profiles/symbols/categories.h"
#include "tests/catch.h"

namespace {

using winnow::profiles::CategoryRules;

CategoryRules engine_rules() {
  return CategoryRules::built_in(winnow::scenarios::kEngineCategories);
}

}  // namespace

TEST_CASE("every rule of the engine is one that a user could write") {
  CHECK_NOTHROW(CategoryRules::parse(winnow::scenarios::kEngineCategories, "engine categories"));
}

TEST_CASE("functions of the engine have the category that a reader expects") {
  const auto rules = engine_rules();
  const std::pair<const char*, const char*> expected[] = {
      {"winnow::engine::PoolScheduler::work", "scheduler"},
      {"winnow::engine::SpawnScheduler::over_tiles::{lambda#1}::operator()", "scheduler"},
      {"winnow::engine::Team::share_out", "scheduler"},
      {"winnow::engine::Gate::wait_while_equal", "scheduler"},
      {"winnow::engine::StealingTeam::join_others", "scheduler"},
      {"winnow::engine::Offer::take_part", "scheduler"},
      {"munmap", "scheduler"},
      {"mprotect", "scheduler"},
      {"pthread_cond_wait", "scheduler"},
      {"winnow::kernels::matmul_q8_0_avx2", "compute"},
      {"winnow::engine::forward", "compute"},
      {"winnow::base::FunctionRef::FunctionRef::{lambda#1}::_FUN", "compute"},
      {"__expf_fma", "compute"},
      {"[libm.so.6]", "compute"},
      {"winnow::engine::Tokenizer::encode", "tokenization"},
      {"winnow::engine::Segmentation::add_pair", "tokenization"},
      {"malloc", "memory"},
      {"memset", "memory"},
      {"memcpy", "memory"},
      {"[kernel]", "kernel"},
      // The engine's reports have no category of the general rules besides.
      {"strlen", "other"},
      {"write", "other"},
      {"qsort", "other"},
      {"_dl_relocate_object", "other"},
      {"std::_Rb_tree::_M_erase", "other"},
      {"[libgcc_s.so.1]", "other"},
      {"std::thread::_State_impl::_M_run", "scheduler"},
      {"tbb::detail::d1::start_for::execute", "scheduler"},
      {"main", "other"},
  };
  for (const auto& [name, category] : expected) {
    INFO(name);
    CHECK(rules.cpu_category(name) == category);
  }
}

TEST_CASE("the engine's allocations have the category of what they are made for") {
  const auto rules = engine_rules();
  CHECK(rules.heap_categories() == std::vector<std::string>{"INT8 Quantization", "Tokenization",
                                                            "Buffer Pool", "Model Loading",
                                                            "Thread Creation", "Other"});
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
