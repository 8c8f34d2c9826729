#include "reports/tables/counts.h"

#include <algorithm>
#include <string>

#include "reports/comparison/comparison.h"
#include "reports/pages/markdown.h"
#include "reports/tables/memory.h"
#include "reports/tables/scheduler.h"
#include "reports/tables/threads.h"
#include "tests/catch.h"
#include "tests/reports/samples/foreign_samples.h"

// What the passes heap, sync, futex and count of commands become in a report.
namespace winnow::reports {

namespace {

using profiles::Recording;
using profiles::SeenShare;

bool any_has(const std::vector<std::string>& texts, const std::string& part) {
  return std::ranges::any_of(
      texts, [&](const std::string& text) { return text.find(part) != std::string::npos; });
}

Table counts_of(const Recording& recording) { return count_table(Measured(recording)); }

double figure_of(const Table& table, const std::string& name, size_t variant) {
  const Row* row = row_named(table, name);
  return row ? row->figures[variant].value.value_or(-1) : -2;
}

// With the profiles of a preloaded library, of which the first process saw so much.
Recording preloaded(const SeenShare& seen) {
  Recording recording = foreign_recording();
  const Recording trees = command_recording();
  for (auto& [name, found] : recording.profiles) {
    found.heap->seen = found.sync->seen = seen;
    found.heap->before_region.clear();
    found.tree = trees.profiles.at(name).tree;
  }
  return recording;
}

}  // namespace

TEST_CASE("nobody asked for counts: no table") {
  CHECK(counts_of(command_recording()).heading.empty());
  CHECK(to_markdown(make_report(command_recording())).find("Exact Counts") == std::string::npos);
}

TEST_CASE("futex calls and instructions are those of one run, and their scatter is told") {
  Recording recording = command_recording();
  recording.profiles["one"].futex = {3, 30, 60, 0, 3};
  recording.profiles["one"].count = {2, 2'000'000, 999'950, 1'000'050, 2};
  recording.profiles["two"].count = {1, 500'000, 500'000, 500'000, 3};
  recording.missing.push_back(
      {"two", Pass::futex, "counting ended after 2000000 futex calls and 12.0 s"});
  const Table table = counts_of(recording);
  CHECK(table.heading == "Exact Counts");
  CHECK(table.first_column == "Of a run");
  CHECK(figure_of(table, "Futex waits", 0) == 10);
  CHECK(figure_of(table, "Futex wakes", 0) == 20);
  CHECK_FALSE(row_named(table, "Futex requeues"));
  CHECK(figure_of(table, "Other futex calls", 0) == 1);
  CHECK(figure_of(table, "All futex calls", 0) == 31);
  CHECK(figure_of(table, "Futex waits", 1) == -1);  // unavailable, not 0
  CHECK(any_has(table.unavailable, "futex pass: unavailable: counting ended after 2000000"));
  CHECK(figure_of(table, "Instructions", 0) == 1'000'000);
  CHECK(figure_of(table, "Instructions", 1) == 500'000);
  CHECK(any_has(table.notes, "2 runs, 999,950 to 1,000,050 instructions: 100 millionths apart."));
  CHECK(any_has(table.notes, "one run: how its instructions scatter is not known."));
  CHECK(to_markdown(make_report(recording)).find("| Futex waits | 10 | unavailable |") !=
        std::string::npos);
}

TEST_CASE("a pass that was asked for and brought nothing says why") {
  Recording recording = command_recording();
  recording.missing.push_back({"", Pass::count, "valgrind is not installed"});
  const Table table = counts_of(recording);
  CHECK(table.rows.empty());
  CHECK(table.unavailable.size() == 2);
  CHECK(any_has(table.unavailable, "count pass: unavailable: valgrind is not installed"));
}

TEST_CASE("what a preloaded pass did not see of a command stands at its tables") {
  std::vector<std::string> warnings;
  const Measured whole(preloaded({0.99, 1, 0}));
  CHECK_FALSE(any_has(memory_table(whole, warnings).notes, "first process"));
  CHECK_FALSE(any_has(memory_table(whole, warnings).notes, "before the region"));
  CHECK_FALSE(any_has(scheduler_metrics(whole).notes, "of the CPU time"));
  CHECK_FALSE(row_named(scheduler_metrics(whole), "Compute time (computing)"));

  const Measured part(preloaded({0.7, 1, 30}));
  for (const auto& notes : {memory_table(part, warnings).notes, scheduler_metrics(part).notes}) {
    CHECK(any_has(notes, "of the first process alone, which used 70"));
    CHECK(any_has(notes, "child processes, not counted here."));
  }
  const Measured start(preloaded({0.9, 1, 0}));
  CHECK(any_has(scheduler_metrics(start).notes, "not the start and the end of a process"));
}

TEST_CASE("thread creations of a command are those of its whole process tree") {
  const Measured arms(preloaded({0.7, 1, 30}));
  const ThreadAnalysis threads = thread_analysis(arms, {SameWork::kSame, "", {}});
  CHECK(threads.creations[0].per_iteration.value == Approx(2));
  CHECK(threads.creations[1].per_iteration.value == Approx(4));
  CHECK(any_has(threads.creation_notes, "exact, from the tree pass"));
}

TEST_CASE("a ledger by accounts needs the accounts of whole process trees") {
  CHECK(make_report(preloaded({0.99, 1, 0})).ledger.accounts);
  CHECK_FALSE(make_report(preloaded({0.7, 1, 30})).ledger.accounts);
  Recording one = preloaded({0.99, 1, 0});
  one.profiles["two"].sync.reset();
  one.missing.push_back({"two", Pass::sync, "it is statically linked"});
  const Report report = make_report(one);
  CHECK_FALSE(report.ledger.accounts);
  CHECK(report.ledger.columns[1].known());
}

TEST_CASE("commands that schedule alike are not said to behave identically") {
  Recording recording = preloaded({0.99, 1, 0});
  recording.profiles["two"].sync = recording.profiles["one"].sync;
  CHECK(to_markdown(make_report(recording)).find("behave identically") == std::string::npos);
}

}  // namespace winnow::reports
