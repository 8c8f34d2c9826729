#include "profiles/perf/sample_reader.h"

#include <fmt/format.h>

#include <bit>
#include <cstring>

#include "base/byte_reader.h"
#include "base/error.h"

namespace winnow::profiles {
namespace {

// What stands before each field, in samples and, by their end, in other records; eight bytes each.
constexpr uint64_t kBeforeTime = PERF_SAMPLE_IDENTIFIER | PERF_SAMPLE_IP | PERF_SAMPLE_TID;
constexpr uint64_t kBeforeId = kBeforeTime | PERF_SAMPLE_TIME | PERF_SAMPLE_ADDR;
constexpr uint64_t kFromTime = PERF_SAMPLE_TIME | PERF_SAMPLE_ID | PERF_SAMPLE_STREAM_ID |
                               PERF_SAMPLE_CPU | PERF_SAMPLE_IDENTIFIER;
constexpr uint64_t kFromId = kFromTime & ~uint64_t{PERF_SAMPLE_TIME};

std::optional<uint64_t> word_at(std::span<const std::byte> body, size_t offset) {
  uint64_t word = 0;
  if (offset > body.size() || body.size() - offset < sizeof word) return {};
  std::memcpy(&word, body.data() + offset, sizeof word);
  return word;
}

size_t field_bytes(uint64_t fields) {
  return static_cast<size_t>(std::popcount(fields)) * sizeof(uint64_t);
}

std::optional<uint64_t> word_from_end(std::span<const std::byte> body, uint64_t fields) {
  const size_t bytes = field_bytes(fields);
  if (bytes > body.size()) return {};
  return word_at(body, body.size() - bytes);
}

// The parts of a sample that have sizes of their own, in the order in which they stand.
class SampleBody {
 public:
  SampleBody(base::ByteReader& reader, const SampleFields& fields, SampleRecord& sample)
      : reader_(reader), fields_(fields), sample_(sample) {}

  void read() {
    read_fixed();
    if (has(PERF_SAMPLE_READ) || has(PERF_SAMPLE_BRANCH_STACK))
      throw base::Error(reader_.subject(),
                        "samples with counters' values or branches are not understood: record "
                        "without them");
    sample_.user_chain.clear();
    if (has(PERF_SAMPLE_CALLCHAIN)) read_chain();
    if (has(PERF_SAMPLE_RAW))
      reader_.take(reader_.read<uint32_t>("raw data's size"), "a sample's raw data");
    sample_.registers.clear();
    sample_.register_mask = 0;
    if (has(PERF_SAMPLE_REGS_USER)) read_registers();
    sample_.stack = {};
    if (has(PERF_SAMPLE_STACK_USER)) read_stack();
  }

 private:
  bool has(uint64_t field) const { return fields_.sample_type & field; }
  uint64_t word() { return reader_.read<uint64_t>("a sample"); }

  void read_fixed() {
    if (has(PERF_SAMPLE_IDENTIFIER)) word();
    if (has(PERF_SAMPLE_IP)) sample_.ip = word();
    sample_.pid = reader_.read<int32_t>("a sample");  // always there, as is the time
    sample_.tid = reader_.read<int32_t>("a sample");
    sample_.time_ns = word();
    for (const uint64_t field : {PERF_SAMPLE_ADDR, PERF_SAMPLE_ID, PERF_SAMPLE_STREAM_ID})
      if (has(field)) word();
    if (has(PERF_SAMPLE_CPU)) sample_.cpu = static_cast<uint32_t>(word());
    if (has(PERF_SAMPLE_PERIOD)) sample_.period_ns = word();
  }

  // Markers, which no address can be, tell whose addresses follow.
  void read_chain() {
    const uint64_t count = word();
    if (count > reader_.remaining() / sizeof(uint64_t))
      throw base::Error(reader_.subject(),
                        fmt::format("a call chain of {} addresses does not fit", count));
    bool user = false;
    for (uint64_t i = 0; i < count; ++i) {
      const uint64_t address = word();
      if (address >= PERF_CONTEXT_MAX)
        user = address == PERF_CONTEXT_USER;
      else if (user)
        sample_.user_chain.push_back(address);
    }
  }

