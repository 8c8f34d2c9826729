#pragma once

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

constexpr unsigned kNobody = 65534;

// Asks in a process of its own, which gives up root.
inline bool as_nobody(const std::function<bool()>& question) {
  const pid_t child = fork();
  if (child == 0) {
    // Behind a change of user a process may not be traced; this one's children shall be.
    const bool changed =
        setgid(kNobody) == 0 && setuid(kNobody) == 0 && prctl(PR_SET_DUMPABLE, 1) == 0;
    _exit(changed && question() ? 0 : 1);
  }
  int status = 1;
  return waitpid(child, &status, 0) == child && status == 0;
}
