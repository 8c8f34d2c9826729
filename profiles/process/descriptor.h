#pragma once

#include <unistd.h>

#include <string>
#include <utility>

namespace winnow::profiles {

struct Descriptor {
  Descriptor() = default;
  explicit Descriptor(int opened) : number(opened) {}
  Descriptor(Descriptor&& other) noexcept : number(std::exchange(other.number, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number, other.number);
    return *this;
  }
  ~Descriptor() { reset(); }
  void reset() {
    if (number >= 0) close(std::exchange(number, -1));
  }

  int number = -1;
};

struct Pipe {
  Descriptor reading, writing;
};

// Closed by an exec, and none of 0 to 2. Both throw base::Error.
Descriptor opened(const std::string& path, int flags);
Pipe new_pipe();

// All but these and the standard ones, in a process that was forked. Async-signal-safe.
void close_others(int one, int other);

// The whole of a value that a process wrote to a pipe at once; false: none came, or the other end
// is closed. Async-signal-safe.
bool read_whole(int descriptor, void* value, size_t size);
template <class T>
bool read_value(int descriptor, T& value) {
  return read_whole(descriptor, &value, sizeof value);
}

}  // namespace winnow::profiles
