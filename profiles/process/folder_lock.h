#pragma once

#include <string>

namespace winnow::profiles {

// Keeps a second run out of a folder as long as it lives: a lock on a file in it, which is created
// where it is missing and stays. The kernel frees the lock of a run that is killed.
class FolderLock {
 public:
  // Throws base::UsageError when another run holds it, base::Error when the file cannot be had.
  FolderLock(const std::string& folder, const std::string& file_name);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int descriptor_ = -1;
};

}  // namespace winnow::profiles
