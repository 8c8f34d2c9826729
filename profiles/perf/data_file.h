#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/byte_reader.h"
#include "base/function_ref.h"
#include "base/mapped_file.h"
#include "profiles/perf/data_record.h"

namespace winnow::profiles {

// A file of `perf record` (of a file or a pipe, not compressed) or of CpuSampler: samples of CPU
// time by the events cpu-clock or task-clock; samples of other events are passed over.
class DataFile {
 public:
  // Throws base::Error for a file that is none, is damaged or too large, holds no such event, or
  // was made on a machine of another byte order.
  explicit DataFile(const std::string& path);

  // In the order of time. Throws base::Error for a damaged record.
  void each(base::FunctionRef<void(const DataRecord&)> take) const;

  // False: the samples are of user space alone.
  bool kernel_seen() const;
  int64_t lost() const { return lost_; }  // records that found no room while it was recorded

 private:
  // How the samples of an event are written.
  struct Layout {
    uint64_t sample_type = 0, register_mask = 0, period_ns = 0;
    bool id_in_all = false, cpu_time = false, with_kernel = false;
  };
  struct Place {
    uint64_t time_ns, offset;
  };

  void read_file_header(base::ByteReader reader);
  void add_layout(std::span<const std::byte> attr);
  void add_ids(std::span<const std::byte> ids);
  void index(uint64_t begin, uint64_t end, bool from_pipe);
  void index_record(uint32_t type, uint64_t offset, std::span<const std::byte> body);
  const Layout& layout_of(uint32_t type, std::span<const std::byte> body) const;
  uint64_t time_of(uint32_t type, std::span<const std::byte> body) const;
  [[noreturn]] void fail(const std::string& problem) const;

  base::MappedFile file_;
  std::vector<Layout> layouts_;
  std::unordered_map<uint64_t, size_t> layout_of_id_;
  std::vector<Place> places_;  // by time
  int64_t lost_ = 0;
};

}  // namespace winnow::profiles
