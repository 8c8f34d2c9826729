#include <signal.h>
#include <sys/stat.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <iostream>
#include <thread>
#include <utility>

#include "base/file.h"
#include "cli/index_memo.h"
#include "profiles/recording/recording.h"
#include "profiles/recording/sweep.h"
#include "tests/catch.h"
#include "tests/cli/program.h"
#include "tests/text.h"

using namespace winnow;
using tcp = boost::asio::ip::tcp;
namespace fs = std::filesystem;

namespace {

// A served folder with one recording, one that is broken, and a file outside that must stay there.
class Served {
 public:
  Served() {
    fs::create_directories(scratch_ / "out/a b");
    fs::create_directories(scratch_ / "out/broken");
    profiles::Recording recording;
    recording.status = profiles::RunStatus::complete;
    recording.workload.scenario = "<small>";
    profiles::write_recording(scratch_ / "out/a b", recording);
    base::write_file(scratch_ / "out/broken/recording.json", "{}");
    fs::create_directories(scratch_ / "out/pipe");
    REQUIRE(::mkfifo((scratch_ / "out/pipe/recording.json").c_str(), 0600) == 0);
    // Links out of the folder: of a file, and of its folder.
    fs::create_directories(scratch_ / "outside");
    profiles::write_recording(scratch_ / "outside", recording);
    fs::create_directories(scratch_ / "out/linked");
    fs::create_symlink(scratch_ / "outside/recording.json", scratch_ / "out/linked/recording.json");
    fs::create_directory_symlink(scratch_ / "outside", scratch_ / "out/link");
    fs::create_directories(scratch_ / "out/many");
    profiles::Sweep sweep;
    sweep.status = profiles::RunStatus::complete;
    sweep.name = "<sweep>";
    profiles::write_sweep(scratch_ / "out/many", sweep);
    base::write_file(scratch_ / "secret", "not for others");
    process_ = testing::start_winnow(scratch_, {"serve", "out", "--port", "0"});
    for (int tries = 0; tries < 3000 && port_ == 0; ++tries) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      if (!fs::exists(scratch_ / "stdout")) continue;
      const std::string said = base::read_file(scratch_ / "stdout");
      const size_t colon = said.rfind(':');
      if (said.ends_with("/\n")) port_ = std::stoi(said.substr(colon + 1));
    }
    REQUIRE(port_ > 0);
  }
  ~Served() { stop(); }

  testing::Result stop() {
    if (process_ <= 0) return {};
    kill(process_, SIGINT);
    return testing::wait(scratch_, std::exchange(process_, 0));
  }

  // The whole answer to these bytes.
  std::string raw(const std::string& request, const boost::asio::ip::address& server =
                                                  boost::asio::ip::address_v4::loopback()) const {
    boost::asio::io_context context;
    tcp::socket socket(context);
    socket.connect({server, static_cast<uint16_t>(port_)});
    boost::system::error_code error;
    boost::asio::write(socket, boost::asio::buffer(request), error);
    std::string answer;
    boost::asio::read(socket, boost::asio::dynamic_buffer(answer), error);
    return answer;
  }

  std::string get(const std::string& target, const std::string& host = "") const {
    return raw("GET " + target + " HTTP/1.1\r\nHost: " +
               (host.empty() ? "127.0.0.1:" + std::to_string(port_) : host) + "\r\n\r\n");
  }
  void write_recording(const std::string& name, const std::string& scenario) const {
    profiles::Recording recording;
    recording.status = profiles::RunStatus::complete;
    recording.workload.scenario = scenario;
    fs::create_directories(scratch_ / ("out/" + name));
    profiles::write_recording(scratch_ / ("out/" + name), recording);
  }
  std::string on_ipv6(const std::string& target) const {
    return raw("GET " + target + " HTTP/1.1\r\nHost: [::1]:" + std::to_string(port_) + "\r\n\r\n",
               boost::asio::ip::address_v6::loopback());
  }

 private:
  Scratch scratch_;
  pid_t process_ = 0;
  int port_ = 0;
};

