#pragma once

#include <string>

#include "reports/exports/export.h"

namespace winnow::reports {

// The clock's stacks of a variant, or null.
const profiles::Stacks* stacks_of(const VariantStacks& variant, profiles::ProfileClock clock);

// The one variant that a file can hold: the one asked for, or the only one. Throws base::UsageError
// that names them.
size_t only_variant(const Export& source, const std::string& format);

// The text as a value of JSON, invalid UTF-8 replaced.
std::string json_text(const std::string& text);

// "spawn, cpu: unavailable: ..."
std::string no_stacks(const Export& source, size_t variant, profiles::ProfileClock clock);

}  // namespace winnow::reports
