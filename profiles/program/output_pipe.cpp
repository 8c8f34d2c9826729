#include "profiles/program/output_pipe.h"

#include <fmt/format.h>

#include <array>
#include <cerrno>

namespace winnow::profiles {

OutputPipe::OutputPipe(std::function<void(std::span<const char>)> take)
    : take_(std::move(take)), pipe_(new_pipe()) {
  thread_ = std::thread([this] {
    std::array<char, 1 << 16> bytes;
    for (;;) {
      const ssize_t got = read(pipe_.reading.number, bytes.data(), bytes.size());
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) return;
      take_({bytes.data(), static_cast<size_t>(got)});
    }
  });
}

OutputPipe::~OutputPipe() {
  pipe_.writing.reset();
  if (thread_.joinable()) thread_.join();
}

std::string OutputPipe::file() const {
  return fmt::format("/proc/self/fd/{}", pipe_.writing.number);
}

void OutputPipe::finish() {
  pipe_.writing.reset();
  thread_.join();
}

}  // namespace winnow::profiles
