// Causes that the verdict of two commands names, and those that it may not.
#include <algorithm>

#include "profiles/raw/sync_total.h"
#include "reports/comparison/comparison.h"
#include "reports/pages/markdown.h"
#include "tests/catch.h"
#include "tests/reports/samples/foreign_samples.h"
#include "tests/text.h"

namespace winnow::reports {

namespace {

using profiles::Block;
using profiles::Recording;

// The reasons that begin so, a line each.
std::string reasons_of(const Recording& recording, const std::string& beginning = "") {
  std::string text;
  for (const std::string& bullet : make_report(recording).verdict.bullets)
    if (bullet.starts_with(beginning)) text += bullet + "\n";
  return text;
}

profiles::Function& function_of(Recording& recording, const std::string& variant,
                                const std::string& name) {
  auto& functions = recording.profiles[variant].cpu->functions;
  return *std::ranges::find(functions, name, &profiles::Function::name);
}

// So many samples of a function, and none that was not sampled.
void set_samples(Recording& recording, const std::string& variant, const std::string& name,
                 int64_t samples) {
  auto& cpu = *recording.profiles[variant].cpu;
  profiles::Function& function = function_of(recording, variant, name);
  *cpu.samples += samples - *function.flat_samples;
  cpu.sampled_s += 0.001 * static_cast<double>(samples - *function.flat_samples);
  function.flat_samples = samples;
  function.flat_s = 0.001 * static_cast<double>(samples);
  cpu.total_s = cpu.sampled_s;
}

// Seven processes, of which each one counted so many contended locks.
void lock_in_processes(Recording& recording, const std::string& variant, int64_t contended) {
  profiles::SyncProfile one = *foreign_recording().profiles[variant].sync;
  one.mutex_contended = profiles::Calls{contended, 0.0001 * static_cast<double>(contended)};
  profiles::SyncProfile all;
  for (int i = 0; i < 7; ++i) profiles::add_process(one, i, all);
  for (size_t i = 0; i < 7; ++i)
    (*all.processes)[i].counts["mutex_contended"] = contended + (contended > 0 ? int64_t(i) : 0);
  all.seen = profiles::SeenShare{1, 1, 0};  // as of a command
  recording.profiles[variant].sync = all;
}

void set_switches(Recording& recording, const std::string& variant, int64_t switches) {
  for (Block& block : recording.blocks)
    if (block.variant == variant && block.pass == profiles::Pass::time)
      block.region->voluntary_switches = switches + block.index;
}

}  // namespace

TEST_CASE("a verdict names the functions whose CPU time differs most, with their size") {
  Recording recording = command_recording();
  for (const char* variant : {"one", "two"})
    for (const char* name : {"deflate_slow", "exp", "memcpy", "pthread_cond_wait", "[kernel]"})
      set_samples(recording, variant, name, 600);
  SECTION("none, where the samples may be equal") {
    set_samples(recording, "two", "exp", 570);
    for (const char* name : {"deflate_slow", "exp", "memcpy"})
      CHECK(reasons_of(recording, name).empty());
  }
  SECTION("of a run, and in which direction") {
    set_samples(recording, "two", "exp", 300);  // over 3 runs
    set_samples(recording, "two", "memcpy", 840);
    INFO(reasons_of(recording));
    CHECK(has(reasons_of(recording), "exp: 100ms less CPU time a run (-50.0%)\n"));
    CHECK(has(reasons_of(recording), "memcpy: 80.0ms more CPU time a run (+40.0%)\n"));
    CHECK_FALSE(has(reasons_of(recording), "deflate_slow: "));
  }
  SECTION("one of which there was no sample") {
    set_samples(recording, "one", "exp", 0);
    CHECK(has(reasons_of(recording, "exp"), "more CPU time a run (no sample of it in one)\n"));
  }
  SECTION("what was not sampled may be more than the difference, but only if it all is there") {
    set_samples(recording, "two", "exp", 300);
    *recording.profiles["two"].cpu->total_s += 0.4;
    CHECK(reasons_of(recording, "exp") ==
          "exp: 100ms less CPU time a run (-50.0%), if what was not sampled is spread like the "
          "samples\n");
    *recording.profiles["two"].cpu->total_s += 1;
    CHECK(reasons_of(recording, "exp").empty());
  }
  SECTION("of brief threads that synchronise the samples show too little") {
    set_samples(recording, "two", "pthread_cond_wait", 300);
    CHECK_FALSE(reasons_of(recording, "pthread_cond_wait").empty());
    *recording.profiles["two"].cpu->total_s += 0.4;
    CHECK(reasons_of(recording, "pthread_cond_wait").empty());
  }
  SECTION("of the servers that they load, as theirs, in a table of their own") {
    set_samples(recording, "two", "exp", 300);
    for (auto& variant : recording.variants) {
      variant.server = {"serve"};
      auto& found = recording.profiles[variant.name];
      found.server = found.cpu;
    }
    set_samples(recording, "two", "exp", 600);
    CHECK(has(reasons_of(recording), "exp in the server: 100ms less CPU time a run (-50.0%)\n"));
    CHECK(reasons_of(recording, "exp: ").empty());
    const Table table = make_report(recording).server_functions;
    CHECK(table.heading == "Functions of the Server");
    const auto exp = std::ranges::find(table.rows, "exp", &Row::name);
    REQUIRE(exp != table.rows.end());
    CHECK(exp->figures.at(0).value == Approx(0.6));
    CHECK(exp->figures.at(1).value == Approx(0.3));
    recording.profiles["two"].server.reset();
    CHECK(make_report(recording).server_functions.unavailable.size() == 1);
    for (auto& variant : recording.variants) variant.server.clear();
    CHECK(make_report(recording).server_functions.heading.empty());
  }
  SECTION("three at most, and no small ones") {
    for (const char* name : {"deflate_slow", "exp", "memcpy", "pthread_cond_wait"})
      set_samples(recording, "two", name, 100);
    set_samples(recording, "one", "[kernel]", 40);
    set_samples(recording, "two", "[kernel]", 1);
    const std::string text = reasons_of(recording);
    CHECK(has(text, "deflate_slow: "));
    CHECK(has(text, "memcpy: "));
    CHECK_FALSE(has(text, "pthread_cond_wait: "));
    CHECK_FALSE(has(text, "[kernel]: "));
  }
}

TEST_CASE(
    "of a winner that takes more CPU time is told in which functions, though the other has none") {
  Recording recording = command_recording();
  for (Block& block : recording.blocks)
    if (block.pass == profiles::Pass::time)
      for (int64_t& wall_ns : block.iteration_wall_ns)
        wall_ns = (block.variant == "one" ? 500'000'000 : 1'000'000'000) + block.index;
  recording.profiles["two"].cpu.reset();
  const Report report = make_report(recording);
  REQUIRE(report.verdict.outcome == Verdict::kWinner);
  REQUIRE(report.verdict.winner == 0);
  CHECK(has(reasons_of(recording, "deflate_slow: "),
            "400ms CPU time a run in one (51.10% of its CPU time); two: unavailable: "));
}

TEST_CASE("without a winner CPU time that differs is told, and where it goes") {
  Recording recording = command_recording();
  for (Block& block : recording.blocks)
    if (block.pass == profiles::Pass::time)
      for (int64_t& wall_ns : block.iteration_wall_ns) wall_ns = 1'000'000'000 + block.index;
  const Report report = make_report(recording);
  REQUIRE(report.verdict.outcome == Verdict::kNoClearWinner);
  CHECK(has(reasons_of(recording), "two takes 400ms less CPU time a run than one (601ms and "));
  CHECK(has(reasons_of(recording), "99% CI"));
  CHECK(has(reasons_of(recording), "deflate_slow: 160ms less CPU time a run (-40.0%)\n"));
  SECTION("the dearer one is the second") {
    std::ranges::reverse(recording.variants);
    recording.baseline = "two";
    CHECK(has(reasons_of(recording), "two takes 400ms less CPU time a run than one"));
    CHECK(has(reasons_of(recording), "deflate_slow: 160ms less CPU time a run (-40.0%)\n"));
  }
  SECTION("of the cheaper one too little was seen for a profile") {
    recording.profiles["two"].cpu.reset();
    CHECK(has(reasons_of(recording, "deflate_slow: "),
              "400ms CPU time a run in one (51.10% of its CPU time); two: unavailable: "));
    CHECK(reasons_of(recording, "memcpy: ").empty());
  }
  SECTION("not where it does not differ") {
    for (Block& block : recording.blocks)
      block.region->user_ns = block.region->system_ns = 500'000'000;
    CHECK_FALSE(has(reasons_of(recording), "less CPU time"));
  }
}

TEST_CASE("locks that one waits for are the cause, with counts and the time waited") {
  Recording recording = foreign_recording();
  lock_in_processes(recording, "one", 600);
  lock_in_processes(recording, "two", 0);
  INFO(reasons_of(recording));
  CHECK(has(reasons_of(recording, "waiting for locks: "),
            "0 contended locks a run instead of 200, in which threads waited 0s instead of "
            "20.0ms (thread-seconds of the sync pass)"));
  SECTION("no more than chance explains is none") {
    lock_in_processes(recording, "two", 590);
    INFO(reasons_of(recording));
    CHECK(reasons_of(recording, "waiting for locks: ").empty());
  }
  SECTION("nor where the faster one waits more") {
    lock_in_processes(recording, "two", 6000);
    CHECK(reasons_of(recording, "waiting for locks: ").empty());
  }
  SECTION("few, but long ones, in every process") {
    auto& sync = *recording.profiles["one"].sync;
    sync.mutex_contended = profiles::Calls{10, 0.9};
    for (size_t i = 0; i < 7; ++i)
      (*sync.processes)[i].counts["mutex_contended"] = 1 + static_cast<int64_t>(i % 2);
    CHECK(reasons_of(recording, "waiting for locks: ") ==
          "waiting for locks: 0 contended locks a run instead of 0.5, in which threads waited 0s "
          "instead of 42.9ms (thread-seconds of the sync pass)\n");
    sync.mutex_contended->wall_s = 0.1;
    CHECK(reasons_of(recording, "waiting for locks: ").empty());
    sync.mutex_contended->wall_s = 0.9;
    (*sync.processes)[3].counts["mutex_contended"] = 0;
    CHECK(reasons_of(recording, "waiting for locks: ").empty());
  }
  SECTION("nor by one process each") {
    for (const char* variant : {"one", "two"})
      recording.profiles[variant].sync->processes->resize(1);
    CHECK(reasons_of(recording, "waiting for locks: ").empty());
  }
}

TEST_CASE("what no agent was loaded into waits by the kernel's counts") {
  Recording recording = command_recording();
  set_switches(recording, "one", 900);
  set_switches(recording, "two", 30);
  INFO(reasons_of(recording));
  CHECK(has(reasons_of(recording, "waiting: "),
            "threads gave up their core to wait 12 times a run instead of 302 (voluntary context "
            "switches, median over blocks of the time pass)"));
  SECTION("unless it waits more, or about as often") {
    set_switches(recording, "two", 9000);
    CHECK(reasons_of(recording, "waiting: ").empty());
    set_switches(recording, "two", 860);
    CHECK(reasons_of(recording, "waiting: ").empty());
  }
}

TEST_CASE("allocation is told by objects and bytes") {
  Recording recording = foreign_recording();
  CHECK(reasons_of(recording, "allocation: ").empty());  // the same is no cause
  auto& heap = *recording.profiles["one"].heap;
  *heap.region_objects += 3 * 4000;
  heap.region_bytes += 3 * 4000 * 64;
  CHECK(has(reasons_of(recording, "allocation: "),
            "10 objects and 1.00 MB a run instead of 4,010 and 1.26 MB (by the heap profiler)"));
  for (const char* variant : {"one", "two"}) {
    auto& each = *recording.profiles[variant].heap;
    each.exact_objects = *each.region_objects + 3;
    each.exact_bytes = static_cast<int64_t>(each.region_bytes);
  }
  CHECK(has(reasons_of(recording, "allocation: "),
            "11 objects and 1.00 MB a run instead of 4,011 and 1.26 MB (exact counts)"));
}

TEST_CASE(
    "runs of a command that allocate differently are told as such, a faulty profile as FAILED") {
  struct Allocating {
    std::optional<double> mean_of_sync;  // of what the exact run counted; empty: no sync pass
    std::string told;
    bool failed, cause;
  };
  const std::vector<Allocating> table = {
      {1.0, "exact total check FAILED: the interposed malloc counted 3,600,000 bytes", true, true},
      {0.995, "exact total check FAILED", true, true},
      {0.9, "in another run, the profiler 3,004,096 bytes (the runs of the command differ: 7 of",
       false, false},
      {{}, "whether two runs allocate alike is not known without the sync pass", false, true},
  };
  for (const Allocating& row : table) {
    INFO(row.told);
    Recording recording = foreign_recording();
    for (const char* variant : {"one", "two"}) {
      auto& profiles = recording.profiles[variant];
      profiles.heap->iterations = 1;
      profiles.heap->seen = profiles::SeenShare{1, 1, 0};
      profiles.heap->exact_objects = 30;
      profiles.heap->exact_bytes = variant == std::string("one") ? 3'600'000 : 3'004'096;
      profiles.sync->iterations = 7;
      profiles.sync->allocations = 7 * 30;
      profiles.sync->allocated_bytes = 7 * *profiles.heap->exact_bytes;
      if (!row.mean_of_sync) profiles.sync->allocated_bytes.reset();
    }
    auto& bytes = recording.profiles["one"].sync->allocated_bytes;
    if (bytes) bytes = static_cast<int64_t>(7 * 3'600'000 * *row.mean_of_sync);
    const std::string text = to_markdown(make_report(recording));
    CHECK(has(text, row.told));
    CHECK(has(text, "FAILED") == row.failed);
    CHECK(has(text, "heap profile: the total differs") == row.failed);
    CHECK(reasons_of(recording, "allocation: ").empty() != row.cause);
  }
}

}  // namespace winnow::reports
