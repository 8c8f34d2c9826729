#include "scenarios/driver.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iostream>

#include "base/error.h"
#include "base/file.h"
#include "base/message.h"
#include "base/region.h"
#include "base/usable_cores.h"
#include "engine/embedder.h"
#include "scenarios/driver_options.h"
#include "scenarios/driver_result.h"
#include "scenarios/scenario.h"

namespace winnow::scenarios {
namespace {

using Clock = std::chrono::steady_clock;

int64_t ns_since(Clock::time_point start) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - start).count();
}

rusage process_usage() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage;
}

// What is run: the scenario as the options change it.
struct Task {
  std::vector<std::string> texts;  // of an iteration
  int warmup = 0;
  int threads_asked = 0, threads = 0;  // more than its limit no strategy takes
};

// 0: the scenario's; if that is 0 too, as many as the machine has cores.
int threads_asked(const DriverOptions& options, const Scenario& scenario) {
  if (options.threads > 0) return options.threads;
  if (scenario.threads > 0) return scenario.threads;
  return base::usable_cores();
}

Task task_of(const engine::SchedulerRow& variant, const DriverOptions& options) {
  const Scenario scenario = load_scenario(options.scenario);
  Task task;
  task.texts = batch_texts(scenario, options.batch > 0 ? options.batch : scenario.batch);
  task.warmup = options.warmup >= 0 ? options.warmup : scenario.warmup;
  task.threads_asked = threads_asked(options, scenario);
  task.threads = std::min(task.threads_asked, variant.thread_limit);
  return task;
}

// The model with a strategy's threads: each member needs those before it.
struct Engine {
  Engine(const engine::SchedulerRow& variant, const DriverOptions& options, int threads)
      : model(engine::Model::load(options.model, options.isa)),
        scheduler(variant.make({.threads = threads,
                                .affinity = engine::find_affinity(options.affinity),
                                .spin_ns = int64_t{options.spin_us} * 1000,
                                .grain = options.grain})) {
    if (!options.inject.empty())
      injected.emplace(*scheduler, parse_injection("--inject", options.inject), threads);
    embedder.emplace(model, used());
    load_ns = ns_since(start);
  }
  engine::Scheduler& used() { return injected ? *injected : *scheduler; }
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  const Clock::time_point start = Clock::now();
  const engine::Model model;
  const std::unique_ptr<engine::Scheduler> scheduler;
  std::optional<InjectedCost> injected;
  std::optional<engine::Embedder> embedder;
  int64_t load_ns = 0;
};

// What the iterations took, and what they made.
struct Measured {
  int64_t warmup_ns = 0, region_wall_ns = 0;
  std::vector<int64_t> iteration_wall_ns;
  rusage usage_begin{}, usage_end{};
  base::CoresTimeReading cores_begin, cores_end;
  engine::WorkCounters work_begin, work_end;
  LoopCounts loops;               // of an iteration, where they were asked for
  std::vector<float> embeddings;  // of the last iteration
};

// With `counted` a batch counts its loops, outside of the region: that of the warm-up, where there
// is one.
Measured measure(Engine& engine, const Task& task, int iterations, bool counted) {
  Measured measured;
  measured.embeddings.resize(task.texts.size() *
                             static_cast<size_t>(engine.model.config().embedding_length));
  const auto embed = [&] { engine.embedder->embed(task.texts, measured.embeddings); };
  const auto count = [&] {
    measured.loops = count_loops(engine.used(), [&](engine::Scheduler& counting) {
      engine.embedder->use(counting);
      embed();
    });
    engine.embedder->use(engine.used());
  };
  const auto warmup_start = Clock::now();
  if (counted && task.warmup > 0) count();
  for (int i = counted ? 1 : 0; i < task.warmup; ++i) embed();
  measured.warmup_ns = ns_since(warmup_start);

  measured.iteration_wall_ns.resize(static_cast<size_t>(iterations));
  if (engine.injected) engine.injected->reset_counts();
  measured.work_begin = engine.embedder->work();
  winnow_region_begin();
  measured.cores_begin.take();
  measured.usage_begin = process_usage();  // what starting a profiler costs is not the region's
  const auto region_start = Clock::now();
  for (int64_t& wall_ns : measured.iteration_wall_ns) {
    const auto start = Clock::now();
    embed();
    wall_ns = ns_since(start);
  }
  measured.region_wall_ns = ns_since(region_start);
  measured.usage_end = process_usage();
  measured.cores_end.take();
  winnow_region_end();
  measured.work_end = engine.embedder->work();
  if (counted && task.warmup == 0) count();
  return measured;
}

