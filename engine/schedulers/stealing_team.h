#pragma once

#include <atomic>
#include <vector>

#include "base/function_ref.h"
#include "engine/schedulers/offer.h"
#include "engine/schedulers/scheduler.h"
#include "engine/schedulers/team.h"

namespace winnow::engine {

// Persistent workers, the calling thread among them, that steal tasks from each other; those that
// find none join the loops inside the others' tasks. Nobody waits while there is something to do.
class StealingTeam {
 public:
  explicit StealingTeam(const SchedulerOptions& options);

  int size() const { return team_.size(); }

  // body(task, worker) for every task in [0, count). Every size()-th task is a worker's own; it
  // begins with the first of them and steals the last of another's, so the longest come first.
  // The first exception reaches the caller when all have ended; tasks not begun may be left out.
  void run(int count, base::FunctionRef<void(int task, int worker)> body);

  // body(begin, end) for ranges that cover [0, count). In a task of run(): shared with the workers
  // that are idle now, without any it costs a load. Outside: shared with all.
  void share_out(int count, base::FunctionRef<void(int begin, int end)> body);

 private:
  struct Worker {
    StealableRange tasks;  // number n is task n * size() + its index
    Offer offer;
  };

  int take_task(int worker);
  void run_task(int task, int worker, base::FunctionRef<void(int, int)> body);
  void join_others(int worker);
  void announce();

  const int64_t spin_ns_;
  std::vector<Worker> workers_;
  alignas(64) std::atomic<int> left_ = 0;  // tasks that have not ended
  alignas(64) std::atomic<int> idle_ = 0;  // workers without a task
  alignas(64) std::atomic<int> news_ = 0;  // changes when idle workers shall look again
  Gate idle_gate_;
  Team team_;  // last: its threads end before what they use
};

}  // namespace winnow::engine
