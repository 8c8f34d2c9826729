#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "base/function_ref.h"

namespace winnow::engine {

// Persistent workers that run one body together with the calling thread and meet at its end
// (fork-join). Whoever waits spins for `spin_ns` before it sleeps: between the operators of a
// forward pass the next one comes within microseconds, between batches it may not come at all.
// One thread at a time calls run().
class Team {
 public:
  // `threads` with the calling one; throws base::Error when one cannot be created.
  Team(int threads, int64_t spin_ns);
  ~Team();
  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;

  int size() const { return static_cast<int>(workers_.size()) + 1; }

  // body(worker) once in every thread, the calling one being worker 0. The first exception reaches
  // the caller when all have ended.
  void run(base::FunctionRef<void(int worker)> body);

  // body(begin, end) for ranges that cover [0, count), a few for each worker: whoever is done with
  // one takes the next.
  void share_out(int count, base::FunctionRef<void(int begin, int end)> body);

 private:
  void work(int worker);
  void run_body(int worker);
  void stop();
  template <class Value>
  void wait_while_equal(const std::atomic<Value>& value, Value old) const;

  const int64_t spin_ns_;
  std::vector<std::thread> workers_;
  const base::FunctionRef<void(int)>* body_ = nullptr;  // null: stop. Written before round_
  alignas(64) std::atomic<uint32_t> round_ = 0;         // how many bodies there were
  alignas(64) std::atomic<int> running_ = 0;            // workers that have not ended this body
  alignas(64) std::atomic<int> next_ = 0;               // of share_out()
  std::mutex error_mutex_;
  std::exception_ptr error_;  // the first of this body
};

}  // namespace winnow::engine
