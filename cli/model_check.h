#pragma once

#include "cli/command_line.h"

namespace winnow::cli {

// winnow model check FILE
int model_check(const Arguments& arguments);

}  // namespace winnow::cli
