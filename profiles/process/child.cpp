#include "profiles/process/child.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include "base/error.h"

extern char** environ;

namespace winnow::profiles {
namespace {

using Clock = std::chrono::steady_clock;

struct Descriptor {
  Descriptor() = default;
  explicit Descriptor(int opened) : number(opened) {}
  Descriptor(Descriptor&& other) noexcept : number(std::exchange(other.number, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number, other.number);
    return *this;
  }
  ~Descriptor() {
    if (number >= 0) close(number);
  }

  int number = -1;
};

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

std::vector<std::string> environment_of(const Command& command) {
  std::vector<std::string> environment;
  auto name_of = [](const std::string& entry) { return entry.substr(0, entry.find('=')); };
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string name = name_of(*entry);
    const auto& removed = command.removed_environment;
    const bool replaced = std::any_of(command.environment.begin(), command.environment.end(),
                                      [&](const auto& added) { return added.first == name; });
    if (!replaced && std::find(removed.begin(), removed.end(), name) == removed.end()) {
      environment.emplace_back(*entry);
    }
  }
  for (const auto& [name, value] : command.environment) environment.push_back(name + "=" + value);
  return environment;
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> result;
  for (std::string& string : strings) result.push_back(string.data());
  result.push_back(nullptr);
  return result;
}

// Between fork and exec: only async-signal-safe calls.
[[noreturn]] void become(char* const* arguments, char* const* environment, int output,
                         int control_group, int error_pipe, pid_t harness) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const bool joined = control_group < 0 || write(control_group, "0", 1) == 1;
  if (joined && getppid() == harness) {
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    for (int number : {SIGINT, SIGTERM, SIGPIPE, SIGHUP}) signal(number, SIG_DFL);
    const int input = open("/dev/null", O_RDONLY);
    if (input >= 0 && dup2(input, STDIN_FILENO) >= 0 && dup2(output, STDOUT_FILENO) >= 0 &&
        dup2(output, STDERR_FILENO) >= 0) {
      if (input > STDERR_FILENO) close(input);
      execvpe(arguments[0], arguments, environment);
    }
  }
  const int error = errno;
  [[maybe_unused]] auto ignored = write(error_pipe, &error, sizeof error);
  _exit(127);
}

bool has_ended(pid_t child) {
  siginfo_t info{};
  return waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
         info.si_pid == child;
}

// Waits until the child has ended or `until` has passed or *stop; true: it has ended. It is not
// reaped, so that its process group keeps its number. The harness sleeps meanwhile, in order not to
// take time from the child: on a descriptor of the process, or where the kernel has none, in naps.
bool ended_by(pid_t child, Clock::time_point until, const std::atomic<bool>* stop) {
  const Descriptor process{static_cast<int>(syscall(SYS_pidfd_open, child, 0))};
  while (!has_ended(child)) {
    const auto now = Clock::now();
    if (now >= until || (stop && stop->load())) return false;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - now).count();
    const int nap_ms = process.number >= 0 ? 100 : 5;
    pollfd poll_set{process.number, POLLIN, 0};
    poll(&poll_set, process.number >= 0, static_cast<int>(std::min<int64_t>(left, nap_ms)));
  }
  return true;
}

Clock::time_point in_seconds(double seconds) {
  return Clock::now() + std::chrono::duration_cast<Clock::duration>(
                            std::chrono::duration<double>(std::min(seconds, 1e7)));
}

Descriptor opened(const std::string& path, int flags) {
  Descriptor file{open(path.c_str(), flags | O_CLOEXEC, 0644)};
  if (file.number < 0) throw base::Error(path, strerror(errno));
  return file;
}

// All that a process needs, made ready before it is forked: behind that nothing may allocate.
class Launch {
 public:
  explicit Launch(const Command& command)
      : arguments_(command.arguments),
        environment_(environment_of(command)),
        argument_pointers_(pointers(arguments_)),
        environment_pointers_(pointers(environment_)),
        output_(opened(command.output_file, O_WRONLY | O_CREAT | O_TRUNC)) {
    if (!command.control_group_file.empty())
      control_group_ = opened(command.control_group_file, O_WRONLY);
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) throw base::Error("pipe", strerror(errno));
    reading_.number = ends[0];
    writing_.number = ends[1];
  }

  // Once. Negative: it could not be started, and `problem` says why.
  pid_t start(std::string& problem) {
    const pid_t harness = getpid();
    const pid_t child = fork();
    if (child < 0) {
      problem = strerror(errno);
      return child;
    }
    if (child == 0)
      become(argument_pointers_.data(), environment_pointers_.data(), output_.number,
             control_group_.number, writing_.number, harness);
    setpgid(child, child);  // whichever of the two comes first
    close(std::exchange(writing_.number, -1));
    int exec_error = 0;
    if (read(reading_.number, &exec_error, sizeof exec_error) != sizeof exec_error) return child;
    waitpid(child, nullptr, 0);
    problem = strerror(exec_error);
    return -1;
  }

 private:
  std::vector<std::string> arguments_, environment_;
  std::vector<char*> argument_pointers_, environment_pointers_;
  Descriptor output_, control_group_, reading_, writing_;
};

// Ends the whole group with its leader.
void wait_for(pid_t child, const Command& command, const std::atomic<bool>* stop,
              Outcome& outcome) {
  const bool limited = command.time_limit_s > 0;
  const bool ended = ended_by(child, in_seconds(limited ? command.time_limit_s : 1e7), stop);
  if (!ended) {
    const bool interrupted = stop && stop->load();
    outcome.kind = interrupted ? Outcome::Kind::kInterrupted : Outcome::Kind::kTimeLimit;
    kill(-child, SIGTERM);
    ended_by(child, in_seconds(command.grace_s), nullptr);
  }
  kill(-child, SIGKILL);
  int status = 0;
  rusage usage{};
  while (wait4(child, &status, 0, &usage) < 0 && errno == EINTR) {
  }
  outcome.cpu_s = seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
  if (!ended) return;
  outcome.kind = WIFEXITED(status) ? Outcome::Kind::kExited : Outcome::Kind::kSignalled;
  outcome.code = WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status);
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
  const auto start = Clock::now();
  const pid_t child = launch.start(outcome.detail);
  if (child < 0) return outcome;
  wait_for(child, command, stop, outcome);
  outcome.wall_s = seconds_since(start);
  return outcome;
}

std::string last_lines(const std::string& path, int limit_lines) {
  Descriptor file{open(path.c_str(), O_RDONLY | O_CLOEXEC)};
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

}  // namespace winnow::profiles
