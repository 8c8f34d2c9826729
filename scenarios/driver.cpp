#include "scenarios/driver.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <boost/program_options.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "base/cores_time.h"
#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/region.h"
#include "engine/embedder.h"
#include "engine/model.h"
#include "kernels/kernels.h"
#include "scenarios/dispatch.h"
#include "scenarios/injected_cost.h"
#include "scenarios/scenario.h"

namespace winnow::scenarios {
namespace {

namespace po = boost::program_options;
using Json = nlohmann::ordered_json;
using Clock = std::chrono::steady_clock;

struct Options {
  std::string scenario, model, isa, inject, alias;
  int batch = 0, iterations = 0, warmup = 0, threads = 0, dispatch_samples = 0, spin_us = 0,
      grain = 0;
  std::string affinity;
};

constexpr const char* kUsualAffinity = "none";
constexpr int kUsualSpinUs = static_cast<int>(engine::SchedulerOptions::kDefaultSpinNs / 1000);

// One of the words of SchedulerRow::options.
bool uses_option(const engine::SchedulerRow& variant, std::string_view name) {
  std::string_view left = variant.options;
  while (!left.empty()) {
    const size_t end = std::min(left.find(' '), left.size());
    if (left.substr(0, end) == name) return true;
    left.remove_prefix(std::min(end + 1, left.size()));
  }
  return false;
}

void check_range(const char* option, int value, int least, int most) {
  if (value < least || value > most)
    throw base::UsageError(option, fmt::format("expected {} to {}", least, most));
}

// Before anything is loaded.
void check(const Options& options) {
  engine::find_affinity(options.affinity);
  check_range("--iterations", options.iterations, 1, 10'000'000);
  check_range("--batch", options.batch, 0, 1'000'000);
  check_range("--warmup", options.warmup, -1, 1'000'000);
  check_range("--threads", options.threads, 0, kThreadLimit);
  check_range("--spin-us", options.spin_us, 0, 1'000'000);
  check_range("--grain", options.grain, 0, 1'000'000);
  if (!options.inject.empty()) parse_injection("--inject", options.inject);
  check_range("--dispatch-samples", options.dispatch_samples, 0, 1'000'000);
}

int64_t ns_since(Clock::time_point start) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - start).count();
}

int64_t to_ns(const timeval& time) {
  return static_cast<int64_t>(time.tv_sec) * 1'000'000'000 +
         static_cast<int64_t>(time.tv_usec) * 1'000;
}

rusage process_usage() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage;
}

Json region_json(int64_t wall_ns, const rusage& begin, const rusage& end) {
  return {{"wall_ns", wall_ns},
          {"user_ns", to_ns(end.ru_utime) - to_ns(begin.ru_utime)},
          {"system_ns", to_ns(end.ru_stime) - to_ns(begin.ru_stime)},
          {"voluntary_switches", end.ru_nvcsw - begin.ru_nvcsw},
          {"involuntary_switches", end.ru_nivcsw - begin.ru_nivcsw},
          {"minor_faults", end.ru_minflt - begin.ru_minflt},
          {"major_faults", end.ru_majflt - begin.ru_majflt}};
}

std::optional<Json> cores_json(const std::optional<base::CoresTime>& begin,
                               const std::optional<base::CoresTime>& end) {
  if (!begin || !end || begin->cores != end->cores) return std::nullopt;
  // The kernel's estimate of idle time may take back a little.
  const auto spent = [](int64_t from, int64_t to) { return std::max<int64_t>(0, to - from); };
  return Json{{"cores", end->cores},
              {"idle_ns", spent(begin->idle_ns, end->idle_ns)},
              {"busy_ns", spent(begin->busy_ns, end->busy_ns)},
              {"steal_ns", spent(begin->steal_ns, end->steal_ns)}};
}

// The kernel's high-water mark of this program image; getrusage's would include the parent's.
std::optional<int64_t> peak_rss_bytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.rfind("VmHWM:", 0) == 0)
      return std::strtoll(line.c_str() + std::strlen("VmHWM:"), nullptr, 10) * 1024;
  return std::nullopt;
}

// Over the bytes of the embeddings: equal only for equal bits.
std::string checksum(const std::vector<float>& values) {
  base::Hash hash;
  hash.add(std::as_bytes(std::span(values)));
  return hash.hex();
}

std::string texts_hash(const std::vector<std::string>& texts) {
  base::Hash hash;
  for (const std::string& text : texts) {
    hash.add_number(text.size());
    hash.add(text);
  }
  return hash.hex();
}

Json work_json(const engine::WorkCounters& begin, const engine::WorkCounters& end) {
  return {{"texts", end.texts - begin.texts},
          {"tokens", end.tokens - begin.tokens},
          {"matmul_calls", end.matmul_calls - begin.matmul_calls},
          {"macs", end.macs - begin.macs},
          {"attention_macs", end.attention_macs - begin.attention_macs}};
}

