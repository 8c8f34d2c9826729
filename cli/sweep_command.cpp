#include "cli/sweep_command.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "base/error.h"
#include "base/file.h"
#include "cli/dry_run.h"
#include "cli/plan.h"
#include "cli/progress.h"
#include "cli/roofline.h"
#include "cli/strategy.h"
#include "cli/texts.h"
#include "engine/schedulers/scheduler.h"
#include "kernels/kernels.h"
#include "profiles/sweep/run.h"
#include "reports/sweep/plots.h"
#include "reports/sweep/renderers.h"
#include "reports/sweep/sweep_report.h"
#include "scenarios/scenario.h"
#include "scenarios/sweep_scenario.h"

namespace winnow::cli {
namespace {

namespace fs = std::filesystem;

constexpr int kBatchLimit = 100'000;

std::string no_such_mix(const std::string& name, const std::vector<scenarios::Mix>& all) {
  std::vector<std::string> known;
  for (const scenarios::Mix& mix : all) known.push_back(mix.name);
  return fmt::format("{} is none of the scenario's: {}", base::printable(name),
                     fmt::join(known, ", "));
}

std::vector<scenarios::Mix> chosen_mixes(const std::vector<scenarios::Mix>& all,
                                         const std::string& list) {
  std::vector<scenarios::Mix> chosen;
  for (const std::string& name : split("--mixes", list)) {
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const auto& mix) { return mix.name == name; });
    if (found == all.end()) throw base::UsageError("--mixes", no_such_mix(name, all));
    chosen.push_back(*found);
  }
  return chosen;
}

// The scenario as the command line changes it.
scenarios::SweepScenario chosen_sweep(const RunOptions& options) {
  auto scenario = scenarios::load_sweep(*options.scenario, all_cores());
  if (options.batch) {
    scenario.batch.clear();
    for (const std::string& part : split("--batch", *options.batch))
      scenario.batch.push_back(parse_number("--batch", part, 1, kBatchLimit));
  }
  if (options.threads)
    scenario.threads = scenarios::parse_threads("--threads", *options.threads, all_cores());
  if (options.mixes) scenario.mixes = chosen_mixes(scenario.mixes, *options.mixes);
  if (options.variants) scenario.variants = split("--variants", *options.variants);
  if (scenario.variants.empty() || scenario.variants == std::vector<std::string>{"all"}) {
    scenario.variants.clear();
    for (const auto& row : engine::scheduler_rows()) scenario.variants.emplace_back(row.name);
  }
  for (const std::string& name : scenario.variants)
    strategy_named(options.variants ? "--variants" : *options.scenario, name);
  scenario.blocks = parse_number("--blocks", options.blocks, 1, scenario.blocks, 10'000);
  scenario.iterations =
      parse_number("--iterations", options.iterations, 0, scenario.iterations, kMostOfAll);
  return scenario;
}

std::string workload_file(const std::string& mix, int batch) {
  return fmt::format("scenarios/{}-{}.toml", mix, batch);
}

profiles::Model model_of(const RunOptions& options) {
  const std::string path = model_path(options.model);
  profiles::Model model;
  model.file = fs::path(path).filename().string();
  model.size_bytes = fs::file_size(path);
  return model;
}

profiles::SweepPlan make_plan(const scenarios::SweepScenario& scenario, const RunOptions& options) {
  profiles::SweepPlan plan;
  fill_in(plan, options, out_folder(scenario.name, options));
  plan.name = scenario.name;
  plan.description = scenario.description;
  // The two that every build has: the files must not depend on the variants that were chosen.
  const std::vector<std::string> profiled = {"spawn", "pool"};
  for (const scenarios::Mix& mix : scenario.mixes) {
    plan.mixes.push_back({mix.name, mix.description});
    for (const int batch : scenario.batch)
      plan.files.emplace_back(workload_file(mix.name, batch),
                              scenarios::workload_toml(scenario, mix, batch, profiled));
  }
  for (const std::string& name : scenario.variants)
    plan.variants.push_back(make_variant(name, "", plan.out_dir));
  plan.conditions = conditions_of(scenario);
  plan.command = [&options, out = plan.out_dir, warmup = scenario.warmup](
                     const profiles::Variant& variant, const profiles::Condition& condition) {
    const auto file = fs::path(out) / workload_file(condition.mix, condition.batch);
    return variant_command(variant.name,
                           {file.string(), condition.batch, condition.threads, warmup}, options);
  };
  plan.blocks = scenario.blocks;
  plan.iterations_per_block = scenario.iterations;
  if (options.budget) plan.budget_s = parse_duration("--budget", *options.budget);
  plan.resume = options.resume;
  plan.isa = kernels::select_kernels(options.isa).isa;
  plan.model = model_of(options);
  plan.roofline = options.roofline ? measured_roofline : kept_roofline;
  return plan;
}

}  // namespace

