#include "engine/schedulers/scheduler.h"

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/region.h"
#include "engine/schedulers/choice.h"
#include "tests/catch.h"

namespace {

using winnow::engine::Scheduler;
using winnow::engine::SchedulerRow;

// What each thread marked, in order. Stands in for the preloaded agent.
std::mutex marks_mutex;
std::map<std::thread::id, std::vector<winnow_state>> marks;
thread_local winnow_state current_state = WINNOW_OTHER;

std::map<std::thread::id, std::vector<winnow_state>> take_marks() {
  std::lock_guard lock(marks_mutex);
  return std::exchange(marks, {});
}

// One forward pass for each group of `count` texts.
void pass_of_each(Scheduler& scheduler, int count, const std::function<void()>& pass) {
  const std::vector<int> lengths(static_cast<size_t>(count), 20);
  scheduler.over_groups(lengths, [&](std::span<const int>, int) { pass(); });
}

int count_of(const std::vector<winnow_state>& states, winnow_state state) {
  return static_cast<int>(std::count(states.begin(), states.end(), state));
}

}  // namespace

enum winnow_state winnow_agent_mark(enum winnow_state state) {
  std::lock_guard lock(marks_mutex);
  marks[std::this_thread::get_id()].push_back(state);
  return std::exchange(current_state, state);
}

