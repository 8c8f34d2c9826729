#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "base/error.h"

namespace winnow::base {

// Reads little-endian values from a span, front to back; every read is checked against what is
// left. Throws Error "<subject>: cut short at byte N, while reading <what>".
class ByteReader {
 public:
  ByteReader(std::span<const std::byte> bytes, std::string subject)
      : bytes_(bytes), subject_(std::move(subject)) {}

  template <class T>
  requires std::is_arithmetic_v<T> T read(std::string_view what) {
    T value;
    std::memcpy(&value, take(sizeof(T), what).data(), sizeof(T));
    return value;
  }

  // The next `size_bytes` bytes, not copied.
  std::span<const std::byte> take(uint64_t size_bytes, std::string_view what) {
    if (size_bytes > remaining()) fail_short(what);
    auto taken = bytes_.subspan(position_, size_bytes);
    position_ += size_bytes;
    return taken;
  }

  std::string_view take_string(uint64_t size_bytes, std::string_view what) {
    auto taken = take(size_bytes, what);
    return {reinterpret_cast<const char*>(taken.data()), taken.size()};
  }

  size_t position() const { return position_; }
  size_t remaining() const { return bytes_.size() - position_; }
  const std::string& subject() const { return subject_; }

 private:
  [[noreturn]] void fail_short(std::string_view what) const;

  std::span<const std::byte> bytes_;
  std::string subject_;
  size_t position_ = 0;
};

}  // namespace winnow::base
