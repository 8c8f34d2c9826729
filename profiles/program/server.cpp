#include "profiles/program/server.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstring>
#include <exception>
#include <fstream>
#include <new>
#include <sstream>
#include <thread>

#include "base/error.h"
#include "base/file.h"
#include "base/replace.h"
#include "profiles/perf/counters.h"
#include "profiles/perf/sampler.h"
#include "profiles/process/child.h"
#include "profiles/process/launch.h"
#include "profiles/process/pass.h"
#include "profiles/process/proc_files.h"

namespace winnow::profiles {
namespace {

namespace fs = std::filesystem;
using ServerClock = std::chrono::steady_clock;

constexpr double kServerGrace_s = 10;
constexpr double kReadyCommandLimit_s = 10;
constexpr auto kReadyNap = std::chrono::milliseconds(5);

double seconds_since(ServerClock::time_point begin) {
  return std::chrono::duration<double>(ServerClock::now() - begin).count();
}

// Of all local addresses; free until somebody takes it.
int free_port() {
  const Descriptor probe(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_ANY);
  socklen_t size = sizeof address;
  auto* general = reinterpret_cast<sockaddr*>(&address);
  if (probe.number < 0 || bind(probe.number, general, size) != 0 ||
      getsockname(probe.number, general, &size) != 0)
    throw base::Error("server", fmt::format("no free port: {}", strerror(errno)));
  return ntohs(address.sin_port);
}

// A local connection is there at once, or refused.
bool answers(int family, const sockaddr* address, socklen_t size) {
  const Descriptor probe(socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  return probe.number >= 0 && connect(probe.number, address, size) == 0;
}

bool port_answers(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(port));
  return answers(AF_INET, reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

bool socket_answers(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return false;
  std::ranges::copy(path, address.sun_path);
  return answers(AF_UNIX, reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

// A folder of its own, because a socket's path holds no more than 107 bytes.
fs::path socket_folder() {
  std::string pattern = (fs::temp_directory_path() / "winnow-XXXXXX").string();
  if (!mkdtemp(pattern.data()))
    throw base::Error(pattern, fmt::format("cannot be made: {}", strerror(errno)));
  return pattern;
}

// Ticks of the process and of children that it waited for.
int64_t ticks_of(pid_t process) {
  std::ifstream file(fmt::format("/proc/{}/stat", process));
  std::string line;
  std::getline(file, line);
  const size_t name_end = line.rfind(')');
  if (name_end == std::string::npos) return 0;
  std::istringstream rest(line.substr(name_end + 1));
  std::string word;
  for (int i = 3; i < 14 && rest >> word; ++i) continue;
  int64_t sum = 0, ticks = 0;
  for (int i = 0; i < 4 && rest >> ticks; ++i) sum += ticks;
  return sum;
}

// Whether a text stands in a file that grows: each byte is read once.
class TextInFile {
 public:
  TextInFile(std::string file, std::string text) : file_(std::move(file)), text_(std::move(text)) {}

  bool found() {
    const Descriptor input(base::try_open_regular(file_));
    char bytes[1 << 14];
    for (ssize_t got; !found_ && (got = pread(input.number, bytes, sizeof bytes, at_)) > 0;) {
      at_ += got;
      seen_.append(bytes, static_cast<size_t>(got));
      found_ = seen_.find(text_) != std::string::npos;
      if (seen_.size() > text_.size()) seen_.erase(0, seen_.size() - text_.size());
    }
    return found_;
  }

 private:
  std::string file_, text_, seen_;
  off_t at_ = 0;
  bool found_ = false;
};

}  // namespace

struct RunningServer::Parts {
  Server about;
  Command command;
  std::string port, log;
  fs::path folder;
  std::optional<Launch> launch;
  std::optional<TreeCounters> counters;
  std::optional<CpuSampler> sampler;  // the cpu pass
  std::optional<TextInFile> text;
  double load_begin_s = 0;
  int ready_port = 0;

  ~Parts() {
    try {
      if (launch) end_child(*launch, command);
    } catch (const std::exception&) {
      // Its keeper was killed, and the server with it.
    }
    try {
      std::error_code error;
      if (!folder.empty()) fs::remove_all(folder, error);
    } catch (const std::bad_alloc&) {
      // It stays in the system's folder for temporary files.
    }
  }
};

RunningServer::RunningServer(const BlockPlan& plan, const fs::path& out)
    : parts_(std::make_unique<Parts>()) {
  const Program& program = *plan.arm->program;
  parts_->about = *program.server;
  parts_->port = std::to_string(free_port());
  parts_->folder = socket_folder();
  parts_->log = (out / "server.txt").string();
  Command& command = parts_->command;
  command.arguments = filled(parts_->about.command);
  command.removed_environment = foreign_environment();
  command.output_file = parts_->log;
  command.folder = program.folder;
  command.grace_s = kServerGrace_s;
  command.reap_descendants = true;
  const bool sampled = plan.pass == Pass::cpu;
  const std::string samples = (out / "server-0.data").string();
  command.before_exec = [this, sampled, samples](pid_t leader) {
    SamplerOptions options;
    options.keeps_samples = false;
    if (sampled) parts_->sampler.emplace(leader, options, samples);
    try {
      parts_->counters.emplace(leader);
    } catch (const base::Error&) {
      // /proc tells in ticks.
    }
  };
  start(plan);
}

RunningServer::~RunningServer() = default;

std::vector<std::string> RunningServer::filled(std::vector<std::string> words) const {
  for (std::string& word : words) {
    base::replace_all(word, "{port}", parts_->port);
    base::replace_all(word, "{socket}", (parts_->folder / "socket").string());
  }
  return words;
}

void RunningServer::start(const BlockPlan& plan) {
  Server& about = parts_->about;
  about.ready = filled({about.ready}).front();
  if (about.ready_by == ServerReady::port) {
    const char* end = about.ready.data() + about.ready.size();
    const auto [stop, error] = std::from_chars(about.ready.data(), end, parts_->ready_port);
    if (error != std::errc() || stop != end || parts_->ready_port < 1 || parts_->ready_port > 65535)
      throw base::Error("server", base::printable(about.ready) + " is no port");
    if (port_answers(parts_->ready_port))
      throw base::Error("server",
                        fmt::format("something listens on port {} before it starts: end that, or "
                                    "give it a free one by {{port}}",
                                    parts_->ready_port));
  }
  if (about.ready_by == ServerReady::file && fs::exists(about.ready))
    throw base::Error("server", base::printable(about.ready) + ": there before it starts");
  if (about.ready_by == ServerReady::log) parts_->text.emplace(parts_->log, about.ready);
  const auto begin = ServerClock::now();
  std::string problem;
  parts_->launch.emplace(parts_->command);
  if (!parts_->launch->start(problem)) {
    parts_->launch.reset();
    throw base::Error("server", "not started: " + problem);
  }
  wait_until_ready(plan);
  ready_s_ = seconds_since(begin);
}

bool RunningServer::is_ready(double left_s, const std::atomic<bool>* stop) {
  const Server& about = parts_->about;
  switch (about.ready_by) {
    case ServerReady::port:
      return port_answers(parts_->ready_port);
    case ServerReady::socket:
      return socket_answers(about.ready);
    case ServerReady::log:
      return parts_->text->found();
    case ServerReady::file:
      return fs::exists(about.ready);
    case ServerReady::command:
      break;
  }
  Command command;
  command.arguments = {"sh", "-c", about.ready};
  command.removed_environment = foreign_environment();
  command.folder = parts_->command.folder;
  command.output_file = "/dev/null";
  command.time_limit_s = std::min(left_s, kReadyCommandLimit_s);
  command.grace_s = 0.5;
  command.reap_descendants = true;
  return run_child(command, stop).ok();
}

void RunningServer::wait_until_ready(const BlockPlan& plan) {
  const double limit_s = parts_->about.limit_s;
  for (const auto begin = ServerClock::now();;) {
    const double left_s = limit_s - seconds_since(begin);
    const bool ready = left_s > 0 && is_ready(left_s, plan.stop);
    if (plan.stop && plan.stop->load()) throw base::Error("server", "interrupted");
    if (ended()) {
      const std::string how = end(), said = last_line();
      throw base::Error("server", fmt::format("ended before it was ready ({}; it must stay in the "
                                              "foreground){}{}",
                                              how, said.empty() ? "" : ": ", said));
    }
    if (ready) return;
    bound_messages();
    if (left_s <= 0) {
      const std::string said = last_line();
      throw base::Error("server", fmt::format("not ready within {:g} s{}{}", limit_s,
                                              said.empty() ? "" : ": ", said));
    }
    std::this_thread::sleep_for(kReadyNap);
  }
}

void RunningServer::begin_load() {
  if (parts_->sampler) parts_->sampler->keep_samples(true);
  parts_->load_begin_s = cpu_s();
}

double RunningServer::end_load() {
  const double end_s = cpu_s();
  if (parts_->sampler) parts_->sampler->keep_samples(false);
  return std::max(0.0, end_s - parts_->load_begin_s);
}

int64_t RunningServer::finish_samples() {
  if (!parts_->sampler) return 0;
  const SamplingOutcome outcome = parts_->sampler->finish();
  parts_->sampler.reset();
  if (!outcome.stopped_early.empty()) throw base::Error("cpu pass", outcome.stopped_early);
  return outcome.samples;
}

double RunningServer::cpu_s() const {
  if (parts_->counters) return parts_->counters->read().cpu_s;
  int64_t ticks = 0;
  for (const ProcessLine& process : living_descendants(parts_->launch->keeper()->pid()))
    ticks += ticks_of(process.pid);
  return static_cast<double>(ticks) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

std::optional<int64_t> RunningServer::peak_rss_bytes() const {
  const pid_t leader = parts_->launch->leader();
  const auto figures = task_figures(leader, leader);
  if (!figures || figures->peak_rss_bytes <= 0) return std::nullopt;
  return figures->peak_rss_bytes;
}

int RunningServer::descriptor() const { return parts_->launch->keeper()->descriptor(); }

bool RunningServer::ended() { return parts_->launch->keeper()->leader_ended(); }

std::string RunningServer::last_line() const { return last_lines(parts_->log, 1); }

void RunningServer::bound_messages() const {
  if (parts_->launch) parts_->launch->bound_messages();
}

std::string RunningServer::end() {
  const Outcome outcome = end_child(*parts_->launch, parts_->command);
  parts_->launch.reset();
  return outcome.ok() ? "exit status 0" : describe(outcome, 0);
}

}  // namespace winnow::profiles
