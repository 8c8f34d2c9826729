#include "engine/schedulers/whole_texts.h"

namespace winnow::engine {
namespace {

constexpr StrategyWords kWords{"one thread does everything: the reference and the floor",
                               "where other processes need the cores: no thread waits for another",
                               "everywhere else: one core works"};

class SerialScheduler : public OneByOne {
 public:
  explicit SerialScheduler(const SchedulerOptions&) {}
};

}  // namespace

const SchedulerRow serial_row = row_of<SerialScheduler>("serial", kWords, {.thread_limit = 1});

}  // namespace winnow::engine
