#include "cli/strategy.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

#include "base/error.h"
#include "cli/did_you_mean.h"

namespace winnow::cli {

const engine::SchedulerRow& strategy_named(const std::string& where, const std::string& name) {
  std::vector<std::string> known;
  for (const engine::SchedulerRow& row : engine::scheduler_rows()) {
    if (row.name == name) return row;
    known.emplace_back(row.name);
  }
  throw base::UsageError(
      where, fmt::format("{}: no such strategy{}", base::printable(name),
                         did_you_mean(name, known, "",
                                      fmt::format("; there are {}", fmt::join(known, ", ")))));
}

}  // namespace winnow::cli
