#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "reports/comparison/tables.h"

namespace winnow::reports {

// The functions whose CPU time by iteration differs most from one variant to another, beyond the
// sampling error, of the commands and of the servers that they load: "mix: 41.6ms less CPU time a
// run (-50.2%)". Where too little of the cheaper one was seen for a profile, those in which the
// dearer one spends most of what it takes more.
std::vector<std::string> function_bullets(const Grounds& grounds, size_t from, size_t to);

}  // namespace winnow::reports
