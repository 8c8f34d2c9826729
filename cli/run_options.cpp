#include "cli/run_options.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <random>
#include <sstream>
#include <thread>

#include "base/error.h"
#include "cli/texts.h"
#include "engine/gguf.h"
#include "kernels/kernels.h"

namespace winnow::cli {

namespace po = boost::program_options;
namespace fs = std::filesystem;

namespace {

std::atomic<bool> stop_requested{false};

void on_signal(int signal) {
  stop_requested = true;
  std::signal(signal, SIG_DFL);
}

std::string clock_text(double seconds) {
  const auto whole = static_cast<int64_t>(seconds);
  if (whole < 3600) return fmt::format("{}:{:02}", whole / 60, whole % 60);
  return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

void show_progress(const profiles::Progress& progress) {
  const std::string line = fmt::format("\r\x1b[K[{}/{}] {}, {} left", progress.done, progress.total,
                                       progress.text, clock_text(progress.eta_s));
  std::fputs(progress.done == progress.total ? "\r\x1b[K" : line.c_str(), stderr);
  std::fflush(stderr);
}

}  // namespace

po::options_description run_options() {
  po::options_description options;
  auto add = options.add_options();
  add("variants", po::value<std::string>(), "comma-separated; the first is the baseline");
  add("batch", po::value<std::string>(), "texts an iteration; of a sweep, a list: 1,8,32");
  add("threads", po::value<std::string>(),
      "worker threads of every variant (0: all cores); of a sweep, a list: 1,2,0 or 1..all");
  add("mixes", po::value<std::string>(), "of a sweep: comma-separated names");
  add("iterations", po::value<std::string>(),
      "per variant in the time pass, over all blocks; of a sweep, in each block (0: about 0.3 s)");
  add("blocks", po::value<std::string>(), "fresh processes per variant; of a sweep, of each cell");
  add("passes", po::value<std::string>(), "comma-separated: time,cpu,wall,heap,sync");
  add("no-verdict", po::bool_switch(),
      "a quick look at durations: any number of blocks, no winner");
  add("no-twin", po::bool_switch(), "do not run a second copy of the baseline (A/A arm)");
  add("budget", po::value<std::string>(), "of a sweep: 90s, 10m or 2h instead of --blocks");
  add("resume", po::bool_switch(), "of a sweep: go on with the one in the folder");
  add("force", po::bool_switch(), "of a sweep: begin anew where the folder holds another");
  add("model", po::value<std::string>(), fmt::format("GGUF file ({})", kDefaultModel).c_str());
  add("out", po::value<std::string>(), "folder of what is measured (out/<scenario>)");
  add("affinity", po::value<std::string>()->default_value("none"),
      "where the variants' threads run: none, compact, spread");
  add("spin-us", po::value<int>()->default_value(100),
      "microseconds that a thread without work spins before it sleeps");
  add("grain", po::value<int>()->default_value(0),
      "items a thread takes at once from a shared loop (0: the strategy's choice)");
  add("isa", po::value<std::string>()->default_value("auto"), kernels::isa_choices().c_str());
  add("categories", po::value<std::string>(), "TOML rules for the categories of functions");
  add("seed", po::value<uint64_t>(), "of the order of the blocks (random)");
  add("time-limit", po::value<double>()->default_value(300), "seconds a process may take");
  return options;
}

void refuse_options(const Values& values, const std::vector<std::string>& names,
                    const std::string& why) {
  for (const std::string& name : names)
    if (values.count(name) > 0 && !values[name].defaulted())
      throw base::UsageError("--" + name, why);
}

std::vector<std::string> split(const std::string& option, const std::string& list) {
  std::vector<std::string> parts;
  std::istringstream stream(list);
  for (std::string part; std::getline(stream, part, ',');) {
    if (std::find(parts.begin(), parts.end(), part) != parts.end())
      throw base::UsageError(option, part + " is listed twice");
    parts.push_back(part);
  }
  if (parts.empty() || std::count(parts.begin(), parts.end(), "") > 0)
    throw base::UsageError(option, "expected names separated by commas");
  return parts;
}

int parse_number(const std::string& option, const std::string& text, int least, int most) {
  int value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end || value < least || value > most)
    throw base::UsageError(option, fmt::format("expected {} to {}", least, most));
  return value;
}

int number(const Values& values, const char* name, int least, int fallback, int most) {
  if (values.count(name) == 0) return fallback;
  return parse_number(fmt::format("--{}", name), values[name].as<std::string>(), least, most);
}

int all_cores() { return static_cast<int>(std::max(1u, std::thread::hardware_concurrency())); }

uint64_t run_seed(const Values& values) {
  return values.count("seed") > 0 ? values["seed"].as<uint64_t>() : std::random_device{}();
}

std::string companion(const char* folder, const std::string& name) {
  const fs::path here = fs::read_symlink("/proc/self/exe").parent_path();
  for (const fs::path& path : {here / name, here.parent_path() / folder / name})
    if (fs::exists(path)) return path.string();
  throw base::Error(name, fmt::format("found neither in {} nor in its sibling {}; build it with "
                                      "ninja",
                                      here.string(), folder));
}

std::string out_folder(const std::string& name, const Values& values) {
  const fs::path out =
      values.count("out") > 0 ? fs::path(values["out"].as<std::string>()) : fs::path("out") / name;
  if (out.empty()) throw base::UsageError("--out", "expected a folder");
  std::error_code error;
  if (!fs::is_symlink(out, error)) return out.string();
  const fs::path target = fs::canonical(out, error);
  if (error) throw base::UsageError(out.string(), error.message());
  return target.string();
}

void check_inputs(const Values& values, const std::string& out) {
  engine::Gguf::open(model_path(values));
  kernels::select_kernels(values["isa"].as<std::string>());
  engine::find_affinity(values["affinity"].as<std::string>());
  for (const char* name : {"spin-us", "grain"})
    if (const int value = values[name].as<int>(); value < 0 || value > 1'000'000)
      throw base::UsageError(fmt::format("--{}", name), "expected 0 to 1000000");
  fs::path folder = out;
  while (!folder.empty() && !fs::exists(folder)) folder = folder.parent_path();
  if (::access(folder.empty() ? "." : folder.c_str(), W_OK) != 0)
    throw base::Error(folder.string(), std::strerror(errno));
}

profiles::Variant make_variant(const std::string& name, const std::string& label,
                               const std::string& out) {
  const engine::SchedulerRow& row = engine::find_scheduler(name);
  profiles::Variant variant;
  variant.name = name;
  variant.label = label;
  variant.summary = row.summary;
  variant.advice = fmt::format("--variant {}", name);
  variant.program =
      fs::relative(companion("scenarios", "winnow-engine-" + name), fs::absolute(out)).string();
  variant.persistent_threads = row.persistent_threads;
  variant.calling_thread_works = row.calling_thread_works;
  return variant;
}

std::vector<std::string> variant_command(const std::string& name, const WorkloadOptions& workload,
                                         const Values& values) {
  return {companion("scenarios", "winnow-engine-" + name),
          "--scenario",
          workload.scenario,
          "--model",
          model_path(values),
          "--batch",
          std::to_string(workload.batch),
          "--threads",
          std::to_string(workload.threads),
          "--warmup",
          std::to_string(workload.warmup),
          "--isa",
          values["isa"].as<std::string>(),
          "--affinity",
          values["affinity"].as<std::string>(),
          "--spin-us",
          std::to_string(values["spin-us"].as<int>()),
          "--grain",
          std::to_string(values["grain"].as<int>()),
          "--iterations",
          "{iterations}"};
}

const std::atomic<bool>* watch_signals() {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) std::signal(signal, on_signal);
  return &stop_requested;
}

std::function<void(const profiles::Progress&)> progress_line() {
  if (::isatty(STDERR_FILENO) == 0) return nullptr;
  return show_progress;
}

int exit_status_of(profiles::RunStatus status) {
  using profiles::RunStatus;
  if (status == RunStatus::interrupted) return base::kInterrupted;
  return status == RunStatus::complete ? base::kOk : base::kFailed;
}

}  // namespace winnow::cli
