#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace winnow::profiles {

// A file of the agent, aligned as its structs are. Read, not mapped: of a page that never got room
// on a full disk, or that a process behind its block cut off, a mapping gives SIGBUS. Throws
// base::Error.
class AgentBytes {
 public:
  explicit AgentBytes(const std::string& path);

  std::span<const std::byte> bytes() const { return {memory_.get(), size_bytes_}; }

 private:
  std::shared_ptr<std::byte> memory_;
  size_t size_bytes_ = 0;
};

}  // namespace winnow::profiles
