#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "base/error.h"
#include "base/file.h"
#include "cli/commands.h"
#include "cli/gate/output.h"
#include "cli/gate/revision_build.h"
#include "cli/gate/rules_file.h"
#include "cli/gate/two_builds.h"
#include "profiles/recording/recording.h"
#include "reports/gate/verdict.h"

namespace winnow::cli {

namespace fs = std::filesystem;
namespace po = boost::program_options;

namespace {

constexpr std::string_view kText =
    "Holds a candidate against a baseline, by rules, and ends with a status that CI understands:\n"
    "0 pass, 1 regression, 2 wrong usage, 3 failed or invalid, 4 no comparable baseline,\n"
    "5 inconclusive.\n\n"
    "Two builds are run in alternating processes, until their times and memory are decided, and\n"
    "their exact counters compared: work, allocations, thread creations, loops. A recording is "
    "held\n"
    "against a stored one by exact counters only. docs/ci.md tells more.\n\n"
    "Examples:\n"
    "  winnow gate --base origin/main scenarios/batch32.toml --variants pool\n"
    "  winnow gate --base-build base/build --head-build build scenarios/batch32.toml\n"
    "  winnow gate --baseline baseline/ --candidate out/batch32 --rules gates.toml --out gate/\n";

std::string text_of(const Values& values, const char* name) {
  if (values.count(name) == 0) throw base::UsageError("gate", fmt::format("--{} is missing", name));
  return values[name].as<std::string>();
}

std::vector<reports::GateRule> rules_of(const Values& values) {
  if (values.count("rules") == 0) return {};
  return read_gate_rules(values["rules"].as<std::string>());
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

reports::GateReport compare_recordings(const Values& values) {
  const std::string baseline = text_of(values, "baseline");
  const std::string candidate = text_of(values, "candidate");
  const auto rules = rules_of(values);
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
  return fs::path(companion("scenarios", "winnow-engine-" + variant)).parent_path().string();
}

reports::GateReport compare_builds(const Values& values, const std::string& out) {
  const auto rules = rules_of(values);
  const std::vector<std::string> variants = gate_variants(values);
  check_inputs(values, out);
  GateBuilds builds;
  builds.head_folder = values.count("head-build") > 0 ? values["head-build"].as<std::string>()
                                                      : present_build(variants.front());
  builds.head_name = builds.head_folder;
  if (values.count("base-build") > 0) {
    builds.base_name = builds.base_folder = values["base-build"].as<std::string>();
    return gate_two_builds(builds, values, rules, out);
  }
  const RevisionBuild base(values["base"].as<std::string>(), variants, builds.head_folder,
                           out + "/base-build.log");
  builds.base_folder = base.build_folder();
  builds.base_name = base.commit();
  return gate_two_builds(builds, values, rules, out);
}

po::options_description gate_options() {
  po::options_description options;
  auto add = options.add_options();
  const auto text = [] { return po::value<std::string>(); };
  add("base", text(), "commit to build in a temporary folder and hold this build against");
  add("base-build", text(), "build folder of the baseline");
  add("head-build", text(), "build folder of the candidate (this program's)");
  add("baseline", text(), "folder of a stored recording");
  add("candidate", text(), "folder of the recording to judge");
  add("rules", text(), "TOML file of limits by metric and variant");
  add("out", text(),
      "folder for verdict.json, junit.xml and summary.md (builds: out/gate-<scenario>)");
  add("pairs", text(), "of processes at most, looked at after 10, 20 and 40 (40)");
  add("exact-only", po::bool_switch(), "compare two builds by exact counters alone");
  const po::options_description of_runs = run_options();
  for (const auto& option : of_runs.options()) {
    static constexpr std::array kTaken{"out",    "mixes", "blocks",     "passes",     "budget",
                                       "resume", "force", "categories", "iterations", "no-verdict"};
    if (std::ranges::find(kTaken, option->long_name()) == kTaken.end()) options.add(option);
  }
  add("iterations", text(), "in each process (as the scenario splits them)");
  return options;
}

bool given(const Values& values, const char* name) {
  return values.count(name) > 0 && !values[name].defaulted();
}

// One mode, whole: an option of the other would be silently unused.
bool is_of_builds(const Values& values) {
  const bool builds = given(values, "base") || given(values, "base-build");
  if (given(values, "base") && given(values, "base-build"))
    throw base::UsageError("--base", "not together with --base-build");
  if (!builds) {
    refuse_options(
        values,
        {"head-build", "pairs", "exact-only", "scenario", "variants", "threads", "batch", "model",
         "isa", "affinity", "spin-us", "grain", "seed", "time-limit", "iterations", "no-twin"},
        "only for a gate of two builds: name one with --base or --base-build");
    return false;
  }
  refuse_options(values, {"baseline", "candidate"}, "not together with --base or --base-build");
  if (values.count("scenario") == 0)
    throw base::UsageError("gate", "name a scenario, such as scenarios/batch32.toml");
  return true;
}

}  // namespace

int gate_command(const Arguments& arguments) {
  const Help help{
      "winnow gate --base REV | --base-build DIR [--head-build DIR] SCENARIO [options]\n"
      "       winnow gate --baseline DIR --candidate DIR [options]",
      kText};
  const auto values = parse(help, gate_options(), arguments, {"scenario"});
  if (!values) return base::kOk;
  if (is_of_builds(*values)) {
    const std::string out = gate_folder(*values);
    return write_gate(compare_builds(*values, out), out);
  }
  const std::string out = values->count("out") > 0 ? (*values)["out"].as<std::string>() : "";
  return write_gate(compare_recordings(*values), out);
}

}  // namespace winnow::cli
