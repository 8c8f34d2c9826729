#pragma once

#include <span>

#include "base/function_ref.h"
#include "base/region.h"
#include "engine/schedulers/scheduler.h"

namespace winnow::engine {

// What the strategies share that cut nothing but operators: texts one after another in the calling
// thread, each with a forward pass of its own.
class OneByOneScheduler : public Scheduler {
 public:
  int workspace_count() const override { return 1; }

  void over_texts(int count, base::FunctionRef<void(int)> body) override {
    one_by_one(count, body);
  }

  void over_groups(std::span<const int> lengths,
                   base::FunctionRef<void(std::span<const int>, int)> body) override {
    one_by_one(static_cast<int>(lengths.size()), [&](int text) { body(std::span(&text, 1), 0); });
  }

 private:
  static void one_by_one(int count, base::FunctionRef<void(int)> body) {
    struct Computing {
      const winnow_state outer = winnow_mark(WINNOW_COMPUTING);
      ~Computing() { winnow_mark(outer); }
    } computing;
    for (int text = 0; text < count; ++text) body(text);
  }
};

}  // namespace winnow::engine
