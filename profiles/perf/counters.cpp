#include "profiles/perf/counters.h"

#include "base/error.h"

namespace winnow::profiles {
namespace {

// user_only: an event of the kernel's own work would read 0, not fail.
perf_event_attr counter(uint64_t config, bool user_only) {
  perf_event_attr attr = tree_event(config);
  attr.exclude_kernel = user_only;
  return attr;
}

}  // namespace

TreeCounters::Counter::Counter(uint64_t config, pid_t pid, bool user_only) {
  try {
    event.emplace(counter(config, user_only), pid, -1);
  } catch (const base::Error& error) {
    why_not = error.what();
  }
}

TreeCount TreeCounters::Counter::read() const {
  if (!event) return {{}, why_not};
  return {static_cast<int64_t>(event->count()), ""};
}

TreeCounters::TreeCounters(pid_t pid)
    // A clock runs in the kernel, too, whatever is excluded.
    : task_clock_(counter(PERF_COUNT_SW_TASK_CLOCK, !kernel_is_seen()), pid, -1),
      page_faults_(PERF_COUNT_SW_PAGE_FAULTS, pid, !kernel_is_seen()),
      context_switches_(PERF_COUNT_SW_CONTEXT_SWITCHES, pid, false),
      cpu_migrations_(PERF_COUNT_SW_CPU_MIGRATIONS, pid, false) {}

TreeCounts TreeCounters::read() const {
  return {static_cast<double>(task_clock_.count()) * 1e-9, page_faults_.read(),
          context_switches_.read(), cpu_migrations_.read()};
}

}  // namespace winnow::profiles
