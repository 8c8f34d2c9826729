#pragma once

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "profiles/recording/sweep.h"

// Whether the programs of a sweep do the same work, by what they write.
namespace winnow::reports {

struct SameOutputs {
  // Where two programs write different things, each the same in every run: why they are not to be
  // compared there. By mix, parameter and threads.
  std::map<std::tuple<std::string, int, int>, std::string> differences;
  std::string words;  // how far they were compared
};

// `names` and `labels` of the programs, the one that the others are held against first. Thread
// counts are not held against each other: many programs divide their output by them.
SameOutputs same_outputs(const std::vector<const profiles::SweepCell*>& cells,
                         const std::vector<std::string>& names,
                         const std::vector<std::string>& labels);

}  // namespace winnow::reports
