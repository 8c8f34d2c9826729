#include "profiles/sweep/run.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "profiles/machine/facts.h"
#include "profiles/machine/identity.h"
#include "profiles/machine/tuning.h"
#include "profiles/process/peaks.h"
#include "profiles/process/plan_check.h"
#include "profiles/recording/utc_now.h"
#include "profiles/sweep/measurement.h"

namespace winnow::profiles {
namespace {

constexpr size_t kCellLimit = 100'000;
constexpr int kNeighbourLimit = 1024;

template <class Named>
std::vector<std::string> names_of(const std::vector<Named>& all) {
  std::vector<std::string> names;
  for (const Named& one : all) names.push_back(one.name);
  return names;
}

void check_plan(const SweepPlan& plan) {
  check(!plan.variants.empty(), "variants", "none");
  check(!plan.conditions.empty(), "conditions", "none");
  check_names("variant", names_of(plan.variants));
  check_names("mix", names_of(plan.mixes));
  check(plan.conditions.size() * plan.variants.size() <= kCellLimit, "conditions",
        fmt::format("more than {} cells", kCellLimit));
  const std::vector<std::string> mixes = names_of(plan.mixes);
  for (size_t i = 0; i < plan.conditions.size(); ++i) {
    const Condition& one = plan.conditions[i];
    check(std::count(mixes.begin(), mixes.end(), one.mix) == 1, "mix " + one.mix, "not listed");
    check(one.batch >= 1 && one.threads >= 1, "conditions", "expected a batch and threads from 1");
    check(one.neighbours >= 0 && one.neighbours <= kNeighbourLimit, "neighbours",
          fmt::format("expected 0 to {}", kNeighbourLimit));
    check(one.cpu_quota.value_or(1) > 0, "cpu_quota", "expected more than 0 cores");
    check(std::find(plan.conditions.begin(), plan.conditions.begin() + static_cast<ptrdiff_t>(i),
                    one) == plan.conditions.begin() + static_cast<ptrdiff_t>(i),
          "conditions", "one is listed twice");
  }
  check(static_cast<bool>(plan.command), "command", "none");
  check(plan.blocks >= 1 && plan.blocks <= 10'000, "blocks", "expected 1 to 10000");
  check(plan.iterations_per_block >= 0, "iterations", "expected 0 or more");
  check(plan.region_s > 0, "region", "expected more than 0 seconds");
  check(plan.time_limit_s > 0, "time limit", "expected more than 0 seconds");
  check(plan.budget_s.value_or(1) > 0, "budget", "expected more than 0 seconds");
}

Sweep start_sweep(const SweepPlan& plan) {
  Sweep sweep;
  sweep.created = utc_now();
  sweep.winnow_version = plan.winnow_version;
  sweep.commit = plan.commit;
  sweep.name = plan.name;
  sweep.description = plan.description;
  sweep.parameter = plan.parameter;
  sweep.machine = machine_facts();
  sweep.machine_identity = machine_identity(sweep.machine);
  sweep.cores = std::atoi(fact_value(sweep.machine, "cores").c_str());
  sweep.machine.push_back({"run_seed", std::to_string(plan.seed),
                           "of the blocks' order and the environment's padding"});
  sweep.model = plan.model;
  return sweep;
}

// Those of the plan that the sweep does not have yet.
template <class Named>
void add_new(std::vector<Named>& all, const std::vector<Named>& planned) {
  for (const Named& one : planned) {
    const auto same = [&](const Named& other) { return other.name == one.name; };
    if (std::none_of(all.begin(), all.end(), same)) all.push_back(one);
  }
}

// What failed last is tried again: its cause may be gone.
void drop_last_failures(Sweep& sweep) {
  for (SweepCell& cell : sweep.cells)
    while (!cell.blocks.empty() && !cell.blocks.back().ok()) cell.blocks.pop_back();
}

// A failed cell is told by its blocks; the plan's count of them is met by good ones only.
RunStatus status_of(const SweepPlan& plan, const Sweep& sweep) {
  if (plan.stop && plan.stop->load()) return RunStatus::interrupted;
  const auto needed = plan.budget_s ? 1 : plan.blocks;
  for (const SweepCell& cell : sweep.cells) {
    const auto planned = [&](const Condition& one) { return one == cell.condition; };
    const bool asked = std::any_of(plan.conditions.begin(), plan.conditions.end(), planned) &&
                       std::any_of(plan.variants.begin(), plan.variants.end(),
                                   [&](const Variant& v) { return v.name == cell.variant; });
    const auto good = std::count_if(cell.blocks.begin(), cell.blocks.end(),
                                    [](const SweepBlock& block) { return block.ok(); });
    if (cell.unavailable.empty() && good < (asked ? needed : 1)) return RunStatus::incomplete;
  }
  return RunStatus::complete;
}

void warn_of_unavailable(Sweep& sweep) {
  std::vector<std::string> reasons;
  for (const SweepCell& cell : sweep.cells)
    if (!cell.unavailable.empty() &&
        std::find(reasons.begin(), reasons.end(), cell.unavailable) == reasons.end())
      reasons.push_back(cell.unavailable);
  for (const std::string& reason : reasons) {
    const auto cells =
        std::count_if(sweep.cells.begin(), sweep.cells.end(),
                      [&](const SweepCell& cell) { return cell.unavailable == reason; });
    sweep.warnings.push_back(fmt::format("{} cells cannot be had here: {}", cells, reason));
  }
}

}  // namespace

void check_out_dir(const SweepPlan& plan) { SweepFolder::earlier(plan); }

Sweep run_sweep(const SweepPlan& plan) try {
  check_plan(plan);
  const SweepFolder folder(plan.out_dir);
  const auto earlier = SweepFolder::earlier(plan);
  Sweep sweep = earlier ? *earlier : start_sweep(plan);
  drop_last_failures(sweep);
  sweep.status = RunStatus::interrupted;  // until it has ended
  sweep.warnings.clear();
  add_new(sweep.variants, plan.variants);
  add_new(sweep.mixes, plan.mixes);
  // First: beside it the other files are of a sweep that the same command continues.
  write_sweep(folder.path(), sweep);
  folder.write_files(plan);
  if (std::string warning = tuning_warning(plan.program != nullptr); !warning.empty())
    sweep.warnings.push_back(std::move(warning));
  take_peaks(plan, sweep.roofline, sweep.warnings);
  SweepMeasurement measurement(plan, folder, sweep);
  warn_of_unavailable(sweep);
  write_sweep(folder.path(), sweep);
  measurement.take();
  sweep.status = status_of(plan, sweep);
  write_sweep(folder.path(), sweep);
  measurement.clean_up();
  if (const std::string& change = measurement.change(); !change.empty())
    throw base::Error(change, "what was measured of both is not one sweep: --force begins anew");
  return sweep;
} catch (const std::filesystem::filesystem_error& error) {
  throw base::Error(error.path1().string(), error.code().message());
}

}  // namespace winnow::profiles
