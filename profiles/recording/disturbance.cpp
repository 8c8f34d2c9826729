#include "profiles/recording/disturbance.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace winnow::profiles {
namespace {

constexpr size_t kReasonsTold = 3;

// A round of the time pass: which run's, and its index there.
using Round = std::pair<int, int>;

std::map<std::string, int> runs_of(const Recording& recording) {
  std::map<std::string, int> run_of;  // an A/A arm is of the first
  for (const Variant& variant : recording.variants) run_of[variant.name] = variant.run;
  return run_of;
}

// Of each round that was repeated the one that is not compared.
std::set<Round> left_out(const Recording& recording) {
  std::map<std::string, int> run_of = runs_of(recording);
  std::map<Round, Round> repeated;  // by the repetition: the round
  std::set<Round> spoilt;           // repetitions that cannot stand for their round
  std::map<Round, std::set<std::string>> arms;
  for (const Block& block : recording.blocks) {
    if (block.pass != Pass::time) continue;
    const Round here{run_of[block.variant], block.index};
    if (block.ok()) arms[here].insert(block.variant);
    if (!block.rerun_of) continue;
    repeated[here] = {here.first, *block.rerun_of};
    if (!block.ok() || !block.disturbed.empty()) spoilt.insert(here);
  }
  std::set<Round> result;
  for (const auto& [again, round] : repeated) {
    const bool stands = spoilt.count(again) == 0 && std::ranges::includes(arms[again], arms[round]);
    result.insert(stands ? round : again);
  }
  return result;
}

std::string time_warning(const Recording& recording) {
  std::map<std::string, int> run_of = runs_of(recording);
  std::set<Round> reruns;
  std::vector<std::string> reasons;
  for (const Block& block : recording.blocks) {
    if (block.pass != Pass::time) continue;
    if (block.rerun_of) {
      reruns.insert({run_of[block.variant], *block.rerun_of});
      continue;
    }
    if (!block.disturbed.empty() && reasons.size() < kReasonsTold)
      reasons.push_back(
          fmt::format("{}, block {}: {}", block.variant, block.index, block.disturbed));
  }
  const Rounds rounds = rounds_of(recording);
  if (rounds.disturbed == 0) return "";
  size_t replaced = 0;
  for (const Round& round : left_out(recording)) replaced += reruns.count(round);
  return fmt::format(
      "time pass: {} of {} rounds disturbed, {} repeated, {} replaced by an undisturbed "
      "repetition ({})",
      rounds.disturbed, rounds.all, reruns.size(), replaced, fmt::join(reasons, "; "));
}

}  // namespace

std::string disturbance(const BlockMachine& machine, int cores) {
  const double wall_s = machine.wall_s.value_or(0);
  const double others = machine.other_cpu_percent.value_or(0) / 100 * cores;
  const double pressure = machine.psi_cpu_some_percent.value_or(0);
  const double steal = machine.steal_percent.value_or(0);
  const double throttled_s = static_cast<double>(machine.throttled_ns.value_or(0)) * 1e-9;
  std::vector<std::string> reasons;
  if (others * wall_s >= kOtherCpu_s) {
    if (others >= kOtherCores)
      reasons.push_back(fmt::format("other programs used {:.1f} of {} cores", others, cores));
    else if (others >= kPressureOtherCores && pressure >= kPressurePercent)
      reasons.push_back(fmt::format("PSI {:.0f}% beside other programs", pressure));
  }
  if (steal >= kStealPercent && steal / 100 * cores * wall_s >= kSteal_s)
    reasons.push_back(fmt::format("steal {:.1f}%", steal));
  if (wall_s > 0 && throttled_s >= kThrottledPercent / 100 * wall_s)
    reasons.push_back(fmt::format("throttled for {:.2f} of {:.2f} s", throttled_s, wall_s));
  return fmt::format("{}", fmt::join(reasons, ", "));
}

std::vector<int> disturbed_rounds(const Recording& recording) {
  std::set<int> rounds;
  for (const Block& block : recording.blocks)
    if (block.pass == Pass::time && !block.rerun_of && !block.disturbed.empty())
      rounds.insert(block.index);
  return {rounds.begin(), rounds.end()};
}

Rounds rounds_of(const Recording& recording) {
  std::map<std::string, int> run_of = runs_of(recording);
  std::set<Round> all, disturbed;
  for (const Block& block : recording.blocks) {
    if (block.pass != Pass::time || block.rerun_of) continue;
    const Round round{run_of[block.variant], block.index};
    all.insert(round);
    if (!block.disturbed.empty()) disturbed.insert(round);
  }
  return {static_cast<int>(all.size()), static_cast<int>(disturbed.size())};
}

std::string most_frequent_disturbance(const Recording& recording) {
  std::map<std::string, int> times;
  for (const Block& block : recording.blocks)
    if (block.pass == Pass::time && !block.rerun_of && !block.disturbed.empty())
      ++times[block.disturbed];
  const auto most = std::ranges::max_element(times, {}, &decltype(times)::value_type::second);
  return most == times.end() ? "" : most->first;
}

std::vector<const Block*> comparable_blocks(const Recording& recording, const std::string& variant,
                                            Pass pass) {
  const std::set<Round> rounds_left_out = left_out(recording);
  const int run = runs_of(recording)[variant];
  std::vector<const Block*> blocks;
  for (const Block& block : recording.blocks) {
    if (block.variant != variant || block.pass != pass || !block.ok()) continue;
    if (pass == Pass::time && rounds_left_out.count({run, block.index}) > 0) continue;
    blocks.push_back(&block);
  }
  return blocks;
}

bool stands_for_none(const Block& block, const std::vector<const Block*>& compared) {
  return block.ok() && block.rerun_of && std::ranges::none_of(compared, [&](const Block* each) {
           return each->index == block.index;
         });
}

std::vector<std::string> disturbance_warnings(const Recording& recording) {
  std::vector<std::string> warnings;
  if (std::string text = time_warning(recording); !text.empty()) warnings.push_back(text);
  std::map<Pass, std::pair<int, int>> others;  // by pass: disturbed, all
  for (const Block& block : recording.blocks) {
    if (block.pass == Pass::time) continue;
    auto& [disturbed, all] = others[block.pass];
    disturbed += block.disturbed.empty() ? 0 : 1;
    ++all;
  }
  if (rounds_of(recording).on_busy_machine())
    warnings.push_back(
        fmt::format("time pass: more than a fifth of the rounds was disturbed: the rest of them "
                    "stays in the comparisons; measure again on a quieter machine"));
  for (const auto& [pass, count] : others)
    if (count.first > 0)
      warnings.push_back(
          fmt::format("{} pass: {} of {} blocks disturbed", word(pass), count.first, count.second));
  return warnings;
}

}  // namespace winnow::profiles
