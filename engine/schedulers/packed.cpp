#include <vector>

#include "engine/schedulers/groups.h"
#include "engine/schedulers/scheduler.h"
#include "engine/schedulers/team.h"

namespace winnow::engine {
namespace {

constexpr StrategyWords kPackedWords{
    "fine-grained: all texts of a batch in one matrix; persistent workers share tiles and rows",
    "batches; one text that all cores shall help with: each weight is read once",
    "on shared machines: workers meet eight times a block and wait for one that lost its core"};

class PackedScheduler : public Scheduler {
 public:
  explicit PackedScheduler(const SchedulerOptions& options) : team_(options, Caller::works) {}

  int workspace_count() const override { return 1; }

  void over_texts(int count, TextBody body) override {
    team_.share_out(count, [&](int begin, int end) {
      for (int text = begin; text < end; ++text) body(text);
    });
  }

  void over_groups(std::span<const int> lengths, GroupBody body) override {
    over_passes(lengths, in_order(lengths, texts_),
                [&](std::span<const int> texts) { body(texts, 0); });
  }

  void over_tiles(int count, RangeBody body) override { team_.share_out(count, body); }
  void over_rows(int count, RangeBody body) override { team_.share_out(count, body); }

 private:
  Team team_;
  std::vector<int> texts_;
};

}  // namespace

const SchedulerRow packed_row = row_of<PackedScheduler>(
    "packed", kPackedWords,
    {.options = "threads affinity spin grain", .threads_at_start = each_but_the_caller});

}  // namespace winnow::engine
