#include "engine/schedulers/scheduler.h"

#include <fmt/format.h>

#include <string>

#include "base/error.h"

namespace winnow::engine {

void Scheduler::over_rows(int count, base::FunctionRef<void(int, int)> body) { body(0, count); }

std::span<const SchedulerRow> scheduler_rows() {
  static const SchedulerRow rows[] = {spawn_row, pool_row, packed_row, hybrid_row, steal_row};
  return rows;
}

const SchedulerRow& find_scheduler(std::string_view name) {
  std::string known;
  for (const SchedulerRow& row : scheduler_rows()) {
    if (row.name == name) return row;
    known += fmt::format("{}{}", known.empty() ? "" : ", ", row.name);
  }
  throw base::UsageError(fmt::format("variant {}", name), fmt::format("unknown; one of {}", known));
}

}  // namespace winnow::engine
