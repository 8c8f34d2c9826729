#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace winnow::base {

// The system could not open or read a file, which says nothing of what it holds.
class ReadError : public Error {
 public:
  using Error::Error;
};

// A descriptor of a regular file, for reading; closed by an exec. Whatever else stands under the
// name, a pipe, a socket, a device or a folder, is an error at once: nothing waits for a writer.
int open_regular(const std::string& path);  // throws Error, ReadError
// -1: `problem`, where it is asked for, gets what an Error would say.
int try_open_regular(const std::string& path, std::string* problem = nullptr);

// Throws Error where symbolic links lead from `path`, in `folder` by its name, out of the folder,
// ReadError where that cannot be told.
void check_within(const std::string& folder, const std::string& path);

// The whole file as a string; it must be a regular one. Throws Error, ReadError; `limit_bytes`
// keeps a hostile file from filling memory.
std::string read_file(const std::string& path, size_t limit_bytes = size_t{1} << 30);

// Writes to a temporary name beside `path`, then renames: a reader sees the old file or the whole
// new one, never a part. Throws Error; leaves nothing behind when it does.
void write_file(const std::string& path, std::string_view contents);

}  // namespace winnow::base
