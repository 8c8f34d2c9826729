#include <fmt/format.h>

#include <filesystem>

#include "base/error.h"
#include "base/file.h"
#include "cli/commands.h"
#include "cli/dry_run.h"
#include "cli/places.h"
#include "cli/plan.h"
#include "cli/progress.h"
#include "cli/strategy.h"
#include "profiles/run/run.h"
#include "reports/studies/calibration.h"
#include "scenarios/scenario.h"

namespace winnow::cli {

namespace {

constexpr const char* kScenario = "scenarios/batch32.toml";
constexpr int kBlocks = 20;

constexpr std::string_view kCalibrateText =
    "Measures this machine's noise: two copies of one variant run in turn, in fresh processes, so\n"
    "that whatever differs is noise. Prints a Markdown table: the scatter of a pair, drift, "
    "spikes,\n"
    "and how many pairs of blocks a comparison needs here to detect 1, 2, 5 and 10% at 99%\n"
    "confidence and 90% power, by wall time and by CPU time. Scatter and pairs take {} blocks.\n\n"
    "Examples:\n"
    "  winnow calibrate\n"
    "  winnow calibrate scenarios/batch32.toml --blocks 40 --variant spawn\n"
    "  winnow calibrate --blocks 8 --iterations 2 --batch 4 > noise.md\n";

struct CalibrateOptions : MeasureOptions {
  std::string variant = "pool";
};

Options table_of(CalibrateOptions& options) {
  Options table{
      {"variant=NAME", &options.variant, "strategy to run twice"},
      {"blocks=N", &options.blocks, "fresh processes of each copy (20)"},
      {"iterations=N", &options.iterations, "of a block (as the scenario's blocks have)"},
      {"batch=N", &options.batch, "texts an iteration"},
      {"threads=N", &options.threads, "worker threads (0: all cores)"},
      {"out,o=DIR", &options.out, "folder of what is measured (out/calibrate)"},
  };
  for (Option& option : process_options(options)) table.push_back(std::move(option));
  return table;
}

profiles::RunPlan make_plan(const CalibrateOptions& options) {
  strategy_named("--variant", options.variant);
  const auto scenario = chosen_scenario(options);
  profiles::RunPlan plan = plan_of(scenario, options, out_folder("calibrate", options));
  plan.blocks = parse_number("--blocks", options.blocks, 2, kBlocks, kMostBlocks);
  plan.iterations_per_block =
      parse_number("--iterations", options.iterations, 1,
                   std::max(1, scenario.iterations / scenario.blocks), kMostOfAll);
  plan.baseline = options.variant;
  plan.arms.push_back(make_arm(scenario, options, {options.variant, ""}, plan.out_dir));
  plan.twin = true;
  plan.passes = {profiles::Pass::time};
  return plan;
}

}  // namespace

int calibrate_command(const Arguments& arguments) {
  const std::string text = fmt::format(kCalibrateText, fewest_blocks(2));
  const Help help{"winnow calibrate [SCENARIO] [options]", text};
  CalibrateOptions options;
  if (!parse(help, table_of(options), arguments, {{"scenario", &options.scenario, ""}}))
    return base::kOk;
  options.scenario = scenario_file(options.scenario.value_or(kScenario));
  const profiles::RunPlan plan = make_plan(options);
  check_inputs(options, plan.out_dir);
  if (options.dry_run) return print_plan(plan);
  const profiles::Recording recording = profiles::run(plan);
  for (const std::string& warning : recording.warnings) note(warning);
  const std::string report = reports::to_markdown(reports::calibrate(recording));
  print_before(report, [&] {
    base::write_file((std::filesystem::path(plan.out_dir) / "noise.md").string(), report);
  });
  if (recording.status != profiles::RunStatus::complete)
    note(fmt::format("{}: {}", plan.out_dir, status_words(recording)));
  return exit_status_of(recording.status);
}

}  // namespace winnow::cli
