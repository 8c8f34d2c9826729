#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace winnow::profiles {

// A gperftools CPU profile (https://gperftools.github.io/gperftools/cpuprofile-fileformat.html),
// 64-bit little-endian. Stacks are leaf first: the leaf is where the sample was taken, all others
// are return addresses (look up pc - 1). Stacks that the file repeats are summed.
struct CpuProfile {
  int64_t period_us = 0;  // as asked for; the kernel's tick may have sampled more rarely
  int64_t samples = 0;
  std::map<std::vector<uint64_t>, int64_t> stacks;
  std::string memory_map;  // the process's /proc/self/maps
};

// Both throw base::Error for an empty, cut or foreign file. A profile without samples is legal.
CpuProfile read_cpu_profile(const std::string& file);
CpuProfile parse_cpu_profile(std::span<const std::byte> bytes, const std::string& subject);

}  // namespace winnow::profiles
