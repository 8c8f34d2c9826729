#pragma once

#include <memory>
#include <string>

#include "profiles/program/output_pipe.h"

namespace winnow::profiles {

// The hash of what a program writes to a pipe: nothing of it is kept.
class OutputHash {
 public:
  OutputHash();
  ~OutputHash();

  // What the program is to open as its output; valid until finish().
  std::string file() const { return pipe_.file(); }
  // SHA-256 of all that came, as 64 hexadecimal digits, when no program has the pipe open any more;
  // empty: nothing came. Once.
  std::string finish();

 private:
  struct Digest;
  std::unique_ptr<Digest> digest_;
  OutputPipe pipe_;
};

}  // namespace winnow::profiles
