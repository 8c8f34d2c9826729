#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "profiles/perf/data_record.h"
#include "profiles/perf/frame_rules.h"
#include "profiles/symbols/memory_map.h"

namespace winnow::profiles {

// Addresses in user space, leaf first: the leaf is where the thread was, all others are return
// addresses.
struct UserStack {
  std::vector<uint64_t> pcs;
  bool truncated = false;  // there is more of it, beyond what the sample copied
};

// Finds callers in the copy of a stack by call frame information, and where code has none by its
// frame pointer. What is read of a file serves all processes and samples. For one thread at a time.
class Unwinder {
 public:
  // Of a sample without registers, or whose first caller is not found, the chain that the kernel
  // followed by frame pointers, else the leaf alone. None where the thread has no user space.
  UserStack unwind(const SampleRecord& sample, const MemoryMap& map);

 private:
  const FrameRow* row_at(uint64_t pc, const MemoryMap& map);

  std::unordered_map<std::string, FrameRules> files_;
};

}  // namespace winnow::profiles
