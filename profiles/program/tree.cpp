#include "profiles/program/tree.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

#include "profiles/process/proc_files.h"
#include "profiles/program/tracer.h"

namespace winnow::profiles {
namespace {

struct TracingRefused {
  int error;
};

std::string why_untraceable(const TreeOptions& options) {
  if (!has_schedstat()) return "the kernel counts no thread's nanoseconds (CONFIG_SCHED_INFO)";
  return options.count_futexes ? why_no_futex_filter() : "";
}

TreeOutcome untraced(const std::string& why) {
  TreeOutcome tree;
  tree.unavailable = why;
  tree.outcome.detail = why;
  return tree;
}

std::optional<FutexCounter> counter_of(const TreeOptions& options) {
  if (!options.count_futexes) return std::nullopt;
  return FutexCounter(options.limit_futex_calls, options.limit_futex_s);
}

void take_account(const Tracer& tracer, TreeOutcome& tree) {
  if (tree.outcome.kind == Outcome::Kind::kNotStarted) return;
  if (!tracer.failure().empty()) {
    tree.unavailable = "tracing failed: " + tracer.failure();
    return;
  }
  tree.account = tracer.account();
  if (tracer.futexes()) tree.futexes = tracer.futexes()->counts();
  if (!tracer.ended_program()) return;
  tree.outcome.kind = Outcome::Kind::kEnded;
  tree.outcome.detail = tree.futexes->reason;
  tree.outcome.left_behind.clear();  // not by the program
  tree.outcome.left_behind_count = 0;
}

}  // namespace

TreeOutcome run_tree(const Command& command, const TreeOptions& options,
                     const std::atomic<bool>* stop) {
  if (const std::string why = why_untraceable(options); !why.empty()) return untraced(why);
  Tracer tracer(counter_of(options));
  Command traced = command;
  traced.reap_descendants = true;
  if (options.count_futexes) traced.in_child = install_futex_filter;
  traced.before_exec = [&](pid_t leader) {
    if (command.before_exec) command.before_exec(leader);
    if (const int error = tracer.attach(leader)) throw TracingRefused{error};
  };
  TreeOutcome tree;
  try {
    tree.outcome = run_child(traced, stop);
  } catch (const TracingRefused& refused) {
    const bool forbidden = refused.error == EPERM;
    return untraced(fmt::format("ptrace: {}{}", strerror(refused.error),
                                forbidden ? " (/proc/sys/kernel/yama/ptrace_scope above 1, or a "
                                            "container without CAP_SYS_PTRACE)"
                                          : ""));
  }
  tracer.wait_for_end();
  take_account(tracer, tree);
  return tree;
}

}  // namespace winnow::profiles
