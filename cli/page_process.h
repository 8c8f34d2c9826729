#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>

#include "profiles/process/descriptor.h"

namespace winnow::cli {

struct HttpAnswer {
  int status = 200;
  std::string body{};
  std::string memo{};  // for the server: what the makers of later pages may begin with
};

// What one page may take.
struct PageLimits {
  std::chrono::milliseconds time = std::chrono::seconds(60);
  size_t memory_bytes = 4'000'000'000;  // of address space; not held under a sanitizer
  size_t page_bytes = 64'000'000;
  size_t memo_bytes = 4'000'000;  // a larger one is not kept
};

// An answer with status 500 and this reason, escaped.
HttpAnswer failed_page(const std::string& reason);

// A page that is made by a process of its own: one that takes too much, that fails or crashes ends
// alone, and says why, while others are made and sent.
class PageProcess {
 public:
  // Starts it; the process calls `make`. Throws base::Error.
  PageProcess(const std::function<HttpAnswer()>& make, const PageLimits& limits);
  ~PageProcess();  // ends it
  PageProcess(const PageProcess&) = delete;
  PageProcess& operator=(const PageProcess&) = delete;

  int descriptor() const { return answer_.number; }  // something is to read, or the end
  // Takes what is there, without waiting; true: that was all, or more than a page may have.
  bool read_some();
  // After the end: the page, or what became of it.
  HttpAnswer answer();

 private:
  pid_t pid_ = -1;
  PageLimits limits_;
  profiles::Descriptor answer_;
  std::string bytes_;  // a status, a body and a memo
};

}  // namespace winnow::cli
