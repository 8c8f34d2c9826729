// Work stealing: every worker owns some texts and takes from others what they have not begun. When
// no text is left to take, idle workers join the operators' loops of those that still compute.
// Wins where texts differ much in length, or cores in speed: nobody waits while something is left.
// Loses to groups on batches of short texts: each weight is read once a text.
#include <algorithm>
#include <atomic>
#include <numeric>
#include <vector>

#include "base/region.h"
#include "engine/schedulers/offer.h"
#include "engine/schedulers/scheduler.h"
#include "engine/schedulers/team.h"

namespace winnow::engine {
namespace {

// Of the worker that runs in this thread; null while it has no text.
thread_local Offer* my_offer = nullptr;

class StealScheduler : public Scheduler {
 public:
  explicit StealScheduler(const SchedulerOptions& options)
      : options_(options),
        workers_(static_cast<size_t>(options.threads)),
        team_(options, Caller::works) {}

  int workspace_count() const override { return team_.size(); }

  void over_texts(int count, base::FunctionRef<void(int)> body) override {
    team_.share_out(count, [&](int begin, int end) {
      for (int text = begin; text < end; ++text) body(text);
    });
  }

  void over_groups(std::span<const int> lengths,
                   base::FunctionRef<void(std::span<const int>, int)> body) override {
    if (lengths.empty()) return;
    deal(lengths);
    team_.run([&](int worker) {
      while (const int* text = take_text(worker)) run_text(text, worker, body);
      join_others(worker);
    });
  }

  void over_tiles(int count, base::FunctionRef<void(int, int)> body) override {
    share_loop(count, body);
  }
  void over_rows(int count, base::FunctionRef<void(int, int)> body) override {
    share_loop(count, body);
  }

 private:
  struct Worker {
    StealableRange texts;  // the n-th of them is the n-th of its own in texts_
    Offer offer;
  };

  // A worker's own texts are every size()-th of all, which are sorted: the longest is its first.
  void deal(std::span<const int> lengths) {
    texts_.resize(lengths.size());
    std::iota(texts_.begin(), texts_.end(), 0);
    std::sort(texts_.begin(), texts_.end(), [&](int a, int b) {
      return lengths[static_cast<size_t>(a)] > lengths[static_cast<size_t>(b)];
    });
    left_.store(static_cast<int>(texts_.size()));
    for (size_t i = 0; i < workers_.size(); ++i)
      workers_[i].texts.fill(
          static_cast<int>((texts_.size() + workers_.size() - 1 - i) / workers_.size()));
  }

  // The longest of its own, else the shortest of another worker; null when all are taken.
  const int* take_text(int worker) {
    const auto first = static_cast<size_t>(worker), size = workers_.size();
    for (size_t i = 0; i < size; ++i) {
      const size_t owner = (first + i) % size;
      StealableRange& texts = workers_[owner].texts;
      if (const auto place = i == 0 ? texts.take_front() : texts.take_back())
        return &texts_[owner + static_cast<size_t>(*place) * size];
    }
    return nullptr;
  }

  void run_text(const int* text, int worker,
                base::FunctionRef<void(std::span<const int>, int)> body) {
    struct Done {  // whatever its end
      StealScheduler& scheduler;
      ~Done() {
        my_offer = nullptr;
        if (scheduler.left_.fetch_sub(1) == 1) scheduler.announce();
      }
    } done{*this};
    my_offer = &workers_[static_cast<size_t>(worker)].offer;
    body(std::span(text, 1), worker);
  }

  // Until all texts are done, takes part in the loops of those who compute.
  void join_others(int worker) {
    winnow_mark(WINNOW_SEARCHING);
    idle_.fetch_add(1);
    for (int seen = news_.load(); left_.load() > 0; seen = news_.load()) {
      bool worked = false;
      for (size_t i = 1; i < workers_.size(); ++i)
        worked |= workers_[(static_cast<size_t>(worker) + i) % workers_.size()].offer.join();
      if (!worked) idle_gate_.wait_while_equal(news_, seen, options_.spin_ns);
    }
    idle_.fetch_sub(1);
  }

  void share_loop(int count, base::FunctionRef<void(int, int)> body) {
    if (my_offer == nullptr) return team_.share_out(count, body);
    if (count <= 1 || idle_.load(std::memory_order_relaxed) == 0) return body(0, count);
    my_offer->open(count, team_.grain(count), body);
    announce();
    my_offer->finish(options_.spin_ns);
  }

  // Idle workers look again for what there is to do.
  void announce() {
    news_.fetch_add(1);
    idle_gate_.wake();
  }

  const SchedulerOptions options_;
  std::vector<int> texts_;  // the longest first
  std::vector<Worker> workers_;
  alignas(64) std::atomic<int> left_ = 0;  // texts that are not done
  alignas(64) std::atomic<int> idle_ = 0;  // workers without a text
  alignas(64) std::atomic<int> news_ = 0;
  Gate idle_gate_;
  Team team_;  // last: its threads end before what they use
};

}  // namespace

const SchedulerRow steal_row = {
    .name = "steal",
    .summary =
        "persistent workers steal texts from each other; idle ones join the loops inside a "
        "text",
    .wins = "texts that differ much in length, cores that differ in speed: nobody waits for them",
    .loses = "batches of short texts: each weight is read once a text, not once a group",
    .options = "threads affinity spin grain",
    .persistent_threads = true,
    .calling_thread_works = true,
    .threads_per_matmul = [](int) { return 0; },
    .threads_per_batch = [](int) { return 0; },
    .make = [](const SchedulerOptions& options) -> std::unique_ptr<Scheduler> {
      return std::make_unique<StealScheduler>(options);
    }};

}  // namespace winnow::engine
