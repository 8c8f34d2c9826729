#pragma once

#include <string>
#include <vector>

#include "profiles/recording/recording.h"

// What of the machine makes its figures less trustworthy, as it was judged when the run began.
namespace winnow::reports {

struct MachineCondition {
  std::string name;    // "Virtual machine"
  std::string value;   // "yes"
  std::string effect;  // "other guests can slow this run unseen"; may be empty
  std::string advice;  // what to do
};

struct MachineConditions {
  bool judged = false;  // by a recording that is not too old for it
  std::vector<MachineCondition> bad{};
  std::vector<std::string> unknown{};  // names
};

MachineConditions conditions_of(const profiles::Recording& recording);

// "nothing found that disturbs measuring; not known: Governor"; empty: not judged.
std::string fitness_words(const MachineConditions& conditions);

}  // namespace winnow::reports
