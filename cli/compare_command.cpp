#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/error.h"
#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/compare_programs.h"
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
    "Ctrl-C ends early and keeps what was measured.\n\n"
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

struct CompareOptions : ProgramOptions, RecordingOptions {
  std::optional<std::string> blocks, budget, passes, categories;
  int runs = 0;
  bool no_verdict = false, no_twin = false, ignore_output = false;
};

Options table_of(CompareOptions& options) {
  return {
      {"blocks,r", &options.blocks, "measured blocks of each command (10)"},
      {"runs-per-block", &options.runs, "runs in a block (0: as many as take 20 ms)"},
      {"budget", &options.budget, "how long to measure, such as 90s or 5m, instead of --blocks"},
      {"warmup,w", &options.warmup, "runs of each command before the first block (at least 1)"},
      {"name,n", &options.names, "of a command in the report; once for each"},
      {"reference", &options.reference, "a command more, which the others are compared with"},
      {"parameter-list,L", &options.lists, "NAME=VALUE,VALUE,...: {NAME} stands for each in turn"},
      {"parameter-scan,P", &options.scans, "NAME=FIRST..LAST: the same for numbers"},
      {"parameter-step-size,D", &options.step, "from one number to the next (1)"},
      {"ref", &options.revisions,
       "a commit of this repository to build and measure; for each of two or more"},
      {"build", &options.build, "command for a shell that builds a commit, in its own folder"},
      {"setup,s", &options.setup, "command for a shell, once for each program, before its runs"},
      {"prepare,p", &options.prepare, "before each run; not timed; once, or once for each command"},
      {"conclude,C", &options.conclude, "behind each run, likewise"},
      {"cleanup,c", &options.cleanup, "once for each program, behind all runs"},
      {"ignore-failure", &options.ignored,
       "(-i) take exit statuses other than 0 as well: all-non-zero, or a list: 1,2"},
      {"shell,S", &options.shell, "that reads the commands: default (sh), bash, ... (none)"},
      {"no-shell,N", &options.no_shell, "the same as --shell none, the default"},
      {"input", &options.input, "file of their standard input (null: empty)"},
      {"output", &options.output, "file of their standard output (null: thrown away)"},
      {"ignore-output", &options.ignore_output, "do not ask whether they write the same"},
      {"folder", &options.folder, "their working folder (this one)"},
      {"passes", &options.passes, "comma-separated (time,cpu,heap,sync,tree); also futex, count"},
      {"no-verdict", &options.no_verdict, "a quick look: any number of blocks, no winner"},
      {"no-twin", &options.no_twin, "do not run a second copy of the first command (A/A arm)"},
      {"categories", &options.categories, "TOML rules for the categories of functions"},
      {"out", &options.out, "folder of what is measured (out/compare)"},
      {"seed", &options.seed, "of the order of the blocks (random)"},
      {"time-limit", &options.time_limit_s, "seconds a run may take"},
  };
}

profiles::RunPlan make_plan(const CompareOptions& options) {
  profiles::RunPlan plan;
  fill_in(plan, options, out_folder("compare", options));
  plan.commit.clear();  // of this program, which is not what is measured
  plan.arms = options.revisions.empty()
                  ? program_arms(options)
                  : arms_of_revisions(options, build_revisions(options.revisions, options.build,
                                                               plan.out_dir + ".builds"));
  plan.baseline = plan.arms.front().variant.name;
  plan.workload.scenario = "compare";
  plan.workload.iteration = "run";
  plan.twin = !options.no_twin && plan.arms.size() > 1;
  plan.blocks = parse_number("--blocks", options.blocks, 1, 10, kMostOfAll);
  plan.iterations_per_block = options.runs;
  plan.passes = options.passes ? passes_named(split("--passes", *options.passes), kCommandPasses)
                               : std::vector(kUsualPasses.begin(), kUsualPasses.end());
  plan.agent_library = agent_library();
  plan.compare_outputs = !options.ignore_output;
  plan.categories_file = options.categories.value_or("");
  if (options.budget) {
    if (options.blocks) throw base::UsageError("--budget", "stands in the place of --blocks");
    plan.budget_s = parse_duration("--budget", *options.budget);
  }
  return plan;
}

}  // namespace

int compare_command(const Arguments& arguments) {
  const Help help{"winnow compare [options] COMMAND COMMAND...", kText};
  CompareOptions options;
  const auto given = parse(help, table_of(options), as_own_options(arguments),
                           {{"commands", &options.commands, ""}});
  if (!given) return base::kOk;
  if (options.revisions.empty()) given->refuse({"build"}, "goes with --ref");
  if (options.runs < 0 || options.runs > kMostOfAll)
    throw base::UsageError("--runs-per-block", "expected 0 to 1000000");
  if (options.warmup < 0 || options.warmup > kMostOfAll)
    throw base::UsageError("--warmup", "expected 0 to 1000000");
  const profiles::RunPlan plan = make_plan(options);
  const bool timed = std::ranges::count(plan.passes, profiles::Pass::time) > 0;
  if (!options.no_verdict && timed && plan.budget_s == 0)
    check_evidence(static_cast<int>(plan.arms.size()), plan.blocks);
  return report_run(plan, profiles::run(plan), options.no_verdict);
}

}  // namespace winnow::cli
