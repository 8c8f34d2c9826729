#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

#include "cli/page_process.h"

namespace winnow::cli {

struct ServerLimits {
  int connections = 32;   // open at once; others wait to be accepted
  int pages_at_once = 2;  // that are made; others wait
  std::chrono::milliseconds patience =
      std::chrono::seconds(10);  // with a client that sends or reads nothing
  PageLimits page{};
};

// Answers GET and HEAD requests on 127.0.0.1, and on ::1 where it can, until SIGINT or SIGTERM.
// `answer` gets the path without its query and gives a page of HTML, in a process of its own: what
// it throws, and what it takes beyond its limits, becomes an answer with status 500 and the reason.
// Requests of another host's name are refused, so that no web page can read the answers under a
// name of its own; the port in it may be a tunnel's. Out of descriptors it waits until there are
// some. `remember` gets the memo of each answer that has one, in the server's own process. Port 0:
// a free one; `listening` is told which. Throws base::Error when the port cannot be had.
void serve_loopback(uint16_t port, const std::function<void(uint16_t)>& listening,
                    const std::function<HttpAnswer(const std::string& path)>& answer,
                    const ServerLimits& limits = {},
                    const std::function<void(std::string memo)>& remember = {});

// Answers one request that comes over a connected stream socket, which it closes.
void serve_connection(int socket, const std::function<HttpAnswer(const std::string& path)>& answer);

}  // namespace winnow::cli
