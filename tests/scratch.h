#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

#include "base/error.h"

// A new folder for what a test writes, removed with its contents when the object ends.
class Scratch {
 public:
  explicit Scratch(const std::filesystem::path& parent = std::filesystem::temp_directory_path())
      : path_(parent / "winnow-test-XXXXXX") {
    if (::mkdtemp(path_.data()) == nullptr) throw winnow::base::Error(path_, "cannot be made");
  }
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};
