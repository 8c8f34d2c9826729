#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace winnow::base {

// A whole file, mapped read-only and private. Movable; the bytes live as long as the object.
// Throws Error when the file cannot be opened, is not a regular file or is empty. A file that
// becomes shorter meanwhile, or a disk that fails, ends the process at the first read of what is
// gone: with one line on standard error and status kFailed, where the kernel alone would kill it
// (SIGBUS).
class MappedFile {
 public:
  explicit MappedFile(const std::string& path);
  ~MappedFile();
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;

  std::span<const std::byte> bytes() const;
  const std::string& path() const { return path_; }

  // Throws Error when the file has another size or time of modification than when it was mapped:
  // what was read of it may be of both states. A file that took its name meanwhile does no harm.
  void check_unchanged() const;

  // Drops the whole pages of a part of bytes() from this process's resident memory; a later read
  // takes them from the file again. Any thread.
  void drop_resident(std::span<const std::byte> part) const;

 private:
  struct Mapping;

  std::string path_;
  std::unique_ptr<Mapping> mapping_;
};

}  // namespace winnow::base
