#include "base/file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <span>

#include "base/error.h"
#include "base/pending_file.h"

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
  PendingFile file(path);
  file.write(std::as_bytes(std::span(contents)));
  file.commit();
}

}  // namespace winnow::base
