#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "profiles/perf/event.h"

namespace winnow::profiles {

// Where the kernel leaves an event's records for this process to take. For one thread at a time.
class Ring {
 public:
  // size_bytes: a power of two of whole pages. Not open where the limit of locked memory
  // (kernel.perf_event_mlock_kb, RLIMIT_MEMLOCK) leaves no room for it.
  Ring(const PerfEvent& event, size_t size_bytes);
  ~Ring();
  Ring(Ring&& other) noexcept;
  Ring& operator=(Ring&&) = delete;

  bool is_open() const { return page_ != nullptr; }

  // Whole records, as positions that count on forever.
  struct Unread {
    uint64_t begin = 0, end = 0;
  };
  Unread unread() const;
  void release(const Unread& taken);  // their memory is the kernel's again

  // Eight bytes at a position divisible by eight, and a part of the ring from a position on until
  // `end` or the memory's own end.
  uint64_t word(uint64_t position) const;
  std::span<const std::byte> piece(uint64_t position, uint64_t end) const;

 private:
  perf_event_mmap_page* page_ = nullptr;
  const std::byte* data_ = nullptr;
  size_t size_bytes_ = 0;
};

}  // namespace winnow::profiles
