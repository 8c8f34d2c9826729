#pragma once

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <ctime>
#include <string>
#include <vector>

// A process that waits before its exec, so that events can be put on it.
class Held {
 public:
  explicit Held(std::vector<std::string> command) {
    std::vector<char*> arguments;
    for (std::string& argument : command) arguments.push_back(argument.data());
    arguments.push_back(nullptr);
    int ends[2];
    if (::pipe(ends) != 0) return;
    pid_ = ::fork();
    if (pid_ == 0) {
      ::close(ends[1]);
      char byte = 0;
      [[maybe_unused]] const auto ignored = ::read(ends[0], &byte, 1);
      ::close(ends[0]);
      ::execvp(arguments[0], arguments.data());
      ::_exit(127);
    }
    ::close(ends[0]);
    release_ = ends[1];
  }
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;
  ~Held() {
    if (release_ >= 0) run();
  }

  pid_t pid() const { return pid_; }

  // Lets it run and waits for its end. By the kernel, of it and those that it waited for; CPU time
  // from its exec on.
  struct Ended {
    int status = -1;
    double cpu_s = 0;
    int64_t page_faults = 0;
  };
  Ended run() {
    const double before_s = cpu_s();
    ::close(release_);
    release_ = -1;
    int status = 0;
    rusage usage{};
    ::wait4(pid_, &status, 0, &usage);
    const auto seconds = [](const timeval& time) {
      return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
    };
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1,
            seconds(usage.ru_utime) + seconds(usage.ru_stime) - before_s,
            usage.ru_minflt + usage.ru_majflt};
  }

 private:
  double cpu_s() const {
    clockid_t clock{};
    timespec time{};
    if (::clock_getcpuclockid(pid_, &clock) != 0 || ::clock_gettime(clock, &time) != 0) return 0;
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
  }

  pid_t pid_ = -1;
  int release_ = -1;
};
