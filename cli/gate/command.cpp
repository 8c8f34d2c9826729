#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <filesystem>
#include <optional>

#include "base/error.h"
#include "base/file.h"
#include "cli/commands.h"
#include "cli/gate/again.h"
#include "cli/gate/output.h"
#include "cli/gate/programs.h"
#include "cli/gate/revision_build.h"
#include "cli/gate/rules_file.h"
#include "cli/gate/two_builds.h"
#include "cli/places.h"
#include "cli/plan.h"
#include "profiles/recording/recording.h"
#include "reports/gate/verdict.h"
#include "version.h"

namespace winnow::cli {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kText =
    "Holds a candidate against a baseline, by rules, and ends with a status that CI understands:\n"
    "0 pass, 1 regression, 2 wrong usage, 3 failed or invalid, 4 no comparable baseline,\n"
    "5 inconclusive.\n\n"
    "Two builds are run in alternating processes, until their times and memory are decided, and\n"
    "their exact counters compared: work, allocations, thread creations, loops. A recording is "
    "held\n"
    "against a stored one by exact counters only.\n\n"
    "Any program is held the same way: two commands, or two commits of a project, each built in a\n"
    "folder of its own (--build) where the command then runs. A scenario with tables [[program]]\n"
    "takes the place of commands. docs/ci.md tells more.\n\n"
    "Examples:\n"
    "  winnow gate --base origin/main scenarios/batch32.toml --variants pool\n"
    "  winnow gate --base-build base/build --head-build build scenarios/batch32.toml\n"
    "  winnow gate --baseline baseline/ --candidate out/batch32 --rules gates.toml --out gate/\n"
    "  winnow gate './old/bench' './new/bench'\n"
    "  winnow gate --base origin/main --build 'make -j2' './bench'\n"
    "  winnow gate --base origin/main --build 'make -j2' programs.toml\n";

std::vector<reports::GateRule> rules_of(const GateOptions& options) {
  if (!options.rules) return {};
  return read_gate_rules(existing(*options.rules));
}

// A baseline that was never recorded is no failure of the candidate's.
reports::GateReport without_baseline(const std::string& folder) {
  reports::GateReport report;
  report.mode = "recordings";
  report.outcome = reports::GateOutcome::kNoBaseline;
  report.sentence = fmt::format("{} holds no recording.", base::printable(folder));
  report.baseline.source = folder;
  return report;
}

std::string named(const std::optional<std::string>& folder, const char* option) {
  if (!folder) throw base::UsageError("gate", fmt::format("{} is missing", option));
  return *folder;
}

reports::GateReport compare_recordings(const GateOptions& options) {
  const std::string baseline = named(options.baseline, "--baseline");
  const std::string candidate = named(options.candidate, "--candidate");
  const auto rules = rules_of(options);
  const profiles::Recording after = profiles::read_recording(candidate);
  if (!fs::exists(fs::path(baseline) / "recording.json")) {
    reports::GateReport report = without_baseline(baseline);
    report.candidate = reports::side_of(after, candidate);
    return report;
  }
  return reports::gate_recordings(profiles::read_recording(baseline), after, rules,
                                  {baseline, candidate});
}

// The build that this program is part of.
std::string present_build(const std::string& variant) {
  return fs::path(engine_file(variant)).parent_path().string();
}

reports::GateReport compare_builds(const GateOptions& options, const std::string& out) {
  const auto rules = rules_of(options);
  const scenarios::Scenario scenario = gate_scenario(options);
  check_inputs(options, out);
  GateBuilds builds;
  builds.head_folder =
      options.head_build ? *options.head_build : present_build(scenario.variants.front().name);
  builds.head_name = builds.head_folder;
  if (!options.head_build) builds.head_commit = kCommit;
  if (options.base_build) {
    builds.base_name = builds.base_folder = *options.base_build;
    return gate_two_builds(builds, scenario, options, rules, out);
  }
  std::vector<std::string> variants;
  for (const auto& variant : scenario.variants) variants.push_back(variant.name);
  reports::check_rules_used(rules, variants, {});
  const RevisionBuild base(*options.base, variants, builds.head_folder, out + "/base-build.log");
  builds.base_folder = base.build_folder();
  builds.base_name = builds.base_commit = base.commit();
  return gate_two_builds(builds, scenario, options, rules, out);
}

Options table_of(GateOptions& options) {
  Options table{
      {"base=COMMIT", &options.base, "commit to build and hold this build, or --head, against"},
      {"base-build=DIR", &options.base_build, "build folder of the baseline"},
      {"head-build=DIR", &options.head_build, "build folder of the candidate (this program's)"},
      {"head=COMMIT", &options.head, "commit of the candidate, of any project (HEAD)"},
      {"build=COMMAND", &options.build, "command for a shell that builds a commit of any project"},
      {"baseline=DIR", &options.baseline, "folder of a stored recording"},
      {"candidate=DIR", &options.candidate, "folder of the recording to judge"},
      {"rules=FILE", &options.rules, "TOML file of limits by metric and variant"},
      {"out,o=DIR", &options.out,
       "folder for verdict.json, junit.xml and summary.md (builds: out/gate-<scenario>; "
       "commands: out/gate)"},
      {"print=WHAT", &options.print, kPrintHelp},
      {"pairs=N", &options.blocks,
       "of processes at most, looked at after 10, 20, 40 and so on (1280)"},
      {"budget=TIME", &options.budget,
       "how long pairs are measured, beyond the first ten: 90s, 10m, 1h (10m)"},
      {"exact-only", &options.exact_only, "compare two builds by exact counters alone"},
      {"variants=LIST", &options.variants, "comma-separated (the scenario's)"},
      {"batch=N", &options.batch, "texts an iteration"},
      {"threads=N", &options.threads, "worker threads of every variant (0: all cores)"},
      {"no-twin", &options.no_twin, "do not run the A/A arm, a second copy of the base"},
      {"iterations=N", &options.iterations,
       "in each process (as the scenario splits them); auto: by a pilot"},
  };
  for (Option& option : process_options(options)) table.push_back(std::move(option));
  for (Option& option : program_options(options)) table.push_back(std::move(option));
  return table;
}

enum class Mode { kRecordings, kBuilds, kPrograms };

// One mode, whole: an option of another would be silently unused.
Mode mode_of(GateOptions& options, const Given& given) {
  const std::vector<std::string> of_engine{"base-build", "head-build", "variants",  "threads",
                                           "batch",      "model",      "isa",       "affinity",
                                           "spin-us",    "grain",      "iterations"};
  const bool builds = options.base || options.base_build;
  const bool named = options.commands.size() == 1 && options.commands.front().ends_with(".toml");
  if (named && given.has("build")) existing(options.commands.front());
  const bool file = named && fs::is_regular_file(options.commands.front());
  const bool scenario = file && scenarios::holds_programs(options.commands.front());
  ProgramOptions none;
  if (scenario) {
    given.refuse(names_of(program_options(none)),
                 "not for a scenario of programs, which has a key for it");
    options.programs = scenarios::load_programs(options.commands.front(), all_cores());
    if (options.programs->sweep)
      throw base::UsageError(options.commands.front(), "a sweep, which a gate does not judge");
  }
  if (scenario || given.has("build") || given.has("head") ||
      (!builds && options.commands.size() > 1)) {
    given.refuse(of_engine, "not for a gate of commands");
    given.refuse({"baseline", "candidate"}, "not together with commands");
    check_numbers(options);
    return Mode::kPrograms;
  }
  given.refuse(names_of(program_options(none)),
               "only for a gate of commands: name two, or --base and --build");
  if (options.commands.size() > 1) throw base::UsageError("gate", "name one scenario");
  if (options.base && options.base_build)
    throw base::UsageError("--base", "not together with --base-build");
  if (!builds && options.commands.empty() && !options.baseline && !options.candidate)
    throw base::UsageError("gate",
                           "name two commands, a scenario with --base, or two recordings by "
                           "--baseline and --candidate; see winnow gate --help");
  if (!builds) {
    const char* why = "only for a gate of two builds: name one with --base or --base-build";
    given.refuse(of_engine, why);
    given.refuse({"pairs", "budget", "exact-only", "seed", "time-limit", "no-twin"}, why);
    if (!options.commands.empty()) throw base::UsageError(options.commands.front(), why);
    return Mode::kRecordings;
  }
  given.refuse({"baseline", "candidate"}, "not together with --base or --base-build");
  if (options.commands.empty())
    throw base::UsageError(
        "gate", "name a scenario, such as scenarios/batch32.toml; see winnow gate --help");
  options.scenario = scenario_file(options.commands.front());
  return Mode::kBuilds;
}

bool of_commits(const GateOptions& options) {
  return options.base || options.head || !options.build.empty();
}

reports::GateReport compare_programs(const GateOptions& options, const std::string& out) {
  const auto rules = rules_of(options);
  return gate_programs(
      of_commits(options) ? two_commits(options, rules, out) : two_commands(options), options,
      rules, out);
}

// What was asked for, and the folder that it writes; empty: none.
struct Asked {
  Mode mode;
  std::string out;
};

Asked asked_for(GateOptions& options, const Given& given) {
  const Mode mode = mode_of(options, given);
  if (mode != Mode::kRecordings) {
    pairs_of(options);
    budget_of(options);
  }
  switch (mode) {
    case Mode::kRecordings:
      return {mode, options.out.value_or("")};
    case Mode::kBuilds:
      return {mode, gate_folder(options)};
    case Mode::kPrograms:
      return {mode,
              out_folder(options.programs ? "gate-" + options.programs->name : std::string("gate"),
                         options)};
  }
  return {};
}

int dry_run(const Asked& asked, const GateOptions& options) {
  rules_of(options);
  std::string text;
  switch (asked.mode) {
    case Mode::kRecordings:
      text = fmt::format("Would hold the recording {} against {}.\n",
                         existing(named(options.candidate, "--candidate")),
                         named(options.baseline, "--baseline"));
      break;
    case Mode::kBuilds:
      gate_scenario(options);
      check_inputs(options, asked.out);
      text = fmt::format("Would hold the build {} against {} by the scenario {}.\n",
                         options.head_build.value_or("of this program"),
                         options.base ? *options.base : existing(*options.base_build),
                         *options.scenario);
      break;
    case Mode::kPrograms: {
      const auto arms = options.programs ? scenario_arms(*options.programs) : program_arms(options);
      text = of_commits(options)
                 ? fmt::format(
                       "Would build {} and {}, and hold the second against "
                       "the first by these commands:\n",
                       options.base.value_or("a commit (--base)"), options.head.value_or("HEAD"))
                 : "Would hold the second of these commands against the first:\n";
      for (const profiles::Arm& arm : arms) text += "  " + arm.variant.label + "\n";
    }
  }
  print(text + (asked.out.empty() ? "" : "The verdict goes into " + asked.out + ".\n"));
  return base::kOk;
}

// --out, of a command line that may be wrong; empty: not there.
std::string named_folder(const Arguments& arguments) {
  for (size_t i = 0; i < arguments.size(); ++i)
    for (const std::string_view name : {"--out=", "-o"}) {
      const std::string& argument = arguments[i];
      const bool alone = argument == name.substr(0, name.find('='));
      if (alone) return i + 1 < arguments.size() ? arguments[i + 1] : "";
      if (argument.starts_with(name)) return argument.substr(name.size());
    }
  return "";
}

// What a reader needs besides the verdict.
reports::GateReport with_origin(reports::GateReport report, const Arguments& arguments) {
  for (reports::GateSide* side : {&report.baseline, &report.candidate})
    side->subject = subject_of(side->commit);
  report.command = command_again(arguments, report);
  return report;
}

// What there is to judge, and what is known of it before. Nothing where the help was asked for.
std::optional<Asked> read_command_line(const Help& help, const Arguments& arguments,
                                       GateOptions& options) try {
  const auto given =
      parse(help, table_of(options), as_own_options(arguments), {{"what", &options.commands, ""}});
  if (!given) return std::nullopt;
  return asked_for(options, *given);
} catch (const std::exception& error) {
  leave_no_verdict(named_folder(arguments), error);
}

}  // namespace

