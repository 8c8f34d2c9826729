#include "cli/dry_run.h"

#include <fmt/format.h>

#include <filesystem>

#include "base/error.h"
#include "cli/command_line.h"
#include "profiles/run/run.h"
#include "profiles/sweep/run.h"
#include "reports/recorded/raw_commands.h"
#include "reports/recorded/words.h"

namespace winnow::cli {

namespace {

std::string size_of(const profiles::RunPlan& plan) {
  std::string iterations = plan.iterations_per_block == 0
                               ? "as many runs as take 20 ms"
                               : fmt::format("{} in each", plan.iterations_per_block);
  const std::string blocks = reports::count_of(plan.blocks, "block");
  if (plan.budget_s > 0 && !plan.of_programs()) iterations = "as many iterations as fit";
  if (plan.budget_s > 0)
    return fmt::format("{:g} s of {}", plan.budget_s,
                       plan.of_programs() ? "blocks, " + iterations : blocks + ", " + iterations);
  return fmt::format("{} of each, {}", blocks, iterations);
}

std::string would_begin(const std::string& folder) {
  return fmt::format("Would measure into {}{}:\n", base::printable(folder),
                     std::filesystem::exists(folder) ? ", which is there already" : "");
}

}  // namespace

int print_plan(const profiles::RunPlan& plan) {
  profiles::check_runnable(plan);
  std::string passes;
  for (const profiles::Pass pass : plan.passes) passes += (passes.empty() ? "" : ", ") + word(pass);
  std::string text = would_begin(plan.out_dir);
  text += fmt::format("  {}; passes: {}{}\n", size_of(plan), passes,
                      plan.twin ? "; with the A/A arm, a second copy of the baseline" : "");
  for (const profiles::Arm& arm : plan.arms)
    text += fmt::format("  {}: {}\n", base::printable(arm.variant.name),
                        base::printable(reports::shell_line(arm.command)));
  print(text);
  return base::kOk;
}

int print_plan(const profiles::SweepPlan& plan) {
  profiles::check_out_dir(plan);
  std::string text = would_begin(plan.out_dir);
  text += plan.budget_s ? fmt::format("  {:g} s of blocks", *plan.budget_s)
                        : "  " + reports::count_of(plan.blocks, "block");
  text += fmt::format(" in {} of {}:", reports::count_of(std::ssize(plan.conditions), "condition"),
                      reports::count_of(std::ssize(plan.variants), "variant"));
  for (const profiles::Variant& variant : plan.variants)
    text += " " + base::printable(variant.name);
  print(text + "\n");
  return base::kOk;
}

std::vector<Revision> not_built(const std::vector<std::string>& revisions) {
  std::vector<Revision> all;
  for (const std::string& name : revisions) all.push_back({name, "", "."});
  return all;
}

}  // namespace winnow::cli
