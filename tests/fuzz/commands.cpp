// Command lines, the figures of a program's output, and requests to `winnow serve`.
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>

#include "cli/command_line.h"
#include "cli/compare_figures.h"
#include "cli/compare_programs.h"
#include "cli/http_server.h"
#include "engine/schedulers/scheduler.h"
#include "profiles/program/output_figures.h"
#include "scenarios/driver_options.h"
#include "scenarios/injected_cost.h"
#include "scenarios/sweep_scenario.h"
#include "tests/fuzz/target.h"

namespace winnow::fuzz {
namespace {

using namespace cli;

// Words with a zero byte behind each, as the kernel hands them over.
std::vector<std::string> words_of(std::string_view input) {
  Parts parts(input);
  std::vector<std::string> words;
  while (!parts.empty()) words.emplace_back(parts.text());
  return words;
}

// A word in quotes that a shell and words_of_command() take off again.
std::string quoted(const std::string& word) {
  std::string text = "'";
  for (const char letter : word) letter == '\'' ? text += "'\\''" : text += letter;
  return text + "'";
}

// Of `winnow compare`: its options, the programs that they make, and their words.
void compare_options(std::string_view input) {
  reads([&] {
    ProgramOptions options;
    Options table = program_options(options);
    std::vector<std::string> texts, work;
    double budget = 1;
    std::optional<int> blocks;
    table.push_back({"metric", &texts, "a figure of the output"});
    table.push_back({"work", &work, "of a run"});
    table.push_back({"budget", &budget, "seconds"});
    table.push_back({"blocks,r", &blocks, "processes"});
    const Help help{"winnow compare", "compares"};
    if (!parse(help, table, as_own_options(words_of(input)), {{"command", &options.commands, ""}}))
      return;
    check_numbers(options);
    program_arms(options);
    parse_metrics(texts, "");
    for (const std::string& each : work) parse_work(each);
  });
}

// Each text by every reader of one option.
void option_texts(std::string_view input) {
  Parts parts(input);
  const std::string text(parts.text()), more(parts.rest());
  reads([&] { require(parse_duration("--budget", text) > 0, "a duration of nothing"); });
  reads([&] { parse_number("--blocks", text, 1, 100); });
  reads([&] { require(!split("--variants", text).empty(), "a list of nothing"); });
  reads([&] { require(parse_work(text).amount > 0, "work of nothing"); });
  reads([&] { parse_metrics({text, more}, ""); });
  reads([&] { require(!scenarios::parse_threads("--threads", text, 4).empty(), "no threads"); });
  reads([&] { scenarios::parse_injection("--inject", text); });
  reads([&] { engine::find_affinity(text); });
  reads([&] {
    std::string command;
    const auto words = words_of_command(text);
    for (const std::string& word : words) command += (command.empty() ? "" : " ") + quoted(word);
    require(words_of_command(command) == words, "a command's words are others in quotes");
  });
}

// Of a measured program: its options.
void driver_options(std::string_view input) {
  std::vector<std::string> words = words_of(input);
  words.insert(words.begin(), "program");
  for (const std::string& word : words)
    if (word.starts_with("-h") || word.starts_with("--h")) return;  // prints its help
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  reads([&] {
    scenarios::parse_driver_options(engine::serial_row, static_cast<int>(words.size()),
                                    arguments.data());
  });
}

// Patterns, and behind a zero byte an output, which comes in pieces.
void output_figures(std::string_view input) {
  Parts parts(input);
  const std::string pattern(parts.text());
  const size_t piece = parts.byte() + size_t{1};
  reads([&] {
    const std::vector<profiles::Metric> metrics = {{"a", pattern}, {"b", "(\\d+)"}};
    profiles::OutputFigures figures(metrics), whole(metrics);
    const std::string output(parts.rest());
    for (size_t at = 0; at < output.size(); at += piece)
      figures.add(std::span(output).subspan(at, std::min(piece, output.size() - at)));
    whole.add(output);
    figures.end();
    whole.end();
    for (const size_t metric : {size_t{0}, size_t{1}}) {
      require(figures.found(metric) == whole.found(metric), "pieces of an output hide a figure");
      double value = -1;
      if (!reads([&] { value = whole.figure(metric); })) continue;
      require(std::isfinite(value) && value >= 0, "a figure that is none");
      require(figures.figure(metric) == value, "pieces of an output change a figure");
    }
  });
}

std::string received(int socket) {
  std::string all;
  char bytes[4096];
  for (ssize_t got; (got = ::read(socket, bytes, sizeof bytes)) > 0;)
    all.append(bytes, static_cast<size_t>(got));
  return all;
}

bool names_loopback(std::string_view sent) {
  std::string lower(sent);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return std::ranges::any_of(std::array{"127.0.0.1", "localhost", "[::1]"},
                             [&](const char* name) { return lower.find(name) != lower.npos; });
}

// What a client sends, and how it is answered: by one whole answer or none.
void http(std::string_view input) {
  constexpr size_t kMostBytes = 32 << 10;  // fits into the socket
  int ends[2];
  require(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0, "no sockets");
  const std::string_view sent = input.substr(0, kMostBytes);
  require(::write(ends[0], sent.data(), sent.size()) == static_cast<ssize_t>(sent.size()), "write");
  ::shutdown(ends[0], SHUT_WR);
  serve_connection(ends[1], [](const std::string& path) {
    require(path.starts_with('/') && path.find('?') == std::string::npos, "a path that is none");
    if (path == "/fails") throw base::Error("page", "fails");
    return HttpAnswer{path == "/" ? 200 : 404, "<p>page</p>\n"};
  });
  const std::string answer = received(ends[0]);
  ::close(ends[0]);
  if (answer.empty()) return;
  require(answer.starts_with("HTTP/1.") && answer.find("\r\n\r\n") != std::string::npos,
          "an answer that is not HTTP's");
  const bool found = answer.find(" 200 OK\r\n") == 8;
  require(!found || names_loopback(sent), "a request of another host is answered");
}

std::string joined_words(std::initializer_list<const char*> words) {
  std::string text;
  for (const char* word : words) text += std::string(word) + '\0';
  return text;
}

std::vector<std::string> compare_seeds() {
  return {joined_words({"-w", "1", "-L", "n", "1,2", "-n", "a", "-n", "b", "sleep {n}", "true"}),
          joined_words({"--parameter-scan", "t=1..8", "-D", "0.5", "-S", "bash", "--prepare", "x",
                        "--ignore-failure=1,2", "zstd -T{t} 'a b' \"c\\\"d\""}),
          joined_words({"-i", "--metric", "req/s=(\\d+) req", "--work=bytes=24e6", "--budget", "2",
                        "-N", "--runs", "3", "true"})};
}

std::vector<std::string> text_seeds() {
  return {"90s",
          "1..all,4",
          "region=10us",
          "bytes=24e6",
          "ms:lower=([\\d.]+) ms",
          "a,b,c",
          "zstd -T1 'a b' \"c \\\" d\" e\\ f",
          "100k=2M"};
}

std::vector<std::string> driver_seeds() {
  return {joined_words({"--scenario", "a.toml", "--model=a.gguf", "--iterations", "3", "--batch=8",
                        "--threads", "4", "--affinity=spread", "--inject", "wakeup=1",
                        "--spin-us=50", "--grain=2", "--dispatch-samples=9"})};
}

std::vector<std::string> figure_seeds() {
  return {std::string("([\\d.]+) requests") + '\0' + '\4' + "12 requests\r99.5 requests\nend 7\n"};
}

std::vector<std::string> http_seeds() {
  return {"GET / HTTP/1.1\r\nHost: 127.0.0.1:8090\r\n\r\n",
          "HEAD /recording/a%20b?x=1 HTTP/1.0\r\nHost: localhost:8090\r\n\r\n",
          "GET / HTTP/1.1\r\nHost: [::1]:9000\r\n\r\n",
          "GET /fails HTTP/1.1\r\nHost: 127.0.0.1:8090\r\nContent-Length: 3\r\n\r\nabc",
          "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n"};
}

}  // namespace

std::vector<Target> command_targets() {
  return {{"compare_options", compare_options, compare_seeds},
          {"option_texts", option_texts, text_seeds},
          {"driver_options", driver_options, driver_seeds},
          {"output_figures", output_figures, figure_seeds},
          {"http", http, http_seeds}};
}

}  // namespace winnow::fuzz
