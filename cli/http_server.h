#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace winnow::cli {

struct HttpAnswer {
  int status = 200;
  std::string body{};
};

// Answers GET and HEAD requests on 127.0.0.1, one after another, until SIGINT or SIGTERM. `answer`
// gets the path without its query and gives a page of HTML; what it throws becomes an answer with
// status 500. Requests of another host's name are refused, so that no web page can read the answers
// under a name of its own. Port 0: a free one; `listening` is told which. Throws base::Error when
// the port cannot be had.
void serve_loopback(uint16_t port, const std::function<void(uint16_t)>& listening,
                    const std::function<HttpAnswer(const std::string& path)>& answer);

// Answers one request that comes over a connected stream socket, which it closes.
void serve_connection(int socket, uint16_t port,
                      const std::function<HttpAnswer(const std::string& path)>& answer);

}  // namespace winnow::cli
