#pragma once

#include <cstddef>
#include <memory>
#include <type_traits>

namespace winnow::base {

// Memory of `size_bytes`, not touched yet: the first thread that writes a page gets it from its own
// node. Aligned to a cache line; of a huge page's size and more, to huge pages, which the kernel is
// advised to use. Throws std::bad_alloc.
std::shared_ptr<std::byte> aligned_memory(size_t size_bytes);

// An array of plain values in such memory.
template <class T>
requires(std::is_trivial_v<T>) class AlignedBuffer {
 public:
  AlignedBuffer() = default;

  // Room for `size` values; what was in it is lost, nothing is initialized.
  void resize(size_t size) {
    memory_.reset();  // first, so that old and new are never there together
    memory_ = aligned_memory(size * sizeof(T));
    size_ = size;
  }

  T* data() const { return reinterpret_cast<T*>(memory_.get()); }
  size_t size() const { return size_; }

 private:
  std::shared_ptr<std::byte> memory_;
  size_t size_ = 0;
};

}  // namespace winnow::base
