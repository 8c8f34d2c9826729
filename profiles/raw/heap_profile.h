#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace winnow::profiles {

struct Allocations {
  int64_t objects = 0;
  int64_t bytes = 0;

  Allocations& operator+=(const Allocations& other) {
    objects += other.objects;
    bytes += other.bytes;
    return *this;
  }
};

// What a process has allocated since the heap profiler started, freed or not: the cumulative
// figures of one dump of gperftools' heap profiler. Stacks are leaf first, all return addresses
// (look up pc - 1), at most 32 deep. The stacks add up to less than the header where the dump
// was cut.
struct HeapDump {
  Allocations header;
  std::map<std::vector<uint64_t>, Allocations> stacks;
  std::string memory_map;
};

// Both throw base::Error for an empty, cut or foreign file, or a negative (wrapped) counter.
HeapDump read_heap_dump(const std::string& file);
HeapDump parse_heap_dump(std::string_view text, const std::string& subject);

// What was allocated between two dumps of one process. Throws base::Error about `subject` where a
// counter is smaller at the end than at the beginning.
Allocations difference(const Allocations& end, const Allocations& begin,
                       const std::string& subject);

}  // namespace winnow::profiles