int gate_command(const Arguments& arguments) {
  const Help help{
      "winnow gate --base REV | --base-build DIR [--head-build DIR] SCENARIO [options]\n"
      "       winnow gate --baseline DIR --candidate DIR [options]\n"
      "       winnow gate 'COMMAND' 'COMMAND' [options]\n"
      "       winnow gate --base REV [--head REV] --build 'COMMAND' 'COMMAND' [options]",
      kText};
  GateOptions options;
  const auto asked = read_command_line(help, arguments, options);
  if (!asked) return base::kOk;
  const Print printed = print_of(options.print);
  if (options.dry_run) return dry_run(*asked, options);
  reports::GateReport begun;
  begun.command = command_again(arguments, begun);
  begun.mode = asked->mode == Mode::kRecordings                         ? "recordings"
               : asked->mode == Mode::kPrograms && !of_commits(options) ? "commands"
                                                                        : "builds";
  return write_gate(asked->out, printed, begun, [&] {
    switch (asked->mode) {
      case Mode::kRecordings:
        return with_origin(compare_recordings(options), arguments);
      case Mode::kBuilds:
        return with_origin(compare_builds(options, asked->out), arguments);
      case Mode::kPrograms:
        break;
    }
    return with_origin(compare_programs(options, asked->out), arguments);
  });
}

}  // namespace winnow::cli
