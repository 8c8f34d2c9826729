#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

// What cores have done since the machine started, by everybody together: /proc/stat, whose idle
// time counts every pause of a core (NO_HZ) and whose busy time the tick samples. In hundredths of
// a second, so a difference is off by up to 10 ms; with less than all cores, 10 ms for each.
namespace winnow::base {

struct CoresTime {
  int cores = 0;
  int64_t idle_ns = 0;  // waiting for I/O included
  int64_t busy_ns = 0;  // programs, the kernel, interrupts
  int64_t steal_ns = 0;
};

// A reading within a measured region, whose allocations are counted: it allocates before and is
// interpreted behind.
class CoresTimeReading {
 public:
  CoresTimeReading();
  void take() noexcept;

  // Of the cores that a thread of this process may run on. Empty where the kernel does not tell.
  std::optional<CoresTime> cores_time() const;

 private:
  std::string text_;
  size_t size_ = 0;
};

// The same from the text of /proc/stat, which counts in `ticks_per_s`; of the cores that `may_use`
// takes. Empty when a line is missing or malformed.
std::optional<CoresTime> parse_cores_time(const std::string& text, long ticks_per_s,
                                          const std::function<bool(int core)>& may_use);

}  // namespace winnow::base
