#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <numeric>
#include <random>
#include <set>
#include <thread>

#include "engine/schedulers/groups.h"
#include "engine/schedulers/scheduler.h"
#include "tests/catch.h"

namespace winnow::engine {
namespace {

int64_t tokens_of(std::span<const int> texts, const std::vector<int>& lengths) {
  int64_t tokens = 0;
  for (const int text : texts) tokens += lengths[static_cast<size_t>(text)];
  return tokens;
}

TEST_CASE("shared texts and groups cover the batch, each text once, and no group is empty") {
  std::mt19937 random(1);
  GroupPlan plan;
  for (int batch = 0; batch < 2000; ++batch) {
    const int workers = 1 + static_cast<int>(random() % 16);
    const int group_tokens = 1 + static_cast<int>(random() % 512);
    const int longest = batch % 2 == 0 ? 40 : 2048;
    std::vector<int> lengths(random() % 80);
    for (int& length : lengths) length = 1 + static_cast<int>(random() % longest);
    plan.make(lengths, workers, group_tokens);
    std::vector<int> texts(plan.shared().begin(), plan.shared().end());
    bool empty = false;
    for (int i = 0; i < plan.group_count(); ++i) {
      texts.insert(texts.end(), plan.group(i).begin(), plan.group(i).end());
      empty |= plan.group(i).empty();
    }
    std::sort(texts.begin(), texts.end());
    std::vector<int> expected(lengths.size());
    std::iota(expected.begin(), expected.end(), 0);
    INFO(lengths.size() << " texts, " << workers << " workers, groups of " << group_tokens);
    CHECK(texts == expected);
    CHECK_FALSE(empty);
    if (lengths.size() < static_cast<size_t>(workers)) CHECK(plan.group_count() == 0);
  }
}

TEST_CASE("groups keep to the budget but for a last text, and differ by one text at most") {
  std::mt19937 random(2);
  GroupPlan plan;
  for (int batch = 0; batch < 500; ++batch) {
    const int workers = 1 + static_cast<int>(random() % 8);
    std::vector<int> lengths(64 + random() % 200);
    for (int& length : lengths) length = 2 + static_cast<int>(random() % 40);
    const int longest = *std::max_element(lengths.begin(), lengths.end());
    plan.make(lengths, workers, 100);
    INFO(lengths.size() << " texts, " << workers << " workers");
    CHECK(plan.shared().empty());
    REQUIRE(plan.group_count() > 0);
    CHECK(plan.group_count() % workers == 0);
    int64_t most = 0, least = INT64_MAX;
    for (int i = 0; i < plan.group_count(); ++i) {
      const int64_t tokens = tokens_of(plan.group(i), lengths);
      most = std::max(most, tokens);
      least = std::min(least, tokens);
    }
    CHECK(most <= 100 + longest);
    CHECK(most - least <= longest);
  }
}

TEST_CASE("a text that would keep the others waiting is shared, and the rest is not") {
  std::vector<int> lengths(32, 20);
  lengths[7] = 2048;
  GroupPlan plan;
  plan.make(lengths, 4, 128);
  CHECK(std::vector<int>(plan.shared().begin(), plan.shared().end()) == std::vector<int>{7});
  CHECK(plan.group_count() >= 4);
}

TEST_CASE("few texts, and texts that do not come out even, are all shared") {
  GroupPlan plan;
  plan.make(std::vector<int>{10, 11, 12}, 4, 128);
  CHECK(plan.shared().size() == 3);
  plan.make(std::vector<int>(5, 20), 4, 128);  // one worker would do two, three would wait
  CHECK(plan.shared().size() == 5);
  plan.make(std::vector<int>(8, 20), 4, 128);
  CHECK(plan.shared().empty());
  CHECK(plan.group_count() == 4);
  plan.make(std::vector<int>{}, 4, 128);
  CHECK(plan.shared().empty());
  CHECK(plan.group_count() == 0);
}

TEST_CASE("texts of 2,048 tokens do not overflow, and a pass of shared texts is bounded") {
  const std::vector<int> lengths(3'000'000, 2048);  // more than 2^32 tokens
  GroupPlan plan;
  plan.make(std::span(lengths).first(3000), 4, 256);
  CHECK(plan.group_count() == 3000);
  std::vector<int> texts(lengths.size());
  std::iota(texts.begin(), texts.end(), 0);
  CHECK(pass_end(lengths, texts, 0) == 2);
  CHECK(pass_end(lengths, texts, 2'999'999) == 3'000'000);
  CHECK(pass_end(lengths, texts, 0, 1) == 1);
  CHECK(pass_end(lengths, texts, 1, INT32_MAX) == 1 + INT32_MAX / 2048);
}

TEST_CASE("in hybrid no group's loop is split while all workers have one, and a shared text's is") {
  const auto scheduler = hybrid_row.make({4});
  const std::vector<int> even(16, 20);  // as many groups as workers
  std::atomic<int> inside = 0, split = 0;
  scheduler->over_groups(even, [&](std::span<const int>, int) {
    // All workers are here before the first loop and after the last.
    for (++inside; inside < 4;) std::this_thread::yield();
    for (int i = 0; i < 20; ++i)
      scheduler->over_tiles(48, [&](int begin, int end) { split += end - begin != 48; });
    for (++inside; inside < 8;) std::this_thread::yield();
  });
  CHECK(split == 0);

  std::vector<int> uneven = even;
  uneven[7] = 2048;
  std::atomic<int> strangers = 0;
  scheduler->over_groups(uneven, [&](std::span<const int> texts, int) {
    if (texts.front() != 7) return;
    const auto self = std::this_thread::get_id();
    while (strangers == 0)  // until the others have nothing else to do
      scheduler->over_tiles(48, [&](int, int) {
        strangers += std::this_thread::get_id() != self;
        std::this_thread::yield();
      });
  });
  CHECK(strangers > 0);
}

}  // namespace
}  // namespace winnow::engine
