#include "reports/recorded/machine_alarms.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace winnow::reports {

using profiles::MachineFact;
using profiles::Recording;

namespace {

constexpr std::array<std::string_view, 4> kSpoiling = {"cpu_quota", "throttled_seconds", "governor",
                                                       "steal_percent"};

std::string warning_words(const MachineFact& fact) {
  return fmt::format("{}: {} ({})", fact.name, fact.value.empty() ? "no value" : fact.value,
                     fact.advice.empty() ? "no advice recorded" : fact.advice);
}

}  // namespace

std::vector<std::string> machine_alarms(const Recording& recording) {
  std::vector<std::string> alarms;
  for (const MachineFact& fact : recording.machine)
    if (fact.state == profiles::FactState::warn && std::ranges::count(kSpoiling, fact.name) > 0)
      alarms.push_back("THE MACHINE DISTURBS: " + warning_words(fact));
  return alarms;
}

}  // namespace winnow::reports
