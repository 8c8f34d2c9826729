#include "cli/http_server.h"

#include <fmt/format.h>
#include <unistd.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <csignal>
#include <deque>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "base/error.h"

namespace winnow::cli {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using tcp = asio::ip::tcp;

namespace {

constexpr uint32_t kLongestHeader = 8192;
constexpr auto kNap = std::chrono::milliseconds(50);  // until there is room for a connection

using Answer = std::function<HttpAnswer(const std::string& path)>;
using Remember = std::function<void(std::string memo)>;
using Request = http::request<http::empty_body>;
using Response = http::response<http::string_body>;

// A page of another site whose name leads to this machine (DNS rebinding) asks under that name.
// These three are no site's: two are addresses, and browsers ask no name server for the third. Any
// port: a tunnel has one of its own, and says nothing about who asks.
bool names_this_host(std::string_view host) {
  const size_t colon = host.rfind(':');
  if (colon != host.npos && colon + 1 < host.size() &&
      host.find_first_not_of("0123456789", colon + 1) == host.npos)
    host = host.substr(0, colon);
  return host == "127.0.0.1" || host == "[::1]" ||
         beast::iequals({host.data(), host.size()}, "localhost");
}

Response response(unsigned version, HttpAnswer answer, bool with_body) {
  Response result{static_cast<http::status>(answer.status), version};
  result.set(http::field::content_type, "text/html; charset=utf-8");
  result.set(http::field::cache_control, "no-store");
  result.set("X-Content-Type-Options", "nosniff");
  result.set("X-Frame-Options", "DENY");
  result.set("Referrer-Policy", "no-referrer");
  result.keep_alive(false);
  result.content_length(answer.body.size());
  if (with_body) result.body() = std::move(answer.body);
  return result;
}

// The path that is asked for, or why it cannot be.
struct AskedPath {
  std::string path{};
  std::optional<HttpAnswer> refused{};
};

AskedPath asked_by(const Request& request) {
  const auto host = request[http::field::host];
  if (!names_this_host({host.data(), host.size()}))
    return {"",
            HttpAnswer{400,
                       "<p>400: wrong Host: localhost, 127.0.0.1 and [::1] are answered, at any "
                       "port</p>\n"}};
  if (request.method() != http::verb::get && request.method() != http::verb::head)
    return {"", HttpAnswer{405, "<p>405: only GET and HEAD</p>\n"}};
  const std::string target(request.target());
  if (target.empty() || target.front() != '/')
    return {"", HttpAnswer{400, "<p>400: wrong address</p>\n"}};
  return {target.substr(0, target.find('?'))};
}

using TakePage = std::function<void(HttpAnswer)>;

// A page on its way; it lives as long as an operation on it is under way.
class Job : public std::enable_shared_from_this<Job> {
 public:
  Job(asio::io_context& context, const PageLimits& limits, const std::function<HttpAnswer()>& make,
      TakePage take)
      : limits_(limits),
        page_(make, limits),
        readable_(context, ::dup(page_.descriptor())),
        deadline_(context, limits.time),
        take_(std::move(take)) {}

  void start() {
    deadline_.async_wait([self = shared_from_this()](beast::error_code error) {
      if (!error)
        self->finish(failed_page(fmt::format(
            "it takes longer than {:g} s", static_cast<double>(self->limits_.time.count()) / 1e3)));
    });
    wait();
  }

 private:
  void wait() {
    readable_.async_wait(asio::posix::stream_descriptor::wait_read,
                         [self = shared_from_this()](beast::error_code error) {
                           if (error) return;
                           if (self->page_.read_some())
                             self->finish(self->page_.answer());
                           else
                             self->wait();
                         });
  }

  void finish(HttpAnswer answer) {
    if (!take_) return;
    deadline_.cancel();
    readable_.close();
    std::exchange(take_, nullptr)(std::move(answer));
  }

  PageLimits limits_;
  PageProcess page_;
  asio::posix::stream_descriptor readable_;
  asio::steady_timer deadline_;
  TakePage take_;
};

// Pages in the order in which they are asked for, some at once.
class Pages {
 public:
  Pages(asio::io_context& context, const Answer& answer, const ServerLimits& limits,
        Remember remember = {})
      : context_(context), answer_(answer), limits_(limits), remember_(std::move(remember)) {}

  void make(const std::string& path, TakePage take) {
    waiting_.push_back({path, std::move(take)});
    start_next();
  }

 private:
  struct Wanted {
    std::string path;
    TakePage take;
  };

  void start_next() {
    while (running_ < limits_.pages_at_once && !waiting_.empty()) {
      const Wanted wanted = std::move(waiting_.front());
      waiting_.pop_front();
      try {
        std::make_shared<Job>(
            context_, limits_.page, [&] { return answer_(wanted.path); },
            [this, take = wanted.take](HttpAnswer answer) {
              --running_;
              if (remember_ && !answer.memo.empty()) remember_(std::move(answer.memo));
              take(std::move(answer));
              start_next();
            })
            ->start();
        ++running_;
      } catch (const std::exception& error) {  // no descriptor, or no process
        wanted.take(failed_page(error.what()));
      }
    }
  }