namespace {

TEST_CASE("the table's rows are found by name") {
  const auto rows = winnow::engine::scheduler_rows();
  CHECK(rows[0].name == "serial");
  for (const SchedulerRow& row : rows) {
    CHECK(&winnow::engine::find_scheduler(row.name) == &row);
    CHECK_FALSE(row.summary.empty());
    CHECK_FALSE(row.wins.empty());
    CHECK_FALSE(row.loses.empty());
  }
  std::string known;  // some strategies stand on libraries that a build may be without
  for (const SchedulerRow& row : rows) known += (known.empty() ? "" : ", ") + std::string(row.name);
  CHECK_THROWS_WITH(winnow::engine::find_scheduler("turbo"),
                    "variant turbo: unknown; one of " + known);
  CHECK_THROWS_AS(winnow::engine::find_scheduler(""), winnow::base::UsageError);
  CHECK(winnow::engine::spawn_row.threads_per_matmul(5) == 5);
  CHECK(winnow::engine::pool_row.threads_per_matmul(5) == 0);
  CHECK(winnow::engine::packed_row.threads_per_matmul(5) == 0);
}

TEST_CASE("every text runs once, before the passes and in them, and a worker's never overlap") {
  for (const SchedulerRow& row : winnow::engine::scheduler_rows())
    for (const int threads : {1, 2, 3, 8}) {
      const auto scheduler = row.make({threads});
      std::vector<std::atomic<int>> inside(static_cast<size_t>(scheduler->workspace_count()));
      for (const int count : {0, 1, 2, 7, 100, 0, 33}) {
        INFO(row.name << ", " << threads << " threads, " << count << " texts");
        std::vector<std::atomic<int>> before(static_cast<size_t>(count));
        scheduler->over_texts(count, [&](int text) { ++before.at(static_cast<size_t>(text)); });
        CHECK(std::all_of(before.begin(), before.end(), [](const auto& n) { return n == 1; }));

        std::vector<std::atomic<int>> runs(static_cast<size_t>(count));
        std::atomic<int> overlaps = 0, groups = 0, tiles = 0, rows = 0;
        const std::vector<int> lengths(static_cast<size_t>(count), 20);
        scheduler->over_groups(lengths, [&](std::span<const int> texts, int worker) {
          auto& mine = inside.at(static_cast<size_t>(worker));
          if (mine.fetch_add(1) != 0) ++overlaps;
          ++groups;
          for (const int text : texts) ++runs.at(static_cast<size_t>(text));
          scheduler->over_tiles(5, [&](int begin, int end) { tiles += end - begin; });
          scheduler->over_rows(9, [&](int begin, int end) { rows += end - begin; });
          mine.fetch_sub(1);
        });
        CHECK(std::all_of(runs.begin(), runs.end(), [](const auto& n) { return n == 1; }));
        CHECK(overlaps == 0);
        CHECK(groups <= count);
        CHECK(tiles == 5 * groups);
        CHECK(rows == 9 * groups);
      }
    }
}

TEST_CASE("packed takes the whole batch in one pass, up to 4,096 tokens or one text") {
  const auto scheduler = winnow::engine::packed_row.make({2});
  const auto groups = [&](const std::vector<int>& lengths) {
    std::vector<std::vector<int>> found;
    scheduler->over_groups(lengths, [&](std::span<const int> texts, int) {
      found.emplace_back(texts.begin(), texts.end());
    });
    return found;
  };
  using Groups = std::vector<std::vector<int>>;
  CHECK(groups({}) == Groups{});
  CHECK(groups({5, 2048, 7}) == Groups{{0, 1, 2}});
  CHECK(groups({2048, 2048, 1, 4095}) == Groups{{0, 1}, {2, 3}});
  CHECK(groups({5000, 1, 5000}) == Groups{{0}, {1}, {2}});
}

TEST_CASE("auto cuts every batch as the strategy does that its table names") {
  constexpr int kThreads = 3;
  using Groups = std::set<std::vector<int>>;
  const auto groups_of = [](Scheduler& scheduler, const std::vector<int>& lengths) {
    std::mutex mutex;
    Groups groups;
    scheduler.over_groups(lengths, [&](std::span<const int> texts, int) {
      std::lock_guard lock(mutex);
      groups.emplace(texts.begin(), texts.end());
    });
    return groups;
  };
  const auto scheduler = winnow::engine::auto_row.make({kThreads});
  std::set<std::string_view> chosen;
  for (const int length : {1, 20, 2048})
    for (const int texts : {1, 2, 3, 4, 5, 6, 7, 12, 40, 2, 1}) {
      const std::vector<int> lengths(static_cast<size_t>(texts), length);
      const SchedulerRow& expected =
          *winnow::engine::choose(texts, int64_t{texts} * length, kThreads).strategy;
      INFO(texts << " texts of " << length << " tokens: " << expected.name);
      chosen.insert(expected.name);
      CHECK(groups_of(*scheduler, lengths) == groups_of(*expected.make({kThreads}), lengths));
    }
  CHECK(chosen.size() >= 2);
}

TEST_CASE("the table's last row takes whatever the others leave") {
  const auto rows = winnow::engine::choices();
  CHECK(&winnow::engine::choose(1 << 30, int64_t{1} << 60, 1) == &rows.back());
  CHECK(&winnow::engine::choose(1, 5, 1024) == &rows.front());
  CHECK(&winnow::engine::choose(0, 0, 1) == &rows.front());
  for (const auto& row : rows) CHECK(row.strategy != &winnow::engine::auto_row);
}

TEST_CASE("ranges are disjoint and cover all tiles, and all rows") {
  for (const SchedulerRow& row : winnow::engine::scheduler_rows())
    for (const int threads : {1, 2, 3, 7}) {
      const auto scheduler = row.make({threads});
      for (const int count : {1, 2, 3, 16, 48, 73}) {
        INFO(row.name << ", " << threads << " threads, " << count << " tiles");
        std::vector<std::atomic<int>> runs(static_cast<size_t>(count));
        const auto run = [&](int begin, int end) {
          for (int tile = begin; tile < end; ++tile) ++runs.at(static_cast<size_t>(tile));
        };
        scheduler->over_tiles(count, run);
        CHECK(std::all_of(runs.begin(), runs.end(), [](const auto& n) { return n == 1; }));
        scheduler->over_rows(count, run);
        CHECK(std::all_of(runs.begin(), runs.end(), [](const auto& n) { return n == 2; }));
      }
    }
}

TEST_CASE("spawn creates exactly its threads for every matmul, idle ones too") {
  const auto scheduler = winnow::engine::spawn_row.make({4});
  for (const int tiles : {1, 4, 48}) {
    take_marks();
    pass_of_each(*scheduler, 3, [&] { scheduler->over_tiles(tiles, [](int, int) {}); });
    int created = 0;
    for (const auto& [thread, states] : take_marks())
      if (thread != std::this_thread::get_id()) created += count_of(states, WINNOW_COMPUTING);
    CHECK(created == 3 * winnow::engine::spawn_row.threads_per_matmul(4));
  }
}

TEST_CASE("spawn's calling thread computes, creates, waits and computes again") {
  const auto scheduler = winnow::engine::spawn_row.make({2});
  take_marks();
  pass_of_each(*scheduler, 1, [&] { scheduler->over_tiles(8, [](int, int) {}); });
  const std::vector<winnow_state> expected = {WINNOW_COMPUTING, WINNOW_SIGNALLING, WINNOW_WAITING,
                                              WINNOW_COMPUTING, WINNOW_OTHER};
  CHECK(take_marks()[std::this_thread::get_id()] == expected);
}

TEST_CASE("the pool's workers compute the texts, its calling thread only wakes and waits") {
  const auto scheduler = winnow::engine::pool_row.make({3});
  take_marks();
  pass_of_each(*scheduler, 20, [&] { scheduler->over_tiles(8, [](int, int) {}); });
  auto seen = take_marks();
  auto& caller = seen[std::this_thread::get_id()];
  caller.erase(std::unique(caller.begin(), caller.end()), caller.end());
  const std::vector<winnow_state> expected = {WINNOW_SIGNALLING, WINNOW_WAITING, WINNOW_OTHER};
  CHECK(caller == expected);
  seen.erase(std::this_thread::get_id());
  int shares = 0, finished = 0;
  for (const auto& [thread, states] : seen) {
    shares += count_of(states, WINNOW_COMPUTING);
    finished += count_of(states, WINNOW_SIGNALLING);
  }
  CHECK(shares == 3);
  CHECK(finished == 3);
}

TEST_CASE("the pool's threads are the same ones in every batch, and have names") {
  const auto scheduler = winnow::engine::pool_row.make({3});
  std::mutex mutex;
  std::set<std::thread::id> threads;
  std::set<std::string> names;
  for (int batch = 0; batch < 50; ++batch) {
    const std::vector<int> lengths(6, 20);
    scheduler->over_groups(lengths, [&](std::span<const int>, int worker) {
      char name[16] = "";
      pthread_getname_np(pthread_self(), name, sizeof name);
      std::lock_guard lock(mutex);
      threads.insert(std::this_thread::get_id());
      if (name == "worker " + std::to_string(worker + 1)) names.insert(name);
    });
  }
  CHECK(threads.size() <= 3);
  CHECK(names.size() == threads.size());
  CHECK(threads.count(std::this_thread::get_id()) == 0);
}

TEST_CASE("an exception of a text reaches the caller when all threads are done") {
  for (const SchedulerRow& row : winnow::engine::scheduler_rows())
    for (const int threads : {1, 4}) {
      INFO(row.name << ", " << threads << " threads");
      const auto scheduler = row.make({threads});
      std::atomic<int> inside = 0, runs = 0;
      const auto failing = [&](int text) {
        ++inside;
        std::this_thread::yield();
        --inside;
        if (text == 3) throw std::runtime_error("text 3");
      };
      CHECK_THROWS_WITH(scheduler->over_texts(40, failing), "text 3");
      CHECK(inside == 0);
      scheduler->over_texts(40, [&](int) { ++runs; });
      CHECK(runs == 40);
    }
}

using Loop = void (Scheduler::*)(int, winnow::base::FunctionRef<void(int, int)>);

TEST_CASE("an exception of a tile or row reaches the caller when all threads are done") {
  for (const SchedulerRow& row : winnow::engine::scheduler_rows())
    for (const Loop loop : {&Scheduler::over_tiles, &Scheduler::over_rows})
      for (const int threads : {1, 4}) {
        INFO(row.name << ", " << threads << " threads, rows: " << (loop == &Scheduler::over_rows));
        const auto scheduler = row.make({threads});
        std::atomic<int> inside = 0, items = 0;
        const auto last_fails = [&](int, int end) {
          ++inside;
          std::this_thread::yield();
          --inside;
          if (end == 8) throw std::runtime_error("last item");
        };
        const auto pass = [&] { (*scheduler.*loop)(8, last_fails); };
        CHECK_THROWS_WITH(pass_of_each(*scheduler, 2, pass), "last item");
        CHECK(inside == 0);
        (*scheduler.*loop)(8, [&](int begin, int end) { items += end - begin; });
        CHECK(items == 8);
        CHECK(current_state == WINNOW_OTHER);
      }
}

// How many threads are inside a body now, and were at most.
class AtWork {
 public:
  // Stays long enough for others to come.
  void work() {
    const int now = ++now_;
    for (int most = most_; now > most && !most_.compare_exchange_weak(most, now);) {
    }
    for (int i = 0; i < 3; ++i) std::this_thread::yield();
    --now_;
  }
  int most() const { return most_; }

