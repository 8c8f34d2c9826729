#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace winnow::scenarios {

// Bytes of the last-level caches together, over all sockets and core groups; empty where the kernel
// does not tell. /sys is read below `root` ("" for the machine itself).
std::optional<size_t> last_level_cache_bytes(const std::string& root = "");

// Bytes that may be taken without driving out anything else, within the control group's limit;
// empty where the kernel does not tell. /proc and /sys are read below `root`.
std::optional<size_t> free_memory_bytes(const std::string& root = "");

}  // namespace winnow::scenarios
