#pragma once

#include <linux/perf_event.h>

#include <optional>
#include <string>

#include "profiles/perf/data_record.h"

// The bodies of records, behind their headers, by the fields that their event has (sample_type).
namespace winnow::profiles {

// Where they are wanted without all else; "other": of a record that is no sample, which has them at
// its end. Empty: the body is too short, or the event has no such field.
std::optional<uint64_t> id_of_sample(std::span<const std::byte> body, uint64_t sample_type);
std::optional<uint64_t> id_of_other(std::span<const std::byte> body, uint64_t sample_type);
std::optional<uint64_t> time_of_sample(std::span<const std::byte> body, uint64_t sample_type);
std::optional<uint64_t> time_of_other(std::span<const std::byte> body, uint64_t sample_type);

struct SampleFields {
  uint64_t sample_type = 0, register_mask = 0;
};

// Both throw base::Error about `subject` for a damaged record. What the event does not record stays
// empty; period_ns then stays what it was.
void read_sample(const SampleFields& fields, const perf_event_header& header,
                 std::span<const std::byte> body, const std::string& subject, SampleRecord& sample);
// A mapping, a name, a process's begin or end.
DataRecord read_other(const perf_event_header& header, std::span<const std::byte> body,
                      const std::string& subject);

}  // namespace winnow::profiles
