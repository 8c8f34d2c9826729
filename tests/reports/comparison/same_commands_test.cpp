// Commands of which a report may say that they behave identically, and of which it may not.
#include <algorithm>
#include <array>

#include "profiles/raw/sync_total.h"
#include "reports/comparison/comparison.h"
#include "tests/catch.h"
#include "tests/reports/samples/foreign_samples.h"
#include "tests/text.h"

namespace winnow::reports {

namespace {

using profiles::Block;
using profiles::Pass;
using profiles::Recording;

constexpr const char* kIdentical = "one and two behave identically";
constexpr const char* kNotToTell = "Whether one and two behave identically cannot be told";

// Per mille that the second command took more in each of ten blocks: no difference.
using PerMille = std::array<int64_t, 10>;
constexpr PerMille kNoise{3, -4, 2, -1, 5, -3, 1, -2, 4, -5};

void add_time(Recording& recording, const PerMille& wall, const PerMille& cpu) {
  for (Block& block : recording.blocks) {
    if (block.variant != "two" || block.pass != Pass::time) continue;
    const auto index = static_cast<size_t>(block.index);
    for (int64_t& wall_ns : block.iteration_wall_ns) wall_ns += wall_ns / 1000 * wall[index];
    *block.region->user_ns += *block.region->cpu_ns() / 1000 * cpu[index];
  }
}

// One program under two names, as commands are recorded.
Recording one_program_twice(const PerMille& wall = kNoise, const PerMille& cpu = kNoise) {
  Recording recording = command_recording();
  std::vector<Block> blocks;
  for (const Block& block : recording.blocks)
    if (block.variant == "one")
      for (const char* variant : {"one", "two"}) {
        blocks.push_back(block);
        blocks.back().variant = variant;
        blocks.back().order = static_cast<int64_t>(blocks.size());
        if (block.pass == Pass::tree) blocks.back().checksum = "5e1f";
        if (block.pass == Pass::time) {
          blocks.back().region->voluntary_switches = 30 + block.index;
          blocks.back().region->minor_faults = 3000 + block.index % 3;
          blocks.back().peak_rss_bytes = 27'000'000 + 4096 * (block.index % 4);
        }
      }
  recording.blocks = blocks;
  recording.profiles["two"] = recording.profiles["one"];
  add_time(recording, wall, cpu);
  return recording;
}

std::string said_of(const Recording& recording) {
  std::string text;
  for (const std::string& bullet : make_report(recording).verdict.bullets) text += bullet + "\n";
  return text;
}

template <class Fault>
std::string said_with(const Fault& fault) {
  Recording recording = one_program_twice();
  fault(recording);
  return said_of(recording);
}

void add_heaps(Recording& recording) {
  for (const char* variant : {"one", "two"})
    recording.profiles[variant].heap = foreign_recording().profiles["one"].heap;
}

void add_syncs(Recording& recording) {
  const profiles::SyncProfile one = *foreign_recording().profiles["one"].sync;
  for (const char* variant : {"one", "two"}) {
    profiles::SyncProfile all;
    for (int i = 0; i < 7; ++i) profiles::add_process(one, i, all);
    recording.profiles[variant].sync = all;
  }
}

void add_instructions(Recording& recording, int64_t one, int64_t two) {
  recording.profiles["one"].count = profiles::InstructionProfile{2, 2 * one, one - 5, one + 5, 2};
  recording.profiles["two"].count = profiles::InstructionProfile{2, 2 * two, two - 5, two + 5, 2};
}

PerMille all_of(int64_t per_mille) {
  PerMille all = kNoise;
  for (int64_t& each : all) each += per_mille;
  return all;
}

}  // namespace

TEST_CASE("commands of which nothing differs behave identically, by all that was compared") {
  const Report report = make_report(one_program_twice());
  const std::string said = said_of(one_program_twice());
  INFO(said);
  CHECK(report.verdict.outcome == Verdict::kNoClearWinner);
  CHECK(report.verdict.title == kIdentical);
  CHECK(has(said, kIdentical));
  CHECK(has(said,
            "per run: standard output; processes created 2; programs executed 4; threads "
            "created 2; page faults "));
  CHECK(has(said, "CPU time 1."));
  CHECK(has(said, "shares of 5 functions in the CPU time"));
  CHECK(has(said, "Not compared: allocations, synchronisation"));
  CHECK(has(said, "This is evidence, not proof."));
}

TEST_CASE("what was compared besides is told") {
  const std::string said = said_with([](Recording& recording) {
    add_heaps(recording);
    add_syncs(recording);
    add_instructions(recording, 168'000'000, 168'000'400);
  });
  INFO(said);
  CHECK(has(said, kIdentical));
  CHECK(has(said, "allocations 10 with 1,001,365 bytes"));
  CHECK(has(said, "contended locks 1.7"));
  CHECK(has(said, "instructions 168,000,000 and 168,000,400"));
  CHECK_FALSE(has(said, "Not compared"));
}

TEST_CASE("a winner by luck behaves identically and is given no cause") {
  // All blocks point the same way, but for the most part by next to nothing.
  const Report report =
      make_report(one_program_twice({-1, -1, -2, -1, -1, -2, -400, -1, -3, -1}, kNoise));
  CHECK(report.verdict.outcome == Verdict::kWinner);
  CHECK(report.verdict.title == "two (without a cause)");
  CHECK(has(report.verdict.recommendation, "None: choose either"));
  for (const std::string& bullet : report.verdict.bullets) CHECK_FALSE(has(bullet, "allocation:"));
}

TEST_CASE("one thing that differs is enough not to say it") {
  const auto differs = [](const auto& fault) {
    const std::string said = said_with(fault);
    INFO(said);
    return !has(said, "behave identically");
  };
  CHECK_FALSE(differs([](Recording&) {}));
  SECTION("a thread more in each run") {
    CHECK(differs([](auto& r) { r.profiles["two"].tree->threads += 5; }));
  }
  SECTION("but not one more in a single run of a program that makes now so many, now so many") {
    CHECK_FALSE(differs([](auto& r) {
      for (const char* variant : {"one", "two"}) r.profiles[variant].tree->threads += 2;
      r.profiles["two"].tree->threads += 1;
    }));
  }
  SECTION("a program executed") {
    CHECK(differs([](auto& r) { r.profiles["two"].tree->execs -= 5; }));
  }
  SECTION("output of one alone") {
    CHECK(differs([](auto& r) {
      for (Block& block : r.blocks)
        if (block.variant == "two") block.checksum.clear();
    }));
  }
  SECTION("another output") {
    CHECK(differs([](auto& r) {
      for (Block& block : r.blocks)
        if (block.variant == "two" && block.pass == Pass::tree) block.checksum = "other";
    }));
  }
  SECTION("an object allocated") {
    CHECK(differs([](auto& r) {
      add_heaps(r);
      *r.profiles["two"].heap->region_objects += 3;
    }));
  }
  SECTION("a pass that took one of the two only") {
    CHECK(differs([](auto& r) {
      add_heaps(r);
      r.profiles["two"].heap.reset();
    }));
    CHECK(differs([](auto& r) {
      add_syncs(r);
      r.profiles["two"].sync.reset();
    }));
  }
  SECTION("locks waited for") {
    CHECK(differs([](auto& r) {
      add_syncs(r);
      int64_t more = 300;
      for (auto& process : *r.profiles["two"].sync->processes)
        process.counts["mutex_contended"] = more++;
    }));
  }
  SECTION("pages touched") {
    CHECK(differs([](auto& r) {
      for (Block& block : r.blocks)
        if (block.variant == "two" && block.pass == Pass::time) *block.region->minor_faults += 1000;
    }));
  }
  SECTION("instructions, a thousandth") {
    CHECK(differs([](auto& r) { add_instructions(r, 168'000'000, 168'168'000); }));
  }
  SECTION("futex calls") {
    CHECK(differs([](auto& r) {
      r.profiles["one"].futex = profiles::FutexProfile{3, 30, 30, 0, 0};
      r.profiles["two"].futex = profiles::FutexProfile{3, 300, 300, 0, 0};
    }));
  }
  SECTION("another function in the place of one") {
    CHECK(differs([](auto& r) {
      for (auto& function : r.profiles["two"].cpu->functions)
        if (function.name == "memcpy") function.name = "memmove";
    }));
  }
  SECTION("CPU time, a hundredth in every block") {
    CHECK_FALSE(has(said_of(one_program_twice(kNoise, all_of(10))), "behave identically"));
  }
  SECTION("waiting, which takes no CPU time") {
    CHECK_FALSE(has(said_of(one_program_twice(all_of(20), kNoise)), "behave identically"));
  }
  SECTION("a server that they load") {
    CHECK(differs([](auto& r) {
      for (auto& variant : r.variants) variant.server = {"server"};
    }));
  }
}

TEST_CASE("what the noise hides cannot be told, unless the instructions tell it") {
  const PerMille noisy{90, -120, 60, -30, 150, -90, 30, -60, 120, -150};
  const std::string said = said_of(one_program_twice(noisy, noisy));
  INFO(said);
  CHECK(has(said, kNotToTell));
  CHECK(has(said, "the noise leaves room for a difference in CPU time: "));
  CHECK_FALSE(has(said, kIdentical + std::string(": ")));
  SECTION("equal instructions do") {
    Recording recording = one_program_twice(noisy, noisy);
    add_instructions(recording, 168'000'000, 168'000'400);
    CHECK(has(said_of(recording), kIdentical + std::string(": ")));
  }
  SECTION("few samples tell no functions apart") {
    CHECK(has(said_with([](Recording& recording) {
                for (const char* variant : {"one", "two"}) {
                  auto& cpu = *recording.profiles[variant].cpu;
                  cpu.samples = 150;
                  cpu.sampled_s = 0.15;
                }
              }),
              "150 samples of the CPU time do not tell its functions apart"));
  }
  SECTION("without a profile of functions nothing is said") {
    CHECK_FALSE(
        has(said_with([](auto& r) { r.profiles["two"].cpu.reset(); }), "behave identically"));
  }
  SECTION("nor without the tree") {
    CHECK_FALSE(
        has(said_with([](auto& r) { r.profiles["two"].tree.reset(); }), "behave identically"));
  }
}

}  // namespace winnow::reports
