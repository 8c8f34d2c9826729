#pragma once

#include <sys/types.h>

#include <vector>

namespace winnow::profiles {

// Busy neighbours of a measured process: each a process that does nothing but take a core's time,
// from the constructor to the destructor. They also end when the calling thread or the harness
// dies. Where `pinned`, the i-th stays on the i-th core that the harness may use, in turn.
class Competitors {
 public:
  // Throws base::Error where a process or its place cannot be had.
  Competitors(int count, bool pinned);
  ~Competitors();
  Competitors(const Competitors&) = delete;
  Competitors& operator=(const Competitors&) = delete;

  const std::vector<pid_t>& processes() const { return processes_; }

 private:
  void start();
  void pin(pid_t process, size_t index) const;
  void end();

  std::vector<pid_t> processes_;
};

}  // namespace winnow::profiles
