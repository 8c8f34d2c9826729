#pragma once

#include <linux/perf_event.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace winnow::profiles {

// Writes a perf.data file of one kind of event. Until finish() its header says that it holds
// nothing. What goes wrong while records are added is told by problem(), from then on nothing is
// written.
class DataWriter {
 public:
  // ids: of the events. Throws base::Error.
  DataWriter(const std::string& path, const perf_event_attr& attr,
             const std::vector<uint64_t>& ids);
  ~DataWriter();
  DataWriter(const DataWriter&) = delete;
  DataWriter& operator=(const DataWriter&) = delete;

  // Whole records, in up to two pieces.
  void add(std::span<const std::byte> records, std::span<const std::byte> more = {}) noexcept;
  // What comes later is not older than what came before the last call.
  void end_round() noexcept;
  void finish() noexcept;

  uint64_t size_bytes() const { return data_offset_ + data_bytes_; }
  int problem() const { return problem_; }  // errno, 0: none

 private:
  void write_at(uint64_t offset, std::span<const std::byte> bytes) noexcept;
  void write_header() noexcept;

  int file_ = -1;
  uint64_t attr_offset_ = 0, data_offset_ = 0, data_bytes_ = 0;
  int problem_ = 0;
};

}  // namespace winnow::profiles
