#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <thread>
#include <vector>

#include "base/function_ref.h"
#include "base/region.h"
#include "engine/schedulers/affinity.h"
#include "engine/schedulers/gate.h"
#include "engine/schedulers/scheduler.h"
#include "engine/schedulers/worker.h"

namespace winnow::engine {

// Whether the calling thread is one of a team's workers, or sleeps while they work. Then there may
// be nothing for them for long, from one call to the next: they sleep at once as well.
enum class Caller { works, waits };

// Persistent workers that run one body together and meet at its end (fork-join). Whoever waits
// spins for options.spin_ns before it sleeps on a condition variable: 0 is the classic fork-join,
// and within a forward pass the next operator comes within microseconds. One thread at a time calls
// run() and share_out(), never from inside a body.
class Team {
 public:
  // options.threads workers, each bound to its processing unit for as long as the team lives when
  // options.affinity asks for it. Throws base::Error when a thread cannot be created or bound.
  Team(const SchedulerOptions& options, Caller caller);
  ~Team();
  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;

  int size() const { return size_; }

  // body(worker) once in every worker; a working caller is worker 0. The first exception reaches
  // the caller when all have ended.
  void run(base::FunctionRef<void(int worker)> body);

  // body(worker) in the calling thread, worker 0, and in those workers that arrive until it has
  // ended there: one that has no core is not waited for. A worker may call it more than once, never
  // twice at a time. The first exception reaches the caller when all have ended. Working callers
  // only.
  void invite(base::FunctionRef<void(int worker)> body);

  // Items that a worker takes at once from a shared loop: options.grain, or a third of its share,
  // so that a core which is slowed down leaves some to the others.
  int grain(int count) const;

  // body(begin, end) for ranges of grain(count) items that cover [0, count): whoever is done with
  // one takes the next. Working callers only.
  void share_out(int count, base::FunctionRef<void(int begin, int end)> body);

 private:
  void start_workers(const std::vector<int>& units);
  void work(int worker);
  void announce();
  void wait_for(const std::atomic<int>& threads, winnow_state outer);
  void run_body(int worker);
  void stop();

  const int size_;
  const int grain_;
  const Caller caller_;
  const int64_t spin_ns_;
  std::optional<SavedBinding> caller_binding_;
  std::vector<std::thread> workers_;
  static constexpr int kOpen = 1 << 30;
  const base::FunctionRef<void(int)>* body_ = nullptr;  // written while no worker may look at it
  std::atomic<bool> stopping_ = false;
  alignas(64) std::atomic<int> round_ = 0;    // changes when workers shall look again
  std::atomic<int> runs_ = 0;                 // bodies that every worker runs
  alignas(64) std::atomic<int> running_ = 0;  // workers that have not ended this run
  alignas(64) std::atomic<int> inside_ = 0;   // workers that came when invited, and kOpen
  alignas(64) std::atomic<int> next_ = 0;     // of share_out()
  Gate start_, end_;
  FirstError error_;
};

}  // namespace winnow::engine
