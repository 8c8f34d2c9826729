#include "profiles/process/child_result.h"

#include "base/error.h"
#include "tests/catch.h"

using namespace winnow::profiles;

namespace {

ChildResult parsed(const std::string& more) {
  const std::string least =
      R"({"schema": "winnow-result/1", "iteration_wall_ns": [5], "region": {"wall_ns": 7})";
  return parse_child_result(least + more + "}", "result.json");
}

}  // namespace

TEST_CASE("what a program does not tell stays unknown") {
  const ChildResult result = parsed("");
  CHECK(result.block.iteration_wall_ns == std::vector<int64_t>{5});
  CHECK(result.block.region->wall_ns == 7);
  CHECK_FALSE(result.block.region->user_ns);
  CHECK_FALSE(result.block.peak_rss_bytes);
  CHECK_FALSE(result.model);
  CHECK_FALSE(result.thread_terms);
  CHECK_FALSE(result.calling_thread_works);
  CHECK_FALSE(result.threads);
  CHECK_FALSE(result.items_per_iteration);
  CHECK(result.variant.empty());
  CHECK_FALSE(result.items_hash);
}

TEST_CASE("what a program ran is read") {
  const ChildResult result = parsed(R"(, "variant": "pool", "threads": 4, "texts_per_iteration": 32,
                    "texts_hash": "5d", "model": {"hash": "a0"})");
  CHECK(result.items_hash == "5d");
  CHECK(result.model.value().hash == "a0");
  CHECK(result.variant == "pool");
  CHECK(result.threads.value() == 4);
  CHECK_FALSE(result.threads_asked);
  CHECK(parsed(R"(, "threads": 1, "threads_asked": 4)").threads_asked.value() == 4);
  CHECK(result.items_per_iteration.value() == 32);
  CHECK(result.item == "text");
  const ChildResult pages = parsed(R"(, "items_per_iteration": 3, "item": "page",
                                   "items_hash": "77")");
  CHECK(pages.items_per_iteration == 3);
  CHECK(pages.item == "page");
  CHECK(pages.items_hash == "77");
  CHECK_THROWS_AS(parsed(R"(, "threads": "many")"), winnow::base::Error);
}

TEST_CASE("multiply-accumulates are read by kernel, and not told is not none") {
  CHECK_FALSE(parsed("").block.kernel_macs);
  CHECK_FALSE(parsed(R"(, "kernel_macs": null)").block.kernel_macs);
  const auto macs = parsed(R"(, "kernel_macs": {"matmul": 7, "attention": 0})").block.kernel_macs;
  CHECK(macs.value() == std::map<std::string, int64_t>{{"attention", 0}, {"matmul", 7}});
  CHECK(parsed(R"(, "kernel_macs": {})").block.kernel_macs.value().empty());
  for (const char* wrong :
       {"7", "[7]", R"("7")", R"({"matmul": -1})", R"({"matmul": 1.5})", R"({"matmul": "7"})",
        R"({"matmul": null})", R"({"matmul": [7]})", R"({"matmul": 18446744073709551615})"}) {
    INFO(wrong);
    CHECK_THROWS_AS(parsed(std::string(R"(, "kernel_macs": )") + wrong), winnow::base::Error);
  }
  CHECK_THROWS_WITH(parsed(R"(, "kernel_macs": {"matmul": -1})"),
                    "result.json: kernel_macs.matmul: negative");
}

TEST_CASE("a model may be known in part") {
  const Model named = parsed(R"(, "model": {"name": "x"})").model.value();
  CHECK(named.name == "x");
  CHECK_FALSE(named.size_bytes);
  CHECK_FALSE(named.synthetic);
  const Model whole =
      parsed(R"(, "model": {"name": "x", "size_bytes": 9, "synthetic": false})").model.value();
  CHECK(whole.size_bytes.value() == 9);
  CHECK(whole.synthetic.has_value());
  CHECK_FALSE(whole.synthetic.value());
}

