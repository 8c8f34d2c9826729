#include "base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <span>

#include "base/error.h"
#include "base/pending_file.h"

namespace winnow::base {

namespace {

std::string kind_of(mode_t mode) {
  if (S_ISDIR(mode)) return "a folder";
  if (S_ISFIFO(mode)) return "a pipe";
  if (S_ISSOCK(mode)) return "a socket";
  return S_ISCHR(mode) || S_ISBLK(mode) ? "a device" : "of no known kind";
}

struct OpenFile {
  explicit OpenFile(int opened) : number(opened) {}
  OpenFile(const OpenFile&) = delete;
  ~OpenFile() { ::close(number); }
  int number;
};

// A descriptor, or why there is none: an errno, or 0 where what stands there is of this mode.
struct Opened {
  int number = -1;
  int error = 0;
  mode_t mode = 0;

  std::string problem() const {
    return error != 0 ? std::strerror(error) : "not a regular file: " + kind_of(mode);
  }
};

Opened opened(const std::string& path) {
  struct stat status {};
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (file < 0) {
    const int error = errno;
    // A socket, or a device without a driver, cannot be opened.
    const bool unlike = error == ENXIO && ::stat(path.c_str(), &status) == 0;
    return {-1, unlike ? 0 : error, status.st_mode};
  }
  const int error = ::fstat(file, &status) == 0 ? 0 : errno;
  if (error == 0 && S_ISREG(status.st_mode)) return {file, 0, status.st_mode};
  ::close(file);
  return {-1, error, status.st_mode};
}

}  // namespace

int try_open_regular(const std::string& path, std::string* problem) {
  const Opened file = opened(path);
  if (file.number < 0 && problem) *problem = file.problem();
  return file.number;
}

int open_regular(const std::string& path) {
  const Opened file = opened(path);
  if (file.number >= 0) return file.number;
  if (file.error != 0) throw ReadError(path, file.problem());
  throw Error(path, file.problem());
}

void check_within(const std::string& folder, const std::string& path) {
  using Path = std::unique_ptr<char, void (*)(void*)>;
  const Path outer(::realpath(folder.c_str(), nullptr), std::free);
  const Path inner(outer ? ::realpath(path.c_str(), nullptr) : nullptr, std::free);
  if (!inner && errno == ENOENT) return;  // opening it tells that
  if (!inner) throw ReadError(path, std::strerror(errno));
  const std::string begin = std::string(outer.get()) + (outer.get() == std::string("/") ? "" : "/");
  if (!std::string_view(inner.get()).starts_with(begin))
    throw Error(path, "a symbolic link leads out of the folder");
}

std::string read_file(const std::string& path, size_t limit_bytes) {
  const OpenFile file(open_regular(path));
  std::string contents;
  char buffer[1 << 16];
  // Files of the kernel tell no size, or one that they do not have.
  for (;;) {
    const ssize_t count = ::read(file.number, buffer, sizeof buffer);
    if (count == 0) return contents;
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw ReadError(path, std::strerror(errno));
    if (contents.size() + static_cast<size_t>(count) > limit_bytes)
      throw Error(path, "larger than " + std::to_string(limit_bytes) + " bytes");
    contents.append(buffer, static_cast<size_t>(count));
  }
}

void write_file(const std::string& path, std::string_view contents) {
  PendingFile file(path);
  file.write(std::as_bytes(std::span(contents)));
  file.commit();
}

}  // namespace winnow::base
