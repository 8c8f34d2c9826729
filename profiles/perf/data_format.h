#pragma once

#include <linux/perf_event.h>

#include <cstdint>

// The file that `perf record` writes (tools/perf/Documentation/perf.data-file-format.txt of the
// kernel's sources), in this machine's byte order.
namespace winnow::profiles::perf_data {

inline constexpr uint64_t kMagic = 0x32454c4946524550;  // "PERFILE2"
inline constexpr uint64_t kPipeHeaderBytes = 16;

struct Section {
  uint64_t offset = 0, size_bytes = 0;
};

struct Header {
  uint64_t magic = kMagic;
  uint64_t size_bytes = sizeof(Header);
  uint64_t attr_bytes = 0;  // of one entry of `attrs`: an attr and the section of its ids
  Section attrs, data, event_types;
  uint64_t features[4] = {};
};

// Records that perf itself adds to the kernel's.
enum AddedRecord : uint32_t {
  kHeaderAttr = 64,
  kTracingData = 66,
  kFinishedRound = 68,  // what comes later is not older than the round before this one
  kHardwareTrace = 71,
  kCompressed = 81,
};

}  // namespace winnow::profiles::perf_data
