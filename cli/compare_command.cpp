#include "cli/compare_command.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "base/error.h"
#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/compare_figures.h"
#include "cli/dry_run.h"
#include "cli/places.h"
#include "cli/plan.h"
#include "cli/run_report.h"
#include "profiles/run/run.h"

namespace winnow::cli {

namespace {

constexpr std::string_view kText =
    "Tells which of two or more programs is faster, by how much, how sure, and why. Each command "
    "is\n"
    "started in fresh processes, in turn with the others, and measured with all its children; it\n"
    "needs no change. Writes recording.json, report.md and report.html, and prints the report.\n"
    "Ctrl-C ends early and keeps what was measured; the same command goes on with it, also behind "
    "a\n"
    "crash (docs/recording.md).\n\n"
    "Passes: time (the kernel's accounting alone), cpu (the functions in which CPU time goes),\n"
    "heap (what is allocated, and where), sync (exact counts and times of threads that wait and\n"
    "signal), tree (exact counts of threads and processes, and whether the outputs are the same).\n"
    "On request: futex (exact counts of futex calls), count (instructions, by callgrind). What a\n"
    "pass cannot see of a program is unavailable, with the reason.\n\n"
    "A command is split into words; a shell reads it only with --shell. Its input is empty, its\n"
    "output thrown away. Options of hyperfine mean the same here, or an error says the "
    "difference.\n\n"
    "Examples:\n"
    "  winnow compare 'zstd -T1 -qkf data' 'zstd -T2 -qkf data'\n"
    "  winnow compare -n old -n new --warmup 2 './old/bench' './new/bench'\n"
    "  winnow compare -L t=1,2,4 -n 'T={t}' 'xz -T{t} -kf data'\n"
    "  winnow compare --prepare 'make clean' --budget 2m 'make -j1' 'make -j2'\n"
    "  winnow compare --ref main --ref HEAD --build 'make -j2' './bench'\n"
    "  winnow compare --shell=default 'sort data | uniq' 'sort -u data'\n";

using profiles::Pass;
constexpr std::array kCommandPasses{Pass::time, Pass::cpu,   Pass::heap, Pass::sync,
                                    Pass::tree, Pass::futex, Pass::count};
// The others take many times as long.
constexpr std::array kUsualPasses{Pass::time, Pass::cpu, Pass::heap, Pass::sync, Pass::tree};

Options table_of(CompareOptions& options) {
  Options table{
      {"blocks,r=N", &options.blocks,
       "measured blocks of each command (10, or as many more as a verdict on so many takes)"},
      {"budget=TIME", &options.budget,
       "how long to measure, such as 90s or 5m, instead of --blocks"},
      {"reference=COMMAND", &options.reference,
       "the baseline, a command more that the others are compared with (the first command)"},
      {"ref=COMMIT", &options.revisions,
       "a commit of this repository to build and measure; for each of two or more"},
      {"build=COMMAND", &options.build,
       "command for a shell that builds a commit, in its own folder"},
      {"server=COMMAND", &options.servers,
       "a server, started for each block, that the commands load; once, or once for each; {port} "
       "and {socket} stand for free ones, in the commands, too"},
      {"ready-port=N", &options.ready_port, "it is ready when this port answers ({port})"},
      {"ready-log=TEXT", &options.ready_log, "when it has written this text"},
      {"ready-file=FILE", &options.ready_file, "when this file is there"},
      {"ready-command=COMMAND", &options.ready_command, "when this command for a shell succeeds"},
      {"ready-limit=SECONDS", &options.ready_limit_s, "seconds until it must be ready"},
      {"work=UNIT=AMOUNT", &options.work,
       "UNIT=AMOUNT that a run gets done, such as bytes=24e6: time per unit and throughput"},
      {"metric=NAME=PATTERN", &options.metrics,
       "NAME=PATTERN: a figure of the output, in the pattern's first group; NAME:lower=PATTERN "
       "where lower is better; any number of them"},
      {"primary=NAME", &options.primary,
       "the metric that decides the verdict, instead of wall time"},
      {"passes=LIST", &options.passes,
       "comma-separated (time,cpu,heap,sync,tree); also futex, count"},
      {"samples=N", &options.samples, kSamplesHelp},
      {"no-verdict", &options.no_verdict, "a quick look: any number of blocks, no winner"},
      {"no-twin", &options.no_twin, "do not run the A/A arm, a second copy of the baseline"},
      {"categories=FILE", &options.categories, "TOML rules for the categories of functions"},
      {"print=WHAT", &options.print, kPrintHelp},
      {"out,o=DIR", &options.out, "folder of what is measured (out/compare)"},
      {"force", &options.force, kForceHelp},
      {"dry-run", &options.dry_run, kDryRunHelp},
      {"seed=N", &options.seed, "of the order of the blocks (random)"},
      {"time-limit=SECONDS", &options.time_limit_s, "seconds a run may take"},
  };
  for (Option& option : program_options(options)) table.push_back(std::move(option));
  return table;
}

profiles::RunPlan make_plan(const std::vector<profiles::Arm>& arms, const CompareOptions& options,
                            const std::string& out) {
  profiles::RunPlan plan = plan_of_programs(arms, options, out);
  const auto metrics = parse_metrics(options.metrics, options.primary);
  for (profiles::Arm& arm : plan.arms) arm.program->metrics = metrics;
  if (options.work) plan.workload.work = parse_work(*options.work);
  plan.twin = !options.no_twin && plan.arms.size() > 1;
  plan.blocks = parse_number("--blocks", options.blocks, 1, 10, kMostBlocks);
  plan.iterations_per_block = options.runs;
  plan.passes = options.passes ? passes_named(split("--passes", *options.passes), kCommandPasses)
                               : std::vector(kUsualPasses.begin(), kUsualPasses.end());
  plan.agent_library = agent_library();
  plan.compare_outputs = !options.ignore_output;
  if (options.categories) plan.categories_file = existing(*options.categories);
  if (options.budget) {
    if (options.blocks) throw base::UsageError("--budget", "stands in the place of --blocks");
    plan.budget_s = parse_duration("--budget", *options.budget);
  }
  return plan;
}

// Of both the command line's holds.
CompareOptions options_of(const RunOptions& run, const scenarios::ProgramScenario& scenario) {
  CompareOptions options;
  static_cast<RecordingOptions&>(options) = run;
  options.no_verdict = run.no_verdict;
  options.no_twin = run.no_twin;
  options.categories = run.categories;
  options.print = run.print;
  options.ignore_output = scenario.ignore_output;
  options.runs = scenario.runs_per_block;
  options.blocks = run.blocks;
  options.budget = run.budget;
  if (!run.blocks && !run.budget) {
    if (scenario.blocks) options.blocks = std::to_string(*scenario.blocks);
    if (scenario.budget) options.budget = scenario.budget->text;
  }
  options.passes = run.passes;
  if (!run.passes && !scenario.passes.empty())
    options.passes = fmt::format("{}", fmt::join(scenario.passes, ","));
  return options;
}

// Whatever is wrong with it is told here, before anything is measured.
profiles::RunPlan checked_plan(const std::vector<profiles::Arm>& arms,
                               const CompareOptions& options, const std::string& out) {
  print_of(options.print);
  profiles::RunPlan plan = make_plan(arms, options, out);
  const bool timed = std::ranges::count(plan.passes, profiles::Pass::time) > 0;
  const auto programs = static_cast<int>(plan.arms.size());
  if (!options.no_verdict && timed) {
    plan.fewest_blocks = fewest_blocks(programs);
    // Nobody asked for fewer than a verdict takes.
    if (!options.blocks) plan.blocks = std::max(plan.blocks, plan.fewest_blocks);
    if (plan.budget_s == 0) check_evidence(programs, plan.blocks, options, "--blocks", 'r');
  }
  return plan;
}

// Of commits, which are built once nothing else stands in the way.
int compare_revisions(const CompareOptions& options, const std::string& out) {
  constexpr const char* kName = "compare";
  if (options.dry_run)
    return compare_programs(arms_of_revisions(options, not_built(options.revisions)), options, out,
                            kName);
  const std::string builds = out + ".builds";
  std::vector<Revision> revisions = find_revisions(options.revisions, options.build, builds);
  profiles::RunPlan plan = checked_plan(arms_of_revisions(options, revisions), options, out);
  plan.workload.scenario = kName;
  profiles::check_runnable(plan);
  build_revisions(revisions, options.build, builds);
  return compare_programs(arms_of_revisions(options, revisions), options, out, kName);
}

}  // namespace

int compare_programs(const std::vector<profiles::Arm>& arms, const CompareOptions& options,
                     const std::string& out, const std::string& scenario,
                     const std::string& description) {
  const Print printed = print_of(options.print);
  profiles::RunPlan plan = checked_plan(arms, options, out);
  plan.workload.scenario = scenario;
  plan.workload.description = description;
  const int status = options.dry_run
                         ? print_plan(plan)
                         : report_run(plan, profiles::run(plan), options.no_verdict, printed);
  if (arms.size() == 1) note("one command alone has no winner: a comparison takes two");
  return status;
}

int run_programs(const RunOptions& options, const Given& given) {
  given.refuse({"variants", "batch", "threads", "mixes", "iterations", "resume", "model",
                "affinity", "spin-us", "grain", "isa", "roofline"},
               "not for a scenario of programs");
  const auto scenario = scenarios::load_programs(*options.scenario, all_cores());
  budget_of(scenario);  // what is wrong with it is told before anything is measured
  return compare_programs(scenario_arms(scenario), options_of(options, scenario),
                          out_folder(scenario.name, options), scenario.name, scenario.description);
}

int compare_command(const Arguments& arguments) {
  const Help help{"winnow compare [options] COMMAND COMMAND...", kText};
  CompareOptions options;
  options.asked = command_line("compare", renamed(arguments, "--runs", "--blocks"));
  const auto given = parse(help, table_of(options), as_own_options(arguments),
                           {{"commands", &options.commands, ""}});
  if (!given) return base::kOk;
  if (options.revisions.empty()) given->refuse({"build"}, "goes with --ref");
  check_numbers(options);
  const std::string out = out_folder("compare", options);
  if (!options.revisions.empty()) return compare_revisions(options, out);
  return compare_programs(program_arms(options), options, out, "compare");
}

}  // namespace winnow::cli
