#include "cli/gate/programs.h"

#include <fmt/format.h>

#include "base/error.h"
#include "cli/gate/output.h"
#include "cli/plan.h"
#include "cli/tool.h"
#include "reports/statistics/sequential.h"

namespace winnow::cli {

namespace {

using profiles::Side;

void add_arm(const profiles::Arm& arm, Side side, const std::string& name,
             std::vector<profiles::Arm>& arms) {
  profiles::Arm& added = arms.emplace_back(arm);
  added.variant.side = side;
  added.variant.arm_of = name;
  added.variant.name = fmt::format("{}-{}", word(side), name);
}

bool is_changed(const std::string& folder) {
  const std::string output = folder + "/output.txt";
  return !run_tool({"git status", {"git", "status", "--porcelain", "--untracked-files=no"}, output})
              .empty();
}

profiles::RunPlan programs_plan(const GatePrograms& programs, const GateOptions& options,
                                const std::string& out) {
  profiles::RunPlan plan = plan_of_programs(programs.arms, options, out + "/run");
  plan.workload.scenario = options.programs ? options.programs->name : "gate";
  plan.twin = !options.no_twin;
  plan.blocks = pairs_of(options);
  const auto& scenario = options.programs;
  plan.iterations_per_block = scenario ? scenario->runs_per_block : options.runs;
  // As many as the first look at pairs needs: peak memory is told by this pass.
  plan.tree_processes = reports::kLooks.front();
  plan.passes = {profiles::Pass::time, profiles::Pass::tree};
  if (options.exact_only) plan.passes = {profiles::Pass::tree};
  plan.compare_outputs = !(scenario ? scenario->ignore_output : options.ignore_output);
  return plan;
}

// The first half of the arms is the baseline's.
GatePrograms paired(const std::vector<profiles::Arm>& arms, const reports::GateSources& sources) {
  GatePrograms programs;
  programs.mode = "commands";
  programs.sources = sources;
  const size_t variants = arms.size() / 2;
  for (size_t i = 0; i < variants; ++i) {
    const profiles::Arm &base = arms[i], &head = arms[variants + i];
    // Of two different commands the candidate's says what is judged.
    const bool same = base.variant.label == head.variant.label;
    const std::string name = (same ? base : head).variant.name;
    add_arm(base, Side::base, name, programs.arms);
    add_arm(head, Side::head, name, programs.arms);
  }
  return programs;
}

GatePrograms two_programs(const scenarios::ProgramScenario& scenario) {
  if (scenario.programs.size() != 2)
    throw base::UsageError(scenario.path, "expected two programs, or --base and --build");
  const auto name = [](const scenarios::ScenarioProgram& program) {
    return program.name.empty() ? program.command : program.name;
  };
  return paired(scenario_arms(scenario),
                {name(scenario.programs.front()), name(scenario.programs.back())});
}

// Of the programs at a commit.
std::vector<profiles::Arm> arms_at(const Revision& revision, const GateOptions& options) {
  return options.programs ? scenario_arms(*options.programs, &revision)
                          : program_arms(in_folder_of(revision, options));
}

void check_rules(const std::vector<reports::GateRule>& rules,
                 const std::vector<profiles::Arm>& arms) {
  std::vector<std::string> names;
  for (const profiles::Arm& arm : arms) names.push_back(arm.variant.name);
  reports::check_rules_used(rules, names, {});
}

}  // namespace

GatePrograms two_commands(const GateOptions& options) {
  if (options.programs) return two_programs(*options.programs);
  if (options.commands.size() != 2)
    throw base::UsageError("gate", "name two commands, the baseline's first");
  ProgramOptions both = options;
  if (both.names.size() == 1) both.names.push_back(both.names.front());
  const std::vector<profiles::Arm> arms = program_arms(both);
  return paired(arms, {options.commands.front(), options.commands.back()});
}

GatePrograms two_commits(const GateOptions& options, const std::vector<reports::GateRule>& rules,
                         const std::string& out) {
  if (options.commands.empty()) throw base::UsageError("gate", "name the command to run");
  if (!options.base) throw base::UsageError("gate", "--base is missing");
  const std::string builds = out + ".builds";
  auto revisions =
      find_revisions({*options.base, options.head.value_or("HEAD")}, options.build, builds);
  check_rules(rules, arms_at(revisions.front(), options));
  build_revisions(revisions, options.build, builds);
  const Revision &base = revisions.front(), &head = revisions.back();
  const auto before = arms_at(base, options);
  const auto after = arms_at(head, options);
  GatePrograms programs;
  programs.mode = "builds";
  programs.sources = {base.name, head.name};
  programs.base_commit = base.commit;
  programs.head_commit = head.commit;
  for (size_t i = 0; i < before.size(); ++i)
    for (const Side side : {Side::base, Side::head}) {
      const Revision& revision = side == Side::base ? base : head;
      const profiles::Arm& arm = (side == Side::base ? before : after)[i];
      add_arm(arm, side, arm.variant.name, programs.arms);
      profiles::Arm& added = programs.arms.back();
      added.commit = revision.commit;
      added.variant.label = before.size() > 1
                                ? fmt::format("{}: {}", revision.name, arm.variant.label)
                                : fmt::format("{} ({})", revision.name, word(side));
    }
  if (!options.head && is_changed(builds))
    programs.notes.push_back(
        "The working folder has changes that are in no commit: they were not measured.");
  return programs;
}

reports::GateReport gate_programs(const GatePrograms& programs, const GateOptions& options,
                                  const std::vector<reports::GateRule>& rules,
                                  const std::string& out) {
  reports::GateReport report;
  try {
    report =
        gate_plan(programs_plan(programs, options, out), options, rules, programs.sources, out);
  } catch (const Interrupted&) {
    throw;
  } catch (const base::UsageError&) {
    throw;
  } catch (const base::Error& error) {
    report = invalid_gate({}, error);
  }
  report.mode = programs.mode;
  report.baseline.source = programs.sources.baseline;
  report.candidate.source = programs.sources.candidate;
  report.baseline.commit = programs.base_commit;
  report.candidate.commit = programs.head_commit;
  report.notes.insert(report.notes.end(), programs.notes.begin(), programs.notes.end());
  return report;
}

}  // namespace winnow::cli
