#include "engine/schedulers/worker.h"

#include <pthread.h>

#include <string>
#include <utility>

namespace winnow::engine {

void name_worker(int number) {
  pthread_setname_np(pthread_self(), ("worker " + std::to_string(number)).c_str());
}

void FirstError::keep() {
  const std::lock_guard lock(mutex_);
  if (!error_) error_ = std::current_exception();
}

void FirstError::rethrow() {
  if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
}

}  // namespace winnow::engine
