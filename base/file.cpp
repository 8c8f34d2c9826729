#include "base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/error.h"

namespace winnow::base {

std::string read_file(const std::string& path, size_t limit_bytes) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) throw Error(path, std::strerror(errno));
  std::string contents;
  char buffer[1 << 16];
  ssize_t count = 0;
  while ((count = ::read(fd, buffer, sizeof buffer)) != 0) {
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 || contents.size() + static_cast<size_t>(count) > limit_bytes) break;
    contents.append(buffer, static_cast<size_t>(count));
  }
  const int read_errno = errno;
  ::close(fd);
  if (count < 0) throw Error(path, std::strerror(read_errno));
  if (count > 0) throw Error(path, "larger than " + std::to_string(limit_bytes) + " bytes");
  return contents;
}

void write_file(const std::string& path, std::string_view contents) {
  std::string temporary = path + ".XXXXXX";
  const int fd = ::mkostemp(temporary.data(), O_CLOEXEC);
  if (fd < 0) throw Error(path, std::strerror(errno));
  bool good = true;
  while (good && !contents.empty()) {
    const ssize_t count = ::write(fd, contents.data(), contents.size());
    if (count >= 0)
      contents.remove_prefix(static_cast<size_t>(count));
    else
      good = errno == EINTR;
  }
  const mode_t mask = ::umask(0);
  ::umask(mask);
  good = good && ::fchmod(fd, 0666 & ~mask) == 0;
  good = ::close(fd) == 0 && good;
  good = good && ::rename(temporary.c_str(), path.c_str()) == 0;
  if (good) return;
  const int write_errno = errno;
  ::unlink(temporary.c_str());
  throw Error(path, std::strerror(write_errno));
}

}  // namespace winnow::base
