#include "profiles/program/output_hash.h"

#include <fmt/format.h>

#include <array>
#include <cerrno>

#include "profiles/recording/sha256.h"

namespace winnow::profiles {

struct OutputHash::Digest {
  Sha256 hash;
  bool empty = true;
};

OutputHash::OutputHash() : digest_(std::make_unique<Digest>()), pipe_(new_pipe()) {
  thread_ = std::thread([this] {
    std::array<char, 1 << 16> bytes;
    for (;;) {
      const ssize_t got = read(pipe_.reading.number, bytes.data(), bytes.size());
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) return;
      digest_->empty = false;
      digest_->hash.add({bytes.data(), static_cast<size_t>(got)});
    }
  });
}

OutputHash::~OutputHash() {
  pipe_.writing.reset();
  if (thread_.joinable()) thread_.join();
}

std::string OutputHash::file() const {
  return fmt::format("/proc/self/fd/{}", pipe_.writing.number);
}

std::string OutputHash::finish() {
  pipe_.writing.reset();
  thread_.join();
  return digest_->empty ? "" : digest_->hash.finish();
}

}  // namespace winnow::profiles
