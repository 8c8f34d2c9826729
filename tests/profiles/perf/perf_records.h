#pragma once

#include <linux/perf_event.h>

#include <cstring>
#include <string>
#include <vector>

#include "profiles/perf/data_format.h"
#include "profiles/perf/registers.h"

// perf.data files made by hand, of one event as CpuSampler records it.

template <class T>
std::string bytes_of_value(const T& value) {
  return std::string(reinterpret_cast<const char*>(&value), sizeof value);
}
template <class... T>
std::string joined(const T&... values) {
  return (bytes_of_value(values) + ...);
}

inline constexpr uint64_t kPeriodNs = 1'000'000;

inline perf_event_attr clock_attr() {
  perf_event_attr attr{};
  attr.size = sizeof attr;
  attr.type = PERF_TYPE_SOFTWARE;
  attr.config = PERF_COUNT_SW_CPU_CLOCK;
  attr.sample_period = kPeriodNs;
  attr.sample_type = PERF_SAMPLE_IP | PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_CPU |
                     PERF_SAMPLE_PERIOD | PERF_SAMPLE_CALLCHAIN | PERF_SAMPLE_REGS_USER |
                     PERF_SAMPLE_STACK_USER;
  attr.sample_id_all = 1;
  attr.sample_regs_user = winnow::profiles::kSampledRegisters;
  return attr;
}

inline std::string record(uint32_t type, const std::string& body, uint16_t misc = 0) {
  const auto size = static_cast<uint16_t>(sizeof(perf_event_header) + body.size());
  return bytes_of_value(perf_event_header{type, misc, size}) + body;
}

// What stands at the end of each record that is no sample.
inline std::string its_time(int pid, uint64_t time_ns) {
  return joined(pid, pid, time_ns, uint64_t{0});
}

inline std::string text(std::string name) {
  name.resize(name.size() / 8 * 8 + 8, '\0');
  return name;
}

inline std::string mapping(int pid, uint64_t time_ns, uint64_t begin, uint64_t size_bytes,
                           const std::string& file) {
  return record(PERF_RECORD_MMAP2,
                joined(pid, pid, begin, size_bytes, uint64_t{0}) + std::string(32, '\0') +
                    text(file) + its_time(pid, time_ns),
                PERF_RECORD_MISC_USER);
}

inline std::string named(int pid, uint64_t time_ns, const std::string& comm, bool exec) {
  return record(PERF_RECORD_COMM, joined(pid, pid) + text(comm) + its_time(pid, time_ns),
                exec ? PERF_RECORD_MISC_COMM_EXEC : 0);
}

inline std::string forked(int pid, int parent, uint64_t time_ns) {
  return record(PERF_RECORD_FORK,
                joined(pid, parent, pid, parent, time_ns) + its_time(pid, time_ns));
}

inline std::string ended(int pid, uint64_t time_ns) {
  return record(PERF_RECORD_EXIT, joined(pid, pid, pid, pid, time_ns) + its_time(pid, time_ns));
}

inline std::string lost(uint64_t count) {
  return record(PERF_RECORD_LOST, joined(uint64_t{1}, count) + its_time(0, 0));
}

// A leaf and its caller by frame pointers; no registers, and so no stack. Of the kernel's work the
// leaf is its own, and the caller where it was entered.
inline std::string sample(int pid, uint64_t time_ns, uint64_t ip, uint64_t caller,
                          uint16_t mode = PERF_RECORD_MISC_USER) {
  const auto user = static_cast<uint64_t>(PERF_CONTEXT_USER);
  const auto kernel = static_cast<uint64_t>(PERF_CONTEXT_KERNEL);
  const std::string chain = mode == PERF_RECORD_MISC_KERNEL
                                ? joined(uint64_t{4}, kernel, ip, user, caller)
                                : joined(uint64_t{3}, user, ip, caller);
  return record(PERF_RECORD_SAMPLE,
                joined(ip, pid, pid, time_ns, uint64_t{0}, kPeriodNs) + chain +
                    joined(uint64_t{PERF_SAMPLE_REGS_ABI_NONE}, uint64_t{0}),
                mode);
}

// The same with registers and a stack; the frame pointer points to its begin.
inline std::string sample_of_stack(int pid, uint64_t time_ns, uint64_t ip,
                                   const std::vector<uint64_t>& stack) {
  using namespace winnow::profiles;
  constexpr uint64_t kStack = 0x7000;
  std::string registers, words;
  for (int number = 0; number < 64; ++number) {
    if (!(kSampledRegisters >> number & 1)) continue;
    const bool points_to_stack =
        number == kPerfOfDwarf[kDwarfSp] || number == kPerfOfDwarf[kDwarfFramePointer];
    registers += bytes_of_value(points_to_stack ? kStack : number == kPerfPc ? ip : uint64_t{0});
  }
  for (const uint64_t word : stack) words += bytes_of_value(word);
  return record(PERF_RECORD_SAMPLE,
                joined(ip, pid, pid, time_ns, uint64_t{0}, kPeriodNs, uint64_t{0},
                       uint64_t{PERF_SAMPLE_REGS_ABI_64}) +
                    registers + bytes_of_value(uint64_t{words.size()}) + words +
                    bytes_of_value(uint64_t{words.size()}),
                PERF_RECORD_MISC_USER);
}

inline std::string data_file(const std::string& records,
                             const perf_event_attr& attr = clock_attr()) {
  winnow::profiles::perf_data::Header header;
  header.attr_bytes = sizeof attr + sizeof(winnow::profiles::perf_data::Section);
  header.attrs = {sizeof header, header.attr_bytes};
  header.data = {header.attrs.offset + header.attrs.size_bytes, records.size()};
  return bytes_of_value(header) + bytes_of_value(attr) +
         bytes_of_value(winnow::profiles::perf_data::Section{sizeof header, 0}) + records;
}

inline std::string pipe_file(const std::string& records,
                             const perf_event_attr& attr = clock_attr()) {
  using namespace winnow::profiles::perf_data;
  return joined(kMagic, kPipeHeaderBytes) +
         record(kHeaderAttr, bytes_of_value(attr) + bytes_of_value(uint64_t{1})) + records;
}