// By the functions that do them (docs/child-contract.md).
Json kernel_macs_json(const engine::WorkCounters& begin, const engine::WorkCounters& end) {
  return {{"matmul", (end.macs - end.dense_macs) - (begin.macs - begin.dense_macs)},
          {"attention", end.attention_macs - begin.attention_macs}};
}

// What the strategy's loops cost and how many a batch takes. Behind the region, and behind the
// reading of peak memory: it needs a second set of activations.
Json dispatch_json(const engine::Model& model, engine::Scheduler& scheduler, int threads,
                   const std::vector<std::string>& texts, int samples) {
  std::vector<LoopCost> costs = loop_costs(scheduler, threads, samples);
  count_loops(model, scheduler, texts, costs);
  Json loops = Json::object();
  for (const LoopCost& cost : costs)
    loops[std::string(cost.loop)] = {{"per_iteration", cost.per_iteration},
                                     {"p50_ns", cost.empty.p50_ns},
                                     {"p99_ns", cost.empty.p99_ns}};
  return loops;
}

// The options that mean something for the strategy, and those that were set in vain.
void add_options_json(const engine::SchedulerRow& variant, const Options& options, Json& result) {
  Json used = Json::object(), ignored = Json::array();
  const auto add = [&](const char* name, const char* flag, const auto& value, const auto& usual) {
    if (uses_option(variant, name))
      used[flag] = value;
    else if (value != usual)
      ignored.push_back(flag);
  };
  add("affinity", "affinity", options.affinity, std::string(kUsualAffinity));
  add("spin", "spin_us", options.spin_us, kUsualSpinUs);
  add("grain", "grain", options.grain, 0);
  result["options"] = used;
  result["ignored_options"] = ignored;
}

// What was paid before the regions, and what one payment costs outside of them.
Json injected_json(const Options& options, InjectedCost& injected) {
  const Injection injection = parse_injection("--inject", options.inject);
  constexpr int kSamples = 201;
  constexpr int64_t kLongNs = 1'000'000;
  const bool slow = injection.cause == InjectedCause::region && injection.amount > kLongNs;
  const InjectedUnit unit = injected.measure_unit(slow ? 5 : kSamples);
  return {
      {"cause", name_of(injection.cause)}, {"amount", injection.amount},
      {"regions", injected.total()},       {"most_by_one_thread", injected.most_by_one_thread()},
      {"paid_ns", injected.paid_ns()},     {"most_paid_ns", injected.most_paid_ns()},
      {"unit_p25_ns", unit.p25_ns},        {"unit_p50_ns", unit.p50_ns},
      {"unit_p75_ns", unit.p75_ns}};
}

// 0: the scenario's; if that is 0 too, as many as the machine has cores.
int threads_asked(const Options& options, const Scenario& scenario) {
  if (options.threads > 0) return options.threads;
  if (scenario.threads > 0) return scenario.threads;
  return static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
}

Json run(const engine::SchedulerRow& variant, const Options& options) {
  const Scenario scenario = load_scenario(options.scenario);
  const int batch = options.batch > 0 ? options.batch : scenario.batch;
  const int warmup = options.warmup >= 0 ? options.warmup : scenario.warmup;
  const int asked = threads_asked(options, scenario);
  const int threads = std::min(asked, variant.thread_limit);
  const std::vector<std::string> texts = batch_texts(scenario, batch);

  const auto load_start = Clock::now();
  const engine::Model model = engine::Model::load(options.model, options.isa);
  const auto scheduler = variant.make({.threads = threads,
                                       .affinity = engine::find_affinity(options.affinity),
                                       .spin_ns = int64_t{options.spin_us} * 1000,
                                       .grain = options.grain});
  std::optional<InjectedCost> injected;
  if (!options.inject.empty())
    injected.emplace(*scheduler, parse_injection("--inject", options.inject), threads);
  engine::Embedder embedder(model, injected ? *injected : *scheduler);
  const int64_t load_ns = ns_since(load_start);

  std::vector<float> embeddings(texts.size() *
                                static_cast<size_t>(model.config().embedding_length));
  const auto warmup_start = Clock::now();
  for (int i = 0; i < warmup; ++i) embedder.embed(texts, embeddings);
  const int64_t warmup_ns = ns_since(warmup_start);

  std::vector<int64_t> iteration_wall_ns(static_cast<size_t>(options.iterations));
  if (injected) injected->reset_counts();
  const engine::WorkCounters work_begin = embedder.work();
  base::CoresTimeReading cores_begin, cores_end;
  winnow_region_begin();
  cores_begin.take();
  const rusage usage_begin = process_usage();  // what starting a profiler costs is not the region's
  const auto region_start = Clock::now();
  for (int64_t& wall_ns : iteration_wall_ns) {
    const auto start = Clock::now();
    embedder.embed(texts, embeddings);
    wall_ns = ns_since(start);
  }
  const int64_t region_wall_ns = ns_since(region_start);
  const rusage usage_end = process_usage();
  cores_end.take();
  winnow_region_end();

  Json result;
  result["schema"] = "winnow-result/1";
  result["variant"] = options.alias.empty() ? std::string(variant.name) : options.alias;
  result["threads"] = threads;
  result["threads_asked"] = asked;
  add_options_json(variant, options, result);
  result["calling_thread_works"] = variant.calling_thread_works;
  result["isa"] = model.kernels().isa;
  result["texts_per_iteration"] = batch;
  result["texts_hash"] = texts_hash(texts);
  result["iteration_wall_ns"] = iteration_wall_ns;
  result["region"] = region_json(region_wall_ns, usage_begin, usage_end);
  if (const auto cores = cores_json(cores_begin.cores_time(), cores_end.cores_time()))
    result["region"]["cores_time"] = *cores;
  result["setup"] = {{"load_ns", load_ns}, {"warmup_ns", warmup_ns}};
  result["work"] = work_json(work_begin, embedder.work());
  result["kernel_macs"] = kernel_macs_json(work_begin, embedder.work());
  result["checksum"] = checksum(embeddings);
  if (const auto peak = peak_rss_bytes()) result["peak_rss_bytes"] = *peak;
  if (injected) result["injected"] = injected_json(options, *injected);
  if (options.dispatch_samples > 0)
    result["dispatch"] = dispatch_json(model, *scheduler, threads, texts, options.dispatch_samples);
  result["model"] = {{"name", model.name()},
                     {"file", std::filesystem::path(options.model).filename().string()},
                     {"size_bytes", model.file_size_bytes()},
                     {"synthetic", model.synthetic()},
                     {"hash", base::sampled_file_hash(options.model)}};
  result["thread_formula"] = {{"threads_per_matmul", variant.threads_per_matmul(threads)},
                              {"matmuls_per_text", model.matmuls_per_text()},
                              {"threads_per_batch", variant.threads_per_batch(threads)},
                              {"persistent_threads", variant.threads_at_start(threads)}};
  return result;
}

}  // namespace

