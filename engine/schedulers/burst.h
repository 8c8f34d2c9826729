#pragma once

#include <exception>
#include <thread>
#include <vector>

#include "base/function_ref.h"

namespace winnow::engine {

// Threads that are created for one body and joined at its end. One thread at a time calls run().
class Burst {
 public:
  explicit Burst(int threads);

  int size() const { return static_cast<int>(errors_.size()); }

  // body(thread) once in each of size() new threads, the calling one waiting. The first exception
  // reaches the caller when all are joined; a thread that cannot be created is a base::Error, and
  // those before it have run.
  void run(base::FunctionRef<void(int thread)> body);

 private:
  std::exception_ptr create_threads(base::FunctionRef<void(int thread)> body);

  std::vector<std::thread> threads_;
  std::vector<std::exception_ptr> errors_;  // one for each thread
};

}  // namespace winnow::engine
