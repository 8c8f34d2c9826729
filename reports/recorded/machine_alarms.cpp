#include "reports/recorded/machine_alarms.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "profiles/recording/disturbance.h"

namespace winnow::reports {

using profiles::MachineFact;
using profiles::Recording;

namespace {

constexpr std::string_view kStolen = "steal_percent";
constexpr std::array<std::string_view, 4> kSpoiling = {"cpu_quota", "throttled_seconds", "governor",
                                                       kStolen};

// Of the cores' time while the blocks of the time pass ran; nullopt: no block tells.
std::optional<double> stolen_percent(const Recording& recording) {
  double stolen_s = 0, wall_s = 0;
  for (const profiles::Block& block : recording.blocks) {
    if (block.pass != profiles::Pass::time || !block.machine) continue;
    const profiles::BlockMachine& machine = *block.machine;
    if (!machine.steal_percent || !machine.wall_s) continue;
    stolen_s += *machine.steal_percent / 100 * *machine.wall_s;
    wall_s += *machine.wall_s;
  }
  return wall_s > 0 ? std::optional(stolen_s / wall_s * 100) : std::nullopt;
}

std::string warning_words(const MachineFact& fact) {
  return fmt::format("{}: {} ({})", fact.name, fact.value.empty() ? "no value" : fact.value,
                     fact.advice.empty() ? "no advice recorded" : fact.advice);
}

}  // namespace

std::vector<std::string> machine_alarms(const Recording& recording) {
  const std::optional<double> stolen = stolen_percent(recording);
  std::vector<std::string> alarms;
  for (const MachineFact& fact : recording.machine) {
    if (fact.state != profiles::FactState::warn || std::ranges::count(kSpoiling, fact.name) == 0)
      continue;
    // It counts since the machine started: what the blocks saw outweighs it.
    if (fact.name == kStolen && stolen && *stolen < profiles::kIdleStealPercent) continue;
    alarms.push_back("THE MACHINE DISTURBS: " + warning_words(fact));
  }
  return alarms;
}

}  // namespace winnow::reports
