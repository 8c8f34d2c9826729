#include "engine/schedulers/burst.h"

#include <optional>

#include "base/error.h"
#include "base/region.h"
#include "engine/schedulers/worker.h"

namespace winnow::engine {

Burst::Burst(int threads) : size_(threads) { threads_.reserve(static_cast<size_t>(size_)); }

void Burst::run(base::FunctionRef<void(int)> body) {
  const auto outer = winnow_mark(WINNOW_SIGNALLING);
  FirstError thrown;
  const auto work = [&](int thread) {
    winnow_mark(WINNOW_COMPUTING);
    try {
      body(thread);
    } catch (...) {
      thrown.keep();
    }
    winnow_mark(WINNOW_OTHER);
  };
  std::optional<base::Error> uncreated;
  try {
    for (int i = 0; i < size_; ++i) threads_.emplace_back(work, i);
  } catch (const std::exception& failure) {
    uncreated.emplace("cannot create a thread", failure.what());
  }
  winnow_mark(WINNOW_WAITING);
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  winnow_mark(outer);
  if (uncreated) throw *uncreated;
  thrown.rethrow();
}

}  // namespace winnow::engine
