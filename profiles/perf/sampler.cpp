#include "profiles/perf/sampler.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cmath>
#include <cstring>

#include "base/error.h"
#include "profiles/perf/registers.h"

namespace winnow::profiles {
namespace {

perf_event_attr sampling_attr(const SamplerOptions& options, uint64_t period_ns) {
  perf_event_attr attr = tree_event(PERF_COUNT_SW_CPU_CLOCK);
  attr.sample_period = period_ns;
  attr.sample_type =
      PERF_SAMPLE_IP | PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_CPU | PERF_SAMPLE_PERIOD;
  attr.sample_id_all = 1;
  attr.mmap = attr.mmap2 = attr.comm = attr.comm_exec = attr.task = 1;
  attr.exclude_kernel = attr.exclude_callchain_kernel = !kernel_is_seen();
  attr.watermark = 1;
  if (options.stacks != StackMode::none) attr.sample_type |= PERF_SAMPLE_CALLCHAIN;
  if (options.stacks == StackMode::dwarf) {
    attr.sample_type |= PERF_SAMPLE_REGS_USER | PERF_SAMPLE_STACK_USER;
    attr.sample_regs_user = kSampledRegisters;
    attr.sample_stack_user = options.stack_bytes;
  }
  return attr;
}

// For each CPU: room for what comes while this process waits for one of them.
constexpr size_t kLeastRingBytes = size_t{1} << 16;

size_t most_ring_bytes() {
  constexpr size_t kMost = size_t{2} << 20, kMostOfAll = size_t{64} << 20;
  const auto cpus = static_cast<size_t>(std::max(1, ::get_nprocs_conf()));
  return std::bit_floor(std::clamp(kMostOfAll / cpus, kLeastRingBytes, kMost));
}

// It may end behind the ring's end, at its beginning.
void add_piece(DataWriter& writer, const Ring& ring, uint64_t begin, uint64_t end) {
  const auto first = ring.piece(begin, end);
  writer.add(first, ring.piece(begin + first.size(), end));
}

void check(const SamplerOptions& options) {
  if (!(options.frequency_hz >= 1 && options.frequency_hz <= 5000))
    throw base::Error("sampling",
                      fmt::format("{:g} Hz: expected 1 to 5,000 Hz", options.frequency_hz));
  if (options.stack_bytes == 0 || options.stack_bytes % 8 != 0 || options.stack_bytes > 32'768)
    throw base::Error("sampling", fmt::format("{} bytes of stack: expected a multiple of 8, at "
                                              "most 32,768",
                                              options.stack_bytes));
}

}  // namespace

CpuSampler::CpuSampler(pid_t pid, const SamplerOptions& options, const std::string& file)
    : options_(options) {
  check(options);
  period_ns_ = static_cast<uint64_t>(std::llround(1e9 / options.frequency_hz));
  perf_event_attr attr = sampling_attr(options, period_ns_);
  open(attr, pid);
  std::vector<uint64_t> ids;
  for (const PerfEvent& event : events_) ids.push_back(event.id());
  writer_ = std::make_unique<DataWriter>(file, attr, ids);
  outcome_.kernel_seen = !attr.exclude_kernel;
  finish_event_ = ::eventfd(0, EFD_CLOEXEC);
  if (finish_event_ < 0) throw base::Error("eventfd", std::strerror(errno));
  try {
    std::vector<pollfd> waited{{finish_event_, POLLIN, 0}};
    for (const PerfEvent& event : events_) waited.push_back({event.descriptor(), POLLIN, 0});
    thread_ =
        std::thread([this, waited = std::move(waited)]() mutable { take_until_finish(waited); });
  } catch (...) {
    ::close(finish_event_);
    throw;
  }
}

CpuSampler::~CpuSampler() {
  end_thread();
  if (finish_event_ >= 0) ::close(finish_event_);
}

void CpuSampler::open(perf_event_attr& attr, pid_t pid) {
  for (size_t bytes = most_ring_bytes(); bytes >= kLeastRingBytes; bytes /= 2) {
    attr.wakeup_watermark = static_cast<uint32_t>(bytes / 4);
    if (open_with(attr, pid, bytes)) return;
  }
  throw base::Error("perf_event_open",
                    "no memory for samples is left (kernel.perf_event_mlock_kb, ulimit -l)");
}

// False: there is not so much memory for each.
bool CpuSampler::open_with(const perf_event_attr& attr, pid_t pid, size_t ring_bytes) {
  rings_.clear();
  events_.clear();
  for (int cpu = 0; cpu < ::get_nprocs_conf(); ++cpu) {
    PerfEvent event(attr, pid, cpu);
    if (!event.is_open()) continue;
    events_.push_back(std::move(event));
    rings_.emplace_back(events_.back(), ring_bytes);
    if (!rings_.back().is_open()) return false;
  }
  return true;
}

void CpuSampler::keep_samples(bool keep) noexcept {
  const std::scoped_lock lock(taking_);
  take_all();
  options_.keeps_samples = keep;
}

void CpuSampler::end_thread() noexcept {
  if (!thread_.joinable()) return;
  for (const PerfEvent& event : events_) event.disable();
  finished_ = true;
  const uint64_t one = 1;
  [[maybe_unused]] const auto ignored = ::write(finish_event_, &one, sizeof one);
  thread_.join();
}

SamplingOutcome CpuSampler::finish() {
  end_thread();
  writer_->finish();
  if (writer_->problem())
    outcome_.stopped_early = std::strerror(writer_->problem());
  else if (stopped_)
    outcome_.stopped_early =
        fmt::format("the file reached its limit of {} bytes", options_.limit_bytes);
  outcome_.bytes = writer_->size_bytes();
  outcome_.seen_s = static_cast<double>(outcome_.samples) * static_cast<double>(period_ns_) * 1e-9;
  return outcome_;
}

void CpuSampler::take_until_finish(std::vector<pollfd>& waited) noexcept {
  constexpr int kLook_ms = 1000;  // where the event could not be written
  for (bool last = false; !last;) {
    last = finished_;
    if (!last) ::poll(waited.data(), waited.size(), kLook_ms);
    for (pollfd& event : std::span(waited).subspan(1))
      if (event.revents & (POLLHUP | POLLERR)) event.fd = -1;  // nobody is left to be sampled
    const std::scoped_lock lock(taking_);
    take_all();
  }
}

void CpuSampler::take_all() noexcept {
  for (Ring& ring : rings_) take(ring);
  writer_->end_round();
  if (!stopped_ && (writer_->problem() || writer_->size_bytes() >= options_.limit_bytes))
    stop_early();
}

// Counts the records and hands those that are kept to the file as they are.
void CpuSampler::take(Ring& ring) noexcept {
  const Ring::Unread unread = ring.unread();
  if (stopped_) return ring.release(unread);
  uint64_t kept_from = unread.begin;
  for (uint64_t at = unread.begin; at < unread.end;) {
    const auto header = std::bit_cast<perf_event_header>(ring.word(at));
    if (header.size < sizeof header) break;                     // the kernel writes none
    constexpr uint64_t kLostCount = 16, kLostSamplesCount = 8;  // behind the header
    const uint64_t next = at + header.size;
    const bool of_samples =
        header.type == PERF_RECORD_SAMPLE || header.type == PERF_RECORD_LOST_SAMPLES;
    if (of_samples && !options_.keeps_samples) {
      add_piece(*writer_, ring, kept_from, at);
      kept_from = next;
    } else if (header.type == PERF_RECORD_SAMPLE) {
      ++outcome_.samples;
    } else if (header.type == PERF_RECORD_LOST) {
      outcome_.lost += static_cast<int64_t>(ring.word(at + kLostCount));
    } else if (header.type == PERF_RECORD_LOST_SAMPLES) {
      outcome_.lost += static_cast<int64_t>(ring.word(at + kLostSamplesCount));
    }
    at = next;
  }
  add_piece(*writer_, ring, kept_from, unread.end);
  ring.release(unread);
}

void CpuSampler::stop_early() noexcept {
  for (const PerfEvent& event : events_) event.disable();
  stopped_ = true;
}

}  // namespace winnow::profiles