TEST_CASE("the threads by design are a list of terms") {
  const auto terms = parsed(R"(, "thread_terms": [
      {"name": "threads", "threads": 2, "for_each": "loops", "times": 3, "per_item": true},
      {"name": "helpers", "threads": 4, "once": true}])")
                         .thread_terms.value();
  REQUIRE(terms.size() == 2);
  CHECK(terms[0].name == "threads");
  CHECK(terms[0].threads == 2);
  CHECK(terms[0].for_each == "loops");
  CHECK(terms[0].times == 3);
  CHECK(terms[0].per_item);
  CHECK_FALSE(terms[0].once);
  CHECK(terms[1].times == 1);
  CHECK(terms[1].once);
  CHECK_FALSE(terms[1].per_item);
  CHECK(parsed(R"(, "thread_terms": [])").thread_terms.value().empty());
  CHECK_THROWS_WITH(parsed(R"(, "thread_terms": {"name": "x"})"),
                    "result.json: thread_terms: expected a list of objects");
  CHECK_THROWS_WITH(parsed(R"(, "thread_terms": [{"name": "x"}])"),
                    "result.json: thread_terms[].threads: missing");
  CHECK_THROWS_WITH(parsed(R"(, "thread_terms": [{"name": "x", "threads": -1}])"),
                    "result.json: thread_terms[].threads: negative");
}

TEST_CASE("a thread formula of an older program becomes terms, and counts only as a whole") {
  CHECK_FALSE(parsed(R"(, "thread_formula": {"matmuls_per_text": 3})").thread_terms);
  const auto terms = parsed(R"(, "thread_formula": {"threads_per_matmul": 2,
                                "matmuls_per_text": 3, "persistent_threads": 5})")
                         .thread_terms.value();
  REQUIRE(terms.size() == 2);
  CHECK(terms[0].name == "threads");
  CHECK(terms[0].threads == 2);
  CHECK(terms[0].for_each == "matmuls");
  CHECK(terms[0].times == 3);
  CHECK(terms[0].per_item);
  CHECK(terms[1].name == "persistent threads");
  CHECK(terms[1].threads == 5);
  CHECK(terms[1].once);
  CHECK_THROWS_AS(parsed(R"(, "thread_formula": 7)"), winnow::base::Error);
  CHECK_THROWS_AS(parsed(R"(, "thread_formula": {"threads_per_matmul": "2",
                             "matmuls_per_text": 3, "persistent_threads": 5})"),
                  winnow::base::Error);
}

TEST_CASE("a region is read by the fields that a recording has, each of which may be missing") {
  const std::string start = R"({"schema": "winnow-result/1", "iteration_wall_ns": [5], "region": )";
  const auto region = [&](const std::string& text) {
    return parse_child_result(start + text + "}", "result.json").block.region.value();
  };
  const Region whole = region(
      R"({"wall_ns": 7, "user_ns": 3, "system_ns": 1, "minor_faults": null, "unheard_of": [],
          "cores_time": {"cores": 4, "idle_ns": 1, "busy_ns": 2, "steal_ns": 0}})");
  CHECK(whole.cpu_ns() == 4);
  CHECK(whole.cores_time.value().busy_ns == 2);
  CHECK_FALSE(whole.minor_faults);
  CHECK_FALSE(region(R"({"wall_ns": 7, "user_ns": 3})").cpu_s());
  CHECK(region(R"({"wall_ns": 0})").wall_ns == 0);
  const std::pair<const char*, const char*> wrong[] = {
      {R"({})", "region.wall_ns: missing"},
      {R"({"wall_ns": 7, "user_ns": -1})", "region.user_ns: negative"},
      {R"({"wall_ns": 7, "cores_time": {"cores": 4}})", "region.cores_time.idle_ns: missing"},
      {R"({"wall_ns": 7, "cores_time": {"cores": 5000000000}})",
       "region.cores_time.cores: too large"},
      {R"({"wall_ns": 7, "cores_time": 7})", "region.cores_time: expected an object"},
  };
  for (const auto& [text, problem] : wrong)
    CHECK_THROWS_WITH(region(text), "result.json: " + std::string(problem));
}

TEST_CASE("an injected cost has one of the causes that there are") {
  const auto injected = [](const std::string& cause) {
    return parsed(R"(, "injected": {"cause": ")" + cause +
                  R"(", "amount": 5, "regions": 6, "most_by_one_thread": 6, "unit_p25_ns": 1,
                      "unit_p50_ns": 2, "unit_p75_ns": 3})")
        .block.injected.value();
  };
  CHECK(injected("wakeup").cause == InjectedCause::wakeup);
  CHECK(injected("thread").unit_p75_ns == 3);
  CHECK_THROWS_WITH(injected("luck"),
                    "result.json: injected.cause: expected one of region, wakeup, thread");
}
