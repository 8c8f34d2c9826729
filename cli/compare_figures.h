#pragma once

#include <string>
#include <vector>

#include "profiles/recording/recording.h"

// What `winnow compare` is told of the work of a run and of the figures that it writes.
namespace winnow::cli {

// "bytes=24e6", "requests=100k": a unit's name and how many a run gets done. Throws
// base::UsageError.
profiles::WorkDone parse_work(const std::string& text);

// "req/s=(\\d+) requests per second", "ms:lower=([\\d.]+) ms": a name, the direction that is better
// (higher where none is told), and a pattern whose first group is the figure. The metric that is
// named `primary` decides the verdict; empty: wall time does. Throws base::UsageError.
std::vector<profiles::Metric> parse_metrics(const std::vector<std::string>& texts,
                                            const std::string& primary);

}  // namespace winnow::cli
