#include <fmt/format.h>

#include <filesystem>

#include "base/error.h"
#include "base/file.h"
#include "cli/commands.h"
#include "cli/run_options.h"
#include "cli/texts.h"
#include "kernels/kernels.h"
#include "profiles/run/run.h"
#include "reports/studies/calibration.h"
#include "scenarios/scenario.h"
#include "version.h"

namespace winnow::cli {

namespace po = boost::program_options;

namespace {

constexpr const char* kScenario = "scenarios/batch32.toml";
constexpr int kBlocks = 20;

constexpr std::string_view kCalibrateText =
    "Measures this machine's noise: two copies of one variant run in turn, in fresh processes, so\n"
    "that whatever differs is noise. Prints a Markdown table: the scatter of a pair, drift, "
    "spikes,\n"
    "and how many pairs of blocks a comparison needs here to detect 1, 2, 5 and 10 % at 99 %\n"
    "confidence and 90 % power, by wall time and by CPU time.\n\n"
    "Examples:\n"
    "  winnow calibrate\n"
    "  winnow calibrate scenarios/batch32.toml --blocks 40 --variant spawn\n"
    "  winnow calibrate --blocks 8 --iterations 2 --batch 4 > noise.md\n";

po::options_description calibrate_options() {
  po::options_description options;
  auto add = options.add_options();
  add("variant", po::value<std::string>()->default_value("pool"), "strategy to run twice");
  add("blocks", po::value<std::string>(), "fresh processes of each copy (20)");
  add("iterations", po::value<std::string>(), "of a block (as the scenario's blocks have)");
  add("batch", po::value<std::string>(), "texts an iteration");
  add("threads", po::value<std::string>(), "worker threads (0: all cores)");
  add("model", po::value<std::string>(), fmt::format("GGUF file ({})", kDefaultModel).c_str());
  add("out", po::value<std::string>(), "folder of what is measured (out/calibrate)");
  add("affinity", po::value<std::string>()->default_value("none"),
      "where the threads run: none, compact, spread");
  add("spin-us", po::value<int>()->default_value(100),
      "microseconds that a thread without work spins before it sleeps");
  add("grain", po::value<int>()->default_value(0),
      "items a thread takes at once from a shared loop (0: the strategy's choice)");
  add("isa", po::value<std::string>()->default_value("auto"), kernels::isa_choices().c_str());
  add("seed", po::value<uint64_t>(), "of the order of the blocks (random)");
  add("time-limit", po::value<double>()->default_value(300), "seconds a process may take");
  return options;
}

std::string scenario_path(const Values& values) {
  if (values.count("scenario") > 0) return values["scenario"].as<std::string>();
  if (!std::filesystem::exists(kScenario))
    throw base::UsageError("calibrate", fmt::format("name a scenario: {} is not here", kScenario));
  return kScenario;
}

profiles::RunPlan make_plan(const Values& values) {
  const std::string path = scenario_path(values);
  const auto scenario = scenarios::load_scenario(path);
  profiles::RunPlan plan;
  plan.workload.scenario = scenario.name;
  plan.workload.description = scenario.description;
  plan.workload.texts_per_iteration = number(values, "batch", 1, scenario.batch);
  int threads = number(values, "threads", 0, scenario.threads, scenarios::kThreadLimit);
  if (threads == 0) threads = all_cores();
  plan.workload.threads = threads;
  plan.blocks = number(values, "blocks", 2, kBlocks);
  plan.iterations_per_block =
      number(values, "iterations", 1, std::max(1, scenario.iterations / scenario.blocks));
  plan.out_dir = out_folder("calibrate", values);
  const std::string name = values["variant"].as<std::string>();
  plan.baseline = name;
  plan.arms.push_back(
      {make_variant(name, "", plan.out_dir),
       variant_command(name, {path, plan.workload.texts_per_iteration, threads, scenario.warmup},
                       values)});
  plan.twin = true;
  plan.passes = {profiles::Pass::time};
  plan.time_limit_s = values["time-limit"].as<double>();
  plan.seed = run_seed(values);
  plan.agent_library = companion("profiles/agent", "libwinnow-agent.so");
  plan.winnow_version = kVersion;
  plan.commit = kCommit;
  return plan;
}

}  // namespace

int calibrate_command(const Arguments& arguments) {
  const Help help{"winnow calibrate [SCENARIO] [options]", kCalibrateText};
  const auto values = parse(help, calibrate_options(), arguments, {"scenario"});
  if (!values) return base::kOk;
  profiles::RunPlan plan = make_plan(*values);
  check_inputs(*values, plan.out_dir);
  plan.progress = progress_line();
  plan.stop = watch_signals();
  const profiles::Recording recording = profiles::run(plan);
  for (const std::string& warning : recording.warnings) note(warning);
  const std::string text = reports::to_markdown(reports::calibrate(recording));
  base::write_file((std::filesystem::path(plan.out_dir) / "noise.md").string(), text);
  print(text);
  if (recording.status != profiles::RunStatus::complete)
    note(fmt::format("{}: this run is {}", plan.out_dir, word(recording.status)));
  return exit_status_of(recording.status);
}

}  // namespace winnow::cli
