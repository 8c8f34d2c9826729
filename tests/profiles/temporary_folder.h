#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

#include "base/error.h"

namespace winnow::profiles {

// A new folder that is gone with the object.
class TemporaryFolder {
 public:
  TemporaryFolder() : path_(std::filesystem::temp_directory_path() / "winnow-test-XXXXXX") {
    if (!::mkdtemp(path_.data())) throw base::Error(path_, "cannot be made");
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  std::string file(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace winnow::profiles
