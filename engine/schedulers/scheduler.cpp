#include "engine/schedulers/scheduler.h"

#include <fmt/format.h>

#include <string>
#include <utility>

#include "base/error.h"

namespace winnow::engine {

std::span<const SchedulerRow> scheduler_rows() {
  static const SchedulerRow rows[] = {
      serial_row,     spawn_row,  spawn_text_row, pool_op_row, pool_spin_row, pool_row,
      pool_queue_row, packed_row, hybrid_row,     steal_row,   auto_row,
#ifdef WINNOW_OPENMP
      openmp_row,
#endif
#ifdef WINNOW_TBB
      tbb_row,
#endif
  };
  return rows;
}

Affinity find_affinity(std::string_view name) {
  constexpr std::pair<std::string_view, Affinity> kNames[] = {
      {"none", Affinity::none}, {"compact", Affinity::compact}, {"spread", Affinity::spread}};
  for (const auto& [known, affinity] : kNames)
    if (known == name) return affinity;
  throw base::UsageError("--affinity",
                         fmt::format("{}: unknown; one of none, compact, spread", name));
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
