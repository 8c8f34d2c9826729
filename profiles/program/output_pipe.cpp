#include "profiles/program/output_pipe.h"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "base/error.h"

namespace winnow::profiles {

OutputPipe::OutputPipe(std::function<void(std::span<const char>)> take)
    : take_(std::move(take)), pipe_(new_pipe()) {
  thread_ = std::thread([this] { take_all(); });
}

void OutputPipe::take_all() noexcept {
  std::array<char, 1 << 16> bytes;
  for (;;) {
    const ssize_t got = read(pipe_.reading.number, bytes.data(), bytes.size());
    if (got < 0 && errno == EINTR) continue;
    if (got == 0) return;
    try {
      if (got < 0) throw base::Error("what the program writes", strerror(errno));
      if (!failure_) take_({bytes.data(), static_cast<size_t>(got)});
    } catch (...) {
      failure_ = std::current_exception();
      if (got < 0) return pipe_.reading.reset();  // else the program would wait for a reader
    }
  }
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
  if (failure_) std::rethrow_exception(failure_);
}

}  // namespace winnow::profiles
