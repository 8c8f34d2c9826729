#include "engine/schedulers/stealing_team.h"
#include "engine/schedulers/whole_texts.h"

namespace winnow::engine {
namespace {

// Every worker owns some texts and takes from others what they have not begun. When no text is left
// to take, idle workers join the operators' loops of those that still compute.
constexpr StrategyWords kStealWords{
    "persistent workers steal texts from each other; idle ones join the loops inside a text",
    "texts that differ much in length, cores that differ in speed: nobody waits for them",
    "batches of short texts: each weight is read once a text, not once a group"};

class StealScheduler : public LongestFirst {
 public:
  explicit StealScheduler(const SchedulerOptions& options) : team_(options) {}

  int workspace_count() const override { return team_.size(); }

  void over_tiles(int count, RangeBody body) override { team_.share_out(count, body); }
  void over_rows(int count, RangeBody body) override { team_.share_out(count, body); }

 private:
  void hand_out(int count, WorkerBody body) override { team_.run(count, body); }

  StealingTeam team_;
};

}  // namespace

const SchedulerRow steal_row = row_of<StealScheduler>(
    "steal", kStealWords,
    {.options = "threads affinity spin grain", .threads_at_start = each_but_the_caller});

}  // namespace winnow::engine
