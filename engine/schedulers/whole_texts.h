#pragma once

#include <atomic>
#include <span>
#include <vector>

#include "base/function_ref.h"
#include "engine/schedulers/groups.h"
#include "engine/schedulers/scheduler.h"
#include "engine/schedulers/worker.h"

// What strategies share that cut no batch into groups: each text takes a forward pass of its own.
namespace winnow::engine {

using WorkerBody = base::FunctionRef<void(int item, int worker)>;

// Hands out whole texts, to whichever worker the strategy says.
class WholeTexts : public Scheduler {
 public:
  void over_texts(int count, TextBody body) override {
    hand_out(count, [&](int text, int) { body(text); });
  }
  void over_groups(std::span<const int> lengths, GroupBody body) override {
    hand_out(static_cast<int>(lengths.size()),
             [&](int text, int worker) { body(std::span(&text, 1), worker); });
  }

 protected:
  // body(item, worker) for every item in [0, count), in the order in which they shall begin.
  virtual void hand_out(int count, WorkerBody body) = 0;
};

// The longest text begins first, so that no worker is left with a long one at the end (Graham's
// longest-processing-time rule, 1969: at most a third worse than the best deal).
class LongestFirst : public WholeTexts {
 public:
  void over_groups(std::span<const int> lengths, GroupBody body) override {
    sort_longest_first(lengths, texts_);
    hand_out(static_cast<int>(texts_.size()), [&](int place, int worker) {
      body(std::span(texts_).subspan(static_cast<size_t>(place), 1), worker);
    });
  }

 private:
  std::vector<int> texts_;
};

// One text after another in the calling thread: only operators are cut.
class OneByOne : public WholeTexts {
 public:
  int workspace_count() const override { return 1; }

 private:
  void hand_out(int count, WorkerBody body) override {
    const Computing mark;
    for (int text = 0; text < count; ++text) body(text, 0);
  }
};

// hand_out() where whoever is free takes the next item. `threads` is a Team or a Burst.
template <class Threads>
void take_in_turn(Threads& threads, int count, WorkerBody body) {
  if (count == 0) return;
  std::atomic<int> next = 0;
  threads.run([&](int worker) {
    for (int item; (item = next.fetch_add(1, std::memory_order_relaxed)) < count;)
      body(item, worker);
  });
}

}  // namespace winnow::engine
