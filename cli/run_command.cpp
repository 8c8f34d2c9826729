#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "base/error.h"
#include "cli/commands.h"
#include "cli/compare_command.h"
#include "cli/dry_run.h"
#include "cli/places.h"
#include "cli/plan.h"
#include "cli/roofline.h"
#include "cli/run_report.h"
#include "cli/sweep_command.h"
#include "engine/schedulers/scheduler.h"
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
    "A winner needs 99% confidence over all comparisons: with 2 variants at least {two} blocks, "
    "with\n"
    "3 {three}, with all {strategies} {all}. Fewer are refused; --no-verdict takes a quick look "
    "instead. The\n"
    "time pass also runs the A/A arm, a second copy of the baseline, which tells the smallest\n"
    "difference that the run could have detected (--no-twin leaves it out).\n\n"
    "Kernels are held against the machine's peaks, measured once since it started and kept in\n"
    "$XDG_CACHE_HOME/winnow (~/.cache/winnow), those of a busy machine for ten minutes; the "
    "report\n"
    "says how long ago.\n\n"
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

std::string run_text() {
  const int strategies = static_cast<int>(engine::scheduler_rows().size());
  return fmt::format(fmt::runtime(kRunText), fmt::arg("two", fewest_blocks(2)),
                     fmt::arg("three", fewest_blocks(3)), fmt::arg("strategies", strategies),
                     fmt::arg("all", fewest_blocks(strategies)));
}

using profiles::Pass;
constexpr std::array kEnginePasses{Pass::time, Pass::cpu, Pass::wall, Pass::heap, Pass::sync};

Options table_of(RunOptions& options) {
  Options table{
      {"variants=LIST", &options.variants, "comma-separated; the first is the baseline"},
      {"batch=N", &options.batch, "texts an iteration; of a sweep, a list: 1,8,32"},
      {"threads=N", &options.threads,
       "worker threads of every variant (0: all cores); of a sweep, a list: 1,2,0 or 1..all"},
      {"mixes=LIST", &options.mixes, "of a sweep: comma-separated names"},
      {"iterations=N", &options.iterations,
       "per variant in the time pass, over all blocks; of a sweep, in each block (0: about 0.3 s)"},
      {"blocks=N", &options.blocks, "fresh processes per variant; of a sweep, of each cell"},
      {"passes=LIST", &options.passes, "comma-separated: time,cpu,wall,heap,sync"},
      {"samples=N", &options.samples, kSamplesHelp},
      {"no-verdict", &options.no_verdict,
       "a quick look at durations: any number of blocks, no winner"},
      {"no-twin", &options.no_twin, "do not run the A/A arm, a second copy of the baseline"},
      {"budget=TIME", &options.budget,
       "how long to measure: 90s, 10m or 2h instead of --iterations; of a sweep or of programs "
       "instead of --blocks"},
      {"resume", &options.resume, "of a sweep: go on with the one in the folder"},
      {"print=WHAT", &options.print, kPrintHelp},
      {"roofline", &options.roofline,
       "measure the machine's peaks anew (else those since its start are kept)"},
      {"out,o=DIR", &options.out, "folder of what is measured (out/<scenario>)"},
      {"categories=FILE", &options.categories, "TOML rules for the categories of functions"},
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

bool needs_evidence(const RunOptions& options, const scenarios::Scenario& scenario) {
  return !options.no_verdict && std::ranges::count(scenario.passes, "time") > 0;
}

// Nobody asked for fewer than a verdict takes.
void add_blocks(scenarios::Scenario& scenario) {
  const auto variants = static_cast<int>(scenario.variants.size());
  const int needed = fewest_blocks(variants);
  if (scenario.blocks >= needed) return;
  note(fmt::format("the order of {} variants takes at least {} blocks: {} instead of {}", variants,
                   needed, needed, scenario.blocks));
  scenario.blocks = needed;
}

// Each block has as many iterations as the others.
void split_evenly(scenarios::Scenario& scenario) {
  const int in_each = (scenario.iterations + scenario.blocks - 1) / scenario.blocks;
  if (in_each * scenario.blocks == scenario.iterations) return;
  note(fmt::format("{} iterations cannot be split evenly over {} blocks: {} instead, {} in each",
                   scenario.iterations, scenario.blocks, in_each * scenario.blocks, in_each));
  scenario.iterations = in_each * scenario.blocks;
}

// The scenario as the command line changes it.
scenarios::Scenario scenario_of(const RunOptions& options) {
  auto scenario = chosen_scenario(options);
  scenario.blocks = parse_number("--blocks", options.blocks, 1, scenario.blocks, kMostBlocks);
  if (options.passes) scenario.passes = split("--passes", *options.passes);
  if (!options.blocks && needs_evidence(options, scenario)) add_blocks(scenario);
  if (budget_s(options, scenario) > 0) return scenario;
  scenario.iterations =
      parse_number("--iterations", options.iterations, 1, scenario.iterations, kMostOfAll);
  if (!options.blocks) scenario.blocks = std::min(scenario.blocks, scenario.iterations);
  split_evenly(scenario);
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
  if (options.categories) plan.categories_file = existing(*options.categories);
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
  if (needs_evidence(options, scenario))
    check_evidence(static_cast<int>(scenario.variants.size()), scenario.blocks, options,
                   options.blocks ? "--blocks" : "--iterations");
  check_inputs(options, out_folder(scenario.name, options));

  const Print printed = print_of(options.print);
  const profiles::RunPlan plan = make_plan(scenario, options);
  if (options.dry_run) return print_plan(plan);
  return report_run(plan, profiles::run(plan), options.no_verdict, printed);
}

}  // namespace

int run_command(const Arguments& arguments) {
  const std::string text = run_text();
  const Help help{"winnow run SCENARIO [options]", text};
  RunOptions options;
  options.asked = command_line("run", arguments);
  const auto given =
      parse(help, table_of(options), arguments, {{"scenario", &options.scenario, ""}});
  if (!given) return base::kOk;
  if (!options.scenario)
    throw base::UsageError(
        "run", "name a scenario, such as scenarios/batch32.toml; see winnow run --help");
  options.scenario = scenario_file(*options.scenario);
  const bool sweep = scenarios::is_sweep(*options.scenario);
  if (scenarios::holds_programs(*options.scenario))
    return sweep ? program_sweep_command(options, *given) : run_programs(options, *given);
  return sweep ? sweep_command(options, *given) : run_workload(options, *given);
}

}  // namespace winnow::cli
