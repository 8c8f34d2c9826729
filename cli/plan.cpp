#include "cli/plan.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <random>

#include "base/error.h"
#include "base/usable_cores.h"
#include "cli/places.h"
#include "cli/progress.h"
#include "cli/strategy.h"
#include "cli/texts.h"
#include "engine/gguf.h"
#include "engine/schedulers/scheduler.h"
#include "kernels/kernels.h"
#include "reports/recorded/words.h"
#include "reports/statistics/significance.h"
#include "scenarios/engine_categories.h"
#include "version.h"

namespace winnow::cli {

namespace fs = std::filesystem;

namespace {

std::vector<scenarios::ScenarioVariant> named(const std::vector<scenarios::ScenarioVariant>& all,
                                              const std::string& list) {
  std::vector<scenarios::ScenarioVariant> variants;
  for (const std::string& name : split("--variants", list)) {
    const auto known = std::ranges::find(all, name, &scenarios::ScenarioVariant::name);
    variants.push_back(known != all.end() ? *known : scenarios::ScenarioVariant{name, ""});
  }
  return variants;
}

int samples_of(const profiles::RunPlan& plan, const RecordingOptions& options) {
  return parse_number("--samples", options.samples, 1, static_cast<int>(plan.samples), kMostOfAll);
}

}  // namespace

int all_cores() { return base::usable_cores(); }

std::string out_folder(const std::string& name, const RecordingOptions& options) {
  const fs::path out = options.out ? fs::path(*options.out) : fs::path("out") / name;
  if (out.empty()) throw base::UsageError("--out", "expected a folder");
  std::error_code error;
  if (!fs::is_symlink(out, error)) return out.string();
  const fs::path target = fs::canonical(out, error);
  if (error) throw base::UsageError(out.string(), error.message());
  return target.string();
}

void check_inputs(const MeasureOptions& options, const std::string& out) {
  engine::Gguf::open(model_path(options.model));
  kernels::select_kernels(options.isa);
  engine::find_affinity(options.affinity);
  for (const auto& [name, value] :
       {std::pair("--spin-us", options.spin_us), {"--grain", options.grain}})
    if (value < 0 || value > 1'000'000) throw base::UsageError(name, "expected 0 to 1000000");
  fs::path folder = out;
  while (!folder.empty() && !fs::exists(folder)) folder = folder.parent_path();
  if (::access(folder.empty() ? "." : folder.c_str(), W_OK) != 0)
    throw base::Error(folder.empty() ? "." : folder.string(), std::strerror(errno));
}

scenarios::Scenario chosen_scenario(const MeasureOptions& options) {
  auto scenario = scenarios::load_scenario(*options.scenario);
  scenario.batch = parse_number("--batch", options.batch, 1, scenario.batch, kMostOfAll);
  scenario.threads =
      parse_number("--threads", options.threads, 0, scenario.threads, scenarios::kThreadLimit);
  if (scenario.threads == 0) scenario.threads = all_cores();
  if (options.variants) scenario.variants = named(scenario.variants, *options.variants);
  for (const auto& variant : scenario.variants)
    strategy_named(options.variants ? "--variants" : *options.scenario, variant.name);
  return scenario;
}

int fewest_blocks(int variants) {
  const int comparisons = variants * (variants - 1) / 2;
  return comparisons < 1 ? 1 : reports::pairs_needed(reports::kLevel, comparisons);
}

void check_evidence(int variants, int blocks, const RecordingOptions& options,
                    const std::string& option, char letter) {
  const int needed = fewest_blocks(variants);
  if (blocks >= needed) return;
  throw base::UsageError(
      option,
      fmt::format(
          "{} cannot prove {} at 99% confidence, which takes at least {}: {}; or --no-verdict "
          "for durations without a winner",
          reports::count_of(blocks, "block"),
          variants == 2 ? "a difference" : fmt::format("the order of {} variants", variants),
          needed, asked_with(options, option, needed, letter)));
}

std::vector<profiles::Pass> passes_named(const std::vector<std::string>& names,
                                         std::span<const profiles::Pass> offered) {
  std::string list;
  for (const profiles::Pass pass : offered) list += (list.empty() ? "" : ", ") + word(pass);
  std::vector<profiles::Pass> passes;
  for (const std::string& name : names) {
    const auto pass = profiles::find_word<profiles::Pass>(name);
    if (!pass || std::ranges::count(offered, *pass) == 0)
      throw base::UsageError("--passes", name + " is none of " + list);
    passes.push_back(*pass);
  }
  return passes;
}

void fill_in(profiles::MeasuringPlan& plan, const RecordingOptions& options,
             const std::string& out) {
  plan.out_dir = out;
  if (!(options.time_limit_s > 0))
    throw base::UsageError("--time-limit", "expected more than 0 seconds");
  plan.time_limit_s = options.time_limit_s;
  plan.seed = options.seed ? *options.seed : std::random_device{}();
  plan.seed_chosen = options.seed.has_value();
  plan.force = options.force;
  plan.named = options.out.has_value();
  plan.tell = [](const std::string& sentence) { note(sentence); };
  plan.winnow_version = kVersion;
  plan.commit = kCommit;
  plan.progress = progress_line();
  plan.stop = watch_signals();
}

profiles::RunPlan plan_of_programs(std::vector<profiles::Arm> arms, const RecordingOptions& options,
                                   const std::string& out) {
  profiles::RunPlan plan;
  fill_in(plan, options, out);
  plan.samples = samples_of(plan, options);
  plan.commit.clear();  // of this program, which is not what is measured
  plan.baseline = arms.front().variant.name;
  plan.arms = std::move(arms);
  plan.workload.iteration = "run";
  return plan;
}

profiles::RunPlan plan_of(const scenarios::Scenario& scenario, const MeasureOptions& options,
                          const std::string& out) {
  profiles::RunPlan plan;
  fill_in(plan, options, out);
  plan.samples = samples_of(plan, options);
  plan.workload.scenario = scenario.name;
  plan.workload.description = scenario.description;
  plan.workload.items_per_iteration = scenario.batch;
  plan.workload.parts = "tokens";
  plan.workload.threads = scenario.threads;
  plan.agent_library = agent_library();
  plan.program_categories = scenarios::kEngineCategories;
  return plan;
}

profiles::Variant make_variant(const std::string& strategy, const std::string& label,
                               const std::string& out) {
  const engine::SchedulerRow& row = engine::find_scheduler(strategy);
  profiles::Variant variant;
  variant.name = strategy;
  variant.label = label;
  variant.summary = row.summary;
  variant.advice = fmt::format("--variant {}", strategy);
  variant.program = fs::relative(engine_file(strategy), fs::absolute(out)).string();
  variant.persistent_threads = row.persistent_threads;
  variant.calling_thread_works = row.calling_thread_works;
  return variant;
}

std::vector<std::string> variant_command(const std::string& strategy, const Work& work,
                                         const MeasureOptions& options) {
  return {engine_file(strategy),
          "--scenario",
          work.scenario,
          "--model",
          model_path(options.model),
          "--batch",
          std::to_string(work.batch),
          "--threads",
          std::to_string(work.threads),
          "--warmup",
          std::to_string(work.warmup),
          "--isa",
          options.isa,
          "--affinity",
          options.affinity,
          "--spin-us",
          std::to_string(options.spin_us),
          "--grain",
          std::to_string(options.grain),
          "--iterations",
          "{iterations}"};
}

profiles::Arm make_arm(const scenarios::Scenario& scenario, const MeasureOptions& options,
                       const scenarios::ScenarioVariant& variant, const std::string& out,
                       const std::vector<std::string>& more) {
  const Work work{*options.scenario, scenario.batch, scenario.threads, scenario.warmup};
  profiles::Arm arm{make_variant(variant.name, variant.label, out),
                    variant_command(variant.name, work, options)};
  arm.command.insert(arm.command.end(), more.begin(), more.end());
  return arm;
}

}  // namespace winnow::cli
