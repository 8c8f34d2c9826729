#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string_view>

#include "base/function_ref.h"

namespace winnow::engine {

// How the loops over a batch and those inside its forward passes run. One thread at a time calls a
// scheduler from outside; bodies of over_groups() call over_tiles() and over_rows(), no others. An
// exception of a body reaches the caller after all threads have stopped working on the loop; the
// scheduler stays usable.
class Scheduler {
 public:
  virtual ~Scheduler() = default;

  // Upper bound (exclusive) of the `worker` of over_groups(): how many workspaces it needs.
  virtual int workspace_count() const = 0;

  // body(text) for every text in [0, count): what is to be done before their forward passes.
  virtual void over_texts(int count, base::FunctionRef<void(int text)> body) = 0;

  // Cuts a batch into groups of texts that take one forward pass together: body(texts, worker) for
  // disjoint groups that cover [0, lengths.size()); lengths[text] in tokens. Bodies with the same
  // worker never overlap.
  virtual void over_groups(
      std::span<const int> lengths,
      base::FunctionRef<void(std::span<const int> texts, int worker)> body) = 0;

  // body(begin, end) for disjoint ranges that cover [0, count): the tiles of one matmul.
  virtual void over_tiles(int count, base::FunctionRef<void(int begin, int end)> body) = 0;

  // The same for the rows of all other operators, which have less work each. By default one range
  // in the calling thread.
  virtual void over_rows(int count, base::FunctionRef<void(int begin, int end)> body) {
    body(0, count);
  }
};

// Where a strategy's threads run: where the kernel puts them; close together, sharing caches as far
// as there are cores; or apart, each with as much cache as can be had.
enum class Affinity { none, compact, spread };

// A strategy takes those that mean something for it (SchedulerRow::options) and ignores the rest.
struct SchedulerOptions {
  int threads;                         // >= 1, the calling thread included where it works
  Affinity affinity = Affinity::none;  // of threads that outlive a loop
  int64_t spin_ns = kDefaultSpinNs;    // how long a thread without work spins before it sleeps
  int grain = 0;                       // items taken at once from a shared loop; 0: its choice
  static constexpr int64_t kDefaultSpinNs = 100'000;
};

// "none", "compact" or "spread"; throws base::UsageError for another name.
Affinity find_affinity(std::string_view name);

struct SchedulerRow {
  std::string_view name;
  std::string_view summary;   // one line: what runs in parallel, and how
  std::string_view wins;      // one line: where it is the best choice
  std::string_view loses;     // one line: where it is not
  std::string_view options;   // of SchedulerOptions, by name, separated by spaces
  bool persistent_threads;    // false: threads are too short-lived for a sampled wall profile
  bool calling_thread_works;  // it takes a share of a parallel loop; false: it waits meanwhile
  // Threads created inside the region for one matmul with `threads` threads: the design's formula,
  // which the sync pass checks against the measured count.
  int (*threads_per_matmul)(int threads);
  // The same for one batch, beside those of its matmuls.
  int (*threads_per_batch)(int threads);
  // Threads that live as long as the scheduler, or its library's: created before the region.
  int (*threads_at_start)(int threads);
  std::unique_ptr<Scheduler> (*make)(const SchedulerOptions&);
  int thread_limit = std::numeric_limits<int>::max();  // how many it can use, whatever is asked
};

// One object file each, so that a program which names one row links that strategy only.
extern const SchedulerRow serial_row;
extern const SchedulerRow spawn_row;
extern const SchedulerRow spawn_text_row;
extern const SchedulerRow pool_op_row;
extern const SchedulerRow pool_spin_row;
extern const SchedulerRow pool_row;
extern const SchedulerRow pool_queue_row;
extern const SchedulerRow packed_row;
extern const SchedulerRow hybrid_row;
extern const SchedulerRow steal_row;
extern const SchedulerRow auto_row;
extern const SchedulerRow openmp_row;  // this and tbb_row where their libraries are found
extern const SchedulerRow tbb_row;

// The table of strategies; the reference of comparisons first.
std::span<const SchedulerRow> scheduler_rows();
// Throws base::UsageError "variant X: unknown; ..." with the names that exist.
const SchedulerRow& find_scheduler(std::string_view name);

}  // namespace winnow::engine
