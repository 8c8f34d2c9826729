#pragma once

#include <string>
#include <vector>

#include "reports/export.h"

namespace winnow::cli {

// What the recordings hold, each given as "DIR" or "DIR:VARIANT", and of the
// files beside them what is needed. Throws base::Error and base::UsageError.
reports::Export export_of(const std::vector<std::string>& sources, reports::Format::Needs needs);

// The index of a variant; throws base::UsageError that names those there are.
size_t variant_named(const reports::Export& source, const std::string& name);

}  // namespace winnow::cli
