#include "cli/http_server.h"

#include <fmt/format.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <csignal>
#include <memory>
#include <optional>

#include "base/error.h"

namespace winnow::cli {

namespace beast = boost::beast;
namespace http = beast::http;
using tcp = boost::asio::ip::tcp;

namespace {

constexpr auto kPatience = std::chrono::seconds(10);  // with a client that sends or reads nothing
constexpr uint32_t kLongestHeader = 8192;

using Answer = std::function<HttpAnswer(const std::string& path)>;
using Request = http::request<http::empty_body>;
using Response = http::response<http::string_body>;

bool names_this_host(const Request& request, uint16_t port) {
  const auto host = request[http::field::host];
  for (const std::string name : {"127.0.0.1", "localhost"})
    if (host == fmt::format("{}:{}", name, port) || (port == 80 && host == name)) return true;
  return false;
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

HttpAnswer answer_to(const Request& request, uint16_t port, const Answer& answer) {
  if (!names_this_host(request, port)) return {400, "<p>400: wrong Host</p>\n"};
  if (request.method() != http::verb::get && request.method() != http::verb::head)
    return {405, "<p>405: only GET and HEAD</p>\n"};
  const std::string target(request.target());
  if (target.empty() || target.front() != '/') return {400, "<p>400: wrong address</p>\n"};
  try {
    return answer(target.substr(0, target.find('?')));
  } catch (const std::exception&) {  // its text may hold anything; the index tells the reason
    return {500, "<p>500: this page could not be made</p>\n"};
  }
}

// One connection; it lives as long as an operation on it is under way.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(tcp::socket socket, uint16_t port, const Answer& answer)
      : stream_(std::move(socket)), port_(port), answer_(answer) {
    parser_.header_limit(kLongestHeader);
    parser_.body_limit(0);
  }

  void start() {
    stream_.expires_after(kPatience);
    http::async_read(
        stream_, buffer_, parser_,
        [self = shared_from_this()](beast::error_code error, size_t) { self->reply(error); });
  }

 private:
  void reply(beast::error_code error) {
    const bool malformed =
        error && error.category() == make_error_code(http::error::bad_method).category();
    if (error && (!malformed || error == http::error::end_of_stream)) return;
    const Request& request = parser_.get();
    HttpAnswer text = malformed ? HttpAnswer{400, "<p>400: malformed request</p>\n"}
                                : answer_to(request, port_, answer_);
    response_ = response(malformed ? 11 : request.version(), std::move(text),
                         malformed || request.method() != http::verb::head);
    serializer_.emplace(*response_);
    serializer_->split(false);
    stream_.expires_after(kPatience);
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
  uint16_t port_;
  const Answer& answer_;
  beast::flat_buffer buffer_;
  http::request_parser<http::empty_body> parser_;
  std::optional<Response> response_;
  std::optional<http::response_serializer<http::string_body>> serializer_;
};

void accept_next(tcp::acceptor& acceptor, uint16_t port, const Answer& answer) {
  acceptor.async_accept([&acceptor, port, &answer](beast::error_code error, tcp::socket socket) {
    if (error == boost::asio::error::operation_aborted) return;
    if (!error) std::make_shared<Connection>(std::move(socket), port, answer)->start();
    accept_next(acceptor, port, answer);
  });
}

}  // namespace

void serve_loopback(uint16_t port, const std::function<void(uint16_t)>& listening,
                    const Answer& answer) {
  try {
    boost::asio::io_context context(1);
    boost::asio::signal_set signals(context, SIGINT, SIGTERM);
    signals.async_wait([&](beast::error_code, int) { context.stop(); });
    const tcp::endpoint endpoint(boost::asio::ip::address_v4::loopback(), port);
    tcp::acceptor acceptor(context, endpoint);
    const uint16_t bound = acceptor.local_endpoint().port();
    listening(bound);
    accept_next(acceptor, bound, answer);
    context.run();
  } catch (const boost::system::system_error& error) {
    throw base::Error(fmt::format("127.0.0.1:{}", port), error.code().message());
  }
}

void serve_connection(int socket, uint16_t port, const Answer& answer) {
  boost::asio::io_context context(1);
  std::make_shared<Connection>(tcp::socket(context, tcp::v4(), socket), port, answer)->start();
  context.run();
}

}  // namespace winnow::cli
