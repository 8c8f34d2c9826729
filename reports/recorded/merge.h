#pragma once

#include <map>
#include <string>
#include <vector>

#include "profiles/recording/recording.h"

// Several recordings side by side.
namespace winnow::reports {

struct MergeSource {
  std::string folder;
  profiles::Recording recording;
  std::string variant;  // the only one to take; empty: all
};

// Where a variant of the merged recording lies.
struct Origin {
  std::string folder, variant;
};

struct Merged {
  profiles::Recording recording;
  std::map<std::string, Origin> origins;  // by the variant's name in `recording`
  std::vector<std::string> alarms;        // machines, models and workloads that differ
};

// The variants of all recordings in one, the first of the first as the baseline. Names that clash
// get a number. Blocks of different runs are not pairs (Variant::run), and a warning says what that
// costs. One whole source stays as it is. Throws base::UsageError for a variant that is not there.
Merged merge(std::vector<MergeSource> sources);

}  // namespace winnow::reports
