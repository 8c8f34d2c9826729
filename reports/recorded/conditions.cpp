#include "reports/recorded/conditions.h"

#include <fmt/format.h>

#include <array>
#include <cctype>
#include <utility>

namespace winnow::reports {

namespace {

// "load_average" reads "Load average".
std::string condition_name(std::string name) {
  constexpr std::array<std::pair<const char*, const char*>, 8> kNames{{
      {"hypervisor", "Virtual machine"},
      {"smt", "Hardware threads (SMT)"},
      {"numa_nodes", "NUMA nodes"},
      {"turbo", "Turbo clock"},
      {"aslr", "Address randomization"},
      {"cpu_quota", "CPU quota (cores)"},
      {"cpu_pressure_percent", "CPU pressure (%)"},
      {"steal_percent", "Stolen time (%)"},
  }};
  for (const auto& [fact, shown] : kNames)
    if (name == fact) return shown;
  for (char& letter : name)
    if (letter == '_') letter = ' ';
  if (!name.empty()) name[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(name[0])));
  return name;
}

MachineCondition condition(const profiles::MachineFact& fact) {
  constexpr std::string_view kBetween = ": ";
  const std::string& advice = fact.advice;
  const size_t colon = advice.find(kBetween);
  MachineCondition result{condition_name(fact.name), fact.value, "", advice};
  if (advice.empty()) result.advice = "unavailable (not recorded)";
  if (colon == std::string::npos) return result;
  result.effect = advice.substr(0, colon);
  result.advice = advice.substr(colon + kBetween.size());
  return result;
}

}  // namespace

MachineConditions conditions_of(const profiles::Recording& recording) {
  MachineConditions all;
  for (const auto& fact : recording.machine) {
    if (fact.name == "perf_events") continue;  // no pass needs them
    all.judged = all.judged || fact.state;
    if (fact.state == profiles::FactState::warn)
      all.bad.push_back(condition(fact));
    else if (fact.state == profiles::FactState::unknown)
      all.unknown.push_back(condition_name(fact.name));
  }
  return all;
}

std::string fitness_words(const MachineConditions& conditions) {
  if (!conditions.judged) return "";
  const size_t count = conditions.bad.size();
  std::string words = count == 0 ? "nothing found that disturbs measuring"
                      : count == 1
                          ? "one condition disturbs measuring (see Conditions)"
                          : fmt::format("{} conditions disturb measuring (see Conditions)", count);
  if (!conditions.unknown.empty())
    words += fmt::format("; not known: {}", fmt::join(conditions.unknown, ", "));
  return words;
}

}  // namespace winnow::reports
