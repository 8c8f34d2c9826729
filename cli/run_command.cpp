#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "base/error.h"
#include "cli/commands.h"
#include "cli/compare_command.h"
#include "cli/places.h"
#include "cli/plan.h"
#include "cli/roofline.h"
#include "cli/run_report.h"
#include "cli/sweep_command.h"
#include "profiles/run/run.h"
#include "scenarios/program_scenario.h"
#include "scenarios/scenario.h"
#include "scenarios/sweep_scenario.h"

namespace winnow::cli {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kRunText =
    "Runs the scenario's variants side by side, each pass in fresh processes, and writes one\n"
    "recording: recording.json, report.md, report.html and the raw profile files. Prints the "
    "answer\n"
    "in a few lines on a terminal, else the whole report (--print). Progress is on standard "
    "error.\n"
    "Ctrl-C ends the run early and keeps what was measured; the same command goes on with it, "
    "also\n"
    "behind a crash.\n\n"
    "Passes: time (no profiler: durations), cpu (where CPU time goes), wall (where persistent\n"
    "threads wait), heap (allocations by category), sync (exact counts and times of threads).\n\n"
    "A winner needs 99% confidence over all comparisons: with two variants at least 8 blocks, "
    "with\n"
    "three 9, with 13 12. Fewer are refused; --no-verdict takes a quick look instead. The time "
    "pass\n"
    "also runs a second copy of the baseline, which tells the smallest difference that the run\n"
    "could have detected (--no-twin leaves it out).\n\n"
    "Kernels are held against the machine's peaks, measured once since it started and kept in\n"
    "$XDG_CACHE_HOME/winnow (~/.cache/winnow); the report says how long ago.\n\n"
    "With --budget the first process of each variant, which is not recorded, tells how many "
    "iterations\n"
    "fit; there are as many processes as without.\n\n"
    "A scenario with a table [sweep] is a matrix: every variant at every batch size, thread count\n"
    "and mix of text lengths, durations only, in sweep.json. An unfinished sweep is continued by\n"
    "running it again. --batch, --threads, --mixes and --variants choose a part of the matrix.\n\n"
    "A scenario with tables [[program]] compares programs, as winnow compare does; with [sweep] it "
    "times\n"
    "them at each value of a parameter and thread count (docs/scenarios.md).\n\n"
    "Examples:\n"
    "  winnow run scenarios/batch32.toml\n"
    "  winnow run scenarios/batch32.toml --iterations 20 --blocks 10 --passes time,sync\n"
    "  winnow run scenarios/batch32.toml --threads 2 --model embeddinggemma-300m-Q8_0.gguf\n"
    "  winnow run scenarios/batch32.toml --iterations 2 --blocks 2 --no-verdict\n"
    "  winnow run scenarios/batch32.toml --budget 150s\n"
    "  winnow run scenarios/sweep.toml --budget 10m\n"
    "  winnow run scenarios/sweep.toml --resume --batch 32 --mixes short,long --blocks 10\n"
    "  winnow run scenarios/neighbours.toml --variants pool,packed\n";

using profiles::Pass;
constexpr std::array kEnginePasses{Pass::time, Pass::cpu, Pass::wall, Pass::heap, Pass::sync};

Options table_of(RunOptions& options) {
  Options table{
      {"variants", &options.variants, "comma-separated; the first is the baseline"},
      {"batch", &options.batch, "texts an iteration; of a sweep, a list: 1,8,32"},
      {"threads", &options.threads,
       "worker threads of every variant (0: all cores); of a sweep, a list: 1,2,0 or 1..all"},
      {"mixes", &options.mixes, "of a sweep: comma-separated names"},
      {"iterations", &options.iterations,
       "per variant in the time pass, over all blocks; of a sweep, in each block (0: about 0.3 s)"},
      {"blocks", &options.blocks, "fresh processes per variant; of a sweep, of each cell"},
      {"passes", &options.passes, "comma-separated: time,cpu,wall,heap,sync"},
      {"samples", &options.samples, kSamplesHelp},
      {"no-verdict", &options.no_verdict,
       "a quick look at durations: any number of blocks, no winner"},
      {"no-twin", &options.no_twin, "do not run a second copy of the baseline (A/A arm)"},
      {"budget", &options.budget,
       "how long to measure: 90s, 10m or 2h instead of --iterations; of a sweep or of programs "
       "instead of --blocks"},
      {"resume", &options.resume, "of a sweep: go on with the one in the folder"},
      {"print", &options.print, kPrintHelp},
      {"roofline", &options.roofline,
       "measure the machine's peaks anew (else those since its start are kept)"},
      {"out", &options.out, "folder of what is measured (out/<scenario>)"},
      {"categories", &options.categories, "TOML rules for the categories of functions"},
  };
  for (Option& option : process_options(options)) table.push_back(std::move(option));
  return table;
}

// The command line's, or the file's where it has no iterations of its own; 0: none.
double budget_s(const RunOptions& options, const scenarios::Scenario& scenario) {
  if (options.budget && options.iterations)
    throw base::UsageError("--budget", "stands in the place of --iterations");
  if (options.budget) return parse_duration("--budget", *options.budget);
  if (!scenario.budget || options.iterations) return 0;
  return parse_duration(scenario.budget->where, scenario.budget->text);
}

// The scenario as the command line changes it.
scenarios::Scenario scenario_of(const RunOptions& options) {
  auto scenario = chosen_scenario(options);
  scenario.blocks = parse_number("--blocks", options.blocks, 1, scenario.blocks, kMostOfAll);
  if (options.passes) scenario.passes = split("--passes", *options.passes);
  if (budget_s(options, scenario) > 0) return scenario;
  scenario.iterations =
      parse_number("--iterations", options.iterations, 1, scenario.iterations, kMostOfAll);
  if (!options.blocks) scenario.blocks = std::min(scenario.blocks, scenario.iterations);
  if (scenario.iterations % scenario.blocks != 0)
    throw base::UsageError("iterations", fmt::format("{} cannot be split evenly over {} blocks",
                                                     scenario.iterations, scenario.blocks));
  return scenario;
}

profiles::RunPlan make_plan(const scenarios::Scenario& scenario, const RunOptions& options) {
  profiles::RunPlan plan = plan_of(scenario, options, out_folder(scenario.name, options));
  // A variant alone has no comparison whose noise it could tell.
  plan.twin = !options.no_twin && scenario.variants.size() > 1;
  plan.blocks = scenario.blocks;
  plan.budget_s = budget_s(options, scenario);
  if (plan.budget_s == 0) plan.iterations_per_block = scenario.iterations / scenario.blocks;
  plan.baseline = scenario.variants.front().name;
  // A sample of each loop costs microseconds, or a thread's creation.
  for (const auto& variant : scenario.variants)
    plan.arms.push_back(
        make_arm(scenario, options, variant, plan.out_dir, {"--dispatch-samples", "200"}));
  plan.passes = passes_named(scenario.passes, kEnginePasses);
  plan.categories_file = options.categories.value_or("");
  const auto holds_peaks_against = [](Pass pass) {
    return pass == Pass::time || pass == Pass::cpu;
  };
  if (std::ranges::any_of(plan.passes, holds_peaks_against))
    plan.roofline = options.roofline ? measured_roofline : kept_roofline;
  return plan;
}

int run_workload(const RunOptions& options, const Given& given) {
  given.refuse({"mixes", "resume"}, "only for a sweep");
  const auto scenario = scenario_of(options);
  if (!options.no_verdict && std::ranges::count(scenario.passes, "time") > 0)
    check_evidence(static_cast<int>(scenario.variants.size()), scenario.blocks);
  check_inputs(options, out_folder(scenario.name, options));

  const Print printed = print_of(options.print);
  const profiles::RunPlan plan = make_plan(scenario, options);
  return report_run(plan, profiles::run(plan), options.no_verdict, printed);
}

}  // namespace

int run_command(const Arguments& arguments) {
  const Help help{"winnow run SCENARIO [options]", kRunText};
  RunOptions options;
  const auto given =
      parse(help, table_of(options), arguments, {{"scenario", &options.scenario, ""}});
  if (!given) return base::kOk;
  if (!options.scenario)
    throw base::UsageError("run", "name a scenario, such as scenarios/batch32.toml");
  options.scenario = scenario_file(*options.scenario);
  const bool sweep = scenarios::is_sweep(*options.scenario);
  if (scenarios::holds_programs(*options.scenario))
    return sweep ? program_sweep_command(options, *given) : run_programs(options, *given);
  return sweep ? sweep_command(options, *given) : run_workload(options, *given);
}

}  // namespace winnow::cli
