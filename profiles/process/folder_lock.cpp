#include "profiles/process/folder_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/error.h"

namespace winnow::profiles {

FolderLock::FolderLock(const std::string& folder, const std::string& file_name) {
  const auto file = std::filesystem::path(folder) / file_name;
  descriptor_ = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor_ < 0) throw base::Error(folder, strerror(errno));
  if (flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
    close(descriptor_);
    throw base::UsageError(folder, "another run is writing there");
  }
}

FolderLock::~FolderLock() { close(descriptor_); }

}  // namespace winnow::profiles
