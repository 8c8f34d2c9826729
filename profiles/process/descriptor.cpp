#include "profiles/process/descriptor.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>

#include "base/error.h"

namespace winnow::profiles {
namespace {

// Standard input and output are put over 0 to 2 one after the other.
Descriptor above_standard(Descriptor file) {
  if (file.number < 0 || file.number > STDERR_FILENO) return file;
  return Descriptor{fcntl(file.number, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)};
}

void close_from_to(int first, int last) {
  if (first > last) return;
#ifdef SYS_close_range
  if (syscall(SYS_close_range, first, last, 0) == 0) return;
#endif
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  const int end = static_cast<int>(std::min<rlim_t>(limit.rlim_cur, 1 << 20));
  for (int number = first; number <= last && number < end; ++number) close(number);
}

}  // namespace

Descriptor opened(const std::string& path, int flags) {
  const bool writes = (flags & O_ACCMODE) != O_RDONLY, reads = !writes && !(flags & O_PATH);
  // Without O_NONBLOCK a pipe would wait for its other end.
  const int mode = flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
  Descriptor file = above_standard(Descriptor{open(path.c_str(), mode, 0644)});
  if (file.number < 0)
    throw base::Error(
        path, errno == ENXIO && writes ? "a socket, or a pipe that nobody reads" : strerror(errno));
  struct stat status {};
  if (reads && fstat(file.number, &status) == 0 && !S_ISREG(status.st_mode) &&
      !S_ISCHR(status.st_mode))
    throw base::Error(path, "neither a file nor a device");
  if (reads || writes) fcntl(file.number, F_SETFL, flags & ~O_NONBLOCK);  // for who gets it
  return file;
}

Pipe new_pipe() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw base::Error("pipe", strerror(errno));
  Descriptor reading{ends[0]}, writing{ends[1]};
  return {above_standard(std::move(reading)), above_standard(std::move(writing))};
}

void close_others(int one, int other) {
  const int low = std::min(one, other), high = std::max(one, other);
  close_from_to(STDERR_FILENO + 1, low - 1);
  close_from_to(low + 1, high - 1);
  close_from_to(high + 1, INT32_MAX);
}

bool read_whole(int descriptor, void* value, size_t size) {
  ssize_t got = 0;
  do {
    got = read(descriptor, value, size);
  } while (got < 0 && errno == EINTR);
  return got == static_cast<ssize_t>(size);
}

}  // namespace winnow::profiles
