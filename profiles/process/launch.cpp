#include "profiles/process/launch.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/error.h"

extern char** environ;

namespace winnow::profiles {
namespace {

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

// What the child says last before its exec, and again where that failed.
struct LastWord {
  int error = 0;   // errno; 0: it calls exec
  timespec cpu{};  // that it has used
};

void say(const Start& start, const LastWord& word) {
  [[maybe_unused]] auto ignored = write(start.failure, &word, sizeof word);
}

// Between fork and exec: only async-signal-safe calls. False: errno says why.
bool prepare(const Start& start, pid_t parent) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (start.control_group >= 0 && write(start.control_group, "0", 1) != 1) return false;
  if (getppid() != parent) return false;
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  for (int number : {SIGINT, SIGTERM, SIGPIPE, SIGHUP, SIGXFSZ}) signal(number, SIG_DFL);
  if (dup2(start.input, STDIN_FILENO) < 0 || dup2(start.output, STDOUT_FILENO) < 0 ||
      dup2(start.error, STDERR_FILENO) < 0)
    return false;
  if (start.folder >= 0 && fchdir(start.folder) != 0) return false;
  char byte = 0;
  if (start.go >= 0 && !read_value(start.go, byte)) return false;
  if (start.in_child) errno = start.in_child();
  return !start.in_child || errno == 0;
}

[[noreturn]] void become(const Start& start, pid_t parent) {
  if (prepare(start, parent)) {
    LastWord word;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &word.cpu);
    say(start, word);
    execvpe(start.arguments[0], start.arguments, start.environment);
  }
  say(start, {errno, {}});
  _exit(127);
}

}  // namespace

Launch::Launch(const Command& command)
    : arguments_(command.arguments),
      environment_(environment_of(command)),
      argument_pointers_(pointers(arguments_)),
      environment_pointers_(pointers(environment_)),
      before_exec_(command.before_exec),
      input_(opened(command.input_file.empty() ? "/dev/null" : command.input_file, O_RDONLY)),
      output_(opened(command.output_file, O_WRONLY | O_CREAT | O_TRUNC)),
      failure_(new_pipe()) {
  if (!command.error_file.empty())
    error_ = opened(command.error_file, O_WRONLY | O_CREAT | O_TRUNC);
  if (!command.folder.empty()) folder_ = opened(command.folder, O_PATH | O_DIRECTORY);
  if (!command.control_group_file.empty())
    control_group_ = opened(command.control_group_file, O_WRONLY);
  if (command.reap_descendants) keeper_.emplace();
  if (before_exec_ || keeper_) go_ = new_pipe();
  start_ = {argument_pointers_.data(),
            environment_pointers_.data(),
            input_.number,
            output_.number,
            error_.number >= 0 ? error_.number : output_.number,
            folder_.number,
            control_group_.number,
            go_.reading.number,
            failure_.writing.number,
            command.in_child};
}

// leader_: the process, or the errno, negative.
void Launch::fork_leader() {
  started_at_ = std::chrono::steady_clock::now();
  if (keeper_) {
    leader_ = keeper_->start([this](pid_t keeper) { become(start_, keeper); });
    return;
  }
  const pid_t harness = getpid();
  leader_ = fork();
  if (leader_ == 0) become(start_, harness);
  if (leader_ < 0) leader_ = -errno;
  if (leader_ > 0) setpgid(leader_, leader_);  // whichever of the two comes first
}

void Launch::release() {
  try {
    if (before_exec_) before_exec_(leader_);
  } catch (...) {
    kill(leader_, SIGKILL);
    discard();
    throw;
  }
  started_at_ = std::chrono::steady_clock::now();
  [[maybe_unused]] auto ignored = write(go_.writing.number, "", 1);
}

void Launch::discard() {
  if (keeper_) {
    keeper_->reap(true);
  } else {
    while (waitpid(leader_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
}

bool Launch::start(std::string& problem) {
  fork_leader();
  failure_.writing.reset();
  if (leader_ < 0) {
    problem = strerror(-leader_);
    return false;
  }
  const bool waited = go_.writing.number >= 0;
  if (waited) release();
  LastWord word;
  while (read_value(failure_.reading.number, word)) {
    if (word.error != 0) {
      discard();
      problem = strerror(word.error);
      return false;
    }
    if (waited)
      cpu_before_start_s_ =
          static_cast<double>(word.cpu.tv_sec) + static_cast<double>(word.cpu.tv_nsec) * 1e-9;
  }
  return true;
}

}  // namespace winnow::profiles
