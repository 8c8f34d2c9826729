#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstring>

#include "profiles/process/proc_files.h"
#include "profiles/program/tree.h"
#include "tests/catch.h"
#include "tests/profiles/process/tree_program.h"
#include "tests/text.h"

// The tracer where the kernel refuses one call of ptrace, or all from one on.

namespace {

struct PtraceFault {
  int number = 0;  // the n-th call fails; 0: none
  int error = 0;
  bool ever = false;  // and so do all behind it
};
PtraceFault g_ptrace_fault;
std::atomic<int> g_ptrace_calls{0}, g_ptrace_failures{0};

}  // namespace

// In the place of the C library's.
extern "C" long ptrace(__ptrace_request request, ...) noexcept {
  va_list more;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wvarargs"  // glibc's own declaration has an enum there
  va_start(more, request);
#pragma GCC diagnostic pop
  const pid_t task = va_arg(more, pid_t);
  void* const address = va_arg(more, void*);
  void* const data = va_arg(more, void*);
  va_end(more);
  const int number = ++g_ptrace_calls;
  const PtraceFault& fault = g_ptrace_fault;
  if (fault.number > 0 && (number == fault.number || (fault.ever && number > fault.number))) {
    ++g_ptrace_failures;
    errno = fault.error;
    return -1;
  }
  return ::syscall(SYS_ptrace, request, task, address, data);
}

using namespace winnow::profiles;

namespace {

TreeOutcome traced_with(const PtraceFault& fault, const std::vector<std::string>& arguments) {
  const Scratch scratch;
  g_ptrace_calls = g_ptrace_failures = 0;
  g_ptrace_fault = fault;
  TreeOptions options;
  options.count_futexes = arguments[0] == "futexes";
  TreeOutcome tree = run_tree(tree_command(scratch, arguments), options, nullptr);
  g_ptrace_fault = {};
  return tree;
}

// A call that fails ends the tracing with its reason. Where a task has ended meanwhile, ESRCH is no
// failure, and then the tree is whole.
void check_end(const TreeOutcome& tree, const PtraceFault& fault) {
  CHECK(tree.outcome.kind != Outcome::Kind::kTimeLimit);
  CHECK(living_descendants(getpid()).empty());
  CHECK(waitpid(-1, nullptr, WNOHANG) == -1);
  if (tree.unavailable.empty()) {
    CHECK(fault.error == ESRCH);
    CHECK(tree.outcome.ok());
    CHECK(tree.account.has_value());
  } else {
    CHECK_FALSE(tree.account.has_value());
    const std::string begin = fault.number == 1 ? "ptrace: " : "tracing failed: PTRACE_";
    CHECK(tree.unavailable.starts_with(begin));
    CHECK(has(tree.unavailable, strerror(fault.error)));
  }
}

}  // namespace

TEST_CASE("each call of ptrace that fails ends the tracing at once, with its reason") {
  int tries = 0;
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"forks", "2"},
                                             {"threads", "2"},
                                             {"exec-in-thread"},
                                             {"stops"},
                                             {"signals", "2"},
                                             {"futexes", "1"}}) {
    REQUIRE(traced_with({}, arguments).outcome.ok());
    const int calls = std::min<int>(g_ptrace_calls, 24);
    REQUIRE(calls > 4);
    for (const int error : {EPERM, EIO, ESRCH}) {
      for (const bool ever : {false, true}) {
        for (int number = 1; number <= calls; number += ever ? 3 : 1) {
          const PtraceFault fault{number, error, ever};
          const TreeOutcome tree = traced_with(fault, arguments);
          INFO(arguments[0] << ", call " << number << (ever ? " and all behind it: " : ": ")
                            << strerror(error) << "; " << tree.unavailable << "; "
                            << describe(tree.outcome, 0));
          if (g_ptrace_failures > 0) check_end(tree, fault);
          ++tries;
        }
      }
    }
  }
  CHECK(tries > 200);
}

TEST_CASE("a task that was killed is no failure of ptrace") {
  const Scratch scratch;
  const TreeOutcome tree = run_tree(tree_command(scratch, {"killed"}), {}, nullptr);
  CHECK(tree.unavailable.empty());
  CHECK(tree.account.has_value());
}
