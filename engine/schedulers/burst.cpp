#include "engine/schedulers/burst.h"

#include "base/error.h"
#include "base/region.h"

namespace winnow::engine {

Burst::Burst(int threads) : errors_(static_cast<size_t>(threads)) {
  threads_.reserve(errors_.size());
}

void Burst::run(base::FunctionRef<void(int)> body) {
  const auto outer = winnow_mark(WINNOW_SIGNALLING);
  std::exception_ptr error = create_threads(body);
  winnow_mark(WINNOW_WAITING);
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  winnow_mark(outer);
  for (std::exception_ptr& thrown : errors_) {
    if (!error) error = thrown;
    thrown = nullptr;
  }
  if (error) std::rethrow_exception(error);
}

std::exception_ptr Burst::create_threads(base::FunctionRef<void(int)> body) {
  try {
    for (int i = 0; i < size(); ++i)
      threads_.emplace_back([this, i, body] {
        winnow_mark(WINNOW_COMPUTING);
        try {
          body(i);
        } catch (...) {
          errors_[static_cast<size_t>(i)] = std::current_exception();
        }
        winnow_mark(WINNOW_OTHER);
      });
  } catch (const std::exception& failure) {
    return std::make_exception_ptr(base::Error("cannot create a thread", failure.what()));
  }
  return nullptr;
}

}  // namespace winnow::engine
