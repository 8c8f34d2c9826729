#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

namespace winnow::profiles {

// What perf.data files hold of processes. Views last as long as the call that they are handed to.
struct SampleRecord {
  pid_t pid = 0, tid = 0;
  uint32_t cpu = 0;
  uint64_t time_ns = 0, period_ns = 0;
  uint64_t ip = 0;
  bool in_kernel = false;
  std::vector<uint64_t> user_chain;  // by frame pointers, leaf first; empty where not recorded
  // As the kernel of this machine's architecture numbers them (registers.h): those of the mask, the
  // lowest first. Without a 64-bit program's registers the mask is 0.
  uint64_t register_mask = 0;
  std::vector<uint64_t> registers;
  std::span<const std::byte> stack;  // from the stack pointer upwards
};
struct MapRecord {
  pid_t pid = 0;
  uint64_t begin = 0, size_bytes = 0, offset = 0;
  std::string_view file;
};
struct CommRecord {
  pid_t pid = 0, tid = 0;
  bool exec = false;
  std::string_view comm;
};
struct ForkRecord {
  pid_t pid = 0, parent_pid = 0, tid = 0, parent_tid = 0;
};
struct ExitRecord {
  pid_t pid = 0, tid = 0;
};
using DataRecord = std::variant<SampleRecord, MapRecord, CommRecord, ForkRecord, ExitRecord>;

}  // namespace winnow::profiles
