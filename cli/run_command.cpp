#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "base/file.h"
#include "cli/commands.h"
#include "cli/roofline.h"
#include "cli/run_options.h"
#include "cli/sweep_command.h"
#include "profiles/run/run.h"
#include "reports/comparison/comparison.h"
#include "reports/comparison/verdict.h"
#include "reports/ledger/table.h"
#include "reports/pages/html_page.h"
#include "reports/pages/markdown.h"
#include "reports/statistics/significance.h"
#include "scenarios/scenario.h"
#include "scenarios/sweep_scenario.h"
#include "version.h"

namespace winnow::cli {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kRunText =
    "Runs the scenario's variants side by side, each pass in fresh processes, and writes one\n"
    "recording: recording.json, report.md and the raw profile files. Prints the report on "
    "standard\n"
    "output and progress on standard error, when that is a terminal. Ctrl-C ends the run early "
    "and\n"
    "keeps what was measured.\n\n"
    "Passes: time (no profiler: durations), cpu (where CPU time goes), wall (where persistent\n"
    "threads wait), heap (allocations by category), sync (exact counts and times of threads).\n\n"
    "A winner needs 99 % confidence over all comparisons: with two variants at least 8 blocks, "
    "with\n"
    "three 9, with 13 12. Fewer are refused; --no-verdict takes a quick look instead. The time "
    "pass\n"
    "also runs a second copy of the baseline, which tells the smallest difference that the run\n"
    "could have detected (--no-twin leaves it out).\n\n"
    "A scenario with a table [sweep] is a matrix: every variant at every batch size, thread count\n"
    "and mix of text lengths, durations only, in sweep.json. An unfinished sweep is continued by\n"
    "running it again. --batch, --threads, --mixes and --variants choose a part of the matrix.\n\n"
    "Examples:\n"
    "  winnow run scenarios/batch32.toml\n"
    "  winnow run scenarios/batch32.toml --iterations 20 --blocks 10 --passes time,sync\n"
    "  winnow run scenarios/batch32.toml --threads 2 --model embeddinggemma-300m-Q8_0.gguf\n"
    "  winnow run scenarios/batch32.toml --iterations 2 --blocks 2 --no-verdict\n"
    "  winnow run scenarios/sweep.toml --budget 10m\n"
    "  winnow run scenarios/sweep.toml --resume --batch 32 --mixes short,long --blocks 10\n"
    "  winnow run scenarios/neighbours.toml --variants pool,packed\n";

// The scenario as the command line changes it.
scenarios::Scenario chosen_scenario(const Values& values) {
  auto scenario = scenarios::load_scenario(values["scenario"].as<std::string>());
  scenario.batch = number(values, "batch", 1, scenario.batch);
  scenario.threads = number(values, "threads", 0, scenario.threads, scenarios::kThreadLimit);
  if (scenario.threads == 0) scenario.threads = all_cores();
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

// A plan whose verdict could not be reached whatever it measures is not begun.
void check_evidence(const scenarios::Scenario& scenario, const Values& values) {
  const int variants = static_cast<int>(scenario.variants.size());
  const int comparisons = variants * (variants - 1) / 2;
  if (values["no-verdict"].as<bool>() || comparisons < 1 ||
      std::ranges::count(scenario.passes, "time") == 0)
    return;
  const int needed = reports::pairs_needed(reports::kLevel, comparisons);
  if (scenario.blocks >= needed) return;
  throw base::UsageError(
      "blocks",
      fmt::format(
          "{} cannot prove {} at 99 % confidence: at least {} are needed (--blocks {}), or "
          "--no-verdict for durations without a winner",
          scenario.blocks,
          comparisons == 1 ? "a difference" : fmt::format("the order of {} variants", variants),
          needed, needed));
}

// A sample of each loop costs microseconds, or a thread's creation.
std::vector<std::string> measured_command(const std::string& name, const WorkloadOptions& workload,
                                          const Values& values) {
  std::vector<std::string> command = variant_command(name, workload, values);
  command.insert(command.end(), {"--dispatch-samples", "200"});
  return command;
}

profiles::RunPlan make_plan(const scenarios::Scenario& scenario, const Values& values) {
  profiles::RunPlan plan;
  plan.workload.scenario = scenario.name;
  plan.workload.description = scenario.description;
  plan.workload.texts_per_iteration = scenario.batch;
  plan.workload.threads = scenario.threads;
  // A variant alone has no comparison whose noise it could tell.
  plan.twin = !values["no-twin"].as<bool>() && scenario.variants.size() > 1;
  plan.blocks = scenario.blocks;
  plan.iterations_per_block = scenario.iterations / scenario.blocks;
  plan.baseline = scenario.variants.front().name;
  plan.out_dir = out_folder(scenario.name, values);
  const WorkloadOptions workload{values["scenario"].as<std::string>(), scenario.batch,
                                 scenario.threads, scenario.warmup};
  for (const auto& variant : scenario.variants)
    plan.arms.push_back({make_variant(variant.name, variant.label, plan.out_dir),
                         measured_command(variant.name, workload, values)});
  for (const std::string& pass : scenario.passes)
    plan.passes.push_back(profiles::find_word<profiles::Pass>(pass).value());
  plan.time_limit_s = values["time-limit"].as<double>();
  plan.seed = run_seed(values);
  if (values.count("categories") > 0) plan.categories_file = values["categories"].as<std::string>();
  plan.agent_library = companion("profiles/agent", "libwinnow-agent.so");
  plan.winnow_version = kVersion;
  plan.commit = kCommit;
  return plan;
}

// The report shows it by name; a report without a ledger does not.
void write_ledger_plot(const reports::Report& report, const std::string& folder) {
  const std::string svg = reports::ledger_svg(report.ledger);
  if (!svg.empty()) base::write_file((fs::path(folder) / reports::kLedgerPlot).string(), svg);
}

std::string page_file(const std::string& folder) {
  return (fs::path(folder) / "report.html").string();
}

void write_page(const profiles::Recording& recording, const reports::Report& report,
                const std::string& folder) {
  base::write_file(page_file(folder),
                   reports::to_html(report, reports::read_pictures(recording, folder)));
}

int run_workload(const Values& values) {
  refuse_options(values, {"mixes", "budget", "resume", "force"}, "only for a sweep");
  const auto scenario = chosen_scenario(values);
  check_evidence(scenario, values);
  check_inputs(values, out_folder(scenario.name, values));

  profiles::RunPlan plan = make_plan(scenario, values);
  plan.progress = progress_line();
  plan.roofline = measured_roofline;
  plan.stop = watch_signals();
  plan.kept_earlier = [&](const std::string& folder) {
    note(fmt::format("{}: the earlier, complete recording is kept here", folder));
  };

  profiles::Recording recording = profiles::run(plan);
  // A run without a good block did not replace what the folder held.
  const bool kept =
      std::ranges::any_of(recording.blocks, [](const auto& block) { return block.ok(); });
  if (values["no-verdict"].as<bool>()) {
    recording.missing.push_back({"", std::nullopt, "a quick look (--no-verdict)"});
    if (kept) profiles::write_recording(plan.out_dir, recording);
  }
  const reports::Report report = reports::make_report(recording);
  const std::string text = reports::to_markdown(report);
  if (kept) {
    base::write_file((fs::path(plan.out_dir) / "report.md").string(), text);
    write_ledger_plot(report, plan.out_dir);
    write_page(recording, report, plan.out_dir);
  }
  print(text);
  if (kept) note("the report as a page: " + page_file(plan.out_dir));
  if (recording.status != profiles::RunStatus::complete)
    note(fmt::format("{}: this run is {}; the report says what is missing", plan.out_dir,
                     word(recording.status)));
  return exit_status_of(recording.status);
}

}  // namespace

int run_command(const Arguments& arguments) {
  const Help help{"winnow run SCENARIO [options]", kRunText};
  const auto values = parse(help, run_options(), arguments, {"scenario"});
  if (!values) return base::kOk;
  if (values->count("scenario") == 0)
    throw base::UsageError("run", "name a scenario, such as scenarios/batch32.toml");
  const bool sweep = scenarios::is_sweep((*values)["scenario"].as<std::string>());
  return sweep ? sweep_command(*values) : run_workload(*values);
}

}  // namespace winnow::cli
