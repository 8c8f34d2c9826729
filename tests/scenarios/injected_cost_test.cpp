#include "scenarios/injected_cost.h"

#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/error.h"
#include "engine/embedder.h"
#include "engine/synthetic_model.h"
#include "tests/catch.h"
#include "tests/engine/forward_texts.h"
#include "tests/scratch.h"

namespace {

using namespace winnow;
using engine::SchedulerRow;
using scenarios::InjectedCause;
using scenarios::InjectedCost;
using scenarios::Injection;

constexpr int kThreads = 3;
constexpr int kTextCount = 4;

// Loops over three tiles in each of four passes, and one loop of rows.
void passes(engine::Scheduler& scheduler) {
  const std::vector<int> lengths(kTextCount, 300);
  scheduler.over_texts(kTextCount, [](int) {});
  scheduler.over_groups(lengths, [&](std::span<const int>, int) {
    for (int i = 0; i < 3; ++i) scheduler.over_tiles(64, [](int, int) {});
    scheduler.over_rows(64, [](int, int) {});
  });
}

TEST_CASE("regions are the loops that a strategy runs in parallel, counted where they open") {
  struct Expected {
    const char* name;
    int64_t regions;  // of passes()
  };
  const Expected table[] = {{"serial", 0},
                            {"spawn", 3 * kTextCount},
                            {"pool_op", 3 * kTextCount},
                            {"pool", 2},
                            {"packed", 1 + 3 + 1}};  // one group; its tiles and rows
  for (const Expected& expected : table) {
    INFO(expected.name);
    const auto scheduler = engine::find_scheduler(expected.name).make({.threads = kThreads});
    InjectedCost injected(*scheduler, {}, kThreads);
    CHECK(injected.total() == 0);
    passes(injected);
    CHECK(injected.total() == expected.regions);
    CHECK(injected.most_by_one_thread() == expected.regions);
    injected.reset_counts();
    CHECK(injected.total() == 0);
    passes(injected);
    passes(injected);
    CHECK(injected.total() == 2 * expected.regions);
  }
}

TEST_CASE("loops of several threads at once are counted by thread") {
  const auto scheduler = engine::find_scheduler("hybrid").make({.threads = kThreads});
  for (const auto cause : {InjectedCause::region, InjectedCause::wakeup, InjectedCause::thread}) {
    InjectedCost injected(*scheduler, {cause, 2}, kThreads);
    passes(injected);
    CHECK(injected.total() >= 2 + 4);  // one group at least
    CHECK(injected.most_by_one_thread() <= injected.total());
    CHECK(injected.most_by_one_thread() * kThreads >= injected.total());
  }
}

TEST_CASE("a spin takes its time at least, before each region") {
  const auto scheduler = engine::find_scheduler("packed").make({.threads = kThreads});
  InjectedCost injected(*scheduler, {InjectedCause::region, 2'000'000}, kThreads);
  const auto start = std::chrono::steady_clock::now();
  passes(injected);
  CHECK(std::chrono::steady_clock::now() - start >= std::chrono::milliseconds(5 * 2));
  CHECK(injected.paid_ns() >= 5 * 2'000'000);
  CHECK(injected.most_paid_ns() <= injected.paid_ns());
  const auto unit = injected.measure_unit(3);
  CHECK(unit.p25_ns >= 2'000'000);
  CHECK(unit.p25_ns <= unit.p50_ns);
  CHECK(unit.p50_ns <= unit.p75_ns);
  CHECK(injected.total() == 5);  // timing a payment is none
  injected.reset_counts();
  CHECK(injected.paid_ns() == 0);
}

TEST_CASE("embeddings are the same to the bit with every cost under every strategy") {
  const Scratch folder;
  const std::string file = folder / "tiny.gguf";
  engine::write_synthetic_model(file, engine::SyntheticShape::tiny, 3);
  const engine::Model model = engine::Model::load(file, "auto");
  const std::vector<std::string> texts = {"one", "two words", "three words here", ""};
  const auto embed = [&](engine::Scheduler& scheduler) {
    engine::Embedder embedder(model, scheduler);
    std::vector<float> out(texts.size() * static_cast<size_t>(model.config().embedding_length));
    embedder.embed(texts, out);
    return out;
  };
  const auto serial = engine::find_scheduler("serial").make({.threads = 1});
  const auto expected = embed(*serial);
  for (const SchedulerRow& row : engine::scheduler_rows()) {
    const auto scheduler = row.make({.threads = std::min(kThreads, row.thread_limit)});
    for (const Injection injection :
         {Injection{InjectedCause::region, 0}, Injection{InjectedCause::region, 20'000},
          Injection{InjectedCause::wakeup, 1}, Injection{InjectedCause::thread, 1}}) {
      INFO(row.name << " " << name_of(injection.cause) << " " << injection.amount);
      InjectedCost injected(*scheduler, injection, kThreads);
      CHECK(embed(injected) == expected);
    }
  }
}

TEST_CASE("an exception of a body passes through, and the next loop pays again") {
  for (const char* name : {"serial", "spawn", "packed", "pool", "hybrid"}) {
    INFO(name);
    const auto scheduler = engine::find_scheduler(name).make({.threads = kThreads});
    InjectedCost injected(*scheduler, {InjectedCause::wakeup, 1}, kThreads);
    const std::vector<int> lengths(kTextCount, 300);
    CHECK_THROWS_AS(injected.over_groups(lengths,
                                         [&](std::span<const int>, int) {
                                           injected.over_tiles(64, [](int begin, int) {
                                             if (begin == 0) throw std::runtime_error("planted");
                                           });
                                         }),
                    std::runtime_error);
    injected.reset_counts();
    passes(injected);
    CHECK((injected.total() > 0) == (std::string(name) != "serial"));
  }
}

TEST_CASE("a cost is a cause, a number and its unit") {
  const auto amount = [](const std::string& text) {
    return scenarios::parse_injection("--inject", text).amount;
  };
  CHECK(amount("region=10us") == 10'000);
  CHECK(amount("region=250ns") == 250);
  CHECK(amount("region=1000ms") == 1'000'000'000);
  CHECK(amount("region=0us") == 0);
  CHECK(amount("wakeup=3") == 3);
  CHECK(amount("thread=0") == 0);
  for (const char* bad : {"",
                          "region",
                          "region=",
                          "region=10",
                          "region=us",
                          "region=-1us",
                          "region=1001ms",
                          "region=10us ",
                          "region=99999999999999999999us",
                          "region=9223372036854775807ms",
                          "region=1.5us",
                          "region=10s",
                          "wakeup=",
                          "wakeup=1us",
                          "wakeup=-1",
                          "thread=10001",
                          "thread=x",
                          "turbo=1",
                          "=1",
                          "region=10us=3",
                          "\x01=1"}) {
    INFO(bad);
    CHECK_THROWS_AS(scenarios::parse_injection("--inject", bad), base::UsageError);
  }
}

}  // namespace
