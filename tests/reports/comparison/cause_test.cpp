// Causes that a report may name, and those that it may not.
#include <array>
#include <cmath>
#include <random>

#include "profiles/raw/sync_total.h"
#include "reports/blocks/same_work.h"
#include "reports/comparison/comparison.h"
#include "reports/comparison/contention.h"
#include "reports/comparison/same_behaviour.h"
#include "reports/pages/markdown.h"
#include "tests/catch.h"
#include "tests/repetitions.h"
#include "tests/reports/samples/samples.h"
#include "tests/text.h"

namespace winnow::reports {

namespace {

using profiles::Recording;

constexpr size_t kProcesses = 7;

profiles::SyncProfile spawn_sync() { return *realistic_recording().profiles.at("spawn").sync; }

// As many processes as a run takes, each of which counted the same.
profiles::SyncProfile in_processes(const profiles::SyncProfile& one) {
  profiles::SyncProfile total;
  for (size_t i = 0; i < kProcesses; ++i) profiles::add_process(one, static_cast<int>(i), total);
  return total;
}

// The run of spawn and pool, but both are spawn, and luck made the second one a third faster.
Recording same_code_twice() {
  Recording recording = realistic_recording();
  for (const char* variant : {"spawn", "pool"})
    recording.profiles[variant].sync = in_processes(spawn_sync());
  for (auto& block : recording.blocks) {
    if (block.variant != "pool" || block.pass != profiles::Pass::time) continue;
    for (const auto& other : recording.blocks)
      if (other.variant == "spawn" && other.pass == profiles::Pass::time &&
          other.index == block.index)
        block.dispatch = other.dispatch;
    block.region->user_ns = block.region->wall_ns * 253 / 100;
    block.region->system_ns = block.region->wall_ns * 72 / 100;
  }
  return recording;
}

std::string winner_of(const Recording& recording) {
  return section(to_markdown(make_report(recording)), "## Winner");
}

template <class Fault>
std::string winner_with(const Fault& fault) {
  Recording recording = same_code_twice();
  fault(recording);
  return winner_of(recording);
}

using Counts = std::array<int64_t, kProcesses>;

// What became of the winner's section when the processes of both count so.
std::string counted(const char* name, const Counts& first, const Counts& second) {
  return winner_with([&](Recording& recording) {
    for (size_t i = 0; i < kProcesses; ++i) {
      (*recording.profiles["spawn"].sync->processes)[i].counts[name] = first[i];
      (*recording.profiles["pool"].sync->processes)[i].counts[name] = second[i];
    }
  });
}

constexpr const char* kAlike = "Fine-Grained and Coarse-Grained behave identically";

// Samples of the kernel matmul in a variant: so many more than there were.
void make_dearer(Recording& recording, const std::string& variant, double factor) {
  auto& cpu = *recording.profiles[variant].cpu;
  for (auto& function : cpu.functions) {
    if (!has(function.name, "matmul")) continue;
    const double before = *function.flat_s;
    function.flat_samples =
        static_cast<int64_t>(static_cast<double>(*function.flat_samples) * factor);
    function.flat_s = before * factor;
    cpu.sampled_s += *function.flat_s - before;
    cpu.total_s = cpu.sampled_s;
  }
}

// Both variants cost the same, on ten times as many samples, all time sampled.
Recording equal_cost() {
  Recording recording = realistic_recording();
  recording.profiles["pool"].cpu = recording.profiles["spawn"].cpu;
  for (const char* variant : {"spawn", "pool"}) {
    auto& cpu = *recording.profiles[variant].cpu;
    for (auto& function : cpu.functions) {
      if (function.flat_samples) *function.flat_samples *= 10;
      if (function.flat_s) *function.flat_s *= 10;
    }
    *cpu.samples *= 10;
    cpu.sampled_s *= 10;
    cpu.total_s = cpu.sampled_s;
  }
  return recording;
}

std::vector<std::string> contention(const Recording& recording) {
  const Measured arms(recording);
  return contention_sentences(arms, check_same_work(arms));
}

}  // namespace

TEST_CASE("a winner that runs the same code is given no cause") {
  const std::string text = winner_of(same_code_twice());
  INFO(text);
  CHECK(has(text, "## Winner: Coarse-Grained (without a cause)"));
  CHECK(has(text, kAlike));
  CHECK(has(text, "differ by no more than they scatter between 7 processes of each"));
  CHECK(has(text, "thread creations 16,128"));
  CHECK(has(text, "cores used 3.2"));
  CHECK(has(text, "noise or memory layout, not scheduling"));
  CHECK(has(text, "**Recommendation:** None"));
  CHECK(!has(text, "clear winner"));
  CHECK(!has(text, "scheduler overhead"));
  CHECK(!has(text, "Use Coarse-Grained"));
}

TEST_CASE("equal behaviour without a winner is said too") {
  const std::string text = winner_with([](Recording& recording) {
    for (auto& block : recording.blocks)
      if (block.pass == profiles::Pass::time)
        for (auto& wall_ns : block.iteration_wall_ns) wall_ns = 420'000'000 + block.order;
  });
  CHECK(has(section(text, "## Winner"), "Coarse-Grained behave identically"));
  CHECK_FALSE(has(text, "no clear winner"));
  CHECK(has(text, "**Recommendation:** None"));
}

TEST_CASE("variants of different design are praised as before") {
  const std::string text = winner_of(realistic_recording());
  CHECK(!has(text, "behave identically"));
  CHECK(has(text, "clear winner"));
}

TEST_CASE("exact counts make a difference, however small") {
  SECTION("one thread more in every process, of 129,024: the designs differ") {
    CHECK(has(counted("thread_create", {10, 10, 10, 10, 10, 10, 10}, {10, 10, 10, 10, 10, 10, 10}),
              kAlike));
    CHECK(!has(counted("thread_create", {10, 10, 10, 10, 10, 10, 10}, {11, 11, 11, 11, 11, 11, 11}),
               kAlike));
  }
  SECTION("one thread more in one process is luck, not design") {
    CHECK(has(counted("thread_create", {10, 10, 10, 10, 10, 10, 10}, {10, 10, 11, 10, 10, 10, 10}),
              kAlike));
  }
  SECTION("a count that no process strays from is no luck, unless it is small") {
    CHECK(!has(
        counted("condition_signal", {80, 80, 80, 80, 80, 80, 80}, {81, 81, 81, 81, 81, 81, 81}),
        kAlike));
    CHECK(has(counted("condition_signal", {1, 1, 1, 1, 1, 1, 1}, {2, 2, 2, 2, 2, 2, 2}), kAlike));
  }
  SECTION("loops of an iteration") {
    CHECK(!has(winner_with([](auto& r) {
                 for (auto& block : r.blocks)
                   if (block.variant == "pool" && block.dispatch)
                     (*block.dispatch)["tiles"].per_iteration -= 1;
               }),
               kAlike));
  }
}

TEST_CASE("counts that luck varies differ where they differ by more than they scatter") {
  const auto waits = [](const Counts& first, const Counts& second) {
    return has(counted("condition_wait", first, second), kAlike);
  };
  const Counts usual{4000, 4100, 3900, 4050, 3980, 4020, 3950};
  SECTION("a tenth is not material") {
    CHECK(waits(usual, {4300, 4310, 4320, 4290, 4305, 4295, 4315}));
  }
  SECTION("twice as many are, where they scatter little") {
    CHECK(!waits(usual, {8000, 8100, 7800, 8050, 7990, 8020, 7950}));
  }
  SECTION("twice as many are not, where each process scatters as much") {
    CHECK(waits({1000, 9000, 3000, 5000, 2000, 1500, 7000},
                {8000, 18000, 2500, 11000, 500, 16000, 9000}));
  }
  SECTION("a single process far from the others proves nothing") {
    CHECK(waits(usual, {4000, 4100, 40000, 4050, 3980, 4020, 3950}));
  }
  SECTION("all apart, but by less than they scatter among themselves") {
    CHECK(waits({1000, 1900, 1200, 1500, 1100, 1800, 1300},
                {2000, 9000, 2500, 3000, 2200, 2600, 8000}));
  }
  SECTION("few scatter like independent events") {
    CHECK(waits({2, 3, 1, 2, 1, 2, 1}, {4, 5, 4, 5, 4, 5, 4}));
    CHECK(!waits({0, 0, 0, 0, 0, 0, 0}, {40, 42, 39, 44, 38, 41, 40}));
  }
}

namespace {

// How many of `runs` are said to be alike, when luck draws each process's counts. The second
// variant does everything `factor` times as often.
template <class Draw>
int said_alike(int runs, double factor, Draw draw) {
  Recording recording = same_code_twice();
  int said = 0;
  for (int run = 0; run < runs; ++run) {
    for (const char* variant : {"spawn", "pool"})
      for (auto& process : *recording.profiles[variant].sync->processes)
        for (auto& [name, count] : process.counts)
          count = std::llround(draw() * (variant == std::string("pool") ? factor : 1));
    const auto found = same_behaviours(Measured(recording));
    said += found.size() == 1 && found[0].told;
  }
  return said;
}

}  // namespace

TEST_CASE("one program under two names is taken for two in a few of a thousand runs, simulated") {
  constexpr int kRuns = repetitions(1000);
  std::mt19937_64 random(1);
  const auto scattered = [&](double by) {
    return
        [&random, by] { return 200 * std::exp(std::normal_distribution<double>(0, by)(random)); };
  };
  const auto in_two_modes = [&] {
    return (random() % 2 == 0 ? 100 : 1000) *
           std::exp(std::normal_distribution<double>(0, 0.05)(random));
  };
  CHECK(said_alike(kRuns, 1, scattered(0.1)) == kRuns);  // never material
  CHECK(said_alike(kRuns, 1, scattered(0.3)) >= kRuns - 4);
  CHECK(said_alike(kRuns, 1, scattered(1)) >= kRuns - 4);
  CHECK(said_alike(kRuns, 1, in_two_modes) >= kRuns - 8);
}

TEST_CASE("two programs that scatter little are told apart, simulated") {
  constexpr int kRuns = repetitions(200);
  std::mt19937_64 random(2);
  const auto a_tenth = [&] {
    return 400 * std::exp(std::normal_distribution<double>(0, 0.1)(random));
  };
  CHECK(said_alike(kRuns, 2, a_tenth) == 0);
  CHECK(said_alike(kRuns, 1.5, a_tenth) < kRuns / 10);  // any of a dozen counts will do
}

TEST_CASE("cores used show what no count shows, such as an uneven share") {
  CHECK(!has(winner_with([](auto& r) {
               for (auto& block : r.blocks)
                 if (block.variant == "pool" && block.pass == profiles::Pass::time)
                   block.region->user_ns = block.region->wall_ns * 200 / 100;
             }),
             kAlike));
}

TEST_CASE("unequal numbers of iterations are compared by the iteration") {
  const auto text = winner_with([](Recording& recording) {
    for (auto& process : *recording.profiles["pool"].sync->processes) {
      process.iterations *= 2;
      for (auto& [name, count] : process.counts) count *= 2;
    }
  });
  CHECK(has(text, kAlike));
}

TEST_CASE("of one process each nobody can tell whether it behaves identically") {
  const auto once = [](Recording& recording) {
    for (const char* variant : {"spawn", "pool"}) recording.profiles[variant].sync = spawn_sync();
  };
  std::string text = winner_with(once);
  INFO(text);
  CHECK(has(text, "Whether Fine-Grained and Coarse-Grained behave identically cannot be told"));
  CHECK(has(text, "but one process of each is not enough"));
  CHECK(!has(text, "(without a cause)"));
  SECTION("a few processes are no better") {
    text = winner_with([](Recording& recording) {
      for (const char* variant : {"spawn", "pool"})
        recording.profiles[variant].sync->processes->resize(3);
    });
    CHECK(has(text, "but 3 processes of each are not enough"));
  }
  SECTION("designs that differ are told apart by one") {
    text = winner_with([&](Recording& recording) {
      once(recording);
      ++recording.profiles["pool"].sync->thread_create->count;
    });
    CHECK(!has(text, "behave identically"));
  }
}

TEST_CASE("nothing is said of what was not counted") {
  SECTION("no sync pass") {
    CHECK(
        !has(winner_with([](auto& r) { r.profiles["pool"].sync.reset(); }), "behave identically"));
  }
  SECTION("several cores are used, and no count sees by what") {
    CHECK(!has(winner_with([](auto& r) {
                 for (const char* variant : {"spawn", "pool"})
                   for (auto& process : *r.profiles[variant].sync->processes)
                     for (auto& [name, count] : process.counts) count = 0;
               }),
               "behave identically"));
  }
}

TEST_CASE("a kernel that costs more CPU time for the same work is contention, with its size") {
  Recording recording = equal_cost();
  CHECK(contention(recording).empty());
  make_dearer(recording, "pool", 1.12);
  const auto sentences = contention(recording);
  REQUIRE(sentences.size() == 1);
  INFO(sentences[0]);
  CHECK(has(sentences[0],
            "matmul costs 12.0% more CPU time per multiply-accumulate in Coarse-Grained than in "
            "Fine-Grained (99% interval "));
  CHECK(has(sentences[0], "contention, cold caches or clock frequency"));
  const Measured arms(recording);
  const auto rows = contention_rows(arms, check_same_work(arms));
  REQUIRE(rows.size() == 2);
  for (const auto& row : rows) CHECK(row.significant == (row.kernel == "matmul"));
  CHECK(has(to_markdown(make_report(recording)), sentences[0].substr(0, 60)));
}

TEST_CASE("what is not significant, or may be the time that was not sampled, is not called so") {
  Recording recording = equal_cost();
  SECTION("a small excess") { make_dearer(recording, "pool", 1.02); }
  SECTION("a kernel that costs less") { make_dearer(recording, "pool", 0.8); }
  SECTION("the reference's unsampled time could be as much") {
    make_dearer(recording, "pool", 1.12);
    *recording.profiles["spawn"].cpu->total_s *= 1.2;
  }
  SECTION("other work") {
    make_dearer(recording, "pool", 1.12);
    recording.blocks[0].checksum = "another";
  }
  CHECK(contention(recording).empty());
}

TEST_CASE("serial is the reference where it was measured, whatever the baseline is") {
  Recording recording = equal_cost();
  recording.variants[1].name = "serial";
  recording.variants[1].label = "";
  for (auto& block : recording.blocks)
    if (block.variant == "pool") block.variant = "serial";
  recording.profiles["serial"] = recording.profiles["pool"];
  recording.profiles.erase("pool");
  make_dearer(recording, "spawn", 1.2);
  const auto sentences = contention(recording);
  REQUIRE(sentences.size() == 1);
  CHECK(has(sentences[0], "more CPU time per multiply-accumulate in Fine-Grained than in serial"));
}

}  // namespace winnow::reports
