#include "profiles/perf/data_writer.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/error.h"
#include "profiles/perf/data_format.h"

namespace winnow::profiles {
namespace {

struct AttrEntry {
  perf_event_attr attr;
  perf_data::Section ids;
};

template <class T>
std::span<const std::byte> bytes_of(const T& value) {
  return std::as_bytes(std::span(&value, 1));
}

}  // namespace

DataWriter::DataWriter(const std::string& path, const perf_event_attr& attr,
                       const std::vector<uint64_t>& ids)
    : file_(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NONBLOCK, 0644)) {
  if (file_ < 0) throw base::Error(path, std::strerror(errno));
  const auto ids_bytes = std::as_bytes(std::span(ids));
  const AttrEntry entry{attr, {sizeof(perf_data::Header), ids_bytes.size()}};
  attr_offset_ = sizeof(perf_data::Header) + ids_bytes.size();
  data_offset_ = attr_offset_ + sizeof entry;
  write_at(entry.ids.offset, ids_bytes);
  write_at(attr_offset_, bytes_of(entry));
  write_header();
  if (!problem_) return;
  ::close(file_);
  throw base::Error(path, std::strerror(problem_));
}

DataWriter::~DataWriter() { ::close(file_); }

void DataWriter::add(std::span<const std::byte> records, std::span<const std::byte> more) noexcept {
  if (problem_) return;
  write_at(size_bytes(), records);
  write_at(size_bytes() + records.size(), more);
  if (!problem_) data_bytes_ += records.size() + more.size();
}

void DataWriter::end_round() noexcept {
  const perf_event_header round{perf_data::kFinishedRound, 0, sizeof round};
  add(bytes_of(round));
}

void DataWriter::finish() noexcept { write_header(); }

void DataWriter::write_header() noexcept {
  perf_data::Header header;
  header.attr_bytes = sizeof(AttrEntry);
  header.attrs = {attr_offset_, sizeof(AttrEntry)};
  header.data = {data_offset_, data_bytes_};
  write_at(0, bytes_of(header));
}

void DataWriter::write_at(uint64_t offset, std::span<const std::byte> bytes) noexcept {
  while (!bytes.empty()) {
    const ssize_t written = ::pwrite(file_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      problem_ = written < 0 ? errno : ENOSPC;
      return;
    }
    bytes = bytes.subspan(static_cast<size_t>(written));
    offset += static_cast<uint64_t>(written);
  }
}

}  // namespace winnow::profiles
