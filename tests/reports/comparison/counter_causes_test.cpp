// Exact counts as causes, in their order; what is equal or only known as below a limit; the two
// accounts of locks.
#include <algorithm>
#include <array>
#include <cmath>
#include <random>
#include <regex>

#include "profiles/raw/sync_total.h"
#include "reports/comparison/comparison.h"
#include "reports/comparison/counter_tests.h"
#include "reports/comparison/lock_accounts.h"
#include "reports/exports/export.h"
#include "reports/pages/markdown.h"
#include "tests/catch.h"
#include "tests/reports/samples/foreign_samples.h"
#include "tests/text.h"

namespace winnow::reports {

namespace {

using profiles::Block;
using profiles::Recording;

using CountsOfSeven = std::array<int64_t, 7>;
constexpr CountsOfSeven kNoneOfSeven{};
// As counted on a busy machine: in some processes the two threads hardly met.
constexpr CountsOfSeven kUnevenLocks{4121, 9952, 10400, 383, 12264, 7, 9};

// Seven processes of one run each, with so many contended locks, of so many seconds in all.
void plant_locks(Recording& recording, const std::string& variant, const CountsOfSeven& contended,
                 double waited_s) {
  profiles::SyncProfile one = *foreign_recording().profiles[variant].sync;
  one.iterations = 1;
  profiles::SyncProfile all;
  for (int i = 0; i < 7; ++i) {
    one.mutex_contended = profiles::Calls{contended[static_cast<size_t>(i)], waited_s / 7};
    profiles::add_process(one, i, all);
  }
  all.seen = profiles::SeenShare{1, 1, 0};
  recording.profiles[variant].sync = all;
}

// A mutex against a counter of each thread.
Recording mutex_against_sharded(const CountsOfSeven& contended, double waited_s) {
  Recording recording = foreign_recording();
  plant_locks(recording, "one", contended, waited_s);
  plant_locks(recording, "two", kNoneOfSeven, 0);
  return recording;
}

std::vector<std::string> told_reasons(const Recording& recording) {
  return make_report(recording).verdict.bullets;
}

// Where the first reason stands that has this in it; their number: none has.
size_t place_of(const std::vector<std::string>& reasons, const std::string& part) {
  const auto found =
      std::ranges::find_if(reasons, [&](const std::string& reason) { return has(reason, part); });
  return static_cast<size_t>(found - reasons.begin());
}

bool is_told(const Recording& recording, const std::string& part) {
  const auto reasons = told_reasons(recording);
  return place_of(reasons, part) < reasons.size();
}

void plant_faults(Recording& recording, const std::string& variant, int64_t faults) {
  for (Block& block : recording.blocks)
    if (block.variant == variant && block.pass == profiles::Pass::time)
      block.region->minor_faults = faults + block.index;
}

// So many samples of a function of a profile, in the place of those that it has.
void plant_samples(Recording& recording, const std::string& variant, const std::string& name,
                   const std::string& category, int64_t samples) {
  auto& cpu = *recording.profiles[variant].cpu;
  auto found = std::ranges::find(cpu.functions, name, &profiles::Function::name);
  if (found == cpu.functions.end()) {
    cpu.functions.push_back({name, category, 0.0, {}, 0, {}});
    found = cpu.functions.end() - 1;
  }
  const int64_t more = samples - *found->flat_samples;
  found->flat_samples = samples;
  found->flat_s = 0.001 * static_cast<double>(samples);
  *cpu.samples += more;
  cpu.sampled_s += 0.001 * static_cast<double>(more);
  cpu.total_s = cpu.sampled_s;
}

}  // namespace

TEST_CASE("contended locks that only the slower one has are a cause, however unevenly they come") {
  const Recording recording = mutex_against_sharded(kUnevenLocks, 7 * 0.15);
  const auto reasons = told_reasons(recording);
  CHECK(has(reasons[std::min(place_of(reasons, "waiting for locks: "), reasons.size() - 1)],
            "waiting for locks: 0 contended locks a run instead of 5,305, in which threads waited "
            "0s instead of 150ms (thread-seconds of the sync pass)"));
  SECTION("17,443 in every process, and none") {
    CHECK(is_told(mutex_against_sharded({17443, 17443, 17443, 17443, 17443, 17443, 17443}, 0.504),
                  "0 contended locks a run instead of 17,443, in which threads waited 0s instead "
                  "of 72.0ms"));
  }
  SECTION("not where a process of the slower one has none either") {
    CountsOfSeven one_without = kUnevenLocks;
    one_without[5] = 0;
    CHECK_FALSE(is_told(mutex_against_sharded(one_without, 7 * 0.15), "contended locks"));
  }
  SECTION("nor where a process of the faster one has as many") {
    Recording other = recording;
    plant_locks(other, "two", {0, 0, 9000, 0, 0, 0, 0}, 0);
    CHECK_FALSE(is_told(other, "contended locks"));
  }
}

TEST_CASE("without a winner the counts behind a difference in CPU time are told, too") {
  Recording recording = mutex_against_sharded(kUnevenLocks, 7 * 0.15);
  for (Block& block : recording.blocks)
    if (block.pass == profiles::Pass::time)
      for (int64_t& wall_ns : block.iteration_wall_ns) wall_ns = 1'000'000'000 + block.index;
  const Report report = make_report(recording);
  REQUIRE(report.verdict.outcome == Verdict::kNoClearWinner);
  const auto& reasons = report.verdict.bullets;
  const size_t cpu = place_of(reasons, "two takes 400ms less CPU time a run than one"),
               locks = place_of(reasons, "waiting for locks: 0 contended locks a run instead of");
  REQUIRE(locks < reasons.size());
  CHECK(cpu < locks);
  SECTION("few of them are not") {
    plant_locks(recording, "one", {1, 2, 1, 2, 1, 2, 1}, 7 * 0.15);
    CHECK_FALSE(is_told(recording, "waiting for locks"));
  }
}

TEST_CASE("exact counts that differ by one differ, however large they are") {
  constexpr int64_t kLarge = int64_t{1} << 60;
  CHECK_FALSE(sums_differ({kLarge, 1}, {kLarge, 1}));
  CHECK_FALSE(sums_differ({kLarge, 1}, {2 * kLarge, 2}));
  CHECK(sums_differ({kLarge, 1}, {kLarge + 1, 1}));
  const auto behaviour = [](int64_t count) {
    Behaviour made;
    made.iterations.assign(7, 1);
    made.counters[kCreations] = {true, std::vector<Whole>(7, count)};
    return made;
  };
  CHECK(p_of_counter(kCreations, behaviour(kLarge), behaviour(kLarge)) == 1);
  CHECK(p_of_counter(kCreations, behaviour(kLarge), behaviour(kLarge + 1)) == 0);
}

TEST_CASE("all processes against none is seldom luck, simulated") {
  std::mt19937_64 random(3);
  const auto draw = [&](double chance, Behaviour& behaviour) {
    behaviour.iterations.assign(7, 1);
    Counter& counter = behaviour.counters["contended locks"];
    counter.counts.clear();
    for (int i = 0; i < 7; ++i)
      counter.counts.push_back(
          std::bernoulli_distribution(chance)(random)
              ? static_cast<int64_t>(std::exp(std::normal_distribution<double>(6, 3)(random))) + 1
              : 0);
  };
  constexpr int kRuns = 4000;
  for (const double chance : {0.3, 0.5, 0.7, 1.0}) {
    int differ = 0;
    for (int run = 0; run < kRuns; ++run) {
      Behaviour first, second;
      draw(chance, first);
      draw(chance, second);
      differ += p_of_counter("contended locks", first, second) <= kTogetherLevel;
    }
    INFO("chance " << chance);
    CHECK(differ <= 8);
  }
}

TEST_CASE("causes come in their order: the ledger, exact counts, CPU time and its functions") {
  Recording recording = mutex_against_sharded(kUnevenLocks, 7 * 0.15);
  plant_faults(recording, "one", 30'000);
  plant_faults(recording, "two", 30);
  const auto reasons = told_reasons(recording);
  const size_t ledger = place_of(reasons, " saved per run: "),
               locks = place_of(reasons, "waiting for locks: "),
               faults = place_of(reasons, "page faults: 12 a run instead of 10,002"),
               cpu = place_of(reasons, "40.0% less CPU time (a run's"),
               function = place_of(reasons, "deflate_slow: ");
  REQUIRE(function < reasons.size());
  CHECK(ledger < locks);
  CHECK(locks < faults);
  CHECK(faults < cpu);
  CHECK(cpu < function);
  SECTION("waiting that costs less than a tenth of the time saved stands by how it changed") {
    recording = mutex_against_sharded({500, 510, 505, 490, 495, 515, 500}, 7 * 0.01);
    plant_faults(recording, "one", 30'000'000);
    plant_faults(recording, "two", 30);
    const auto others = told_reasons(recording);
    REQUIRE(place_of(others, "waiting for locks: ") < others.size());
    CHECK(place_of(others, "page faults: ") < place_of(others, "waiting for locks: "));
  }
  SECTION("faults that the faster one has more of are none") {
    plant_faults(recording, "two", 3'000'000);
    CHECK_FALSE(is_told(recording, "page faults"));
  }
}

TEST_CASE("what is equal, or within its noise, is no cause") {
  Recording recording = mutex_against_sharded(kUnevenLocks, 7 * 0.15);
  for (const char* variant : {"one", "two"}) {
    for (const char* name : {"deflate_slow", "exp", "memcpy", "pthread_cond_wait", "[kernel]"})
      plant_samples(recording, variant, name, "", 600);
    for (Block& block : recording.blocks)
      if (block.variant == variant) {
        block.region->user_ns = 900'000'000 + (block.index * 7919 + (*variant == 'o')) % 13;
        block.region->system_ns = 0;
      }
  }
  for (const std::string& reason : told_reasons(recording)) {
    INFO(reason);
    CHECK_FALSE(has(reason, "thread creations"));
    CHECK_FALSE(has(reason, "allocation"));
    CHECK_FALSE(has(reason, "less CPU time"));
    CHECK_FALSE(has(reason, "more CPU time"));
    CHECK_FALSE(has(reason, "no difference"));
  }
  SECTION("a thread more in every run is one") {
    for (auto& process : *recording.profiles["two"].sync->processes)
      ++process.counts["thread_create"];
    recording.profiles["two"].sync->thread_create->count += 7;
    CHECK(is_told(recording, "1.17x as many thread creations (measured)"));
  }
  SECTION("a thread more in one of the runs is luck") {
    ++(*recording.profiles["two"].sync->processes)[3].counts["thread_create"];
    recording.profiles["two"].sync->thread_create->count += 1;
    CHECK_FALSE(is_told(recording, "thread creations"));
  }
}

TEST_CASE("without any proven cause that is said") {
  Recording recording = command_recording();
  for (auto& [name, found] : recording.profiles) found = {};
  for (Block& block : recording.blocks) {
    block.region->cores_time.reset();
    block.region->user_ns = 900'000'000;
    block.region->system_ns = 0;
  }
  const Report report = make_report(recording);
  REQUIRE(report.verdict.outcome == Verdict::kWinner);
  CHECK(place_of(report.verdict.bullets, "no cause is proven: ") < report.verdict.bullets.size());
}

TEST_CASE("processes, instructions and futex calls are causes where they were counted") {
  Recording recording = command_recording();
  CHECK_FALSE(is_told(recording, "processes started"));
  CHECK(is_told(recording, "2.00x as many thread creations (measured)"));
  recording.profiles["one"].tree->processes = 200;
  CHECK(is_told(recording, "processes started: 3 a run instead of 41 (measured)"));
  const auto count = [](int64_t instructions) {
    return profiles::InstructionProfile{2, 2 * instructions, instructions - 5, instructions + 5, 1};
  };
  recording.profiles["one"].count = count(5'000'000);
  recording.profiles["two"].count = count(5'000'400);
  CHECK_FALSE(is_told(recording, "instructions"));
  recording.profiles["two"].count = count(2'000'000);
  CHECK(is_told(recording, "instructions: 2,000,000 a run instead of 5,000,000 (count pass)"));
  recording.profiles["one"].futex = profiles::FutexProfile{3, 9000, 9054, 0, 0};
  recording.profiles["two"].futex = profiles::FutexProfile{3, 9, 9, 0, 0};
  CHECK(is_told(recording, "futex calls: 6 a run instead of 6,018 (futex pass)"));
}

TEST_CASE("a percentage against a limit is the least that the limit leaves") {
  Recording recording = foreign_recording();
  plant_samples(recording, "one", "pthread_cond_wait", "scheduler", 600);
  plant_samples(recording, "two", "pthread_cond_wait", "scheduler", 0);
  // 600 samples of 0.200s a run; none of at most three: 1ms a run.
  CHECK(is_told(recording, "at least 99.5% less synchronisation (CPU time sampled in "));
  CHECK(is_told(recording,
                "pthread_cond_wait: 200ms less CPU time a run (at least 99.5% less: no sample of "
                "it in two)"));
  const std::string text = to_markdown(make_report(recording));
  CHECK(has(text, "| 600ms (21.62%) | < 3.00ms (0 samples) | -600ms (at least -99.5%) |"));
  for (const std::string& reason : told_reasons(recording)) CHECK_FALSE(has(reason, "100.0%"));
  SECTION("where the limit is not below it there is none") {
    plant_samples(recording, "one", "pthread_cond_wait", "scheduler", 3);
    CHECK(has(to_markdown(make_report(recording)), "| < 3.00ms (0 samples) | ~ -3.00ms |"));
    CHECK_FALSE(is_told(recording, "less synchronisation"));
  }
}

TEST_CASE("two variants that are not the baseline are held against each other") {
  Recording recording = foreign_recording();
  const auto add_arm = [&](const std::string& name, const std::string& as) {
    auto variant = *std::ranges::find(recording.variants, as, &profiles::Variant::name);
    variant.name = name;
    recording.variants.push_back(variant);
    recording.profiles[name] = recording.profiles[as];
    std::vector<Block> copies;
    for (Block block : recording.blocks)
      if (block.variant == as) {
        block.variant = name;
        copies.push_back(std::move(block));
      }
    recording.blocks.insert(recording.blocks.end(), copies.begin(), copies.end());
  };
  add_arm("three", "two");
  // 0.6 s and 0.4 s of wall time, with as much CPU time as before, and as many samples.
  for (Block& block : recording.blocks)
    if (block.variant == "three")
      for (int64_t& wall_ns : block.iteration_wall_ns) wall_ns = wall_ns * 2 / 3;
  const Report report = make_report(recording);
  REQUIRE(report.verdict.outcome == Verdict::kWinner);
  REQUIRE(report.variants[report.verdict.winner] == "three");
  if (report.variants[report.verdict.rival] == "two") {
    for (const std::string& reason : report.verdict.bullets) {
      INFO(reason);
      CHECK_FALSE(has(reason, "less CPU time"));
      CHECK_FALSE(has(reason, "less synchronisation"));
    }
  }
}

TEST_CASE("samples in locks beside little waiting are explained, once") {
  Recording recording = mutex_against_sharded(kUnevenLocks, 7 * 0.072);
  CHECK(lock_accounts(Measured(recording)).empty());
  for (const char* variant : {"one", "two"}) {
    plant_samples(recording, variant, "pthread_mutex_lock", "scheduler", 3000);
    plant_samples(recording, variant, "pthread_mutex_unlock", "scheduler", 3000);
    plant_samples(recording, variant, "__lll_lock_wake", "scheduler", 600);
  }
  const std::string sentence = lock_accounts(Measured(recording));
  INFO(sentence);
  CHECK(has(sentence,
            "one: 2.200s of CPU time a run (73.95%) in calls that lock, unlock or wake, "
            "72.0ms waited; two: 2.200s of CPU time a run ("));
  CHECK(has(sentence, "uncontended ones included"));
  const std::string text = to_markdown(make_report(recording));
  const size_t at = text.find("locks have two accounts");
  REQUIRE(at != std::string::npos);
  CHECK(text.find("locks have two accounts", at + 1) == std::string::npos);
  SECTION("not where the waiting is as much") {
    plant_locks(recording, "one", kUnevenLocks, 7 * 2.0);
    CHECK_FALSE(has(lock_accounts(Measured(recording)), "one: "));
    CHECK(has(lock_accounts(Measured(recording)), "two: "));
  }
  SECTION("not of a clock, a condition or a thread") {
    for (const char* variant : {"one", "two"}) {
      for (const char* name : {"pthread_mutex_lock", "pthread_mutex_unlock", "__lll_lock_wake"})
        plant_samples(recording, variant, name, "", 0);
      for (const char* name : {"clock_nanosleep", "futex_wait", "clone3", "__pthread_clockjoin_ex"})
        plant_samples(recording, variant, name, "scheduler", 3000);
    }
    CHECK(lock_accounts(Measured(recording)).empty());
  }
  SECTION("not where what a process tree waited for was not counted") {
    for (const char* variant : {"one", "two"})
      recording.profiles[variant].sync->seen = profiles::SeenShare{0.6, 1, 3};
    CHECK(lock_accounts(Measured(recording)).empty());
    recording.profiles["one"].sync.reset();
    CHECK(lock_accounts(Measured(recording)).empty());
  }
}

TEST_CASE("samples beyond the kernel's CPU time are one row, and no share exceeds the whole") {
  Recording recording = foreign_recording();
  for (const char* variant : {"one", "two"}) {
    auto& cpu = *recording.profiles[variant].cpu;
    cpu.total_s = cpu.sampled_s * 0.93;
  }
  const Export source = foreign_export(recording);
  const std::regex share(R"(\((-?[\d.]+)%\))");
  for (const Table* table :
       {&source.report.scheduler, &source.report.compute, &source.report.cpu_total,
        &source.report.cumulative, &source.report.kernels, &source.report.ledger_table}) {
    int overlaps = 0;
    for (const Row& row : table->rows) {
      INFO(table->heading << ": " << row.name);
      overlaps += row.role == Role::kOverlap;
      for (const Figure& figure : row.figures) {
        CHECK(figure.value.value_or(0) >= 0);
        CHECK(figure.share.value_or(0) >= 0);
        CHECK(figure.share.value_or(0) <= 1 + 1e-9);
      }
    }
    if (table == &source.report.cpu_total) CHECK(overlaps == 1);
    for (const std::string& insight : table->insights) {
      INFO(insight);
      CHECK_FALSE(has(insight, "unsampled"));
      CHECK_FALSE(has(insight, "not sampled"));
      CHECK_FALSE(has(insight, "taken off"));
      CHECK_FALSE(has(insight, "sampled: -"));
    }
  }
  for (const std::string& text : {to_markdown(source.report), export_markdown(source),
                                  export_json(source), export_csv(source)}) {
    CHECK_FALSE(has(text, "unsampled -"));
    CHECK_FALSE(has(text, "| **unsampled** | -"));
    for (std::sregex_iterator each(text.begin(), text.end(), share), end; each != end; ++each) {
      INFO((*each)[0]);
      // Shares; the others are changes, with their sign.
      if ((*each)[1].str()[0] != '-') CHECK(std::stod((*each)[1]) <= 100.005);
    }
  }
}

}  // namespace winnow::reports
