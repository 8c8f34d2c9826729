// Causes that a report may name, and those that it may not.
#include "reports/blocks/same_work.h"
#include "reports/comparison/comparison.h"
#include "reports/comparison/contention.h"
#include "reports/comparison/same_behaviour.h"
#include "reports/pages/markdown.h"
#include "tests/catch.h"
#include "tests/reports/samples/samples.h"

namespace winnow::reports {

namespace {

using profiles::Recording;

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// The run of spawn and pool, but both are spawn, and luck made the second one a third faster.
Recording same_code_twice() {
  Recording recording = realistic_recording();
  recording.profiles["pool"].sync = recording.profiles["spawn"].sync;
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
std::string with(const Fault& fault) {
  Recording recording = same_code_twice();
  fault(recording);
  return winner_of(recording);
}

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
  CHECK(has(text, "Fine-Grained and Coarse-Grained behave identically"));
  CHECK(has(text, "thread creations 16,128"));
  CHECK(has(text, "cores used 3.2"));
  CHECK(has(text, "noise or memory layout, not scheduling"));
  CHECK(has(text, "**Recommendation:** None"));
  CHECK(!has(text, "clear winner"));
  CHECK(!has(text, "scheduler overhead"));
  CHECK(!has(text, "Use Coarse-Grained"));
}

TEST_CASE("equal behaviour without a winner is said too") {
  const std::string text = with([](Recording& recording) {
    for (auto& block : recording.blocks)
      if (block.pass == profiles::Pass::time)
        for (auto& wall_ns : block.iteration_wall_ns) wall_ns = 420'000'000 + block.order;
  });
  CHECK(has(text, "no clear winner"));
  CHECK(has(text, "behave identically"));
}

TEST_CASE("variants of different design are praised as before") {
  const std::string text = winner_of(realistic_recording());
  CHECK(!has(text, "behave identically"));
  CHECK(has(text, "clear winner"));
}

TEST_CASE("any count that luck does not explain makes a difference") {
  const auto sync = [](Recording& recording) -> profiles::SyncProfile& {
    return *recording.profiles["pool"].sync;
  };
  SECTION("one thread more, of 129,024: designs differ in nothing or in something") {
    CHECK(!has(with([&](auto& r) { ++sync(r).thread_create->count; }), "behave identically"));
  }
  SECTION("loops of an iteration") {
    CHECK(!has(with([](auto& r) {
                 for (auto& block : r.blocks)
                   if (block.variant == "pool" && block.dispatch)
                     (*block.dispatch)["tiles"].per_iteration -= 1;
               }),
               "behave identically"));
  }
  SECTION("waits: a tenth more is luck, a half more is not") {
    const auto waits = [&](double factor) {
      return with([&](auto& r) {
        r.profiles["spawn"].sync->condition_wait->count = 40'000;
        sync(r).condition_wait->count = static_cast<int64_t>(40'000 * factor);
      });
    };
    CHECK(has(waits(1), "behave identically"));
    CHECK(has(waits(1.1), "behave identically"));
    CHECK(!has(waits(1.5), "behave identically"));
  }
  SECTION("few waits scatter like independent events") {
    const auto waits = [&](int64_t first, int64_t second) {
      return with([&](auto& r) {
        r.profiles["spawn"].sync->condition_wait->count = first;
        sync(r).condition_wait->count = second;
      });
    };
    CHECK(has(waits(9, 20), "behave identically"));
    CHECK(!has(waits(0, 40), "behave identically"));
  }
  SECTION("cores used: what no count shows, such as an uneven share") {
    CHECK(!has(with([](auto& r) {
                 for (auto& block : r.blocks)
                   if (block.variant == "pool" && block.pass == profiles::Pass::time)
                     block.region->user_ns = block.region->wall_ns * 200 / 100;
               }),
               "behave identically"));
  }
}

TEST_CASE("unequal numbers of iterations are compared by the iteration") {
  const auto text = with([](Recording& recording) {
    auto& sync = *recording.profiles["pool"].sync;
    sync.iterations /= 2;
    for (auto* calls : {&sync.thread_create, &sync.thread_join, &sync.computing, &sync.searching,
                        &sync.waiting, &sync.signalling})
      (*calls)->count /= 2;
    for (auto& thread : sync.threads) *thread.voluntary_switches /= 2;
  });
  CHECK(has(text, "behave identically"));
}

TEST_CASE("nothing is said of what was not counted") {
  SECTION("no sync pass") {
    CHECK(!has(with([](auto& r) { r.profiles["pool"].sync.reset(); }), "behave identically"));
  }
  SECTION("several cores are used, and no count sees by what") {
    CHECK(!has(with([](auto& r) {
                 for (const char* variant : {"spawn", "pool"}) {
                   auto& sync = *r.profiles[variant].sync;
                   for (auto* calls : {&sync.thread_create, &sync.thread_join, &sync.computing,
                                       &sync.searching, &sync.waiting, &sync.signalling})
                     (*calls)->count = 0;
                 }
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
            "Fine-Grained (99 % interval "));
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
