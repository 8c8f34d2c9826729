#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>

#include "profiles/process/child.h"
#include "profiles/program/futexes.h"
#include "profiles/program/tree_account.h"

namespace winnow::profiles {

struct TreeOptions {
  // Each call then takes some 10 us: a pass of its own. Takes the place of Command::in_child.
  bool count_futexes = false;
  // When one of them is reached, counting ends (as root), or the program (Outcome::Kind::kEnded).
  int64_t limit_futex_calls = 2'000'000;
  double limit_futex_s = 60;
};

struct TreeOutcome {
  Outcome outcome;
  std::optional<TreeAccount> account;  // none: see unavailable, or it was not started
  std::optional<FutexCounts> futexes;  // none: not asked for, or as above
  std::string unavailable;             // why nothing was traced, or not all; empty: it was
};

// As run_child with reap_descendants, and traced: an account of every thread of every descendant,
// of static, Go and set-uid programs, too. Untraced stay only processes made with CLONE_UNTRACED. A
// program that traces others itself (a debugger) fails; one that is set-uid runs without its
// privilege unless the harness has CAP_SYS_PTRACE, with futexes always. Where tracing is forbidden
// the program is not run; where it fails later, the program is ended at once. Throws as run_child
// does.
TreeOutcome run_tree(const Command& command, const TreeOptions& options,
                     const std::atomic<bool>* stop);

}  // namespace winnow::profiles
