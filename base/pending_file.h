#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace winnow::base {

// A file that appears under its name whole, in commit(), or not at all: a reader sees the old file
// or the new one, never a part, and nothing is left behind by a process that is killed (where the
// file system has files without names, as Linux's own do). A link is followed; what is no regular
// file, such as /dev/stdout or a pipe, is written to directly. Throws Error.
class PendingFile {
 public:
  explicit PendingFile(const std::string& path);
  ~PendingFile();
  PendingFile(const PendingFile&) = delete;
  PendingFile& operator=(const PendingFile&) = delete;

  void write(std::span<const std::byte> bytes);
  void commit();

 private:
  bool open_nameless();
  bool give_name();

  std::string subject_;    // as the caller named it
  std::string path_;       // links followed
  std::string temporary_;  // beside path_; empty while the file has no name
  int fd_ = -1;
  bool direct_ = false;
};

}  // namespace winnow::base
