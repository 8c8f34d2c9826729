#include "profiles/process/descriptor.h"

#include <fcntl.h>

#include <cerrno>
#include <cstring>

#include "base/error.h"

namespace winnow::profiles {
namespace {

// Standard input and output are put over 0 to 2 one after the other.
Descriptor above_standard(Descriptor file) {
  if (file.number < 0 || file.number > STDERR_FILENO) return file;
  return Descriptor{fcntl(file.number, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)};
}

}  // namespace

Descriptor opened(const std::string& path, int flags) {
  Descriptor file = above_standard(Descriptor{open(path.c_str(), flags | O_CLOEXEC, 0644)});
  if (file.number < 0) throw base::Error(path, strerror(errno));
  return file;
}

Pipe new_pipe() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw base::Error("pipe", strerror(errno));
  Descriptor reading{ends[0]}, writing{ends[1]};
  return {above_standard(std::move(reading)), above_standard(std::move(writing))};
}

bool read_whole(int descriptor, void* value, size_t size) {
  ssize_t got = 0;
  do {
    got = read(descriptor, value, size);
  } while (got < 0 && errno == EINTR);
  return got == static_cast<ssize_t>(size);
}

}  // namespace winnow::profiles