int status(const std::string& answer) {
  return answer.starts_with("HTTP/1.1 ") ? std::stoi(answer.substr(9)) : 0;
}

}  // namespace

TEST_CASE("winnow serve shows an index and the page of each recording, and ends with Ctrl-C") {
  Served served;
  const std::string index = served.get("/");
  CHECK(status(index) == 200);
  CHECK(has(index, "<a href=\"/recording/a%20b\">a b</a>"));
  CHECK(has(index, "&lt;small&gt;"));
  CHECK(has(index, "broken"));
  CHECK(has(index, "unavailable: "));
  const std::string page = served.get("/recording/a%20b?query");
  CHECK(status(page) == 200);
  CHECK(has(page, "Content-Security-Policy"));
  CHECK(has(page, "</html>"));
  CHECK(has(index, "<a href=\"/sweep/many\">many</a>"));
  const std::string sweep = served.get("/sweep/many");
  CHECK(status(sweep) == 200);
  CHECK(has(sweep, "&lt;sweep&gt;"));
  CHECK(status(served.get("/recording/many")) == 404);
  for (const char* target : {"/a%20b", "/a%20b/", "/recording/a%20b/", "/a%20b?query", "/many",
                             "/many/", "/sweep/many/", "/%61%20b"}) {
    INFO(target);
    CHECK(has(served.get(target), "</html>"));
    CHECK(status(served.get(target)) == 200);
  }
  for (const char* target : {"/a%20b//", "/a%2", "/a%2520b", "/ab", "//a%20b"}) {
    INFO(target);
    CHECK(status(served.get(target)) == 404);
    CHECK(has(served.get(target), "<a href=\"/\">the index</a>"));
  }
  const auto result = served.stop();
  CHECK(result.status == 0);
  CHECK(result.err.empty());
}

TEST_CASE("the index is that of the recordings as they are, however often it is asked for") {
  const Served served;
  const std::string first = served.get("/");
  CHECK(served.get("/") == first);
  served.write_recording("a b", "another");
  served.write_recording("new", "newest");
  const std::string second = served.get("/");
  CHECK_FALSE(has(second, "&lt;small&gt;"));
  CHECK(has(second, "another"));
  CHECK(has(second, "newest"));
  CHECK(has(second, "unavailable: "));
  CHECK(served.get("/") == second);
}

TEST_CASE("an entry is made once of a file that stays as it is") {
  const Scratch scratch;
  const std::string file = scratch / "recording.json";
  base::write_file(file, "one");
  int made = 0;
  const auto make = [&] {
    ++made;
    reports::IndexEntry entry;
    entry.folder = "a \"b\"";
    entry.variants = {"one", "two"};
    entry.flags = {"flag"};
    entry.winner = std::to_string(made);
    return entry;
  };
  cli::IndexMemo memo;
  CHECK(memo.entry_of(file, make).winner == "1");
  CHECK(memo.entry_of(file, make).winner == "1");
  const std::string text = memo.text();
  cli::IndexMemo later(text);
  const reports::IndexEntry entry = later.entry_of(file, make);
  CHECK(made == 1);
  CHECK(entry.folder == "a \"b\"");
  CHECK(entry.variants == std::vector<std::string>{"one", "two"});
  CHECK(entry.flags == std::vector<std::string>{"flag"});
  CHECK(later.text() == text);
  base::write_file(file, "two");
  CHECK(later.entry_of(file, make).winner == "2");
  CHECK(cli::IndexMemo(later.text()).entry_of(file, make).winner == "2");
  CHECK(cli::IndexMemo(text).entry_of(file, make).winner == "3");
  // Nobody asked for it any more; what is broken; what could not be read, or is not there.
  CHECK(cli::IndexMemo(text).text() == "{}");
  for (const std::string& broken : {text.substr(0, text.size() / 2), std::string("[]"),
                                    std::string("{\"f\":{\"identity\":1,\"entry\":{}}}")})
    CHECK(cli::IndexMemo(broken).text() == "{}");
  cli::IndexMemo empty;
  const auto unread = [] {
    reports::IndexEntry none;
    none.problem = "broken";
    return none;
  };
  CHECK(empty.entry_of(file, unread).problem == "broken");
  empty.entry_of(scratch / "missing", make);
  CHECK(empty.text() == "{}");
}

