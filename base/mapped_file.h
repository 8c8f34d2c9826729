#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace winnow::base {

// A whole file, mapped read-only and private. Movable; the bytes live as long as the object.
// Throws Error when the file cannot be opened, is not a regular file or is empty.
class MappedFile {
 public:
  explicit MappedFile(const std::string& path);
  ~MappedFile();
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;

  std::span<const std::byte> bytes() const { return {data_, size_bytes_}; }
  const std::string& path() const { return path_; }

  // Drops the whole pages of a part of bytes() from this process's resident memory; a later read
  // takes them from the file again. Any thread.
  void drop_resident(std::span<const std::byte> part) const;

 private:
  std::string path_;
  const std::byte* data_ = nullptr;
  size_t size_bytes_ = 0;
};

}  // namespace winnow::base
