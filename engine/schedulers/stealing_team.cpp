#include "engine/schedulers/stealing_team.h"

#include "base/region.h"

namespace winnow::engine {
namespace {

constexpr int kNone = -1;

// Of the worker that runs in this thread; null while it has no task.
thread_local Offer* my_offer = nullptr;

}  // namespace

StealingTeam::StealingTeam(const SchedulerOptions& options)
    : spin_ns_(options.spin_ns),
      workers_(static_cast<size_t>(options.threads)),
      team_(options, Caller::works) {}

void StealingTeam::run(int count, base::FunctionRef<void(int, int)> body) {
  if (count <= 0) return;
  left_.store(count);
  for (int worker = 0; worker < size(); ++worker)
    workers_[static_cast<size_t>(worker)].tasks.fill((count + size() - 1 - worker) / size());
  team_.invite([&](int worker) {
    for (int task; (task = take_task(worker)) != kNone;) run_task(task, worker, body);
    join_others(worker);
  });
}

int StealingTeam::take_task(int worker) {
  for (int i = 0; i < size(); ++i) {
    const int owner = (worker + i) % size();
    StealableRange& tasks = workers_[static_cast<size_t>(owner)].tasks;
    if (const auto number = i == 0 ? tasks.take_front() : tasks.take_back())
      return *number * size() + owner;
  }
  return kNone;
}

void StealingTeam::run_task(int task, int worker, base::FunctionRef<void(int, int)> body) {
  struct Ended {  // whatever its end
    StealingTeam& team;
    ~Ended() {
      my_offer = nullptr;
      if (team.left_.fetch_sub(1) == 1) team.announce();
    }
  } ended{*this};
  my_offer = &workers_[static_cast<size_t>(worker)].offer;
  body(task, worker);
}

void StealingTeam::join_others(int worker) {
  winnow_mark(WINNOW_SEARCHING);
  idle_.fetch_add(1);
  for (int seen = news_.load(); left_.load() > 0; seen = news_.load()) {
    bool worked = false;
    for (int i = 1; i < size(); ++i)
      worked |= workers_[static_cast<size_t>((worker + i) % size())].offer.join();
    if (!worked) idle_gate_.wait_while_equal(news_, seen, spin_ns_);
  }
  idle_.fetch_sub(1);
}

void StealingTeam::share_out(int count, base::FunctionRef<void(int, int)> body) {
  if (count <= 0) return;
  if (my_offer == nullptr) return team_.share_out(count, body);
  if (count == 1 || idle_.load(std::memory_order_relaxed) == 0) return body(0, count);
  my_offer->open(count, team_.grain(count), body);
  announce();
  my_offer->finish(spin_ns_);
}

void StealingTeam::announce() {
  news_.fetch_add(1);
  idle_gate_.wake();
}

}  // namespace winnow::engine
