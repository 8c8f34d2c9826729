#include "reports/comparison/lock_accounts.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>

#include "reports/figures/format.h"
#include "reports/recorded/sampled.h"
#include "reports/recorded/seen.h"

namespace winnow::reports {

namespace {

constexpr double kManyInLocks = 0.1;  // of the CPU time
constexpr double kMuchMore = 2;       // times the time waited

// Calls of locks, not of clocks; without futex calls, which conditions and joins make, too.
bool locks(const profiles::Function& function) {
  const std::string_view name = function.name;
  if (function.category != "scheduler") return false;
  for (const char* part : {"mutex", "Mutex", "lll_", "SpinLock"})
    if (name.find(part) != std::string_view::npos) return true;
  for (size_t at = name.find("lock"); at != std::string_view::npos; at = name.find("lock", at + 1))
    if (at == 0 || (name[at - 1] != 'c' && name[at - 1] != 'b')) return true;
  return false;
}

// Of an iteration of one variant.
struct LockAccounts {
  double sampled_s = 0, share = 0;  // CPU time in such calls, of all CPU time
  double waited_s = 0;              // thread-seconds
};

std::optional<LockAccounts> accounts_of(const MeasuredArm& arm) {
  const auto& cpu = arm.cpu();
  const auto& sync = arm.sync();
  if (!cpu || !sync || cpu->iterations <= 0 || sync->iterations <= 0 || !sync->mutex_contended)
    return std::nullopt;
  // What children wait for is in no account.
  if (sync->seen && sync->seen->child_processes > 0 && !stands_for_all(sync->seen))
    return std::nullopt;
  double sampled_s = 0;
  for (const profiles::Function& function : cpu->functions)
    if (locks(function)) sampled_s += function.flat_s.value_or(0);
  const double whole_s = whole_of(*cpu);
  if (!(whole_s > 0)) return std::nullopt;
  const double waited_s =
      sync->mutex_contended->wall_s + (sync->futex_wait ? sync->futex_wait->wall_s : 0);
  return LockAccounts{sampled_s / cpu->iterations, sampled_s / whole_s,
                      waited_s / sync->iterations};
}

}  // namespace

std::string lock_accounts(const Measured& arms) {
  const std::string& iteration = arms.words().an_iteration;
  std::string told;
  for (const MeasuredArm& arm : arms.variants()) {
    const auto accounts = accounts_of(arm);
    if (!accounts || accounts->share < kManyInLocks ||
        accounts->sampled_s <= kMuchMore * accounts->waited_s)
      continue;
    told += fmt::format(
        "{}{}: {} of CPU time {} ({}) in calls that lock, unlock or wake, {} waited",
        told.empty() ? "" : "; ", arm.label, iteration_seconds(accounts->sampled_s), iteration,
        format_share(accounts->share), iteration_seconds(accounts->waited_s));
  }
  if (told.empty()) return "";
  return fmt::format(
      "locks have two accounts that do not measure the same: {}. The samples count the CPU time of "
      "all these calls, uncontended ones included; waited is wall time of the threads, from a "
      "lock's first failed try until the thread has it. Both hold: most of that CPU time is not "
      "spent waiting.",
      told);
}

}  // namespace winnow::reports
