#include "profiles/process/child.h"

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>

#include "base/error.h"
#include "base/file.h"
#include "profiles/process/descendants.h"
#include "profiles/process/descriptor.h"
#include "profiles/process/launch.h"
#include "profiles/process/proc_files.h"

namespace winnow::profiles {
namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kLeftBehindNames = 20;

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

bool leader_has_ended(Launch& launch) {
  if (Keeper* keeper = launch.keeper()) return keeper->leader_ended();
  siginfo_t info{};
  return waitid(P_PID, static_cast<id_t>(launch.leader()), &info, WEXITED | WNOHANG | WNOWAIT) ==
             0 &&
         info.si_pid == launch.leader();
}

bool readable(int descriptor) {
  pollfd poll_set{descriptor, POLLIN, 0};
  return descriptor >= 0 && poll(&poll_set, 1, 0) == 1;
}

// Waits until the leader has ended or `until` has passed or *stop or something can be read from
// `other`; true: it has ended. It is not reaped, so that its process group keeps its number. The
// harness sleeps meanwhile, in order not to take time from the child: on a descriptor, or where the
// kernel has none of a process, in naps.
bool ended_by(Launch& launch, const Command& command, Clock::time_point until,
              const std::atomic<bool>* stop, int other = -1) {
  Descriptor process;
  if (!launch.keeper())
    process.number = static_cast<int>(syscall(SYS_pidfd_open, launch.leader(), 0));
  const int watched = launch.keeper() ? launch.keeper()->descriptor() : process.number;
  while (!leader_has_ended(launch)) {
    const auto now = Clock::now();
    if (now >= until || (stop && stop->load()) || readable(other)) return false;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - now).count();
    const int nap_ms = watched >= 0 ? 100 : 5;
    pollfd poll_set[] = {{watched, POLLIN, 0}, {other, POLLIN, 0}};  // below 0: left out
    poll(poll_set, 2, static_cast<int>(std::min<int64_t>(left, nap_ms)));
    launch.bound_messages();
    if (command.meanwhile) command.meanwhile();
  }
  return true;
}

Clock::time_point in_seconds(double seconds) {
  return Clock::now() + std::chrono::duration_cast<Clock::duration>(
                            std::chrono::duration<double>(std::min(seconds, 1e7)));
}

void note_left_behind(pid_t keeper, pid_t leader, Outcome& outcome) {
  for (const ProcessLine& process : living_descendants(keeper)) {
    if (process.pid == leader) continue;
    ++outcome.left_behind_count;
    if (outcome.left_behind.size() < kLeftBehindNames)
      outcome.left_behind.push_back(
          fmt::format("{} ({})", base::printable(process.name), process.pid));
  }
}

Keeper::End reap_leader(pid_t leader) {
  Keeper::End end;
  kill(-leader, SIGKILL);
  while (wait4(leader, &end.status, 0, &end.usage) < 0 && errno == EINTR) {
  }
  return end;
}

Keeper::End reap_tree(Keeper& keeper, pid_t leader, bool by_itself, double grace_s,
                      Outcome& outcome) {
  if (by_itself)
    note_left_behind(keeper.pid(), leader, outcome);
  else
    kill(-leader, SIGKILL);
  const bool all = end_descendants(keeper.pid(), grace_s);
  return keeper.reap(all);
}

void take_usage(const rusage& usage, double before_start_s, Outcome& outcome) {
  // A fork is the kernel's work. Which part of it fell into a tick is not known.
  const double system_s = seconds_of(usage.ru_stime) - before_start_s;
  outcome.user_s = std::max(0.0, seconds_of(usage.ru_utime) + std::min(0.0, system_s));
  outcome.system_s = std::max(0.0, system_s);
  outcome.cpu_before_start_s = before_start_s;
  outcome.cpu_s = outcome.user_s + outcome.system_s;
  outcome.max_rss_bytes = int64_t{usage.ru_maxrss} * 1024;
  outcome.minor_faults = usage.ru_minflt;
  outcome.major_faults = usage.ru_majflt;
  outcome.voluntary_switches = usage.ru_nvcsw;
  outcome.involuntary_switches = usage.ru_nivcsw;
}

