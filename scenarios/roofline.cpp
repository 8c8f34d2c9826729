#include "scenarios/roofline.h"

#include <fmt/format.h>
#include <sys/mman.h>

#include <algorithm>
#include <barrier>
#include <chrono>
#include <functional>
#include <limits>
#include <memory>

#include "base/usable_cores.h"
#include "kernels/peak.h"
#include "scenarios/machine_memory.h"

namespace winnow::scenarios {
namespace {

using Clock = std::chrono::steady_clock;
using Work = std::function<void(int thread)>;
using kernels::PeakRow;

constexpr size_t kLeastBuffer = size_t{256} << 20;
constexpr size_t kBufferPerCache = 4, kLeastBufferPerCache = 2;

double seconds(Clock::duration duration) { return std::chrono::duration<double>(duration).count(); }

// Each thread runs prepare(thread) once; then all run work(thread) at the same time, again and
// again. Seconds from the first one's begin to the last one's end, of the best repetition.
double best_seconds(int threads, int repetitions, const Work& prepare, const Work& work) {
  std::barrier start(threads);
  using Times = std::vector<Clock::time_point>;  // of the threads
  std::vector<Times> begins(static_cast<size_t>(repetitions), Times(static_cast<size_t>(threads)));
  auto ends = begins;
  {
    std::vector<std::jthread> team;
    const auto run = [&](int thread) {
      const auto self = static_cast<size_t>(thread);
      prepare(thread);
      for (size_t i = 0; i < begins.size(); ++i) {
        start.arrive_and_wait();
        begins[i][self] = Clock::now();
        work(thread);
        ends[i][self] = Clock::now();
      }
    };
    try {
      for (int thread = 0; thread < threads; ++thread) team.emplace_back(run, thread);
    } catch (...) {  // those that wait need not wait for the missing ones
      for (auto i = team.size(); i < static_cast<size_t>(threads); ++i) start.arrive_and_drop();
      throw;
    }
  }
  double best = std::numeric_limits<double>::infinity();
  for (size_t i = 0; i < begins.size(); ++i)
    best = std::min(best, seconds(std::ranges::max(ends[i]) - std::ranges::min(begins[i])));
  return best;
}

// The result is stored where the compiler cannot see that nobody reads it.
void multiply_accumulate(const PeakRow& row, int64_t rounds) {
  [[maybe_unused]] const volatile uint32_t sum = row.multiply_accumulate(rounds, 3, 5);
}

// Rounds that take about as long.
int64_t rounds_in(const PeakRow& row, double wanted_s) {
  for (int64_t rounds = 1024;; rounds *= 4) {
    const auto start = Clock::now();
    multiply_accumulate(row, rounds);
    const double taken = seconds(Clock::now() - start);
    if (taken > wanted_s / 8 || rounds > (int64_t{1} << 40))
      return std::max<int64_t>(
          1, static_cast<int64_t>(static_cast<double>(rounds) * wanted_s / std::max(taken, 1e-9)));
  }
}

double gmacs(const PeakRow& row, int threads, const RooflinePlan& plan, int64_t rounds) {
  const double taken = best_seconds(
      threads, plan.repetitions, [](int) {}, [&](int) { multiply_accumulate(row, rounds); });
  return 1e-9 * threads * static_cast<double>(rounds * row.macs_per_round) / taken;
}

struct Unmap {
  size_t bytes;
  void operator()(uint64_t* words) const { ::munmap(words, bytes); }
};

// Each thread reads its own part, which it has touched first. Empty: no memory for it.
std::optional<double> read_gbs(const PeakRow& row, int threads, const RooflinePlan& plan) {
  const size_t group = kernels::kReadGroup;
  const size_t words = plan.buffer_bytes / sizeof(uint64_t) / static_cast<size_t>(threads) / group *
                       group;  // of one thread
  const size_t bytes = words * static_cast<size_t>(threads) * sizeof(uint64_t);
  if (bytes == 0) return std::nullopt;
  void* mapped = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) return std::nullopt;
  const std::unique_ptr<uint64_t, Unmap> buffer(static_cast<uint64_t*>(mapped), Unmap{bytes});
  ::madvise(mapped, bytes, MADV_HUGEPAGE);  // fewer address translations; as well without
  const auto part = [&](int thread) { return buffer.get() + static_cast<size_t>(thread) * words; };
  const double taken = best_seconds(
      threads, plan.repetitions, [&](int thread) { std::fill_n(part(thread), words, 1); },
      [&](int thread) {
        [[maybe_unused]] const volatile uint64_t sum = row.read(part(thread), words);
      });
  return 1e-9 * static_cast<double>(bytes) / taken;
}

// Of 10^6 bytes: "268 MB", "33.6 MB".
std::string megabytes(size_t bytes) {
  const double size = static_cast<double>(bytes) / 1e6;
  return fmt::format("{:.{}f} MB", size, size < 100 ? 1 : 0);
}

}  // namespace

RooflinePlan roofline_plan(int cores, std::optional<size_t> cache_bytes,
                           std::optional<size_t> free_bytes) {
  RooflinePlan plan;
  plan.cores = cores;
  if (!free_bytes) {
    plan.buffer_note = "memory reads not measured: free memory is unknown";
    return plan;
  }
  const size_t cache = cache_bytes.value_or(0);
  plan.buffer_bytes = std::min(std::max(kLeastBuffer, kBufferPerCache * cache), *free_bytes / 4);
  const std::string caches = cache_bytes ? "last-level caches of " + megabytes(cache)
                                         : "last-level caches of unknown size";
  if (plan.buffer_bytes < std::max(kLeastBufferPerCache * cache, size_t{1} << 20)) {
    plan.buffer_bytes = 0;
    plan.buffer_note = fmt::format(
        "memory reads not measured: a quarter of the free memory "
        "({}) is too little beside {}",
        megabytes(*free_bytes), caches);
  } else {
    plan.buffer_note =
        fmt::format("memory reads over {} in large pages where there are any, beside {}",
                    megabytes(plan.buffer_bytes), caches);
  }
  return plan;
}

RooflinePlan roofline_plan() {
  const int cores = base::usable_cores();
  return roofline_plan(cores, last_level_cache_bytes(), free_memory_bytes());
}

Roofline measure_roofline(const RooflinePlan& plan) {
  Roofline roofline;
  roofline.cores = plan.cores;
  const PeakRow* widest = nullptr;
  for (const PeakRow& row : kernels::peak_rows()) {
    if (!row.available) continue;
    widest = &row;
    const int64_t rounds = rounds_in(row, plan.repetition_s);
    roofline.rows.push_back(
        {std::string(row.name), gmacs(row, 1, plan, rounds), gmacs(row, plan.cores, plan, rounds)});
  }
  roofline.method = fmt::format(
      "best of {} repetitions; int8 multiply-accumulates in registers, "
      "about {:.0f} ms each; {}",
      plan.repetitions, plan.repetition_s * 1000, plan.buffer_note);
  if (plan.buffer_bytes == 0) return roofline;
  roofline.one_core_read_gbs = read_gbs(*widest, 1, plan);
  roofline.all_cores_read_gbs = read_gbs(*widest, plan.cores, plan);
  if (!roofline.one_core_read_gbs || !roofline.all_cores_read_gbs)
    roofline.method += "; memory reads not measured: no memory to be had";
  return roofline;
}

}  // namespace winnow::scenarios
