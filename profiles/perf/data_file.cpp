#include "profiles/perf/data_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/error.h"
#include "profiles/perf/data_format.h"
#include "profiles/perf/sample_reader.h"

namespace winnow::profiles {
namespace {

constexpr size_t kMostDataBytes = size_t{4} << 30;
constexpr size_t kMostRecords = size_t{1} << 26;
constexpr size_t kMostLayouts = 1024, kMostIds = size_t{1} << 20;

struct RecordView {
  perf_event_header header;
  std::span<const std::byte> body;
};

RecordView next_record(base::ByteReader& reader) {
  const size_t position = reader.position();
  const auto header = std::bit_cast<perf_event_header>(reader.read<uint64_t>("a record's header"));
  if (header.size < sizeof header)
    throw base::Error(reader.subject(),
                      fmt::format("a record of {} bytes at byte {}", header.size, position));
  return {header, reader.take(header.size - sizeof header, "a record")};
}

}  // namespace

DataFile::DataFile(const std::string& path) : file_(path) {
  const auto bytes = file_.bytes();
  if (bytes.size() > kMostDataBytes) fail("larger than 4 GB");
  base::ByteReader reader(bytes, path);
  if (reader.read<uint64_t>("the header") != perf_data::kMagic)
    fail("not a perf.data file of this machine's byte order");
  if (reader.read<uint64_t>("the header") == perf_data::kPipeHeaderBytes)
    index(perf_data::kPipeHeaderBytes, bytes.size(), true);
  else
    read_file_header(base::ByteReader(bytes, path));
  if (std::ranges::none_of(layouts_, &Layout::cpu_time))
    fail("holds no samples of CPU time (of the events cpu-clock or task-clock)");
  std::ranges::stable_sort(places_, {}, &Place::time_ns);
}

void DataFile::read_file_header(base::ByteReader reader) {
  const auto bytes = file_.bytes();
  perf_data::Header header;
  std::memcpy(&header, reader.take(sizeof header, "the header").data(), sizeof header);
  const auto part = [&](const perf_data::Section& section, const char* what) {
    if (section.offset > bytes.size() || section.size_bytes > bytes.size() - section.offset)
      fail(fmt::format("cut short: {} of {} bytes at byte {}", what, section.size_bytes,
                       section.offset));
    return bytes.subspan(section.offset, section.size_bytes);
  };
  if (header.data.size_bytes == 0) fail("not finished: its writer was killed, or recorded nothing");
  if (header.attr_bytes < PERF_ATTR_SIZE_VER0 + sizeof(perf_data::Section))
    fail(fmt::format("events described in {} bytes each", header.attr_bytes));
  for (auto attrs = part(header.attrs, "the events"); attrs.size() >= header.attr_bytes;
       attrs = attrs.subspan(header.attr_bytes)) {
    const size_t attr_bytes = header.attr_bytes - sizeof(perf_data::Section);
    perf_data::Section ids;
    std::memcpy(&ids, attrs.data() + attr_bytes, sizeof ids);
    add_layout(attrs.first(attr_bytes));
    add_ids(part(ids, "an event's ids"));
  }
  part(header.data, "the data");
  index(header.data.offset, header.data.offset + header.data.size_bytes, false);
}

bool DataFile::kernel_seen() const {
  return std::ranges::any_of(
      layouts_, [](const Layout& layout) { return layout.cpu_time && layout.with_kernel; });
}

void DataFile::add_layout(std::span<const std::byte> bytes) {
  if (layouts_.size() == kMostLayouts) fail("more events than can be");
  perf_event_attr attr{};
  std::memcpy(&attr, bytes.data(), std::min(bytes.size(), sizeof attr));
  Layout layout;
  layout.sample_type = attr.sample_type;
  layout.register_mask = attr.sample_regs_user;
  layout.period_ns = attr.freq ? 0 : attr.sample_period;
  layout.id_in_all = attr.sample_id_all;
  layout.with_kernel = !attr.exclude_kernel;
  layout.cpu_time = attr.type == PERF_TYPE_SOFTWARE && (attr.config == PERF_COUNT_SW_CPU_CLOCK ||
                                                        attr.config == PERF_COUNT_SW_TASK_CLOCK);
  if (layout.cpu_time && !(attr.sample_type & PERF_SAMPLE_TIME)) fail("its samples have no time");
  if (layout.cpu_time && !(attr.sample_type & PERF_SAMPLE_TID)) fail("its samples have no process");
  if (layout.cpu_time && !(attr.sample_type & PERF_SAMPLE_IP)) fail("its samples have no address");
  // Records say by an id which event they are of, and it stands where it is found without knowing.
  const bool found = attr.sample_type & PERF_SAMPLE_IDENTIFIER;
  const bool found_before = layouts_.empty() || layouts_[0].sample_type & PERF_SAMPLE_IDENTIFIER;
  if (!layouts_.empty() && !(found && found_before) &&
      (layouts_[0].sample_type != attr.sample_type || !(attr.sample_type & PERF_SAMPLE_ID)))
    fail("its records do not tell which event they are of");
  layouts_.push_back(layout);
}

void DataFile::add_ids(std::span<const std::byte> ids) {
  for (; ids.size() >= sizeof(uint64_t); ids = ids.subspan(sizeof(uint64_t))) {
    if (layout_of_id_.size() == kMostIds) fail("more ids of events than can be");
    uint64_t id = 0;
    std::memcpy(&id, ids.data(), sizeof id);
    layout_of_id_[id] = layouts_.size() - 1;
  }
}

void DataFile::index(uint64_t begin, uint64_t end, bool from_pipe) {
  base::ByteReader reader(file_.bytes().first(end), file_.path());
  reader.take(begin, "the data");
  while (reader.remaining() > 0) {
    const uint64_t offset = reader.position();
    const auto [header, body] = next_record(reader);
    if (header.type == perf_data::kCompressed)
      fail("compressed: record without compression (perf record without -z)");
    if (header.type == perf_data::kHardwareTrace || header.type == perf_data::kTracingData)
      fail("holds traces, which have no samples of CPU time");
    if (header.type == perf_data::kHeaderAttr && from_pipe) {
      uint32_t attr_bytes = 0;  // the attr's second word
      if (body.size() >= 2 * sizeof(uint32_t))
        std::memcpy(&attr_bytes, body.data() + sizeof(uint32_t), sizeof attr_bytes);
      if (attr_bytes < PERF_ATTR_SIZE_VER0 || attr_bytes > body.size())
        fail(fmt::format("an event described in {} bytes", attr_bytes));
      add_layout(body.first(attr_bytes));
      add_ids(body.subspan(attr_bytes));
    } else {
      index_record(header.type, offset, body);
    }
  }
}

void DataFile::index_record(uint32_t type, uint64_t offset, std::span<const std::byte> body) {
  switch (type) {
    case PERF_RECORD_LOST:
    case PERF_RECORD_LOST_SAMPLES: {
      base::ByteReader reader(body, file_.path());
      if (type == PERF_RECORD_LOST) reader.read<uint64_t>("a count of lost records");
      const auto lost = reader.read<uint64_t>("a count of lost records");
      lost_ += static_cast<int64_t>(std::min(lost, uint64_t{1} << 32));
      return;
    }
    case PERF_RECORD_SAMPLE:
      if (!layouts_.empty() && !layout_of(type, body).cpu_time) return;
      break;
    case PERF_RECORD_MMAP:
    case PERF_RECORD_MMAP2:
    case PERF_RECORD_COMM:
    case PERF_RECORD_FORK:
    case PERF_RECORD_EXIT:
      break;
    default:
      return;
  }
  if (layouts_.empty()) fail("a record before the event that it is of is described");
  if (places_.size() == kMostRecords) fail("more records than can be");
  places_.push_back({time_of(type, body), offset});
}

// An id that is not known, which records have that perf made itself, stands for the first event.
const DataFile::Layout& DataFile::layout_of(uint32_t type, std::span<const std::byte> body) const {
  if (layouts_.size() == 1) return layouts_[0];
  const std::optional<uint64_t> id = type == PERF_RECORD_SAMPLE
                                         ? id_of_sample(body, layouts_[0].sample_type)
                                         : id_of_other(body, layouts_[0].sample_type);
  const auto found = id ? layout_of_id_.find(*id) : layout_of_id_.end();
  return found == layout_of_id_.end() ? layouts_[0] : layouts_[found->second];
}

uint64_t DataFile::time_of(uint32_t type, std::span<const std::byte> body) const {
  const Layout& layout = layout_of(type, body);
  if (type != PERF_RECORD_SAMPLE && !layout.id_in_all) return 0;
  const auto time = type == PERF_RECORD_SAMPLE ? time_of_sample(body, layout.sample_type)
                                               : time_of_other(body, layout.sample_type);
  if (!time) fail("a record is too short for its time");
  return *time;
}

void DataFile::each(base::FunctionRef<void(const DataRecord&)> take) const {
  DataRecord record;
  for (const Place& place : places_) {
    base::ByteReader reader(file_.bytes().subspan(place.offset), file_.path());
    const auto [header, body] = next_record(reader);
    if (header.type != PERF_RECORD_SAMPLE) {
      record = read_other(header, body, file_.path());
    } else {
      // In place, so that its memory serves the next one, too.
      if (!std::holds_alternative<SampleRecord>(record)) record = SampleRecord{};
      const Layout& layout = layout_of(header.type, body);
      auto& sample = std::get<SampleRecord>(record);
      sample.period_ns = layout.period_ns;
      read_sample({layout.sample_type, layout.register_mask}, header, body, file_.path(), sample);
    }
    take(record);
  }
}

void DataFile::fail(const std::string& problem) const { throw base::Error(file_.path(), problem); }

}  // namespace winnow::profiles
