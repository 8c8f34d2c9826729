#pragma once

#include <memory>
#include <string>
#include <thread>

#include "profiles/process/descriptor.h"

namespace winnow::profiles {

// The hash of what a program writes to a pipe, read by a thread of this object as it comes:
// nothing of it is kept.
class OutputHash {
 public:
  OutputHash();
  ~OutputHash();
  OutputHash(const OutputHash&) = delete;
  OutputHash& operator=(const OutputHash&) = delete;

  // What the program is to open as its output; valid until finish().
  std::string file() const;
  // SHA-256 of all that came, as 64 hexadecimal digits, when no program has the pipe open any more;
  // empty: nothing came. Once.
  std::string finish();

 private:
  struct Digest;
  std::unique_ptr<Digest> digest_;
  Pipe pipe_;
  std::thread thread_;
};

}  // namespace winnow::profiles
