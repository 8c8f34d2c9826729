#pragma once

#include <string>

#include "engine/schedulers/scheduler.h"

namespace winnow::cli {

// The strategy of this name. Throws base::UsageError of `where`, the option or the file that names
// it: with the one that is meant, or with all that there are.
const engine::SchedulerRow& strategy_named(const std::string& where, const std::string& name);

}  // namespace winnow::cli
