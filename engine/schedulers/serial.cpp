#include "engine/schedulers/whole_texts.h"

namespace winnow::engine {
namespace {

constexpr StrategyWords kSerialWords{
    "one thread does everything: the reference and the floor",
    "where other processes need the cores: no thread waits for another",
    "everywhere else: one core works"};

class SerialScheduler : public OneByOne {
 public:
  explicit SerialScheduler(const SchedulerOptions&) {}
};

}  // namespace

const SchedulerRow serial_row =
    row_of<SerialScheduler>("serial", kSerialWords, {.thread_limit = 1});

}  // namespace winnow::engine
