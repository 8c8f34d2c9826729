#include "profiles/raw/sync_total.h"

#include <algorithm>
#include <type_traits>
#include <utility>

#include "base/sums.h"

namespace winnow::profiles {
namespace {

using CallsMember = std::optional<Calls> SyncProfile::*;
using CountMember = std::optional<int64_t> SyncProfile::*;

constexpr std::pair<const char*, CallsMember> kCalls[] = {
    {"thread_create", &SyncProfile::thread_create},
    {"thread_join", &SyncProfile::thread_join},
    {"condition_wait", &SyncProfile::condition_wait},
    {"condition_signal", &SyncProfile::condition_signal},
    {"condition_broadcast", &SyncProfile::condition_broadcast},
    {"mutex_contended", &SyncProfile::mutex_contended},
    {"futex_wait", &SyncProfile::futex_wait},
    {"futex_wake", &SyncProfile::futex_wake},
    {"yield", &SyncProfile::yield},
    {"computing", &SyncProfile::computing},
    {"searching", &SyncProfile::searching},
    {"waiting", &SyncProfile::waiting},
    {"signalling", &SyncProfile::signalling}};
constexpr CountMember kCounts[] = {&SyncProfile::allocations, &SyncProfile::allocated_bytes,
                                   &SyncProfile::frees};

// A process without them entered no such state: it adds nothing.
void add(std::optional<Calls>& to, const std::optional<Calls>& from) {
  if (!from) return;
  if (!to) to.emplace();
  base::add_to(to->count, from->count);
  to->wall_s += from->wall_s;
}

CpuByState& operator+=(CpuByState& to, const CpuByState& from) {
  to.computing_s += from.computing_s;
  to.searching_s += from.searching_s;
  to.waiting_s += from.waiting_s;
  to.signalling_s += from.signalling_s;
  to.creating_s += from.creating_s;
  to.other_s += from.other_s;
  return to;
}

template <class T>
void add(std::optional<T>& to, const std::optional<T>& from) {
  if (!to || !from) return to.reset();
  if constexpr (std::is_integral_v<T>)
    base::add_to(*to, *from);
  else
    *to += *from;
}

void add(ThreadAccount& to, const ThreadAccount& from) {
  // A worker that each process has once is one thread that worked for all of them.
  if (from.name == kCreatedInRegion) base::add_to(to.thread_count, from.thread_count);
  to.wall_s += from.wall_s;
  to.cpu_s += from.cpu_s;
  add(to.run_queue_s, from.run_queue_s);
  add(to.voluntary_switches, from.voluntary_switches);
  add(to.involuntary_switches, from.involuntary_switches);
  to.computing_s += from.computing_s;
  to.searching_s += from.searching_s;
  to.waiting_s += from.waiting_s;
  to.signalling_s += from.signalling_s;
  add(to.cpu_by_state, from.cpu_by_state);
}

void add_threads(const std::vector<ThreadAccount>& from, std::vector<ThreadAccount>& to) {
  for (const ThreadAccount& thread : from) {
    const auto same = std::ranges::find(to, thread.name, &ThreadAccount::name);
    if (same != to.end())
      add(*same, thread);
    else
      to.push_back(thread);
  }
}

std::optional<int64_t> voluntary_switches(const std::vector<ThreadAccount>& threads) {
  int64_t sum = 0;
  for (const ThreadAccount& thread : threads) {
    if (!thread.voluntary_switches) return std::nullopt;
    base::add_to(sum, *thread.voluntary_switches);
  }
  return threads.empty() ? std::nullopt : std::optional(sum);
}

SyncProcess counts_of(const SyncProfile& process, int block) {
  SyncProcess counted{block, process.iterations, {}};
  for (const auto& [name, calls] : kCalls)
    if (const auto& group = process.*calls) counted.counts[name] = group->count;
  if (const auto switches = voluntary_switches(process.threads))
    counted.counts["voluntary_switches"] = *switches;
  return counted;
}

}  // namespace

void add_process(const SyncProfile& process, int block, SyncProfile& total) {
  if (!total.processes) {
    total = process;
    total.processes.emplace();
  } else {
    base::add_to(total.iterations, process.iterations);
    total.wall_s += process.wall_s;
    total.cores = std::max(total.cores, process.cores);
    for (const auto& [name, calls] : kCalls) add(total.*calls, process.*calls);
    for (const CountMember count : kCounts) add(total.*count, process.*count);
    add_threads(process.threads, total.threads);
  }
  total.processes->push_back(counts_of(process, block));
}

}  // namespace winnow::profiles
