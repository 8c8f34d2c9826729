#include "cli/page_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <new>
#include <utility>

#include "base/error.h"
#include "base/sanitizers.h"
#include "reports/markup/html.h"

namespace winnow::cli {

namespace {

// A sanitizer's shadow takes terabytes of addresses.
constexpr bool kSanitized = WINNOW_ADDRESS_SANITIZER != 0 || WINNOW_THREAD_SANITIZER != 0;

// Before the body and the memo.
struct Header {
  int status = 0;
  size_t body_bytes = 0;
};

void set_limit(decltype(RLIMIT_AS) resource, rlim_t most) {
  const rlimit limit{most, most};
  setrlimit(resource, &limit);
}

void write_all(int descriptor, const char* bytes, size_t size) {
  while (size > 0) {
    const ssize_t count = write(descriptor, bytes, size);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return;
    bytes += count;
    size -= static_cast<size_t>(count);
  }
}

HttpAnswer page_made(const std::function<HttpAnswer()>& make, const PageLimits& limits) try {
  return make();
} catch (const std::bad_alloc&) {
  return failed_page(
      fmt::format("it takes more than {} MB of memory", limits.memory_bytes / 1'000'000));
} catch (const std::exception& error) {
  return failed_page(error.what());
}

[[noreturn]] void become_page(const std::function<HttpAnswer()>& make, const PageLimits& limits,
                              pid_t server, int descriptor) {
  for (const int number : {SIGINT, SIGTERM, SIGPIPE}) signal(number, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != server) _exit(0);
  // The server's connections end when it ends them.
  profiles::close_others(descriptor, descriptor);
  set_limit(RLIMIT_CORE, 0);
  if (!kSanitized) set_limit(RLIMIT_AS, limits.memory_bytes);
  const HttpAnswer answer = page_made(make, limits);
  const Header header{answer.status, answer.body.size()};
  write_all(descriptor, reinterpret_cast<const char*>(&header), sizeof header);
  write_all(descriptor, answer.body.data(), answer.body.size());
  if (answer.memo.size() <= limits.memo_bytes)
    write_all(descriptor, answer.memo.data(), answer.memo.size());
  _exit(0);
}

}  // namespace

HttpAnswer failed_page(const std::string& reason) {
  return {500, fmt::format("<p>500: this page could not be made: {}</p>\n",
                           reports::html_escaped(reason))};
}

PageProcess::PageProcess(const std::function<HttpAnswer()>& make, const PageLimits& limits)
    : limits_(limits) {
  profiles::Pipe pipe = profiles::new_pipe();
  const pid_t server = getpid();
  pid_ = fork();
  if (pid_ < 0) throw base::Error("a process for the page", std::strerror(errno));
  if (pid_ == 0) become_page(make, limits, server, pipe.writing.number);
  answer_ = std::move(pipe.reading);
  fcntl(answer_.number, F_SETFL, O_NONBLOCK);
}

PageProcess::~PageProcess() {
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

bool PageProcess::read_some() {
  char buffer[1 << 16];
  const ssize_t count = read(answer_.number, buffer, sizeof buffer);
  if (count < 0) return errno != EINTR && errno != EAGAIN;
  bytes_.append(buffer, static_cast<size_t>(count));
  return count == 0 || bytes_.size() > sizeof(Header) + limits_.page_bytes + limits_.memo_bytes;
}

HttpAnswer PageProcess::answer() {
  Header header;
  if (bytes_.size() >= sizeof header) std::memcpy(&header, bytes_.data(), sizeof header);
  if (header.body_bytes > limits_.page_bytes)
    return failed_page(fmt::format("it is larger than {} MB", limits_.page_bytes / 1'000'000));
  int ended = 0;
  while (waitpid(pid_, &ended, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  if (WIFSIGNALED(ended))
    return failed_page(fmt::format("its process was ended by signal {} ({})", WTERMSIG(ended),
                                   strsignal(WTERMSIG(ended))));
  if (bytes_.size() < sizeof header) return failed_page("its process said nothing");
  if (bytes_.size() - sizeof header < header.body_bytes)
    return failed_page("its process did not send all of it");
  return {header.status, bytes_.substr(sizeof header, header.body_bytes),
          bytes_.substr(sizeof header + header.body_bytes)};
}

}  // namespace winnow::cli
