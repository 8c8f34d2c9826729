#include "profiles/process/keeper.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>

#include "base/error.h"

namespace winnow::profiles {
namespace {

using KeeperClock = std::chrono::steady_clock;

constexpr char kReapAll = 'a', kReapEnded = 'e';

// All of the keeper itself is async-signal-safe: the harness may have had threads when it forked.

void write_report(int descriptor, const void* value, size_t size) {
  [[maybe_unused]] auto ignored = write(descriptor, value, size);
}

void kill_children(pid_t leader) {
  const int file = open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
  if (file < 0) {  // a kernel without it: those that stayed in the leader's group
    kill(-leader, SIGKILL);
    _exit(127);
  }
  char list[4096];
  const ssize_t size = read(file, list, sizeof list);
  close(file);
  pid_t child = 0;
  for (ssize_t i = 0; i < size; ++i) {
    if (list[i] >= '0' && list[i] <= '9') {
      child = child * 10 + (list[i] - '0');
    } else {
      if (child > 1) kill(child, SIGKILL);
      child = 0;
    }
  }
}

volatile pid_t g_leader = 0;  // of a keeper's process, for its signal handler

// The harness has died. The children of what ends here become this process's, until none is left.
void end_tree(int) {
  do kill_children(g_leader);
  while (wait4(-1, nullptr, 0, nullptr) > 0 || errno == EINTR);
  _exit(127);
}

void end_tree_with_harness(pid_t leader) {
  g_leader = leader;
  struct sigaction action {};
  action.sa_handler = end_tree;
  sigaction(SIGTERM, &action, nullptr);
  sigset_t term;
  sigemptyset(&term);
  sigaddset(&term, SIGTERM);
  sigprocmask(SIG_UNBLOCK, &term, nullptr);
}

void reap_orphans_until_end_of(pid_t leader, rusage& sum) {
  for (;;) {
    siginfo_t info{};
    if (waitid(P_ALL, 0, &info, WEXITED | WNOWAIT) != 0 || info.si_pid == leader) return;
    rusage usage{};
    if (wait4(info.si_pid, nullptr, 0, &usage) == info.si_pid) add_usage(sum, usage);
  }
}

[[noreturn]] void keep(pid_t leader, int report, int order) {
  close_others(report, order);  // pipes of other children would stay open, and locks held
  end_tree_with_harness(leader);
  Keeper::End end;
  reap_orphans_until_end_of(leader, end.usage);
  const KeeperClock::time_point now = KeeperClock::now();
  write_report(report, &now, sizeof now);
  char asked = kReapEnded;
  read_value(order, asked);
  for (;;) {
    int status = 0;
    rusage usage{};
    const pid_t ended = wait4(-1, &status, asked == kReapAll ? 0 : WNOHANG, &usage);
    if (ended <= 0) break;
    add_usage(end.usage, usage);
    if (ended == leader) end.status = status;
  }
  write_report(report, &end, sizeof end);
  _exit(0);
}

}  // namespace

void add_usage(rusage& sum, const rusage& usage) {
  timeradd(&sum.ru_utime, &usage.ru_utime, &sum.ru_utime);
  timeradd(&sum.ru_stime, &usage.ru_stime, &sum.ru_stime);
  sum.ru_maxrss = std::max(sum.ru_maxrss, usage.ru_maxrss);
  sum.ru_minflt += usage.ru_minflt;
  sum.ru_majflt += usage.ru_majflt;
  sum.ru_nvcsw += usage.ru_nvcsw;
  sum.ru_nivcsw += usage.ru_nivcsw;
}

Keeper::Keeper() : report_(new_pipe()), order_(new_pipe()) {}

Keeper::~Keeper() {
  if (pid_ <= 0) return;
  kill(pid_, SIGTERM);  // it ends its tree first
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

pid_t Keeper::start(const std::function<void(pid_t)>& lead) {
  const pid_t harness = getpid();
  pid_ = fork();
  if (pid_ < 0) return -errno;
  if (pid_ > 0) {
    report_.writing.reset();
    pid_t leader = -ECHILD;
    read_value(report_.reading.number, leader);
    return leader;
  }
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, nullptr);
  // Without a terminal: a program that asks there for a password or a key gets an error, instead of
  // being stopped until its time limit.
  setsid();
  prctl(PR_SET_PDEATHSIG, SIGTERM);  // blocked until there is a tree to end
  if (getppid() != harness || prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) _exit(127);
  const pid_t keeper = getpid();
  pid_t leader = fork();
  if (leader == 0) lead(keeper);
  if (leader < 0) leader = -errno;
  if (leader > 0) setpgid(leader, leader);
  write_report(report_.writing.number, &leader, sizeof leader);
  if (leader < 0) _exit(127);
  keep(leader, report_.writing.number, order_.reading.number);
}

// A keeper that was killed took the leader with it.
void Keeper::note_end() {
  if (!read_value(report_.reading.number, ended_at_)) ended_at_ = KeeperClock::now();
  leader_ended_ = true;
}

bool Keeper::leader_ended() {
  pollfd poll_set{report_.reading.number, POLLIN, 0};
  if (!leader_ended_ && poll(&poll_set, 1, 0) == 1) note_end();
  return leader_ended_;
}

Keeper::End Keeper::reap(bool all) {
  if (!leader_ended_) note_end();
  End end;
  const char asked = all ? kReapAll : kReapEnded;
  // Without an order it reaps what has ended.
  if (write(order_.writing.number, &asked, 1) != 1) order_.writing.reset();
  const bool reported = read_value(report_.reading.number, end);
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  if (!reported) throw base::Error("the process between harness and program", "was killed");
  return end;
}

}  // namespace winnow::profiles
