#include "profiles/raw/agent_bytes.h"

#include <cstring>

#include "base/aligned_buffer.h"
#include "base/error.h"
#include "base/file.h"

namespace winnow::profiles {

AgentBytes::AgentBytes(const std::string& path) {
  constexpr size_t kMostAgentBytes = size_t{256} << 20;
  const std::string bytes = base::read_file(path, kMostAgentBytes);
  if (bytes.empty()) throw base::Error(path, "the file is empty");
  size_bytes_ = bytes.size();
  memory_ = base::aligned_memory(size_bytes_);
  std::memcpy(memory_.get(), bytes.data(), size_bytes_);
}

}  // namespace winnow::profiles
