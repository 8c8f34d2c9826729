#pragma once

#include <string>
#include <string_view>

namespace winnow::base {

// The whole file as a string. Throws Error; `limit_bytes` keeps a hostile file from filling memory.
std::string read_file(const std::string& path, size_t limit_bytes = size_t{1} << 30);

// Writes to a temporary name beside `path`, then renames: a reader sees the old file or the whole
// new one, never a part. Throws Error; leaves nothing behind when it does.
void write_file(const std::string& path, std::string_view contents);

}  // namespace winnow::base
