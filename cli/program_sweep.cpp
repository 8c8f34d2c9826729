#include <algorithm>
#include <map>

#include "base/error.h"
#include "base/file.h"
#include "cli/compare_programs.h"
#include "cli/plan.h"
#include "cli/sweep_command.h"
#include "scenarios/program_scenario.h"

namespace winnow::cli {

namespace {

constexpr int kMostSweepBlocks = 10'000;

using Words = std::vector<std::string>;

// The parameter and the threads stand in braces.
Words at_condition(const Words& words, const std::string& parameter,
                   const profiles::Condition& condition) {
  Words result = words;
  for (std::string& word : result)
    word = with_values(word, {{parameter, std::to_string(condition.batch)},
                              {"threads", std::to_string(condition.threads)}});
  return result;
}

profiles::Program at_condition(profiles::Program program, const std::string& parameter,
                               const profiles::Condition& condition) {
  program.setup = at_condition(program.setup, parameter, condition);
  program.cleanup = at_condition(program.cleanup, parameter, condition);
  program.prepare = at_condition(program.prepare, parameter, condition);
  program.conclude = at_condition(program.conclude, parameter, condition);
  return program;
}

scenarios::ProgramSweep chosen(const scenarios::ProgramScenario& scenario,
                               const RunOptions& options) {
  scenarios::ProgramSweep sweep = *scenario.sweep;
  if (options.threads)
    sweep.matrix.threads = scenarios::parse_threads("--threads", *options.threads, all_cores());
  sweep.matrix.blocks =
      parse_number("--blocks", options.blocks, 1, sweep.matrix.blocks, kMostSweepBlocks);
  return sweep;
}

}  // namespace

int program_sweep_command(const RunOptions& options, const Given& given) {
  check_sweep_options(options, given);
  given.refuse({"variants", "batch", "mixes", "iterations", "model", "affinity", "spin-us", "grain",
                "isa", "roofline"},
               "not for a sweep of programs");
  const auto scenario = scenarios::load_programs(*options.scenario, all_cores());
  const auto sweep = chosen(scenario, options);
  const std::vector<profiles::Arm> arms = scenario_arms(scenario);

  profiles::SweepPlan plan;
  fill_in(plan, options, out_folder(scenario.name, options));
  plan.commit.clear();  // of this program, which is not what is measured
  plan.name = scenario.name;
  plan.description = scenario.description;
  plan.parameter = sweep.parameter;
  plan.mixes = {{sweep.matrix.mixes.front().name, ""}};
  plan.files = {{"scenario.toml", base::read_file(*options.scenario)}};
  for (const profiles::Arm& arm : arms) plan.variants.push_back(arm.variant);
  plan.conditions = conditions_of(sweep.matrix);
  const auto arm_of = [&arms](const profiles::Variant& variant) -> const profiles::Arm& {
    return *std::ranges::find(arms, variant.name,
                              [](const profiles::Arm& arm) { return arm.variant.name; });
  };
  plan.command = [&](const profiles::Variant& variant, const profiles::Condition& condition) {
    return at_condition(arm_of(variant).command, sweep.parameter, condition);
  };
  plan.program = [&](const profiles::Variant& variant, const profiles::Condition& condition) {
    return at_condition(*arm_of(variant).program, sweep.parameter, condition);
  };
  plan.blocks = sweep.matrix.blocks;
  plan.iterations_per_block = sweep.matrix.iterations;
  plan.compare_outputs = !scenario.ignore_output;
  if (options.budget)
    plan.budget_s = parse_duration("--budget", *options.budget);
  else if (!options.blocks)
    plan.budget_s = budget_of(scenario);
  plan.resume = options.resume;
  return finish_sweep(plan, options);
}

}  // namespace winnow::cli