int driver_main(const engine::SchedulerRow& variant, int argc, char** argv) {
  const std::string program = fmt::format("winnow-engine-{}", variant.name);
  Options options;
  po::options_description description(fmt::format(
      "{}: {}\n\nRuns a scenario's batch and writes what it took as JSON to $WINNOW_RESULT, or to\n"
      "standard output. `winnow run` starts it under the profilers.\n\n"
      "  {} --scenario scenarios/batch32.toml --model model.gguf --iterations 10\n\n"
      "Of threads, affinity, spin-us and grain this strategy uses: {}.\n"
      "The others are accepted, and named in the result's ignored_options.\n\nOptions",
      program, variant.summary, program, variant.options.empty() ? "none" : variant.options));
  auto add = description.add_options();
  add("scenario", po::value(&options.scenario)->required(), "TOML scenario: texts, batch, warm-up");
  add("model", po::value(&options.model)->required(), "GGUF file");
  add("iterations", po::value(&options.iterations)->default_value(10), "batches in the region");
  add("batch", po::value(&options.batch)->default_value(0), "texts a batch (0: the scenario's)");
  add("warmup", po::value(&options.warmup)->default_value(-1), "batches before (-1: scenario's)");
  add("threads", po::value(&options.threads)->default_value(0), "worker threads (0: all cores)");
  add("isa", po::value(&options.isa)->default_value("auto"), kernels::isa_choices().c_str());
  add("affinity", po::value(&options.affinity)->default_value(kUsualAffinity),
      "where threads run: none, compact, spread");
  add("spin-us", po::value(&options.spin_us)->default_value(kUsualSpinUs),
      "microseconds that a thread without work spins before it sleeps");
  add("grain", po::value(&options.grain)->default_value(0),
      "items taken at once from a shared loop (0: the strategy's choice)");
  add("dispatch-samples", po::value(&options.dispatch_samples)->default_value(0),
      "time so many empty loops of each kind behind the region");
  add("inject", po::value(&options.inject),
      "pay before each parallel region: region=10us, wakeup=1 or thread=1; 0 counts only");
  add("alias", po::value(&options.alias), "name told as the variant's in the result");
  add("help,h", "this text");
  try {
    po::variables_map values;
    po::store(po::command_line_parser(argc, argv).options(description).positional({}).run(),
              values);
    if (values.count("help") > 0) {
      std::cout << description;
      return base::kOk;
    }
    po::notify(values);
    check(options);
    const std::string text = run(variant, options).dump(2) + "\n";
    if (const char* path = std::getenv("WINNOW_RESULT"))
      base::write_file(path, text);
    else
      std::cout << text;
    return base::kOk;
  } catch (const po::error& error) {
    std::cerr << program << ": " << base::printable(error.what()) << "; see --help\n";
    return base::kUsage;
  } catch (const base::Error& error) {
    std::cerr << program << ": " << error.what() << "\n";
    return error.exit_status();
  } catch (const std::exception& error) {
    std::cerr << program << ": " << base::printable(error.what()) << "\n";
    return base::kFailed;
  }
}

}  // namespace winnow::scenarios
