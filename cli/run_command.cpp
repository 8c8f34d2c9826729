#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <random>
#include <sstream>
#include <thread>

#include "base/error.h"
#include "base/file.h"
#include "cli/commands.h"
#include "cli/roofline.h"
#include "cli/texts.h"
#include "engine/gguf.h"
#include "engine/schedulers/scheduler.h"
#include "kernels/kernels.h"
#include "profiles/run.h"
#include "reports/comparison.h"
#include "reports/markdown.h"
#include "scenarios/scenario.h"
#include "version.h"

namespace winnow::cli {

namespace po = boost::program_options;
namespace fs = std::filesystem;

namespace {

std::atomic<bool> stop_requested{false};

// The first Ctrl-C ends the run in order; a second one ends the program at once.
void on_signal(int signal) {
  stop_requested = true;
  std::signal(signal, SIG_DFL);
}

constexpr std::string_view kText =
    "Runs the scenario's variants side by side, each pass in fresh processes, and writes one\n"
    "recording: recording.json, report.md and the raw profile files. Prints the report on "
    "standard\n"
    "output and progress on standard error, when that is a terminal. Ctrl-C ends the run early "
    "and\n"
    "keeps what was measured.\n\n"
    "Passes: time (no profiler: durations), cpu (where CPU time goes), wall (where persistent\n"
    "threads wait), heap (allocations by category), sync (exact counts and times of threads).\n\n"
    "Examples:\n"
    "  winnow run scenarios/batch32.toml\n"
    "  winnow run scenarios/batch32.toml --iterations 20 --blocks 4 --passes time,sync\n"
    "  winnow run scenarios/batch32.toml --threads 2 --model embeddinggemma-300m-Q8_0.gguf\n";

po::options_description run_options() {
  po::options_description options;
  auto add = options.add_options();
  add("variants", po::value<std::string>(), "comma-separated; the first is the baseline");
  add("batch", po::value<int>(), "texts an iteration");
  add("threads", po::value<int>(), "worker threads of every variant (0: all cores)");
  add("iterations", po::value<int>(), "per variant in the time pass, over all blocks");
  add("blocks", po::value<int>(), "fresh processes per variant in the time pass");
  add("passes", po::value<std::string>(), "comma-separated: time,cpu,wall,heap,sync");
  add("model", po::value<std::string>(), fmt::format("GGUF file ({})", kDefaultModel).c_str());
  add("out", po::value<std::string>(), "folder of the recording (out/<scenario>)");
  add("isa", po::value<std::string>()->default_value("auto"), kernels::isa_choices().c_str());
  add("categories", po::value<std::string>(), "TOML rules for the categories of functions");
  add("seed", po::value<uint64_t>(), "of the order of the blocks (random)");
  add("time-limit", po::value<double>()->default_value(300), "seconds a process may take");
  return options;
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

int number(const po::variables_map& values, const char* name, int least, int fallback,
           int most = 1'000'000) {
  if (values.count(name) == 0) return fallback;
  const int value = values[name].as<int>();
  if (value < least || value > most)
    throw base::UsageError(fmt::format("--{}", name),
                           fmt::format("expected {} to {}", least, most));
  return value;
}

// The scenario as the command line changes it.
scenarios::Scenario chosen_scenario(const po::variables_map& values) {
  auto scenario = scenarios::load_scenario(values["scenario"].as<std::string>());
  scenario.batch = number(values, "batch", 1, scenario.batch);
  scenario.threads = number(values, "threads", 0, scenario.threads, scenarios::kThreadLimit);
  if (scenario.threads == 0)
    scenario.threads = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  scenario.iterations = number(values, "iterations", 1, scenario.iterations);
  scenario.blocks = number(values, "blocks", 1, scenario.blocks);
  if (values.count("blocks") == 0) scenario.blocks = std::min(scenario.blocks, scenario.iterations);
  if (scenario.iterations % scenario.blocks != 0)
    throw base::UsageError("iterations", fmt::format("{} cannot be split evenly over {} blocks",
                                                     scenario.iterations, scenario.blocks));
  if (values.count("passes") > 0) {
    scenario.passes = split("--passes", values["passes"].as<std::string>());
    for (const std::string& pass : scenario.passes)
      if (!scenarios::is_pass(pass))
        throw base::UsageError("--passes", pass + " is none of time, cpu, wall, heap, sync");
  }
  if (values.count("variants") > 0) {
    std::vector<scenarios::ScenarioVariant> variants;
    for (const std::string& name : split("--variants", values["variants"].as<std::string>())) {
      const auto known = std::find_if(scenario.variants.begin(), scenario.variants.end(),
                                      [&](const auto& variant) { return variant.name == name; });
      variants.push_back(known != scenario.variants.end() ? *known
                                                          : scenarios::ScenarioVariant{name, ""});
    }
    scenario.variants = std::move(variants);
  }
  return scenario;
}

// Programs and libraries lie beside this program when installed, in sibling folders when built.
std::string companion(const char* folder, const std::string& name) {
  const fs::path here = fs::read_symlink("/proc/self/exe").parent_path();
  for (const fs::path& path : {here / name, here.parent_path() / folder / name})
    if (fs::exists(path)) return path.string();
  throw base::Error(name, fmt::format("found neither in {} nor in its sibling {}; build it with "
                                      "ninja",
                                      here.string(), folder));
}

// Links followed, so that what is written aside can be moved to its place.
std::string out_folder(const scenarios::Scenario& scenario, const po::variables_map& values) {
  const fs::path out = values.count("out") > 0 ? fs::path(values["out"].as<std::string>())
                                               : fs::path("out") / scenario.name;
  if (out.empty()) throw base::UsageError("--out", "expected a folder");
  std::error_code error;
  if (!fs::is_symlink(out, error)) return out.string();
  const fs::path target = fs::canonical(out, error);
  if (error) throw base::UsageError(out.string(), error.message());
  return target.string();
}

void check_writable(const fs::path& out) {
  fs::path folder = out;
  while (!folder.empty() && !fs::exists(folder)) folder = folder.parent_path();
  if (::access(folder.empty() ? "." : folder.c_str(), W_OK) != 0)
    throw base::Error(folder.string(), std::strerror(errno));
}

profiles::Arm make_arm(const scenarios::Scenario& scenario,
                       const scenarios::ScenarioVariant& variant, const po::variables_map& values) {
  const engine::SchedulerRow& row = engine::find_scheduler(variant.name);
  profiles::Arm arm;
  arm.variant.name = variant.name;
  arm.variant.label = variant.label;
  arm.variant.summary = row.summary;
  arm.variant.advice = fmt::format("--variant {}", variant.name);
  arm.variant.persistent_threads = row.persistent_threads;
  arm.variant.calling_thread_works = row.calling_thread_works;
  arm.command = {companion("scenarios", "winnow-engine-" + variant.name),
                 "--scenario",
                 values["scenario"].as<std::string>(),
                 "--model",
                 model_path(values),
                 "--batch",
                 std::to_string(scenario.batch),
                 "--threads",
                 std::to_string(scenario.threads),
                 "--warmup",
                 std::to_string(scenario.warmup),
                 "--isa",
                 values["isa"].as<std::string>(),
                 "--iterations",
                 "{iterations}"};
  arm.variant.program =
      fs::relative(arm.command.front(), fs::absolute(out_folder(scenario, values))).string();
  return arm;
}

profiles::RunPlan make_plan(const scenarios::Scenario& scenario, const po::variables_map& values) {
  profiles::RunPlan plan;
  plan.workload.scenario = scenario.name;
  plan.workload.description = scenario.description;
  plan.workload.texts_per_iteration = scenario.batch;
  plan.workload.threads = scenario.threads;
  plan.blocks = scenario.blocks;
  plan.iterations_per_block = scenario.iterations / scenario.blocks;
  plan.baseline = scenario.variants.front().name;
  for (const auto& variant : scenario.variants)
    plan.arms.push_back(make_arm(scenario, variant, values));
  plan.passes = scenario.passes;
  plan.time_limit_s = values["time-limit"].as<double>();
  plan.out_dir = out_folder(scenario, values);
  plan.seed = values.count("seed") > 0 ? values["seed"].as<uint64_t>() : std::random_device{}();
  if (values.count("categories") > 0) plan.categories_file = values["categories"].as<std::string>();
  plan.agent_library = companion("profiles", "libwinnow-agent.so");
  plan.winnow_version = kVersion;
  plan.commit = kCommit;
  return plan;
}

// One line, written over again.
void show_progress(const profiles::Progress& progress) {
  const auto seconds = static_cast<int>(progress.eta_s);
  std::fprintf(stderr, "\r\x1b[K[%d/%d] %s, %d:%02d left", progress.done, progress.total,
               progress.text.c_str(), seconds / 60, seconds % 60);
  if (progress.done == progress.total) std::fprintf(stderr, "\r\x1b[K");
  std::fflush(stderr);
}

int exit_status(const profiles::Recording& recording) {
  if (recording.status == "interrupted") return base::kInterrupted;
  return recording.status == "complete" ? base::kOk : base::kFailed;
}

}  // namespace

int run_command(const Arguments& arguments) {
  const Help help{"winnow run SCENARIO [options]", kText};
  const auto values = parse(help, run_options(), arguments, {"scenario"});
  if (!values) return base::kOk;
  if (values->count("scenario") == 0)
    throw base::UsageError("run", "name a scenario, such as scenarios/batch32.toml");
  const auto scenario = chosen_scenario(*values);
  // What is wrong with these is told once, before any process starts.
  engine::Gguf::open(model_path(*values));
  kernels::select_kernels((*values)["isa"].as<std::string>());
  check_writable(out_folder(scenario, *values));

  profiles::RunPlan plan = make_plan(scenario, *values);
  if (::isatty(STDERR_FILENO) != 0) plan.progress = show_progress;
  plan.roofline = measured_roofline;
  plan.stop = &stop_requested;
  std::signal(SIGINT, on_signal);
  std::signal(SIGTERM, on_signal);
  std::signal(SIGHUP, on_signal);

  const profiles::Recording recording = profiles::run(plan);
  const std::string report = reports::to_markdown(reports::make_report(recording));
  // A run without a good block did not replace what the folder held.
  if (std::ranges::any_of(recording.blocks, [](const auto& block) { return block.status == "ok"; }))
    base::write_file((fs::path(plan.out_dir) / "report.md").string(), report);
  print(report);
  if (recording.status != "complete")
    note(fmt::format("{}: this run is {}; the report says what is missing", plan.out_dir,
                     recording.status));
  return exit_status(recording);
}

}  // namespace winnow::cli
