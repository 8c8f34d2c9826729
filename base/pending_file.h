#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace winnow::base {

// A file under a temporary name beside `path` that gets its own name in commit(), or vanishes
// without it: a reader sees the old file or the whole new one, never a part. Throws Error.
class PendingFile {
 public:
  explicit PendingFile(const std::string& path);
  ~PendingFile();
  PendingFile(const PendingFile&) = delete;
  PendingFile& operator=(const PendingFile&) = delete;

  void write(std::span<const std::byte> bytes);
  void commit();

 private:
  std::string path_;
  std::string temporary_;
  int fd_ = -1;
  bool committed_ = false;
};

}  // namespace winnow::base
