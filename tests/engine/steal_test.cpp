#include <algorithm>
#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "engine/embedder.h"
#include "engine/schedulers/offer.h"
#include "engine/schedulers/scheduler.h"
#include "engine/synthetic_model.h"
#include "tests/catch.h"
#include "tests/engine/forward_texts.h"
#include "tests/scratch.h"

namespace winnow::engine {
namespace {

// What runs at the same time, and the most that ever did.
class Gauge {
 public:
  void enter() {
    const int now = inside_.fetch_add(1) + 1;
    for (int most = most_; now > most && !most_.compare_exchange_weak(most, now);) {
    }
  }
  void leave() { inside_.fetch_sub(1); }
  int most() const { return most_; }

 private:
  std::atomic<int> inside_ = 0, most_ = 0;
};

bool all_equal(const std::vector<std::atomic<int>>& counts, int expected) {
  return std::all_of(counts.begin(), counts.end(), [=](const auto& n) { return n == expected; });
}

TEST_CASE("a range is taken from both ends, each number once") {
  StealableRange range;
  CHECK_FALSE(range.take_front());
  CHECK_FALSE(range.take_back());
  range.fill(3);
  CHECK(range.take_back() == 2);
  CHECK(range.take_front() == 0);
  CHECK(range.take_front() == 1);
  CHECK_FALSE(range.take_back());

  for (int round = 0; round < 50; ++round) {
    std::vector<std::atomic<int>> taken(500);
    range.fill(500);
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
      threads.emplace_back([&, i] {
        while (const auto number = i == 0 ? range.take_front() : range.take_back())
          ++taken.at(static_cast<size_t>(*number));
      });
    for (std::thread& thread : threads) thread.join();
    CHECK(all_equal(taken, 1));
  }
}

TEST_CASE("an offer's ranges run once each while others come and go, and nobody stays inside") {
  Offer offer;
  std::atomic<bool> stop = false;
  std::atomic<int> joined = 0;
  std::vector<std::thread> others;
  for (int i = 0; i < 3; ++i)
    others.emplace_back([&] {
      while (!stop) joined += offer.join();
    });
  bool exact = true, alone = true;
  for (int round = 0; round < 3000 || joined < 20; ++round) {
    const int count = 1 + round % 40, grain = 1 + round % 3;
    // The loop's own memory: whoever came late would write where it no longer is.
    std::vector<std::atomic<int>> runs(static_cast<size_t>(count));
    std::atomic<int> inside = 0;
    const auto run = [&](int begin, int end) {
      ++inside;
      for (int i = begin; i < end; ++i) ++runs.at(static_cast<size_t>(i));
      --inside;
    };
    const base::FunctionRef<void(int, int)> body = run;
    offer.open(count, grain, body);
    offer.finish(round % 2 == 0 ? 0 : 10'000);
    exact = exact && all_equal(runs, 1);
    alone = alone && inside == 0;
  }
  stop = true;
  for (std::thread& thread : others) thread.join();
  CHECK(exact);
  CHECK(alone);
  CHECK_FALSE(offer.join());
}

TEST_CASE("an exception in an offer reaches its owner, whoever met it, and the offer lives on") {
  Offer offer;
  std::atomic<bool> stop = false;
  std::thread other([&] {
    while (!stop) offer.join();
  });
  for (int round = 0; round < 300; ++round) {
    const auto run = [&](int begin, int) {
      std::this_thread::yield();
      if (begin == 5) throw std::runtime_error("range 5");
    };
    const base::FunctionRef<void(int, int)> body = run;
    offer.open(20, 1, body);
    CHECK_THROWS_WITH(offer.finish(1000), "range 5");
  }
  std::atomic<int> runs = 0;
  const auto run = [&](int begin, int end) { runs += end - begin; };
  const base::FunctionRef<void(int, int)> body = run;
  offer.open(20, 3, body);
  offer.finish(1000);
  CHECK(runs == 20);
  stop = true;
  other.join();
}

TEST_CASE("loops inside texts are covered exactly once under stress, by no more than the threads") {
  for (const SchedulerRow& row : {steal_row, hybrid_row})
    for (const int threads : {1, 2, 3, 4, 8, 16})
      for (const int64_t spin_ns : {int64_t{0}, int64_t{100'000}}) {
        INFO(row.name << ", " << threads << " threads, " << spin_ns << " ns");
        const auto scheduler = row.make({.threads = threads, .spin_ns = spin_ns});
        Gauge gauge;
        std::atomic<int> wrong = 0;
        for (const int texts : {1, 2, 7, 20}) {
          std::vector<int> lengths(static_cast<size_t>(texts), 20);
          lengths.back() = 500;
          scheduler->over_groups(lengths, [&](std::span<const int>, int) {
            for (int loop = 0; loop < 60; ++loop) {
              std::vector<std::atomic<int>> runs(static_cast<size_t>(1 + loop % 37));
              const auto body = [&](int begin, int end) {
                gauge.enter();
                for (int i = begin; i < end; ++i) ++runs.at(static_cast<size_t>(i));
                gauge.leave();
              };
              if (loop % 2 == 0)
                scheduler->over_tiles(static_cast<int>(runs.size()), body);
              else
                scheduler->over_rows(static_cast<int>(runs.size()), body);
              if (!all_equal(runs, 1)) ++wrong;
            }
          });
        }
        CHECK(wrong == 0);
        CHECK(gauge.most() <= threads);
      }
}

TEST_CASE("idle workers take part in the loops of the only text") {
  const auto scheduler = steal_row.make({4});
  const auto owner_waits_for_another = [&] {
    std::atomic<int> inside = 0;
    std::atomic<bool> met = false;
    scheduler->over_groups(std::vector<int>{100}, [&](std::span<const int>, int) {
      // Until the others are idle a loop runs inline; then somebody joins, however long it takes.
      while (!met)
        scheduler->over_tiles(64, [&](int, int) {
          if (inside.fetch_add(1) > 0) met = true;
          for (int i = 0; i < 100 && !met; ++i) std::this_thread::yield();
          inside.fetch_sub(1);
        });
    });
    return met.load();
  };
  for (int i = 0; i < 20; ++i) CHECK(owner_waits_for_another());
}

TEST_CASE("an exception of a stolen tile ends its text, and the scheduler lives on") {
  const auto scheduler = steal_row.make({4});
  for (int round = 0; round < 50; ++round) {
    const std::vector<int> lengths(6, 20);
    std::atomic<int> texts = 0;
    CHECK_THROWS_WITH(scheduler->over_groups(lengths,
                                             [&](std::span<const int> group, int) {
                                               ++texts;
                                               scheduler->over_tiles(30, [&](int begin, int) {
                                                 std::this_thread::yield();
                                                 if (group.front() == 2 && begin == 0)
                                                   throw std::runtime_error("a tile of text 2");
                                               });
                                             }),
                      "a tile of text 2");
    CHECK(texts <= 6);
    texts = 0;
    scheduler->over_groups(lengths, [&](std::span<const int>, int) { ++texts; });
    CHECK(texts == 6);
  }
}

// Every strategy's embeddings of one long text among short ones; `cut` of two batches cut it.
void long_among_short_ones(size_t tokens, size_t short_ones, int cut) {
  const Scratch folder;
  const std::string path = folder / "tiny.gguf";
  write_synthetic_model(path, SyntheticShape::tiny, 7);
  const Model model = Model::load(path, "auto");
  std::vector<std::string> texts(short_ones, "How do I bake bread?");
  for (size_t i = 0; i < texts.size(); i += 3) texts[i] += " With water, salt and flour.";
  texts.insert(texts.begin() + 5, text_of(model.tokenizer(), tokens));
  const auto embed = [&](const SchedulerRow& row, int threads) {
    const auto scheduler = row.make({threads});
    Embedder embedder(model, *scheduler);
    std::vector<float> rows(texts.size() * 64);
    for (int batch = 0; batch < 2; ++batch) embedder.embed(texts, rows);
    CHECK(embedder.truncated_texts() == cut);
    return rows;
  };
  const auto expected = embed(spawn_row, 1);
  for (const SchedulerRow& row : scheduler_rows())
    for (const int threads : {1, 4, 7}) {
      INFO(row.name << ", " << threads << " threads");
      CHECK(embed(row, threads) == expected);
    }
}

TEST_CASE("one text of 150 tokens among 7 short ones: the same embeddings, to the bit") {
  long_among_short_ones(150, 7, 0);
}

// An emulator takes a minute and a half.
TEST_CASE("one text of 2,048 tokens among 31 short ones: the same embeddings, to the bit",
          "[native]") {
  long_among_short_ones(2060, 31, 2);
}

}  // namespace
}  // namespace winnow::engine
