#include "cli/http_server.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <thread>
#include <vector>

#include "base/sanitizers.h"
#include "profiles/process/descriptor.h"
#include "tests/catch.h"
#include "tests/text.h"

using namespace winnow;
using namespace std::chrono_literals;
using tcp = boost::asio::ip::tcp;

namespace {

std::string& memo() {
  static std::string text;
  return text;
}

cli::HttpAnswer odd_page(const std::string& path) {
  if (path == "/counts") return {200, "memo '" + memo() + "'", memo() + "x"};
  if (path == "/forgets") return {200, "memo '" + memo() + "'", std::string(5 << 20, 'y')};
  if (path == "/endless") std::this_thread::sleep_for(1h);
  if (path == "/spins")
    for (volatile bool on = true; on;) continue;
  if (path == "/crashes") {
    ::signal(SIGSEGV, SIG_DFL);  // the test program has a handler
    ::raise(SIGSEGV);
  }
  if (path == "/leaves") ::_exit(7);
  if (path == "/throws") throw std::runtime_error("<no> such thing");
  if (path == "/huge") return {200, std::string(3 << 20, 'x')};
  if (path == "/hungry") {
    std::vector<std::unique_ptr<char[]>> all;
    for (int i = 0; i < 4096; ++i) all.push_back(std::make_unique_for_overwrite<char[]>(1 << 20));
  }
  return {200, "page " + path};
}

// A server in a process of its own.
class PageServer {
 public:
  explicit PageServer(cli::ServerLimits limits, rlim_t descriptors = 0) {
    profiles::Pipe pipe = profiles::new_pipe();
    process_ = ::fork();
    if (process_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      const rlimit limit{descriptors, descriptors};
      if (descriptors > 0) ::setrlimit(RLIMIT_NOFILE, &limit);
      cli::serve_loopback(
          0,
          [&](uint16_t port) {
            if (::write(pipe.writing.number, &port, sizeof port) !=
                static_cast<ssize_t>(sizeof port))
              ::_exit(1);
          },
          odd_page, limits, [](std::string text) { memo() = std::move(text); });
      ::_exit(0);
    }
    pipe.writing.reset();
    REQUIRE(profiles::read_value(pipe.reading.number, port_));
  }
  ~PageServer() {
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }

  std::unique_ptr<tcp::socket> connected() {
    auto socket = std::make_unique<tcp::socket>(context_);
    socket->connect({boost::asio::ip::address_v4::loopback(), port_});
    return socket;
  }
  void ask(tcp::socket& socket, const std::string& path) const {
    boost::system::error_code error;
    boost::asio::write(socket,
                       boost::asio::buffer("GET " + path + " HTTP/1.1\r\nHost: localhost:" +
                                           std::to_string(port_) + "\r\n\r\n"),
                       error);
  }
  static std::string answer(tcp::socket& socket) {
    boost::system::error_code error;
    std::string text;
    boost::asio::read(socket, boost::asio::dynamic_buffer(text), error);
    return text;
  }
  std::string get(const std::string& path) {
    const auto socket = connected();
    ask(*socket, path);
    return answer(*socket);
  }

  // Its exit status; it must come by itself.
  int interrupted() const {
    ::kill(process_, SIGINT);
    int status = 0;
    ::waitpid(process_, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  // CPU time of the server itself until now.
  double cpu_s() const {
    clockid_t clock = 0;
    timespec time{};
    REQUIRE(::clock_getcpuclockid(process_, &clock) == 0);
    REQUIRE(::clock_gettime(clock, &time) == 0);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
  }

 private:
  boost::asio::io_context context_;
  pid_t process_ = 0;
  uint16_t port_ = 0;
};

cli::ServerLimits short_limits() {
  cli::ServerLimits limits;
  limits.page.time = 500ms;
  limits.page.memory_bytes = 1'000'000'000;
  limits.page.page_bytes = 2'000'000;
  return limits;
}

}  // namespace

TEST_CASE("a page that fails says why, and the others go on", "[http]") {
  PageServer server(short_limits());
  const std::vector<std::pair<std::string, std::string>> pages{
      {"/endless", "it takes longer than 0.5 s"},
      {"/spins", "it takes longer than 0.5 s"},
      {"/crashes", "signal 11"},
      {"/leaves", "its process said nothing"},
      {"/throws", "&lt;no&gt; such thing"},
      {"/huge", "it is larger than 2 MB"},
  };
  for (const auto& [path, reason] : pages) {
    CAPTURE(path);
    const std::string answer = server.get(path);
    CHECK(answer.starts_with("HTTP/1.1 500 "));
    CHECK(has(answer, reason));
    CHECK(has(server.get("/good"), "page /good"));
  }
  CHECK(server.interrupted() == 0);
}

TEST_CASE("a page's memo is there for the pages behind it, one that is too large is not",
          "[http]") {
  PageServer server(short_limits());
  CHECK(has(server.get("/counts"), "memo ''"));
  CHECK(has(server.get("/counts"), "memo 'x'"));
  CHECK(has(server.get("/good"), "page /good"));
  CHECK(has(server.get("/forgets"), "memo 'xx'"));
  CHECK(has(server.get("/counts"), "memo 'xx'"));
}

// A sanitizer takes terabytes of addresses itself: no limit is held there.
#if !WINNOW_ADDRESS_SANITIZER && !WINNOW_THREAD_SANITIZER
TEST_CASE("a page that takes too much memory says so", "[http]") {
  cli::ServerLimits limits = short_limits();
  limits.page.time = 60s;
  PageServer server(limits);
  const std::string answer = server.get("/hungry");
  CHECK(answer.starts_with("HTTP/1.1 500 "));
  CHECK(has(answer, "it takes more than 1000 MB of memory"));
}
#endif

TEST_CASE("pages are made beside one that takes long, and Ctrl-C ends them all", "[http]") {
  cli::ServerLimits limits = short_limits();
  limits.page.time = 1h;
  PageServer server(limits);
  const auto slow = server.connected();
  server.ask(*slow, "/endless");
  CHECK(has(server.get("/good"), "page /good"));
  CHECK(server.interrupted() == 0);
  CHECK(PageServer::answer(*slow).empty());
}

TEST_CASE("connections that ask for nothing are closed", "[http]") {
  cli::ServerLimits limits = short_limits();
  limits.patience = 300ms;
  limits.connections = 3;
  PageServer server(limits);
  std::vector<std::unique_ptr<tcp::socket>> idle;
  for (int i = 0; i < 10; ++i) idle.push_back(server.connected());
  CHECK(has(server.get("/good"), "page /good"));  // behind them all
  for (const auto& socket : idle) CHECK(PageServer::answer(*socket).empty());
}

TEST_CASE("without descriptors the server waits, and goes on when there are some", "[http]") {
  cli::ServerLimits limits = short_limits();
  limits.patience = 1h;
  PageServer server(limits, 32);
  std::vector<std::unique_ptr<tcp::socket>> idle;
  for (int i = 0; i < 60; ++i) idle.push_back(server.connected());
  const double before_s = server.cpu_s();
  std::this_thread::sleep_for(2s);
  CHECK(server.cpu_s() - before_s < 1);  // one that spins takes all of the time
  idle.clear();
  CHECK(has(server.get("/good"), "page /good"));
}
