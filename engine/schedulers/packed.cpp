// The whole batch as one matrix: each weight is read once, tiles and rows go to persistent workers.
// Wins on batches, and where every core must help with one text: all operators run in parallel.
// Loses on a shared machine: workers meet eight times a block, and wait for who lost its core
// since.
#include <numeric>
#include <vector>

#include "base/region.h"
#include "engine/schedulers/scheduler.h"
#include "engine/schedulers/team.h"

namespace winnow::engine {
namespace {

// A group's activations take about 27 kB a token: beyond this they outgrow every cache, and a
// weight is long since read for more rows than it costs to read.
constexpr int kGroupTokens = 4096;

class PackedScheduler : public Scheduler {
 public:
  explicit PackedScheduler(const SchedulerOptions& options) : team_(options, Caller::works) {}

  int workspace_count() const override { return 1; }

  void over_texts(int count, base::FunctionRef<void(int)> body) override {
    team_.share_out(count, [&](int begin, int end) {
      for (int text = begin; text < end; ++text) body(text);
    });
  }

  void over_groups(std::span<const int> lengths,
                   base::FunctionRef<void(std::span<const int>, int)> body) override {
    texts_.resize(lengths.size());
    std::iota(texts_.begin(), texts_.end(), 0);
    const std::span<const int> texts = texts_;
    for (size_t begin = 0, end; begin < texts.size(); begin = end) {
      int tokens = lengths[begin];
      for (end = begin + 1; end < texts.size() && tokens + lengths[end] <= kGroupTokens; ++end)
        tokens += lengths[end];
      body(texts.subspan(begin, end - begin), 0);
    }
  }

  void over_tiles(int count, base::FunctionRef<void(int, int)> body) override {
    team_.share_out(count, body);
  }

  void over_rows(int count, base::FunctionRef<void(int, int)> body) override {
    team_.share_out(count, body);
  }

 private:
  Team team_;
  std::vector<int> texts_;
};

}  // namespace

const SchedulerRow packed_row = {
    .name = "packed",
    .summary =
        "fine-grained: all texts of a batch in one matrix; persistent workers share tiles and rows",
    .wins = "batches; one text that all cores shall help with: each weight is read once",
    .loses =
        "on shared machines: workers meet eight times a block and wait for one that lost its core",
    .options = "threads affinity spin grain",
    .persistent_threads = true,
    .calling_thread_works = true,
    .threads_per_matmul = [](int) { return 0; },
    .threads_per_batch = [](int) { return 0; },
    .threads_at_start = [](int threads) { return threads - 1; },
    .make = [](const SchedulerOptions& options) -> std::unique_ptr<Scheduler> {
      return std::make_unique<PackedScheduler>(options);
    }};

}  // namespace winnow::engine
