#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <thread>

#include "base/function_ref.h"
#include "engine/schedulers/scheduler.h"

// A known cost put before every parallel region of a strategy: where wall time then grows by
// regions x cost, regions are what it takes time for.
namespace winnow::scenarios {

// What the thread that opens a region does before it: it spins for `amount` ns, or so many times
// wakes a helper and waits for its answer, or so many times creates a thread and joins it.
enum class InjectedCause { region, wakeup, thread };

struct Injection {
  InjectedCause cause = InjectedCause::region;
  int64_t amount = 0;  // 0: regions are counted only
};

// "region=10us" (or ns, ms), "wakeup=1", "thread=2". Throws base::UsageError "<option>: ...".
Injection parse_injection(const std::string& option, const std::string& text);
InjectedCause parse_cause(const std::string& option, std::string_view name);
std::string_view name_of(InjectedCause cause);

inline constexpr int64_t kMostInjectedNs = 1'000'000'000, kMostInjectedTimes = 10'000;

// The quartiles of one payment, in ns.
struct InjectedUnit {
  int64_t p25_ns = 0, p50_ns = 0, p75_ns = 0;
};

// Hands every loop on to `scheduler`, after paying before those that it runs in parallel. Which
// kinds of loops these are is found by trying each once: one of its bodies ran on another thread
// than the caller's. Loops of several threads at once pay and count each for itself.
class InjectedCost : public engine::Scheduler {
 public:
  // `scheduler` outlives this. `threads` as it was made with.
  InjectedCost(engine::Scheduler& scheduler, const Injection& injection, int threads);
  ~InjectedCost() override;

  int workspace_count() const override { return scheduler_.workspace_count(); }
  void over_texts(int count, engine::TextBody body) override;
  void over_groups(std::span<const int> lengths, engine::GroupBody body) override;
  void over_tiles(int count, engine::RangeBody body) override;
  void over_rows(int count, engine::RangeBody body) override;

  // Regions since the last reset_counts(), by the threads that opened them. While no loop runs.
  void reset_counts();
  int64_t total() const;
  int64_t most_by_one_thread() const;
  // What was paid before them, in ns of wall time of the threads that paid.
  int64_t paid_ns() const;
  int64_t most_paid_ns() const;

  // Times payments of the calling thread, which do not count. While no loop runs.
  InjectedUnit measure_unit(int samples);

 private:
  enum Kind { texts, groups, tiles, rows, kKinds };
  struct Payer;  // a thread that opens regions

  void find_parallel_loops(int threads);
  Payer& payer();
  void before(Kind kind);
  void pay(Payer& payer) const;
  int64_t sum(int64_t Payer::*figure) const;
  int64_t most(int64_t Payer::*figure) const;

  engine::Scheduler& scheduler_;
  const Injection injection_;
  const uint64_t id_;  // of this object among all, for the threads' own memory of their payer
  std::array<bool, kKinds> parallel_{};
  mutable std::mutex mutex_;  // of payers_' growth
  std::deque<std::unique_ptr<Payer>> payers_;
};

}  // namespace winnow::scenarios
