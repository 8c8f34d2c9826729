#include "reports/plots/paired_stacks.h"

#include <cstdlib>
#include <map>
#include <random>
#include <string>

#include "base/file.h"
#include "reports/plots/flame_svg.h"
#include "reports/plots/frame_meaning.h"
#include "tests/catch.h"

namespace winnow::reports {

namespace {

using Names = std::vector<std::string>;

int index_of(profiles::Stacks& stacks, const std::string& function) {
  const auto& frames = stacks.frames;
  for (size_t i = 0; i < frames.size(); ++i)
    if (frames[i].function == function) return static_cast<int>(i);
  profiles::Frame added;
  added.function = function;
  added.category = function.starts_with("sched_") || function.starts_with("clone") ||
                           function.starts_with("start_thread")
                       ? "scheduler"
                   : function == "malloc"   ? "memory"
                   : function == "[kernel]" ? "kernel"
                                            : "other";
  stacks.frames.push_back(added);
  return static_cast<int>(frames.size()) - 1;
}

// Root first, as one reads it.
void add_stack(profiles::Stacks& stacks, int64_t samples, const Names& path) {
  profiles::Stack stack;
  stack.samples = samples;
  stack.bytes = samples * 1000;
  for (const std::string& each : path)
    stack.frames.insert(stack.frames.begin(), index_of(stacks, each));
  stacks.stacks.push_back(stack);
}

profiles::Stacks stacks_with(const std::vector<std::pair<int64_t, Names>>& all) {
  profiles::Stacks stacks;
  stacks.iterations = 10;
  stacks.period_s = 0.01;
  for (const auto& [samples, path] : all) add_stack(stacks, samples, path);
  return stacks;
}

// The stacks as one reads them, root first, with their samples.
std::map<std::string, int64_t> read_stacks_of(const profiles::Stacks& stacks) {
  std::map<std::string, int64_t> result;
  for (const profiles::Stack& stack : stacks.stacks) {
    std::string path;
    for (auto frame = stack.frames.rbegin(); frame != stack.frames.rend(); ++frame)
      path += (path.empty() ? "" : ";") + stacks.frames[static_cast<size_t>(*frame)].function;
    result[path] += stack.samples;
  }
  return result;
}

FlameNode difference_of(const profiles::Stacks& first, const profiles::Stacks& second) {
  const PairedStacks paired = paired_stacks(FlameWeight::kSeconds, first, second);
  return flame_tree({FlameWeight::kSeconds, FlameOrder::kCallers, 1, 0}, paired.first,
                    &paired.second);
}

// All frames of this name.
void find_all(const FlameNode& node, const std::string& name, std::vector<const FlameNode*>& all) {
  if (node.name == name) all.push_back(&node);
  for (const FlameNode& child : node.children) find_all(child, name, all);
}

const FlameNode* only(const FlameNode& root, const std::string& name) {
  std::vector<const FlameNode*> all;
  find_all(root, name, all);
  return all.size() == 1 ? all.front() : nullptr;
}

FrameMeaning meaning_named(const std::string& function, const std::string& category = "other") {
  profiles::Frame frame;
  frame.function = function;
  frame.category = category;
  return meaning_of(frame);
}

// The same work: threads of their own here, workers that are handed it there. `slow` is the time
// of one function of it there.
const profiles::Stacks kThreads = stacks_with({
    {4000,
     {"clone3", "start_thread", "[libstdc++.so.6]", "std::thread::_State_impl::_M_run",
      "app::FunctionRef::FunctionRef::{lambda#1}::_FUN", "matmul"}},
    {1000, {"_start", "main", "run", "forward", "attention"}},
    {700, {"_start", "main", "run", "forward", "sched_over_tiles", "burst", "sched_create"}},
});

profiles::Stacks workers(int64_t slow) {
  return stacks_with({
      {4020,
       {"clone3", "start_thread", "[libstdc++.so.6]", "sched_work", "sched_run_body",
        "app::FunctionRef::FunctionRef::{lambda#1}::_FUN", "forward", "matmul"}},
      {slow,
       {"clone3", "start_thread", "[libstdc++.so.6]", "sched_work", "sched_run_body",
        "app::FunctionRef::FunctionRef::{lambda#1}::_FUN", "forward", "attention"}},
      {300, {"clone3", "start_thread", "[libstdc++.so.6]", "sched_work", "sched_wait"}},
  });
}

}  // namespace

TEST_CASE("equal work under different threads is one grey frame, what schedules stays coloured") {
  const FlameNode root = difference_of(kThreads, workers(1010));
  for (const char* name : {"matmul", "attention"}) {
    INFO(name);
    const FlameNode* work = only(root, name);
    REQUIRE(work);
    CHECK(work->first.samples >= 1000);
    CHECK_FALSE(change_of(*work).proven);
  }
  CHECK(only(root, "forward")->first.samples == 1700);
  CHECK(only(root, "forward")->second.samples == 1010);
  CHECK(change_of(*only(root, "sched_create")).value < 0);
  CHECK(change_of(*only(root, "sched_create")).proven);
  CHECK(only(root, "sched_wait")->second.samples == 300);
  CHECK(only(root, "sched_over_tiles") == nullptr);
  CHECK(only(root, "clone3") == nullptr);
}

TEST_CASE("a function that is truly slower under other threads is red, its neighbour grey") {
  const FlameNode root = difference_of(kThreads, workers(1900));
  const FlameChange change = change_of(*only(root, "attention"));
  CHECK(change.proven);
  CHECK(change.value == Approx(900 * 0.01 / 10));
  CHECK_FALSE(change_of(*only(root, "matmul")).proven);
  FlameFigure figure;
  figure.first = "threads";
  figure.second = "workers";
  const std::string svg = html_figure(figure, root);
  CHECK(svg.find("frame grown4\" x") != std::string::npos);
  CHECK(svg.find("<title>attention\nthreads 1.00s, workers 1.90s: +900ms") != std::string::npos);
  const auto matmul = svg.find("<title>matmul");
  REQUIRE(matmul != std::string::npos);
  CHECK(svg.rfind("frame same\" x", matmul) > svg.rfind("frame grown", matmul));
}

TEST_CASE("without pairing the same stacks are one blue and one red tower") {
  const profiles::Stacks after = workers(1010);
  const FlameNode root =
      flame_tree({FlameWeight::kSeconds, FlameOrder::kCallers, 1, 0}, kThreads, &after);
  std::vector<const FlameNode*> all;
  find_all(root, "matmul", all);
  REQUIRE(all.size() == 2);
  for (const FlameNode* node : all) CHECK(change_of(*node).proven);
}

TEST_CASE("a program's own thread function gives way to the work that the other one does, too") {
  const PairedStacks paired =
      paired_stacks(FlameWeight::kSeconds,
                    stacks_with({{1000, {"_start", "main", "all_items", "item", "hash"}},
                                 {50, {"_start", "main", "read"}}}),
                    stacks_with({{1000, {"clone3", "start_thread", "own_worker", "item", "hash"}},
                                 {40, {"clone3", "start_thread", "own_worker"}},
                                 {50, {"_start", "main", "read"}}}));
  CHECK(read_stacks_of(paired.first) ==
        std::map<std::string, int64_t>{{"item;hash", 1000}, {"main;read", 50}});
  CHECK(read_stacks_of(paired.second) ==
        std::map<std::string, int64_t>{{"item;hash", 1000}, {"main;read", 50}, {"own_worker", 40}});
}

TEST_CASE("a loop's body is one frame, whether the caller or a worker runs it") {
  const profiles::Stacks here = stacks_with({
      {500, {"_start", "main", "loop", "sched_parallel", "loop._omp_fn", "item"}},
      {500, {"clone3", "start_thread", "[libgomp.so.1]", "loop._omp_fn", "item"}},
  });
  const profiles::Stacks there = stacks_with({{1000, {"_start", "main", "loop", "item"}}});
  const PairedStacks paired = paired_stacks(FlameWeight::kSeconds, here, there);
  CHECK(read_stacks_of(paired.first) == std::map<std::string, int64_t>{{"loop;item", 1000}});
  CHECK(read_stacks_of(paired.second) == read_stacks_of(paired.first));
}

TEST_CASE("a function that threads call now and then stays below its callers") {
  const profiles::Stacks first =
      stacks_with({{10, {"clone3", "start_thread", "copy"}}, {990, {"main", "item", "copy"}}});
  const PairedStacks paired =
      paired_stacks(FlameWeight::kSeconds, first, stacks_with({{1000, {"main", "item", "copy"}}}));
  CHECK(read_stacks_of(paired.first) ==
        std::map<std::string, int64_t>{{"copy", 10}, {"main;item;copy", 990}});
  CHECK(read_stacks_of(paired.second) == std::map<std::string, int64_t>{{"main;item;copy", 1000}});
}

TEST_CASE("a scheduler's own time keeps its frames, with what it calls of the system") {
  const PairedStacks paired = paired_stacks(
      FlameWeight::kSeconds,
      stacks_with({{5, {"main", "sched_run", "sched_create", "malloc"}},
                   {4, {"main", "sched_run", "task", "malloc"}},
                   {3, {"clone3", "start_thread"}},
                   {6, {"clone3", "[kernel]"}},
                   {7, {"main", "sched_run", "sched_wait", "[kernel]"}},
                   {2, {"main", "sched_run", "[lib.so]", "std::function::operator()", "task"}},
                   {1, {"main", "sched_run", "[lib.so]"}},
                   {0, {}}}),
      {});
  CHECK(read_stacks_of(paired.first) ==
        std::map<std::string, int64_t>{{"main;sched_run;sched_create;malloc", 5},
                                       {"main;task;malloc", 4},
                                       {"start_thread", 3},
                                       {"clone3;[kernel]", 6},
                                       {"main;sched_run;sched_wait;[kernel]", 7},
                                       {"main;task", 2},
                                       {"main;sched_run;[lib.so]", 1},
                                       {"", 0}});
}

TEST_CASE("a closure is its function, once; a recursion keeps its depth") {
  const PairedStacks paired = paired_stacks(
      FlameWeight::kSeconds,
      stacks_with({{3, {"main", "f", "f::{lambda#1}::operator()", "g"}},
                   {2, {"main", "f", "std::function::operator()", "f::{lambda#2}::operator()"}},
                   {1, {"main", "fib", "fib", "fib"}}}),
      {});
  CHECK(read_stacks_of(paired.first) ==
        std::map<std::string, int64_t>{{"main;f;g", 3}, {"main;f", 2}, {"main;fib;fib;fib", 1}});
}

TEST_CASE("names of closures, by language") {
  const std::pair<const char*, const char*> names[] = {
      {"a::f::{lambda#1}::operator()", "a::f"},
      {"a::f::{lambda#2}::operator()::{lambda#1}::_FUN", "a::f"},
      {"f::$_0::operator()", "f"},
      {"app::work::{{closure}}::{{closure}}", "app::work"},
      {"app::work::{closure#0}", "app::work"},
      {"main.work.func1", "main.work"},
      {"main.work.func1.2", "main.work"},
      {"main.funcs", "main.funcs"},
      {"main.func", "main.func"},
      {"sum._omp_fn", "sum"},
      {"sum.omp_outlined", "sum"},
      {"call<f::{lambda#1}>", "call<f::{lambda#1}>"},
      {"::{lambda#1}", "::{lambda#1}"},
      {"", ""},
  };
  for (const auto& [name, function] : names) {
    INFO(name);
    CHECK(meaningful_name(name) == function);
  }
}

TEST_CASE("what only leads to work is plumbing; functions that are merely called so are not") {
  for (const char* name :
       {"clone3", "_start", "[libstdc++.so.6.0.30]", "std::thread::_State_impl::_M_run",
        "std::__1::__function::__func::operator()", "std::__invoke_impl", "__invoke_impl<void, F>",
        "operator()", "app::FunctionRef::operator()", "absl::AnyInvocable::operator()",
        "app::FunctionRef::FunctionRef::{lambda#1}::_FUN",
        "<alloc::boxed::Box<F,A> as core::ops::function::FnOnce<Args>>::call_once"}) {
    INFO(name);
    CHECK(meaning_named(name) == FrameMeaning::kPlumbing);
  }
  for (const char* name :
       {"main", "app::Item::operator()", "llvm::Function::print", "start",
        "HashFunction::operator()", "function", "app::f::{lambda#1}::operator()"}) {
    INFO(name);
    CHECK(meaning_named(name) == FrameMeaning::kWork);
  }
  CHECK(meaning_named("futex_wait", "scheduler") == FrameMeaning::kScheduler);
  CHECK(meaning_named("malloc", "memory") == FrameMeaning::kSystem);
}

TEST_CASE("pairing keeps what every stack stands for, and the function that ran, of any stacks") {
  std::mt19937_64 random(20261130);
  const Names names{"[kernel]",
                    "_start",
                    "clone3",
                    "start_thread",
                    "[lib.so]",
                    "main",
                    "f",
                    "g",
                    "h",
                    "f::{lambda#1}::operator()",
                    "std::function::operator()",
                    "sched_a",
                    "sched_b",
                    "malloc",
                    "operator()"};
  const auto any_stacks = [&] {
    profiles::Stacks stacks = stacks_with({});
    for (uint64_t i = random() % 40; i > 0; --i) {
      Names path;
      for (uint64_t depth = random() % 12; depth > 0; --depth)
        path.push_back(names[random() % names.size()]);
      add_stack(stacks, static_cast<int64_t>(random() % 50), path);
    }
    return stacks;
  };
  for (int round = 0; round < 300; ++round) {
    const profiles::Stacks before[] = {any_stacks(), any_stacks()};
    const PairedStacks paired = paired_stacks(FlameWeight::kSeconds, before[0], before[1]);
    const profiles::Stacks* after[] = {&paired.first, &paired.second};
    for (const int side : {0, 1}) {
      REQUIRE(after[side]->stacks.size() == before[side].stacks.size());
      for (size_t i = 0; i < before[side].stacks.size(); ++i) {
        const profiles::Stack& was = before[side].stacks[i];
        const profiles::Stack& is = after[side]->stacks[i];
        CHECK((is.samples == was.samples && is.bytes == was.bytes));
        CHECK(is.frames.size() <= was.frames.size());
        if (!was.frames.empty()) CHECK(is.frames.front() == was.frames.front());
      }
    }
    const FlameScale scale{FlameWeight::kSeconds, FlameOrder::kCallers, 1, 0};
    const FlameNode all = flame_tree(scale, before[0], &before[1]);
    const FlameNode folded = flame_tree(scale, paired.first, &paired.second);
    CHECK(folded.first.samples == all.first.samples);
    CHECK(folded.second.samples == all.second.samples);
    CHECK(folded.first.value == Approx(all.first.value));
  }
}

// After a wanted change: WINNOW_UPDATE_GOLDEN=1 writes the file anew; read its diff.
TEST_CASE("the picture of a difference, byte for byte") {
  FlameFigure figure;
  figure.id = "flame-cpu-difference";
  figure.title = "From threads to workers.";
  figure.first = "threads";
  figure.second = "workers";
  figure.share = "a text";
  const std::string html = html_figure(figure, difference_of(kThreads, workers(1900)));
  const std::string file = WINNOW_REPORTS_DATA "/flame_difference.html";
  if (std::getenv("WINNOW_UPDATE_GOLDEN")) base::write_file(file, html);
  CHECK(html == base::read_file(file));
}

}  // namespace winnow::reports
