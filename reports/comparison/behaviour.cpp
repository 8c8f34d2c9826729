#include "reports/comparison/behaviour.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "reports/figures/format.h"
#include "reports/statistics/median.h"

namespace winnow::reports {

using profiles::Block;
using profiles::Calls;
using profiles::SyncProcess;
using profiles::SyncProfile;

namespace {

// More cores than this without one thread seen at work: a runtime that the counts do not see.
constexpr double kSeveralCores = 1.2;
constexpr int64_t kPageBytes = 4096;

struct Group {
  const char* name;  // in a recording, of one process
  const char* words;
  std::optional<Calls> SyncProfile::*calls;  // over all processes
  bool by_design;
};

constexpr Group kGroups[] = {
    {"thread_create", kCreations, &SyncProfile::thread_create, true},
    {"thread_join", "joins", &SyncProfile::thread_join, true},
    {"condition_wait", kConditionWaits, &SyncProfile::condition_wait, false},
    {"condition_signal", kSignals, &SyncProfile::condition_signal, false},
    {"condition_broadcast", kBroadcasts, &SyncProfile::condition_broadcast, false},
    {"mutex_contended", kContendedLocks, &SyncProfile::mutex_contended, false},
    {"futex_wait", kFutexWaits, &SyncProfile::futex_wait, false},
    {"futex_wake", kFutexWakes, &SyncProfile::futex_wake, false},
    {"computing", "computing", &SyncProfile::computing, false},
    {"searching", "searching", &SyncProfile::searching, false},
    {"waiting", "waiting", &SyncProfile::waiting, false},
    {"signalling", "signalling", &SyncProfile::signalling, false}};

Whole sum(const std::vector<Whole>& values) {
  return std::accumulate(values.begin(), values.end(), Whole{0});
}

// A process without the count did no such thing.
void add_counter(const std::vector<SyncProcess>& processes, const char* name, const char* words,
                 bool by_design, Behaviour& behaviour) {
  const bool counted = std::ranges::any_of(
      processes, [&](const SyncProcess& process) { return process.counts.contains(name); });
  if (!counted) return;
  Counter& counter = behaviour.counters[words];
  counter.by_design = by_design;
  for (const SyncProcess& process : processes) {
    const auto found = process.counts.find(name);
    counter.counts.push_back(found == process.counts.end() ? 0 : found->second);
  }
}

std::optional<Whole> voluntary_switches(const SyncProfile& sync) {
  Whole switches = 0;
  for (const auto& thread : sync.threads) {
    if (!thread.voluntary_switches) return std::nullopt;
    switches += *thread.voluntary_switches;
  }
  return sync.threads.empty() ? std::nullopt : std::optional(switches);
}

void add_processes(const std::vector<SyncProcess>& processes, Behaviour& behaviour) {
  const auto tells_switches = [](const SyncProcess& process) {
    return process.counts.contains("voluntary_switches");
  };
  for (const SyncProcess& process : processes) behaviour.iterations.push_back(process.iterations);
  for (const Group& group : kGroups)
    add_counter(processes, group.name, group.words, group.by_design, behaviour);
  if (std::ranges::all_of(processes, tells_switches))
    add_counter(processes, "voluntary_switches", kSwitches, false, behaviour);
}

void add_sums(const SyncProfile& sync, Behaviour& behaviour) {
  behaviour.iterations = {sync.iterations};
  for (const Group& group : kGroups)
    if (const auto& calls = sync.*group.calls)
      behaviour.counters[group.words] = {group.by_design, {calls->count}};
  if (const auto switches = voluntary_switches(sync))
    behaviour.counters[kSwitches] = {false, {*switches}};
}

void add_blocks(const MeasuredArm& variant, Behaviour& behaviour) {
  for (const Block* block : variant.blocks(Pass::time)) {
    if (block->dispatch)
      for (const auto& [name, loop] : *block->dispatch)
        behaviour.loops.emplace(name, loop.per_iteration);
    const auto& region = block->region;
    const auto cpu_ns = region ? region->cpu_ns() : std::nullopt;
    if (cpu_ns && region->wall_ns > 0)
      behaviour.cores[block->index] =
          static_cast<double>(*cpu_ns) / static_cast<double>(region->wall_ns);
  }
}

double median_cores(const Behaviour& behaviour) {
  std::vector<double> cores;
  for (const auto& [index, value] : behaviour.cores) cores.push_back(value);
  return median(cores);
}

}  // namespace

Whole Counter::total() const { return sum(counts); }

Whole Behaviour::all_iterations() const { return sum(iterations); }

std::optional<Behaviour> behaviour_of(const MeasuredArm& variant) {
  const auto& sync = variant.sync();
  if (!sync || sync->iterations <= 0) return std::nullopt;
  Behaviour behaviour;
  if (sync->processes && !sync->processes->empty())
    add_processes(*sync->processes, behaviour);
  else
    add_sums(*sync, behaviour);
  if (std::ranges::any_of(behaviour.iterations, [](Whole count) { return count <= 0; }))
    return std::nullopt;
  add_blocks(variant, behaviour);
  return behaviour;
}

Behaviour behaviour_of_blocks(const MeasuredArm& variant) {
  Behaviour behaviour;
  std::vector<Whole> switches, faults, pages;
  for (const Block* block : variant.blocks(Pass::time)) {
    const auto runs = static_cast<int64_t>(block->iteration_wall_ns.size());
    if (runs <= 0 || !block->region) continue;
    behaviour.iterations.push_back(runs);
    const auto add = [](std::vector<Whole>& values, const std::optional<int64_t>& count) {
      if (count) values.push_back(*count);
    };
    add(switches, block->region->voluntary_switches);
    add(faults, block->region->minor_faults);
    if (block->peak_rss_bytes) pages.push_back(Whole{*block->peak_rss_bytes} * runs / kPageBytes);
  }
  const auto keep = [&](const char* words, std::vector<Whole>& counts) {
    if (!counts.empty() && counts.size() == behaviour.iterations.size())
      behaviour.counters[words] = {false, std::move(counts)};
  };
  keep(kSwitches, switches);
  keep(kPageFaults, faults);
  keep("pages of peak memory", pages);
  return behaviour;
}

bool is_counted_exactly(const profiles::HeapProfile& heap) {
  return heap.exact_objects && heap.exact_bytes;
}

Allocated allocated_by(const profiles::HeapProfile& heap, bool exact) {
  const double objects =
      static_cast<double>(exact ? *heap.exact_objects : heap.region_objects.value_or(0));
  const double bytes = exact ? static_cast<double>(*heap.exact_bytes) : heap.region_bytes;
  return {objects / heap.iterations, bytes / heap.iterations};
}

bool is_seen(const Behaviour& behaviour) {
  const bool acts = std::ranges::any_of(behaviour.counters, [](const auto& counter) {
    return counter.first != kContendedLocks && counter.first != kSwitches &&
           counter.second.total() > 0;
  });
  return acts || std::ranges::all_of(behaviour.cores, [](const auto& block) {
           return block.second < kSeveralCores;
         });
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
  for (const auto& [name, counter] : first.counters)
    add(name, first.all(counter).value(), second.all(second.counters.at(name)).value());
  if (!first.cores.empty() && !second.cores.empty())
    add("cores used", median_cores(first), median_cores(second));
  return text;
}

}  // namespace winnow::reports
