#pragma once

#include <exception>
#include <functional>
#include <span>
#include <string>
#include <thread>

#include "profiles/process/descriptor.h"

namespace winnow::profiles {

// What a program writes to a pipe, read by a thread of this object as it comes: nothing of it is
// kept here.
class OutputPipe {
 public:
  // `take` is called by that thread.
  explicit OutputPipe(std::function<void(std::span<const char>)> take);
  ~OutputPipe();
  OutputPipe(const OutputPipe&) = delete;
  OutputPipe& operator=(const OutputPipe&) = delete;

  // What the program is to open as its output; valid until finish().
  std::string file() const;
  // Returns when no program has the pipe open any more and all that came was taken. Throws what
  // `take` threw. Once.
  void finish();

 private:
  void take_all() noexcept;

  std::function<void(std::span<const char>)> take_;
  Pipe pipe_;
  std::exception_ptr failure_;  // the thread's, until it is joined
  std::thread thread_;
};

}  // namespace winnow::profiles