void add_region_json(const Measured& measured, Json& result) {
  result["iteration_wall_ns"] = measured.iteration_wall_ns;
  result["region"] = region_json(measured.region_wall_ns, measured.usage_begin, measured.usage_end);
  if (const auto cores =
          cores_json(measured.cores_begin.cores_time(), measured.cores_end.cores_time()))
    result["region"]["cores_time"] = *cores;
}

Json run(const engine::SchedulerRow& variant, const DriverOptions& options) {
  const Task task = task_of(variant, options);
  Engine engine(variant, options, task.threads);
  const Measured measured = measure(engine, task, options.iterations, options.dispatch_samples > 0);
  engine.model.check_unchanged();

  Json result;
  result["schema"] = "winnow-result/1";
  result["variant"] = options.alias.empty() ? std::string(variant.name) : options.alias;
  const engine::TeamSizes teams =
      engine.scheduler->team_sizes().value_or(engine::TeamSizes{task.threads, task.threads});
  result["threads"] = teams.most;
  result["threads_asked"] = task.threads_asked;
  if (teams.fewest < task.threads) result["threads_fewest"] = teams.fewest;
  result["cores"] = base::cores_of_process().size();
  add_options_json(variant, options, result);
  result["calling_thread_works"] = variant.calling_thread_works;
  result["isa"] = engine.model.kernels().isa;
  result["items_per_iteration"] = task.texts.size();
  result["item"] = "text";
  result["items_hash"] = texts_hash(task.texts);
  add_region_json(measured, result);
  result["setup"] = {{"load_ns", engine.load_ns}, {"warmup_ns", measured.warmup_ns}};
  result["work"] = work_json(measured.work_begin, measured.work_end);
  result["kernel_macs"] = kernel_macs_json(measured.work_begin, measured.work_end);
  result["checksum"] = checksum(measured.embeddings);
  if (const auto peak = peak_rss_bytes()) result["peak_rss_bytes"] = *peak;
  if (engine.injected) result["injected"] = injected_json(options, *engine.injected);
  if (options.dispatch_samples > 0)
    result["dispatch"] =
        dispatch_json(*engine.scheduler, task.threads, measured.loops, options.dispatch_samples);
  result["model"] = model_json(engine.model, options.model);
  result["thread_terms"] = thread_terms_json(variant, engine.model, teams.most);
  return result;
}

void write(const Json& result) {
  const std::string text = result.text(2) + "\n";
  if (const char* path = std::getenv("WINNOW_RESULT"))
    base::write_file(path, text);
  else
    std::cout << text;
}

}  // namespace

int driver_main(const engine::SchedulerRow& variant, int argc, char** argv) {
  const auto complain = [&](std::string_view text) {
    std::cerr << fmt::format("winnow-engine-{}: {}\n", variant.name, base::printable(text));
  };
  try {
    if (const auto options = parse_driver_options(variant, argc, argv))
      write(run(variant, *options));
    return base::kOk;
  } catch (const base::Error& error) {
    complain(error.what());
    return error.exit_status();
  } catch (const std::exception& error) {
    complain(base::message_of(error));
    return base::kFailed;
  }
}

}  // namespace winnow::scenarios
