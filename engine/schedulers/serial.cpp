// One thread does everything, whatever the number of threads: the reference and the floor.
// Wins where other processes need the cores: no thread waits for another, no work is shared out.
// Loses everywhere else: one core works.
#include "engine/schedulers/one_by_one.h"
#include "engine/schedulers/scheduler.h"

namespace winnow::engine {
namespace {

class SerialScheduler : public OneByOneScheduler {
 public:
  void over_tiles(int count, base::FunctionRef<void(int, int)> body) override { body(0, count); }
};

}  // namespace

const SchedulerRow serial_row = {
    .name = "serial",
    .summary = "one thread does everything: the reference and the floor",
    .wins = "where other processes need the cores: no thread waits for another",
    .loses = "everywhere else: one core works",
    .options = "",
    .persistent_threads = true,
    .calling_thread_works = true,
    .threads_per_matmul = [](int) { return 0; },
    .threads_per_batch = [](int) { return 0; },
    .threads_at_start = [](int) { return 0; },
    .make = [](const SchedulerOptions&) -> std::unique_ptr<Scheduler> {
      return std::make_unique<SerialScheduler>();
    },
    .thread_limit = 1};

}  // namespace winnow::engine
