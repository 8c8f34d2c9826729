#pragma once

#include <map>
#include <string>
#include <vector>

#include "profiles/recording/stacks.h"
#include "profiles/symbols/categories.h"
#include "profiles/symbols/source_function.h"

namespace winnow::profiles {

// Gathers call stacks whose addresses have become names: stacks that are alike then are summed.
// Functions of one name are one frame.
class NamedStacks {
 public:
  // Which rules give a frame its category. `rules` must outlive the object.
  enum class Categories { cpu, heap };
  NamedStacks(const CategoryRules& rules, Categories categories)
      : rules_(rules), categories_(categories) {}

  int frame(const SourceFunction& function);  // its index, for Stack::frames
  void add(Stack stack);

  // All of them, once; iterations is left for the caller.
  Stacks take(ProfileClock clock, double period_s);

 private:
  const CategoryRules& rules_;
  Categories categories_;
  std::map<std::string, int> index_;
  std::vector<Frame> frames_;
  std::map<std::vector<int>, Stack> stacks_;
};

}  // namespace winnow::profiles
