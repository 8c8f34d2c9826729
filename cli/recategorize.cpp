#include "cli/recategorize.h"

#include <unordered_map>

#include "profiles/symbols/categories.h"

namespace winnow::cli {

void recategorize(const std::string& rules_file, profiles::Recording& recording) {
  const auto rules = profiles::CategoryRules::load(rules_file);
  for (auto& [variant, profiles] : recording.profiles)
    for (auto* profile : {&profiles.cpu, &profiles.wall, &profiles.server})
      if (*profile)
        for (profiles::Function& function : (*profile)->functions)
          function.category = rules.cpu_category(function.name, function.module);
}

void recategorize(const std::optional<profiles::SampledProfile>& profile,
                  std::optional<profiles::Stacks>& stacks) {
  if (!profile || !stacks) return;
  std::unordered_map<std::string, const std::string*> categories;
  for (const profiles::Function& function : profile->functions)
    categories.emplace(function.name, &function.category);
  for (profiles::Frame& frame : stacks->frames)
    if (const auto found = categories.find(frame.function); found != categories.end())
      frame.category = *found->second;
}

}  // namespace winnow::cli
