#include "reports/comparison/same_behaviour.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "reports/figures/format.h"
#include "reports/statistics/median.h"
#include "reports/statistics/paired_ratio.h"

namespace winnow::reports {

using profiles::Block;
using profiles::Calls;
using profiles::SyncProfile;

namespace {

constexpr double kSigmas = 4, kRelative = 0.1;
constexpr double kCoresRelative = 0.05, kCoresConfidence = 0.99;
// More cores than this without one thread seen at work: a runtime that the counts do not see.
constexpr double kSeveralCores = 1.2;

struct Group {
  const char* name;
  std::optional<Calls> SyncProfile::*calls;
  bool by_design;
};

constexpr Group kGroups[] = {{"thread creations", &SyncProfile::thread_create, true},
                             {"joins", &SyncProfile::thread_join, true},
                             {"condition waits", &SyncProfile::condition_wait, false},
                             {"signals", &SyncProfile::condition_signal, false},
                             {"broadcasts", &SyncProfile::condition_broadcast, false},
                             {"contended locks", &SyncProfile::mutex_contended, false},
                             {"futex waits", &SyncProfile::futex_wait, false},
                             {"futex wakes", &SyncProfile::futex_wake, false},
                             {"computing", &SyncProfile::computing, false},
                             {"searching", &SyncProfile::searching, false},
                             {"waiting", &SyncProfile::waiting, false},
                             {"signalling", &SyncProfile::signalling, false}};

struct Count {
  double total = 0;
  bool by_design = false;
};

// What one variant did, over `iterations`.
struct Behaviour {
  int iterations = 0;
  std::map<std::string, Count> counts;
  std::map<std::string, int64_t> loops;  // of an iteration
  std::map<int, double> cores;           // by block
};

std::optional<double> voluntary_switches(const SyncProfile& sync) {
  double sum = 0;
  for (const auto& thread : sync.threads) {
    if (!thread.voluntary_switches) return std::nullopt;
    sum += static_cast<double>(*thread.voluntary_switches);
  }
  return sync.threads.empty() ? std::nullopt : std::optional(sum);
}

void add_blocks(const MeasuredArm& variant, Behaviour& behaviour) {
  for (const Block* block : variant.blocks(Pass::time)) {
    if (block->dispatch)
      for (const auto& [name, loop] : *block->dispatch)
        behaviour.loops.emplace(name, loop.per_iteration);
    const auto& region = block->region;
    if (region && region->user_ns && region->system_ns && region->wall_ns > 0)
      behaviour.cores[block->index] = static_cast<double>(*region->user_ns + *region->system_ns) /
                                      static_cast<double>(region->wall_ns);
  }
}

std::optional<Behaviour> behaviour_of(const MeasuredArm& variant) {
  const auto& sync = variant.sync();
  if (!sync || sync->iterations <= 0) return std::nullopt;
  Behaviour behaviour;
  behaviour.iterations = sync->iterations;
  for (const Group& group : kGroups)
    if (const auto& calls = (*sync).*group.calls)
      behaviour.counts[group.name] = {static_cast<double>(calls->count), group.by_design};
  if (const auto switches = voluntary_switches(*sync))
    behaviour.counts["voluntary context switches"] = {*switches, false};
  add_blocks(variant, behaviour);
  return behaviour;
}

// Counts of unequal numbers of iterations are held against each other as if of the fewer.
bool alike(const Count& first, const Count& second, double iterations, double other_iterations) {
  const double fewer = std::min(iterations, other_iterations);
  const double a = first.total * fewer / iterations, b = second.total * fewer / other_iterations;
  if (first.by_design) return std::abs(a - b) < 0.5;
  return std::abs(a - b) <= kSigmas * std::sqrt(a + b) + kRelative * std::max(a, b);
}

bool cores_alike(const std::map<int, double>& first, const std::map<int, double>& second) {
  std::vector<double> a, b;
  for (const auto& [index, cores] : first)
    if (const auto match = second.find(index); match != second.end()) {
      a.push_back(cores);
      b.push_back(match->second);
    }
  if (a.empty()) return false;
  if (std::abs(median(a) / median(b) - 1) <= kCoresRelative) return true;
  return !paired_ratio(a, b, kCoresConfidence).decided() && a.size() > 1;
}

// Does any count show threads at work, or does one thread do everything?
bool is_seen(const Behaviour& behaviour) {
  const bool acts = std::ranges::any_of(behaviour.counts, [](const auto& count) {
    return count.first != "contended locks" && count.first != "voluntary context switches" &&
           count.second.total > 0;
  });
  return acts || std::ranges::all_of(behaviour.cores, [](const auto& block) {
           return block.second < kSeveralCores;
         });
}

bool behave_alike(const Behaviour& first, const Behaviour& second) {
  if (!is_seen(first) || !is_seen(second)) return false;
  if (first.loops != second.loops || !cores_alike(first.cores, second.cores)) return false;
  return std::ranges::equal(first.counts, second.counts, [&](const auto& a, const auto& b) {
    return a.first == b.first && alike(a.second, b.second, first.iterations, second.iterations);
  });
}

double median_cores(const Behaviour& behaviour) {
  std::vector<double> cores;
  for (const auto& [index, value] : behaviour.cores) cores.push_back(value);
  return median(cores);
}

std::string evidence(const Behaviour& first, const Behaviour& second) {
  std::string text;
  const auto words = [](double count) {
    return format_count(count, count < 10 && count != std::floor(count) ? 1 : 0);
  };
  const auto add = [&](const std::string& name, double a, double b) {
    if (a == 0 && b == 0) return;
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, words(a));
    if (words(a) != words(b)) text += fmt::format(" and {}", words(b));
  };
  for (const auto& [name, loops] : first.loops)
    add("loops over " + name, static_cast<double>(loops), static_cast<double>(loops));
  for (const auto& [name, count] : first.counts)
    add(name, count.total / first.iterations, second.counts.at(name).total / second.iterations);
  add("cores used", median_cores(first), median_cores(second));
  return text;
}

}  // namespace

std::vector<SameBehaviour> same_behaviours(const Measured& arms) {
  std::vector<std::optional<Behaviour>> behaviours;
  for (const MeasuredArm& variant : arms.variants()) behaviours.push_back(behaviour_of(variant));
  std::vector<SameBehaviour> found;
  for (size_t i = 0; i < behaviours.size(); ++i)
    for (size_t j = i + 1; j < behaviours.size(); ++j)
      if (behaviours[i] && behaviours[j] && behave_alike(*behaviours[i], *behaviours[j]))
        found.push_back(
            {i, j,
             fmt::format("{} and {} behave identically: their scheduling counters do not differ "
                         "(per iteration: {}). Any difference in time between them is noise or "
                         "memory layout, not scheduling.",
                         arms[i].label, arms[j].label, evidence(*behaviours[i], *behaviours[j]))});
  return found;
}

}  // namespace winnow::reports
