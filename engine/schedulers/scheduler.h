#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "base/function_ref.h"

namespace winnow::engine {

// The bodies of the loops that a strategy runs.
using TextBody = base::FunctionRef<void(int text)>;
using GroupBody = base::FunctionRef<void(std::span<const int> texts, int worker)>;
using RangeBody = base::FunctionRef<void(int begin, int end)>;

// How many threads took part in a parallel loop: the fewest and the most, over all loops so far.
struct TeamSizes {
  int fewest = 0, most = 0;
};

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
  virtual void over_texts(int count, TextBody body) = 0;

  // Cuts a batch into groups of texts that take one forward pass together: body(texts, worker) for
  // disjoint groups that cover [0, lengths.size()); lengths[text] in tokens. Bodies with the same
  // worker never overlap.
  virtual void over_groups(std::span<const int> lengths, GroupBody body) = 0;

  // body(begin, end) for disjoint ranges that cover [0, count): the tiles of one matmul. By default
  // one range in the calling thread.
  virtual void over_tiles(int count, RangeBody body) { body(0, count); }

  // The same for the rows of all other operators, which have less work each.
  virtual void over_rows(int count, RangeBody body) { body(0, count); }

  // Of a strategy whose library decides about its threads, whatever the options say; counted while
  // the loops run. Empty: as many as the options say.
  virtual std::optional<TeamSizes> team_sizes() const { return std::nullopt; }
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

  // For threads that sleep at once, because there may be nothing for long.
  SchedulerOptions without_spin() const {
    SchedulerOptions options = *this;
    options.spin_ns = 0;
    return options;
  }
};

// "none", "compact" or "spread"; throws base::UsageError for another name.
Affinity find_affinity(std::string_view name);

// How many threads a strategy creates where it was asked for `threads`.
using ThreadFormula = int (*)(int threads);
inline int no_thread(int) { return 0; }
inline int each_thread(int threads) { return threads; }
inline int each_but_the_caller(int threads) { return threads - 1; }

// What a strategy is, one line each: the heading of its file, and what `winnow list` says of it.
struct StrategyWords {
  std::string_view summary;  // what runs in parallel, and how
  std::string_view wins;     // where it is the best choice
  std::string_view loses;    // where it is not
};

// What it does with threads.
struct StrategyThreads {
  std::string_view options = {};     // of SchedulerOptions, by name, separated by spaces
  bool persistent_threads = true;    // false: they are too short-lived for a sampled wall profile
  bool calling_thread_works = true;  // it takes a share of a parallel loop; false: it waits
  // Threads created inside the region for one matmul: the design's formula, which the sync pass
  // checks against the measured count.
  ThreadFormula threads_per_matmul = no_thread;
  // The same for one batch, beside those of its matmuls.
  ThreadFormula threads_per_batch = no_thread;
  // Threads that live as long as the scheduler, or its library's: created before the region.
  ThreadFormula threads_at_start = no_thread;
  int thread_limit = std::numeric_limits<int>::max();  // how many it can use, whatever is asked
};

struct SchedulerRow : StrategyWords, StrategyThreads {
  std::string_view name;
  std::unique_ptr<Scheduler> (*make)(const SchedulerOptions&);
};

// The row of a class that is made from the options.
template <class Strategy>
constexpr SchedulerRow row_of(std::string_view name, const StrategyWords& words,
                              const StrategyThreads& threads) {
  return {words, threads, name, [](const SchedulerOptions& options) -> std::unique_ptr<Scheduler> {
            return std::make_unique<Strategy>(options);
          }};
}

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
