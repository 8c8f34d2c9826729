#pragma once

#include "reports/blocks/compared.h"
#include "reports/figures/table.h"
#include "reports/recorded/measured.h"

namespace winnow::reports {

// The servers beside the runs, and their load. Without a heading where there are none.
Table server_table(const Measured& arms, const Compared& compared);

// The functions in which the servers' CPU time goes while their load runs. Likewise.
Table server_functions(const Measured& arms);

}  // namespace winnow::reports
