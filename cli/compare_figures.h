#pragma once

#include <optional>
#include <string>

#include "profiles/recording/recording.h"

// What `winnow compare` is told of the work of a run.
namespace winnow::cli {

// "bytes=24e6", "requests=100k": a unit's name and how many a run gets done. Throws
// base::UsageError.
profiles::WorkDone parse_work(const std::string& text);

}  // namespace winnow::cli
