#include "base/pending_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "base/error.h"

namespace winnow::base {

PendingFile::PendingFile(const std::string& path) : path_(path), temporary_(path + ".XXXXXX") {
  fd_ = ::mkostemp(temporary_.data(), O_CLOEXEC);
  if (fd_ < 0) throw Error(path_, std::strerror(errno));
}

PendingFile::~PendingFile() {
  if (fd_ >= 0) ::close(fd_);
  if (!committed_) ::unlink(temporary_.c_str());
}

void PendingFile::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd_, bytes.data(), bytes.size());
    if (count >= 0)
      bytes = bytes.subspan(static_cast<size_t>(count));
    else if (errno != EINTR)
      throw Error(path_, std::strerror(errno));
  }
}

void PendingFile::commit() {
  const mode_t mask = ::umask(0);
  ::umask(mask);
  bool good = ::fchmod(fd_, 0666 & ~mask) == 0;
  good = ::close(std::exchange(fd_, -1)) == 0 && good;
  committed_ = good && ::rename(temporary_.c_str(), path_.c_str()) == 0;
  if (!committed_) throw Error(path_, std::strerror(errno));
}

}  // namespace winnow::base
