#include "engine/schedulers/affinity.h"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <set>
#include <string_view>
#include <thread>

#include "base/error.h"
#include "engine/schedulers/team.h"
#include "tests/catch.h"

namespace winnow::engine {
namespace {

using Units = std::vector<int>;

TEST_CASE("without affinity there is no unit, whatever the machine and the build") {
  CHECK(processing_units(Affinity::none, 4).empty());
  CHECK(processing_units_of("pack:2 core:2 pu:1", Affinity::none, 4).empty());
}

#ifdef WINNOW_HWLOC

// What the calling thread may run on now; none when the kernel does not tell.
Units units_of_this_thread() {
  cpu_set_t set;
  Units units;
  if (sched_getaffinity(0, sizeof set, &set) != 0) return units;
  for (int unit = 0; unit < CPU_SETSIZE; ++unit)
    if (CPU_ISSET(static_cast<size_t>(unit), &set)) units.push_back(unit);
  return units;
}

void restrict_this_thread(const Units& units) {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (const int unit : units) CPU_SET(static_cast<size_t>(unit), &set);
  REQUIRE(sched_setaffinity(0, sizeof set, &set) == 0);
}

// The units of each worker of such a scheduler, as the workers see them.
std::vector<Units> units_of_workers(const SchedulerRow& row, const SchedulerOptions& options) {
  std::vector<Units> seen(static_cast<size_t>(options.threads));
  const auto scheduler = row.make(options);
  // Bodies wait for each other, so that every worker has one.
  std::atomic<int> inside = 0;
  const std::vector<int> lengths(static_cast<size_t>(options.threads), 50);
  scheduler->over_groups(lengths, [&](std::span<const int>, int worker) {
    seen.at(static_cast<size_t>(worker)) = units_of_this_thread();
    ++inside;
    while (inside < options.threads) std::this_thread::yield();
  });
  return seen;
}

// 2 packages of 2 third-level caches of 4 cores of 2 units, numbered in this order: unit 2 * core,
// and its sibling behind it.
constexpr const char* kMachine = "pack:2 l3:2 core:4 pu:2";

TEST_CASE("compact fills a cache's cores before the next cache's, and siblings last") {
  CHECK(processing_units_of(kMachine, Affinity::compact, 1) == Units{0});
  CHECK(processing_units_of(kMachine, Affinity::compact, 4) == Units{0, 2, 4, 6});
  CHECK(processing_units_of(kMachine, Affinity::compact, 6) == Units{0, 2, 4, 6, 8, 10});
  const Units all = processing_units_of(kMachine, Affinity::compact, 32);
  for (int i = 0; i < 16; ++i) {
    CHECK(all[static_cast<size_t>(i)] == 2 * i);
    CHECK(all[static_cast<size_t>(i) + 16] == 2 * i + 1);
  }
}

TEST_CASE("spread takes another package first, then another cache, then another core") {
  const auto third_level_caches = [](const Units& units) {
    std::set<int> caches;
    for (const int unit : units) caches.insert(unit / 8);
    return caches;
  };
  const Units two = processing_units_of(kMachine, Affinity::spread, 2);
  REQUIRE(two.size() == 2);
  CHECK(two[0] / 16 != two[1] / 16);
  CHECK(third_level_caches(processing_units_of(kMachine, Affinity::spread, 4)).size() == 4);
  const Units sixteen = processing_units_of(kMachine, Affinity::spread, 16);
  std::set<int> cores;
  for (const int unit : sixteen) cores.insert(unit / 2);
  CHECK(cores.size() == 16);
  const Units all = processing_units_of(kMachine, Affinity::spread, 32);
  CHECK(std::set<int>(all.begin(), all.end()).size() == 32);
}

TEST_CASE("more threads than units begin again with the first") {
  CHECK(processing_units_of("core:2 pu:1", Affinity::compact, 5) == Units{0, 1, 0, 1, 0});
  for (const Affinity affinity : {Affinity::compact, Affinity::spread}) {
    const Units units = processing_units_of(kMachine, affinity, 80);
    REQUIRE(units.size() == 80);
    CHECK(std::set<int>(units.begin(), units.end()).size() == 32);
    for (size_t i = 32; i < 80; ++i) CHECK(units[i] == units[i - 32]);
  }
}

TEST_CASE("units without cores or caches above them are still units") {
  CHECK(processing_units_of("pu:3", Affinity::compact, 3) == Units{0, 1, 2});
  CHECK(processing_units_of("node:2 pu:2", Affinity::compact, 4) == Units{0, 1, 2, 3});
}

TEST_CASE("a machine that hwloc does not understand is one clear error") {
  CHECK_THROWS_AS(processing_units_of("castle:2", Affinity::spread, 2), base::Error);
  CHECK_THROWS_WITH(processing_units_of("castle:2", Affinity::compact, 2),
                    "the machine's topology: not a description that hwloc knows");
}

// The strategies in which as many texts as workers run at the same time.
const std::set<std::string_view> kTextAWorker = {"pool", "hybrid", "steal", "tbb"};

TEST_CASE("workers are bound to a unit each, and the calling thread gets its own back") {
  const Units usable = units_of_this_thread();
  for (const SchedulerRow& row : scheduler_rows()) {
    if (kTextAWorker.count(row.name) == 0) continue;
    CHECK(row.options.find("affinity") != std::string_view::npos);
    for (const Affinity affinity : {Affinity::compact, Affinity::spread}) {
      INFO(row.name);
      SchedulerOptions options{3};
      options.affinity = affinity;
      const Units expected = processing_units(affinity, 3);
      const auto seen = units_of_workers(row, options);
      const size_t first = row.name == "tbb" ? 1 : 0;  // its calling thread is not bound
      for (size_t worker = first; worker < 3; ++worker)
        CHECK(seen[worker] == Units{expected[worker]});
      CHECK(units_of_this_thread() == usable);
    }
  }
}

TEST_CASE("only units that the process may use are taken") {
  const Units usable = units_of_this_thread();
  restrict_this_thread({usable.back()});
  const Units compact = processing_units(Affinity::compact, 3);
  const Units spread = processing_units(Affinity::spread, 2);
  restrict_this_thread(usable);
  CHECK(compact == Units(3, usable.back()));
  CHECK(spread == Units(2, usable.back()));
}

#else

TEST_CASE("without hwloc an affinity is refused") {
  for (const Affinity affinity : {Affinity::compact, Affinity::spread}) {
    CHECK_THROWS_WITH(processing_units(affinity, 2),
                      "affinity: this build is without hwloc: only none is possible");
    CHECK_THROWS_AS(Team({2, affinity}, Caller::works), base::UsageError);
  }
}

#endif

TEST_CASE("a unit that does not exist is one clear error") {
  const std::thread::native_handle_type self = pthread_self();
  CHECK_THROWS_AS(bind_thread(self, -1), base::Error);
  CHECK_THROWS_AS(bind_thread(self, CPU_SETSIZE - 1), base::Error);
  CHECK_THROWS_AS(bind_thread(self, 1 << 30), base::Error);
}

}  // namespace
}  // namespace winnow::engine