TEST_CASE("winnow serve answers hostile requests with an error and stays up") {
  Served served;
  for (const char* target :
       {"/secret", "/../secret", "/recording/../../secret", "/recording/..%2F..%2Fsecret",
        "/recording/%2e%2e/secret", "//secret", "/recording/", "/recording/a b", "/out/a%20b",
        "/recording/a%20b/recording.json", "/%00", "/recording/%"}) {
    INFO(target);
    const std::string answer = served.get(target);
    const bool refused = status(answer) == 404 || status(answer) == 400;
    CHECK(refused);
    CHECK_FALSE(has(answer, "not for others"));
  }
  CHECK(status(served.get("secret")) == 400);
  const std::string broken = served.get("/recording/broken");
  CHECK(status(broken) == 500);
  CHECK(has(broken, "recording.json: not a recording"));
  CHECK(has(served.get("/recording/pipe"), "not a regular file: a pipe"));
  CHECK(has(served.get("/"), "not a regular file: a pipe"));
  for (const char* target : {"/recording/linked", "/recording/link"}) {
    CHECK(status(served.get(target)) == 404);
    CHECK_FALSE(has(served.get("/"), target));
  }
  CHECK(status(served.get("/", "evil.example")) == 400);
  CHECK(status(served.raw("GET / HTTP/1.1\r\n\r\n")) == 400);
  CHECK(status(served.raw("garbage\r\n\r\n")) == 400);
  CHECK(status(served.raw(std::string(3, '\0') + "\r\n\r\n")) == 400);
  CHECK(status(served.raw("GET / HTTP/1.1\r\nX: " + std::string(20000, 'x') + "\r\n\r\n")) == 400);
  CHECK(status(served.raw("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999\r\n\r\n")) == 400);
  CHECK(status(served.get("/")) == 200);
  CHECK(served.stop().status == 0);
}

TEST_CASE("winnow serve answers to this machine's own names behind any port, and to no other") {
  Served served;
  for (const char* host : {"localhost", "LOCALHOST:9000", "localhost:1", "127.0.0.1",
                           "127.0.0.1:9000", "[::1]", "[::1]:9000"}) {
    INFO(host);
    CHECK(status(served.get("/", host)) == 200);
  }
  for (const char* host :
       {"evil.example", "evil.example:8090", "localhost.evil.example", "127.0.0.1.evil.example",
        "evil.example:127.0.0.1", "localhost:evil.example", "[::1].evil.example", "::1", "[::2]",
        "localhost:", "a@localhost", "127.0.0.2", "0.0.0.0", "192.168.1.2:8090", ":8090"}) {
    INFO(host);
    const std::string answer = served.get("/", host);
    CHECK(status(answer) == 400);
    CHECK_FALSE(has(answer, "a%20b"));
  }
  boost::asio::io_context context;
  boost::system::error_code error;
  tcp::acceptor any(context);
  any.open(tcp::v6(), error);
  if (!error) any.bind({boost::asio::ip::address_v6::loopback(), 0}, error);
  if (error) {
    std::cout << "skipped: the machine has no ::1\n";
    return;
  }
  CHECK(has(served.on_ipv6("/"), "a%20b"));
}

TEST_CASE("winnow serve refuses what it cannot serve") {
  Scratch scratch;
  CHECK(testing::winnow(scratch, {"serve"}).status == 2);
  CHECK(testing::winnow(scratch, {"serve", ".", "--port", "65536"}).status == 2);
  CHECK(testing::winnow(scratch, {"serve", ".", "--port", "x"}).status == 2);
  const auto missing = testing::winnow(scratch, {"serve", "missing"});
  CHECK(missing.status == 2);
  CHECK(missing.err == "winnow: missing: no such file or folder\n");
}
