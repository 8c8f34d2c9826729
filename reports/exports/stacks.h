#pragma once

#include <cstddef>
#include <string>

#include "reports/exports/export.h"

namespace winnow::reports {

// The one variant that a file can hold: the one asked for, or the only one. Throws base::UsageError
// that names them.
size_t only_variant(const Export& source, const std::string& format);

}  // namespace winnow::reports
