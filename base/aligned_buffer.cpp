#include "base/aligned_buffer.h"

#include <sys/mman.h>

#include <new>

namespace winnow::base {
namespace {

constexpr size_t kLineBytes = 64;
constexpr size_t kHugePageBytes = size_t{2} << 20;

}  // namespace

std::shared_ptr<std::byte> aligned_memory(size_t size_bytes) {
  const bool huge = size_bytes >= kHugePageBytes;
  const std::align_val_t alignment{huge ? kHugePageBytes : kLineBytes};
  auto* memory = static_cast<std::byte*>(::operator new(size_bytes, alignment));
  // Advice only: whole huge pages, so that a neighbour's memory is none of it. What the kernel
  // makes of it (transparent huge pages may be off) changes no result.
  if (huge) ::madvise(memory, size_bytes / kHugePageBytes * kHugePageBytes, MADV_HUGEPAGE);
  return {memory, [alignment](std::byte* pointer) { ::operator delete(pointer, alignment); }};
}

}  // namespace winnow::base
