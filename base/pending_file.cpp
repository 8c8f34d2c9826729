#include "base/pending_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <utility>

#include "base/error.h"

namespace winnow::base {

PendingFile::PendingFile(const std::string& path) : subject_(path), path_(path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0 && !S_ISDIR(status.st_mode) && !S_ISREG(status.st_mode)) {
    direct_ = true;
    fd_ = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  } else {
    if (::lstat(path.c_str(), &status) == 0 && S_ISLNK(status.st_mode)) {
      const std::unique_ptr<char, void (*)(void*)> target(::realpath(path.c_str(), nullptr),
                                                          std::free);
      if (target) path_ = target.get();  // a link that leads nowhere is replaced
    }
    if (!open_nameless()) {
      temporary_ = path_ + ".XXXXXX";
      fd_ = ::mkostemp(temporary_.data(), O_CLOEXEC);
      if (fd_ < 0) temporary_.clear();
    }
  }
  if (fd_ < 0) throw Error(subject_, std::strerror(errno));
}

PendingFile::~PendingFile() {
  if (fd_ >= 0) ::close(fd_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

bool PendingFile::open_nameless() {
  const size_t slash = path_.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path_.substr(0, slash + 1);
  fd_ = ::open(folder.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
  return fd_ >= 0;
}

// A name of its own first: linking cannot replace what stands under the wanted one.
bool PendingFile::give_name() {
  if (!temporary_.empty()) return true;
  const std::string self = "/proc/self/fd/" + std::to_string(fd_);
  for (int attempt = 0; attempt < 100; ++attempt) {
    const std::string name =
        path_ + "." + std::to_string(::getpid()) + "." + std::to_string(attempt);
    if (::linkat(AT_FDCWD, self.c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW) == 0) {
      temporary_ = name;
      return true;
    }
    if (errno != EEXIST) return false;
  }
  return false;
}

void PendingFile::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd_, bytes.data(), bytes.size());
    if (count >= 0)
      bytes = bytes.subspan(static_cast<size_t>(count));
    else if (errno != EINTR)
      throw Error(subject_, std::strerror(errno));
  }
}

void PendingFile::commit() {
  bool good = true;
  if (!direct_) {
    const mode_t mask = ::umask(0);
    ::umask(mask);
    good = ::fchmod(fd_, 0666 & ~mask) == 0 && give_name();
  }
  if (good) good = ::close(std::exchange(fd_, -1)) == 0;
  if (good && !direct_) good = ::rename(temporary_.c_str(), path_.c_str()) == 0;
  if (!good) throw Error(subject_, std::strerror(errno));
  temporary_.clear();
}

}  // namespace winnow::base