 private:
  std::atomic<int> now_ = 0, most_ = 0;
};

TEST_CASE("no more threads are at work at once than were asked for") {
  for (const SchedulerRow& row : winnow::engine::scheduler_rows())
    for (const int threads : {1, 2, 3, 8}) {
      INFO(row.name << ", " << threads << " threads");
      const auto scheduler = row.make({threads});
      AtWork texts, loops;
      for (const int count : {1, 2, 5, 40}) {
        scheduler->over_texts(count, [&](int) { texts.work(); });
        pass_of_each(*scheduler, count, [&] {
          loops.work();
          scheduler->over_tiles(24, [&](int, int) { loops.work(); });
          scheduler->over_rows(24, [&](int, int) { loops.work(); });
        });
      }
      const int allowed = std::min(threads, row.thread_limit);
      CHECK(texts.most() >= 1);
      CHECK(texts.most() <= allowed);
      CHECK(loops.most() >= 1);
      CHECK(loops.most() <= allowed);
    }
}

std::set<std::string> thread_ids() {
  std::set<std::string> ids;
  for (const auto& thread : std::filesystem::directory_iterator("/proc/self/task"))
    ids.insert(thread.path().filename());
  return ids;
}

// How many threads there are besides these. The kernel lists a thread a moment longer than
// pthread_join() waits for it, so another number than the expected one is counted again.
int threads_besides(const std::set<std::string>& known, int expected) {
  int count = -1;
  for (int attempt = 0; attempt < 1000 && count != expected; ++attempt) {
    if (attempt > 0) std::this_thread::sleep_for(std::chrono::milliseconds(2));
    count = 0;
    for (const std::string& id : thread_ids()) count += known.count(id) == 0 ? 1 : 0;
  }
  return count;
}

TEST_CASE("threads are created at the start as the row tells, and none outlives the scheduler") {
  for (const SchedulerRow& row : winnow::engine::scheduler_rows()) {
    // Libraries create their threads when they are first needed, and keep them.
    if (row.name == "openmp" || row.name == "tbb") continue;
    for (const int threads : {1, 2, 6}) {
      INFO(row.name << ", " << threads << " threads");
      const std::set<std::string> before = thread_ids();
      const int expected = row.threads_at_start(std::min(threads, row.thread_limit));
      {
        const auto scheduler = row.make({threads});
        CHECK(threads_besides(before, expected) == expected);
        for (const int count : {1, 20}) {
          scheduler->over_texts(count, [](int) {});
          pass_of_each(*scheduler, count, [&] { scheduler->over_tiles(24, [](int, int) {}); });
        }
        CHECK(threads_besides(before, expected) == expected);
      }
      CHECK(threads_besides(before, 0) == 0);
    }
  }
}

// New threads ask for a stack of this size: no system can map one of 64 TiB.
void set_default_stack_size(size_t size_bytes) {
  pthread_attr_t attributes;
  REQUIRE(pthread_attr_init(&attributes) == 0);
  REQUIRE(pthread_attr_setstacksize(&attributes, size_bytes) == 0);
  REQUIRE(pthread_setattr_default_np(&attributes) == 0);
  pthread_attr_destroy(&attributes);
}

// Not under an emulator, which searches its address space for such a stack page by page.
TEST_CASE("a thread that cannot be created is one clear error, and threads before it are joined",
          "[native]") {
  const auto spawn = winnow::engine::spawn_row.make({8});
  const auto nothing = [](int, int) {};
  constexpr size_t kUsual = size_t{1} << 20, kTooLarge = size_t{1} << 46;
  set_default_stack_size(kTooLarge);
  CHECK_THROWS_AS(spawn->over_tiles(8, nothing), winnow::base::Error);
  CHECK_THROWS_AS(winnow::engine::pool_row.make({8}), winnow::base::Error);
  CHECK_THROWS_AS(winnow::engine::packed_row.make({8}), winnow::base::Error);

  // From inside the first thread: some threads exist when a later one fails.
  set_default_stack_size(kUsual);
  std::atomic<int> inside = 0;
  for (int attempt = 0; attempt < 20; ++attempt) {
    try {
      spawn->over_tiles(8, [&](int begin, int) {
        ++inside;
        if (begin == 0) set_default_stack_size(kTooLarge);
        --inside;
      });
    } catch (const winnow::base::Error& error) {
      CHECK(std::string(error.what()).find("cannot create a thread: ") == 0);
    }
    CHECK(inside == 0);
    set_default_stack_size(kUsual);
  }
  std::atomic<int> tiles = 0;
  spawn->over_tiles(8, [&](int begin, int end) { tiles += end - begin; });
  CHECK(tiles == 8);
}

TEST_CASE("schedulers come and go without running anything") {
  for (int i = 0; i < 20; ++i)
    for (const SchedulerRow& row : winnow::engine::scheduler_rows())
      CHECK(row.make({5})->workspace_count() >= 1);
}

}  // namespace
