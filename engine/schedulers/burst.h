#pragma once

#include <thread>
#include <vector>

#include "base/function_ref.h"

namespace winnow::engine {

// Threads that are created for one body and joined at its end. One thread at a time calls run().
class Burst {
 public:
  explicit Burst(int threads);

  int size() const { return size_; }

  // body(thread) once in each of size() new threads, the calling one waiting. The first exception
  // reaches the caller when all are joined; a thread that cannot be created is a base::Error, and
  // those before it have run.
  void run(base::FunctionRef<void(int thread)> body);

 private:
  const int size_;
  std::vector<std::thread> threads_;
};

}  // namespace winnow::engine