// Those of all combinations that differ: without neighbours none is pinned. A quota is taken
// without neighbours, so that each disturbance is seen alone.
std::vector<profiles::Condition> conditions_of(const scenarios::SweepScenario& scenario) {
  std::vector<profiles::Condition> conditions;
  profiles::Condition one;
  const auto add = [&] {
    if (one.neighbours == 0) one.neighbours_pinned = false;
    if (std::find(conditions.begin(), conditions.end(), one) == conditions.end())
      conditions.push_back(one);
  };
  for (const scenarios::Mix& mix : scenario.mixes)
    for (const int threads : scenario.threads)
      for (const int batch : scenario.batch)
        for (const double quota : scenario.cpu_quota)
          for (const int neighbours : scenario.neighbours)
            for (const bool pinned : scenario.pinned) {
              one = {batch, threads, mix.name, neighbours, pinned, {}};
              if (quota > 0) {
                one.neighbours = 0;
                one.cpu_quota = quota;
              }
              add();
            }
  return conditions;
}

void check_sweep_options(const RunOptions& options, const Given& given) {
  given.refuse({"passes", "samples", "categories", "no-verdict", "no-twin"},
               "not for a sweep, which takes the time pass");
  if (options.resume && options.force)
    throw base::UsageError("--resume", "not together with --force");
  if (options.blocks) given.refuse({"budget"}, "not together with --blocks");
}

int sweep_command(const RunOptions& options, const Given& given) {
  check_sweep_options(options, given);
  const auto scenario = chosen_sweep(options);
  check_inputs(options, out_folder(scenario.name, options));
  return finish_sweep(make_plan(scenario, options), options);
}

int finish_sweep(const profiles::SweepPlan& plan, const RunOptions& options) {
  if (options.dry_run) return print_plan(plan);
  const profiles::Sweep sweep = profiles::run_sweep(plan);
  const reports::SweepReport answers = reports::make_sweep_report(sweep);
  const std::string page = (fs::path(plan.out_dir) / "report.html").string();
  print_before(reports::sweep_markdown(answers), [&] {
    base::write_file((fs::path(plan.out_dir) / "report.md").string(),
                     sweep_report(answers, plan.out_dir));
    base::write_file(page, reports::sweep_html(answers));
  });
  for (const std::string& warning : sweep.warnings) note(warning);
  note("the report as a page: " + page);
  if (sweep.status != profiles::RunStatus::complete)
    note(fmt::format("{}: this sweep is {}; the same command continues it", plan.out_dir,
                     word(sweep.status)));
  return exit_status_of(sweep.status);
}

bool holds_sweep(const std::string& folder) { return fs::exists(fs::path(folder) / "sweep.json"); }

std::string sweep_report(const reports::SweepReport& report, const std::string& plot_folder) {
  for (const reports::SvgFile& plot : reports::sweep_plots(report))
    base::write_file((fs::path(plot_folder) / plot.name).string(), plot.text);
  return reports::sweep_markdown(report);
}

}  // namespace winnow::cli
