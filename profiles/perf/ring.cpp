#include "profiles/perf/ring.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <utility>

namespace winnow::profiles {
namespace {

size_t page_bytes() { return static_cast<size_t>(::sysconf(_SC_PAGESIZE)); }

}  // namespace

Ring::Ring(const PerfEvent& event, size_t size_bytes) : size_bytes_(size_bytes) {
  void* const memory = ::mmap(nullptr, page_bytes() + size_bytes, PROT_READ | PROT_WRITE,
                              MAP_SHARED, event.descriptor(), 0);
  if (memory == MAP_FAILED) return;
  page_ = static_cast<perf_event_mmap_page*>(memory);
  data_ = static_cast<const std::byte*>(memory) + page_bytes();
}

Ring::~Ring() {
  if (page_) ::munmap(page_, page_bytes() + size_bytes_);
}

Ring::Ring(Ring&& other) noexcept
    : page_(std::exchange(other.page_, nullptr)),
      data_(other.data_),
      size_bytes_(other.size_bytes_) {}

Ring::Unread Ring::unread() const {
  return {page_->data_tail, std::atomic_ref(page_->data_head).load(std::memory_order_acquire)};
}

void Ring::release(const Unread& taken) {
  std::atomic_ref(page_->data_tail).store(taken.end, std::memory_order_release);
}

uint64_t Ring::word(uint64_t position) const {
  uint64_t value = 0;
  std::memcpy(&value, data_ + position % size_bytes_, sizeof value);
  return value;
}

std::span<const std::byte> Ring::piece(uint64_t position, uint64_t end) const {
  const uint64_t at = position % size_bytes_;
  return {data_ + at, std::min(end - position, size_bytes_ - at)};
}

}  // namespace winnow::profiles