  asio::io_context& context_;
  const Answer& answer_;
  ServerLimits limits_;
  Remember remember_;
  int running_ = 0;
  std::deque<Wanted> waiting_;
};

// One connection; it lives as long as an operation on it is under way.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(tcp::socket socket, Pages& pages, const ServerLimits& limits,
             std::shared_ptr<void> place)
      : stream_(std::move(socket)),
        pages_(pages),
        patience_(limits.patience),
        place_(std::move(place)) {
    parser_.header_limit(kLongestHeader);
    parser_.body_limit(0);
  }

  void start() {
    stream_.expires_after(patience_);
    http::async_read(
        stream_, buffer_, parser_,
        [self = shared_from_this()](beast::error_code error, size_t) { self->take(error); });
  }

 private:
  void take(beast::error_code error) {
    const bool malformed =
        error && error.category() == make_error_code(http::error::bad_method).category();
    if (error && (!malformed || error == http::error::end_of_stream)) return;
    if (malformed) return reply(true, HttpAnswer{400, "<p>400: malformed request</p>\n"});
    const AskedPath asked = asked_by(parser_.get());
    if (asked.refused) return reply(false, *asked.refused);
    stream_.expires_never();
    pages_.make(asked.path, [self = shared_from_this()](HttpAnswer answer) {
      self->reply(false, std::move(answer));
    });
  }

  void reply(bool malformed, HttpAnswer answer) {
    const Request& request = parser_.get();
    response_ = response(malformed ? 11 : request.version(), std::move(answer),
                         malformed || request.method() != http::verb::head);
    serializer_.emplace(*response_);
    serializer_->split(false);
    stream_.expires_after(patience_);
    const auto done = [self = shared_from_this()](beast::error_code, size_t) {
      beast::error_code ignored;
      self->stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
    };
    if (!malformed && request.method() == http::verb::head)
      http::async_write_header(stream_, *serializer_, done);
    else
      http::async_write(stream_, *serializer_, done);
  }

  beast::tcp_stream stream_;
  Pages& pages_;
  std::chrono::milliseconds patience_;
  std::shared_ptr<void> place_;  // among the connections
  beast::flat_buffer buffer_;
  http::request_parser<http::empty_body> parser_;
  std::optional<Response> response_;
  std::optional<http::response_serializer<http::string_body>> serializer_;
};

// Takes connections as long as there is room, and where none can be had tries again after a while.
class Listener {
 public:
  // `open`: of all listeners.
  Listener(asio::io_context& context, const tcp::endpoint& here, Pages& pages,
           const ServerLimits& limits, std::shared_ptr<int> open)
      : acceptor_(context, here),
        nap_(context),
        pages_(pages),
        limits_(limits),
        open_(std::move(open)) {}

  uint16_t port() const { return acceptor_.local_endpoint().port(); }

  void accept() {
    if (*open_ >= limits_.connections) return accept_later();
    acceptor_.async_accept([this](beast::error_code error, tcp::socket socket) {
      if (error == asio::error::operation_aborted) return;
      if (error) return accept_later();
      const std::shared_ptr<void> place(nullptr, [open = open_](void*) { --*open; });
      ++*open_;
      std::make_shared<Connection>(std::move(socket), pages_, limits_, place)->start();
      accept();
    });
  }

 private:
  void accept_later() {
    nap_.expires_after(kNap);
    nap_.async_wait([this](beast::error_code error) {
      if (!error) accept();
    });
  }

  tcp::acceptor acceptor_;
  asio::steady_timer nap_;
  Pages& pages_;
  ServerLimits limits_;
  std::shared_ptr<int> open_;
};

// On ::1, which a browser may try first for localhost; null: the machine has no IPv6, or the port
// is another's there.
std::unique_ptr<Listener> listener_on_ipv6(asio::io_context& context, uint16_t port, Pages& pages,
                                           const ServerLimits& limits,
                                           const std::shared_ptr<int>& open) {
  try {
    return std::make_unique<Listener>(
        context, tcp::endpoint(asio::ip::address_v6::loopback(), port), pages, limits, open);
  } catch (const boost::system::system_error&) {
    return nullptr;
  }
}

}  // namespace

void serve_loopback(uint16_t port, const std::function<void(uint16_t)>& listening,
                    const Answer& answer, const ServerLimits& limits, const Remember& remember) {
  try {
    asio::io_context context(1);
    asio::signal_set signals(context, SIGINT, SIGTERM);
    signals.async_wait([&](beast::error_code, int) { context.stop(); });
    Pages pages(context, answer, limits, remember);
    const auto open = std::make_shared<int>(0);
    Listener listener(context, {asio::ip::address_v4::loopback(), port}, pages, limits, open);
    const auto second = listener_on_ipv6(context, listener.port(), pages, limits, open);
    listening(listener.port());
    listener.accept();
    if (second) second->accept();
    context.run();
  } catch (const boost::system::system_error& error) {
    throw base::Error(fmt::format("127.0.0.1:{}", port), error.code().message());
  }
}

void serve_connection(int socket, const Answer& answer) {
  boost::asio::io_context context(1);
  const ServerLimits limits;
  Pages pages(context, answer, limits);
  std::make_shared<Connection>(tcp::socket(context, tcp::v4(), socket), pages, limits, nullptr)
      ->start();
  context.run();
}

}  // namespace winnow::cli