// Ends the whole group with its leader, or the whole tree.
void wait_for(Launch& launch, const Command& command, const std::atomic<bool>* stop,
              Outcome& outcome) try {
  const pid_t leader = launch.leader();
  const bool limited = command.time_limit_s > 0;
  const bool ended = ended_by(launch, command, in_seconds(limited ? command.time_limit_s : 1e7),
                              stop, command.server_ended);
  if (!ended) {
    const bool interrupted = stop && stop->load();
    outcome.kind = interrupted                      ? Outcome::Kind::kInterrupted
                   : readable(command.server_ended) ? Outcome::Kind::kEnded
                                                    : Outcome::Kind::kTimeLimit;
    if (outcome.kind == Outcome::Kind::kEnded) outcome.detail = "its server ended";
    kill(-leader, SIGTERM);
    ended_by(launch, command, in_seconds(command.grace_s), nullptr);
  }
  Keeper* keeper = launch.keeper();
  const Keeper::End end =
      keeper ? reap_tree(*keeper, leader, ended, command.grace_s, outcome) : reap_leader(leader);
  const Clock::time_point ended_at = keeper ? keeper->ended_at() : Clock::now();
  outcome.wall_s = std::chrono::duration<double>(ended_at - launch.started_at()).count();
  take_usage(end.usage, launch.cpu_before_start_s(), outcome);
  if (!ended) return;
  outcome.kind = WIFEXITED(end.status) ? Outcome::Kind::kExited : Outcome::Kind::kSignalled;
  outcome.code = WIFEXITED(end.status) ? WEXITSTATUS(end.status) : WTERMSIG(end.status);
} catch (...) {
  launch.abandon();
  throw;
}

}  // namespace

std::string describe(const Outcome& outcome, double time_limit_s) {
  switch (outcome.kind) {
    case Outcome::Kind::kExited:
      return outcome.code == 0 ? "ok" : fmt::format("exit status {}", outcome.code);
    case Outcome::Kind::kSignalled:
      return fmt::format("signal {} ({})", outcome.code, strsignal(outcome.code));
    case Outcome::Kind::kTimeLimit:
      return fmt::format("time limit of {:g} s", time_limit_s);
    case Outcome::Kind::kInterrupted:
      return "interrupted";
    case Outcome::Kind::kEnded:
      return "ended: " + outcome.detail;
    case Outcome::Kind::kNotStarted:
      break;
  }
  return "not started: " + outcome.detail;
}

Outcome run_child(const Command& command, const std::atomic<bool>* stop) {
  Outcome outcome;
  if (command.arguments.empty()) {
    outcome.detail = "no command";
    return outcome;
  }
  Launch launch(command);
  if (launch.start(outcome.detail)) wait_for(launch, command, stop, outcome);
  return outcome;
}

Outcome end_child(Launch& launch, const Command& command) {
  const std::atomic<bool> stop = true;
  Outcome outcome;
  wait_for(launch, command, &stop, outcome);
  return outcome;
}

std::string last_lines(const std::string& path, int limit_lines) {
  const Descriptor file{base::try_open_regular(path)};  // a program may have replaced it
  if (file.number < 0) return "";
  const off_t size = lseek(file.number, 0, SEEK_END);
  constexpr off_t kLimit = 4096;
  char text[kLimit];
  const ssize_t got = pread(file.number, text, kLimit, std::max<off_t>(0, size - kLimit));
  if (got <= 0) return "";
  std::string tail(text, static_cast<size_t>(got));
  while (!tail.empty() && tail.back() == '\n') tail.pop_back();
  std::vector<std::string> lines;
  for (size_t at = 0; at < tail.size();) {
    const size_t end = std::min(tail.find('\n', at), tail.size());
    lines.push_back(base::printable(tail.substr(at, end - at)));
    at = end + 1;
  }
  const size_t limit = static_cast<size_t>(std::max(0, limit_lines));
  if (lines.size() > limit) lines.erase(lines.begin(), lines.end() - limit_lines);
  std::string clean = lines.empty() ? "" : lines[0];
  for (size_t i = 1; i < lines.size(); ++i) clean += "\n" + lines[i];
  return clean;
}

void keep_end_of_messages(const std::string& path, int64_t most_bytes) {
  std::error_code ignored;
  if (std::filesystem::is_symlink(path, ignored)) return;  // it leads to what is not ours
  std::string end;
  off_t size = 0;
  {
    const Descriptor file{base::try_open_regular(path)};
    size = file.number < 0 ? 0 : lseek(file.number, 0, SEEK_END);
    if (size <= most_bytes) return;
    end.resize(static_cast<size_t>(std::min<off_t>(size, kKeptMessagesBytes)));
    const auto left_out = size - static_cast<off_t>(end.size());
    const ssize_t got = pread(file.number, end.data(), end.size(), left_out);
    end.resize(static_cast<size_t>(std::max<ssize_t>(got, 0)));
  }
  base::write_file(path, fmt::format("[{} bytes before these are not kept]\n",
                                     size - static_cast<off_t>(end.size())) +
                             end);
}

}  // namespace winnow::profiles