  void read_registers() {
    const uint64_t abi = word();
    if (abi == PERF_SAMPLE_REGS_ABI_NONE) return;
    for (int i = std::popcount(fields_.register_mask); i > 0; --i)
      sample_.registers.push_back(word());
    if (abi == PERF_SAMPLE_REGS_ABI_64) sample_.register_mask = fields_.register_mask;
  }

  void read_stack() {
    const uint64_t size = word();
    if (size == 0) return;
    const auto bytes = reader_.take(size, "a sample's stack");
    const uint64_t used = word();
    if (used > size)
      throw base::Error(reader_.subject(),
                        fmt::format("a stack of {} bytes in room for {}", used, size));
    sample_.stack = bytes.first(used);
  }

  base::ByteReader& reader_;
  const SampleFields& fields_;
  SampleRecord& sample_;
};

std::string_view text_of(base::ByteReader& reader) {
  const std::string_view rest = reader.take_string(reader.remaining(), "a name");
  return rest.substr(0, rest.find('\0'));
}

MapRecord read_mapping(base::ByteReader& reader, bool second_version) {
  MapRecord map;
  map.pid = reader.read<int32_t>("a mapping");
  reader.read<int32_t>("a mapping");
  map.begin = reader.read<uint64_t>("a mapping");
  map.size_bytes = reader.read<uint64_t>("a mapping");
  map.offset = reader.read<uint64_t>("a mapping");
  constexpr size_t kDeviceInodeProtectionFlags = 32;  // or the build id in their place
  if (second_version) reader.take(kDeviceInodeProtectionFlags, "a mapping");
  map.file = text_of(reader);
  return map;
}

}  // namespace

std::optional<uint64_t> id_of_sample(std::span<const std::byte> body, uint64_t sample_type) {
  if (sample_type & PERF_SAMPLE_IDENTIFIER) return word_at(body, 0);
  if (!(sample_type & PERF_SAMPLE_ID)) return {};
  return word_at(body, field_bytes(sample_type & kBeforeId));
}

std::optional<uint64_t> id_of_other(std::span<const std::byte> body, uint64_t sample_type) {
  if (sample_type & PERF_SAMPLE_IDENTIFIER) return word_from_end(body, PERF_SAMPLE_IDENTIFIER);
  if (!(sample_type & PERF_SAMPLE_ID)) return {};
  return word_from_end(body, sample_type & kFromId);
}

std::optional<uint64_t> time_of_sample(std::span<const std::byte> body, uint64_t sample_type) {
  if (!(sample_type & PERF_SAMPLE_TIME)) return {};
  return word_at(body, field_bytes(sample_type & kBeforeTime));
}

std::optional<uint64_t> time_of_other(std::span<const std::byte> body, uint64_t sample_type) {
  if (!(sample_type & PERF_SAMPLE_TIME)) return {};
  return word_from_end(body, sample_type & kFromTime);
}

void read_sample(const SampleFields& fields, const perf_event_header& header,
                 std::span<const std::byte> body, const std::string& subject,
                 SampleRecord& sample) {
  base::ByteReader reader(body, subject);
  SampleBody(reader, fields, sample).read();
  sample.in_kernel = (header.misc & PERF_RECORD_MISC_CPUMODE_MASK) == PERF_RECORD_MISC_KERNEL;
}

DataRecord read_other(const perf_event_header& header, std::span<const std::byte> body,
                      const std::string& subject) {
  base::ByteReader reader(body, subject);
  const auto number = [&] { return reader.read<int32_t>("a record"); };
  switch (header.type) {
    case PERF_RECORD_MMAP:
    case PERF_RECORD_MMAP2:
      return read_mapping(reader, header.type == PERF_RECORD_MMAP2);
    case PERF_RECORD_COMM: {
      CommRecord comm;
      comm.pid = number();
      comm.tid = number();
      comm.exec = header.misc & PERF_RECORD_MISC_COMM_EXEC;
      comm.comm = text_of(reader);
      return comm;
    }
    default: {
      ForkRecord fork;
      fork.pid = number();
      fork.parent_pid = number();
      fork.tid = number();
      fork.parent_tid = number();
      if (header.type == PERF_RECORD_EXIT) return ExitRecord{fork.pid, fork.tid};
      return fork;
    }
  }
}

}  // namespace winnow::profiles
