#include "cli/gate/two_builds.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <functional>
#include <iterator>

#include "base/error.h"
#include "cli/gate/revision_build.h"
#include "cli/plan.h"
#include "cli/tool.h"
#include "profiles/run/run.h"
#include "reports/gate/advice.h"
#include "reports/gate/kernels.h"
#include "reports/gate/sites.h"
#include "reports/gate/timing.h"
#include "reports/gate/verdict.h"
#include "reports/gate/words.h"
#include "reports/statistics/sequential.h"
#include "scenarios/scenario.h"

namespace winnow::cli {

namespace fs = std::filesystem;

namespace {

using profiles::Side;

constexpr const char* kGateBudget = "10m";
constexpr const char* kChosenIterations = "auto";

// One variant of one build. The two builds differ in the program only.
profiles::Arm arm_of(const BuildFolder& build, Side side, const std::string& name,
                     const scenarios::Scenario& scenario, const GateOptions& options,
                     const std::string& out) {
  profiles::Arm arm = make_arm(scenario, options, {name, ""}, out, {"--dispatch-samples", "20"});
  arm.variant.arm_of = name;
  arm.variant.side = side;
  arm.variant.name = fmt::format("{}-{}", word(side), name);
  arm.command.front() = build.engine(name);
  arm.variant.program = fs::relative(arm.command.front(), fs::absolute(out)).string();
  return arm;
}

profiles::RunPlan make_plan(const GateBuilds& builds, const scenarios::Scenario& scenario,
                            const GateOptions& options, const std::string& out) {
  profiles::RunPlan plan = plan_of(scenario, options, out);
  plan.blocks = scenario.blocks;
  plan.iterations_per_block = scenario.iterations;
  plan.sync_processes = 1;  // what counts is exact: it does not scatter
  const BuildFolder base(builds.base_folder), head(builds.head_folder);
  for (const auto& variant : scenario.variants) {
    plan.arms.push_back(arm_of(base, Side::base, variant.name, scenario, options, out));
    plan.arms.back().commit = builds.base_commit;
    plan.arms.push_back(arm_of(head, Side::head, variant.name, scenario, options, out));
    plan.arms.back().commit = "";
  }
  plan.baseline = plan.arms.front().variant.name;
  plan.twin = !options.no_twin;
  plan.passes = {profiles::Pass::time, profiles::Pass::sync};
  if (options.exact_only) plan.passes = {profiles::Pass::sync};
  return plan;
}

// How long the rounds of the time pass take; the budget ends it behind the first look.
class Clock {
 public:
  explicit Clock(double budget_s) : budget_s_(budget_s) {}

  // After each round; `elapsed_s`: of the run.
  bool over(double elapsed_s) {
    ++rounds_;
    rounds_s_ = elapsed_s;
    return rounds_ >= reports::kLooks.front() && rounds_s_ >= budget_s_;
  }
  double round_s() const { return rounds_ > 0 ? rounds_s_ / rounds_ : 0; }
  double left_s(double elapsed_s) const { return budget_s_ - elapsed_s; }

 private:
  const double budget_s_;
  int rounds_ = 0;
  double rounds_s_ = 0;  // of all of them
};

// Of the times that rose beyond what the rules allow the smallest rise, as a share; none rose:
// nothing.
std::optional<double> smallest_rise(const reports::GateReport& report) {
  std::optional<double> smallest;
  for (const reports::GateRow& row : report.rows)
    if (row.status == reports::GateStatus::kRegression && row.ratio && reports::is_time(row))
      smallest = std::min(smallest.value_or(*row.ratio - 1), *row.ratio - 1);
  return smallest;
}

void refuse_interrupted(const profiles::Recording& recording) {
  if (recording.status == profiles::RunStatus::interrupted)
    throw Interrupted("gate", "interrupted, so there is no verdict");
}

// So many that a process is sampled for about two seconds.
int sampled_iterations(const reports::GateReport& report) {
  constexpr double kSampled_ms = 2000, kShortest_ms = 0.1;
  double longest_ms = kShortest_ms;
  for (const reports::GateRow& row : report.rows)
    if (row.metric == "wall_time") longest_ms = std::max(longest_ms, row.baseline.value_or(0));
  return static_cast<int>(kSampled_ms / longest_ms);
}

// So many that a function of 45% of the samples is known to a third of the rise, with all
// functions compared at 95%: 8,000 know it to 8%, and n to 8% * sqrt(8,000 / n).
int64_t explaining_samples(double rise) {
  constexpr double kMost = 8000, kKnownTo = 0.08, kLeast = 1000;
  return static_cast<int64_t>(
      std::clamp(kMost * std::pow(kKnownTo / (rise / 3), 2), kLeast, kMost));
}

std::string first_reason(const profiles::Recording& recording, const char* otherwise) {
  return recording.missing.empty() ? otherwise : recording.missing.front().reason;
}

// One more pass of both builds, into the folder. Where nothing was measured, what lies there is an
// earlier gate's.
profiles::Recording run_pass(profiles::RunPlan plan, profiles::Pass pass, const std::string& out) {
  plan.passes = {pass};
  plan.out_dir = out;
  plan.enough = nullptr;
  plan.twin = false;
  profiles::Recording both = profiles::run(plan);
  refuse_interrupted(both);
  return both;
}

// Some processes of the base before anything is compared tell how many iterations are cheapest.
int chosen_iterations(profiles::RunPlan plan, const std::string& out) {
  constexpr int kProcesses = 5, kFewest = 4;
  plan.arms.resize(1);
  plan.blocks = kProcesses;
  plan.iterations_per_block = std::max(kFewest, plan.iterations_per_block);
  const profiles::Recording pilot =
      reports::side_recording(run_pass(plan, profiles::Pass::time, out), Side::base);
  const auto best = reports::best_iterations(pilot);
  return best ? best->count : plan.iterations_per_block;
}

// Where the time went: by the CPU profiler.
void explain(profiles::RunPlan plan, const std::string& out, double rise,
             reports::GateReport& report) {
  if (reports::waits_longer(report)) {
    report.sentence += " CPU time did not rise as much: the program waits longer.";
    return;
  }
  plan.samples = explaining_samples(rise);
  plan.iterations_per_block = std::max(plan.iterations_per_block, sampled_iterations(report));
  const profiles::Recording both = run_pass(plan, profiles::Pass::cpu, out);
  const profiles::Recording before = reports::side_recording(both, Side::base),
                            after = reports::side_recording(both, Side::head);
  report.kernels = reports::risen_kernels(before, after);
  if (report.kernels.empty()) {
    report.notes.push_back(reports::have_profiles(before, after)
                               ? "No function's sampled CPU time rose."
                               : "Which function costs more is unavailable: " +
                                     first_reason(both, "no function was sampled in both"));
    return;
  }
  for (const Side side : {Side::head, Side::base})
    for (const profiles::Variant& variant : both.variants)
      if (variant.side == side)
        if (const auto stacks =
                profiles::read_stacks(out, variant.name, profiles::ProfileClock::cpu))
          reports::place_kernels(*stacks, variant.arm_of, report.kernels);
  if (const reports::GateKernel* cause = reports::cause_of(report))
    report.sentence += fmt::format(" {}.", reports::kernel_sentence(*cause));
}

std::vector<reports::GateSite> sites_of(const profiles::Recording& both, const std::string& out,
                                        const reports::GateReport& report) {
  std::vector<reports::GateSite> sites;
  if (std::ranges::none_of(both.blocks, &profiles::Block::ok)) return sites;
  for (const profiles::Variant& variant : both.variants) {
    if (variant.side != Side::base || !reports::allocations_rose(report, variant.arm_of)) continue;
    const auto head = std::ranges::find_if(both.variants, [&](const auto& other) {
      return other.side == Side::head && other.arm_of == variant.arm_of;
    });
    const auto stacks = [&](const std::string& name) {
      return profiles::read_stacks(out, name, profiles::ProfileClock::allocation);
    };
    if (head == both.variants.end()) continue;
    const auto before = stacks(variant.name), after = stacks(head->name);
    if (!before || !after) continue;
    std::ranges::move(reports::risen_sites(both, variant.arm_of, *before, *after),
                      std::back_inserter(sites));
  }
  std::ranges::stable_sort(sites, std::greater<>(), &reports::GateSite::allocations);
  return sites;
}

// Which functions allocate more: by the heap profiler.
void explain_allocations(const profiles::RunPlan& plan, const std::string& out,
                         reports::GateReport& report) {
  const profiles::Recording both = run_pass(plan, profiles::Pass::heap, out);
  report.sites = sites_of(both, out, report);
  if (!report.sites.empty())
    report.sentence += fmt::format(" {}.", reports::site_sentence(report.sites.front()));
  else
    report.notes.push_back("Which function allocates more is unavailable: " +
                           first_reason(both, "the heap profiler saw no rise"));
}

// The verdict stands, whatever its cause.
void try_to_explain(reports::GateReport& report, const std::function<void()>& explain) try {
  explain();
} catch (const Interrupted&) {
  throw;
} catch (const base::Error& error) {
  report.notes.push_back(fmt::format("What costs more is unavailable: {}", error.what()));
}

}  // namespace

int pairs_of(const GateOptions& options) {
  return parse_number("--pairs", options.blocks, 1, reports::kLooks.back(), reports::kLooks.back());
}

double budget_of(const GateOptions& options) {
  return parse_duration("--budget", options.budget.value_or(kGateBudget));
}

scenarios::Scenario gate_scenario(const GateOptions& options) {
  scenarios::Scenario scenario = chosen_scenario(options);
  const bool chosen = options.iterations == kChosenIterations;
  scenario.iterations =
      parse_number("--iterations", chosen ? std::nullopt : options.iterations, 1,
                   std::max(1, scenario.iterations / scenario.blocks), kMostOfAll);
  scenario.blocks = pairs_of(options);
  return scenario;
}

std::string gate_folder(const GateOptions& options) {
  return out_folder("gate-" + scenarios::load_scenario(*options.scenario).name, options);
}

reports::GateReport gate_plan(profiles::RunPlan plan, const GateOptions& options,
                              const std::vector<reports::GateRule>& rules,
                              const reports::GateSources& sources, const std::string& out) {
  std::vector<std::string> variants;
  for (const profiles::Arm& arm : plan.arms)
    if (arm.variant.side == Side::base) variants.push_back(arm.variant.arm_of);
  reports::check_rules_used(rules, variants, {});
  plan.out_dir = out + "/run";
  plan.named = false;  // the folder above it was; what ran before is kept beside
  Clock clock(budget_of(options));
  plan.enough = [&](const profiles::Recording& recording, double elapsed_s) {
    return clock.over(elapsed_s) || reports::gate_enough(recording, rules);
  };
  if (plan.progress)
    plan.progress = [&clock, tell = plan.progress](profiles::Progress progress) {
      if (const double left_s = clock.left_s(progress.elapsed_s); left_s > 0)
        progress.eta_s = std::min(progress.eta_s.value_or(left_s), left_s);
      tell(progress);
    };
  const profiles::Recording both = profiles::run(plan);
  refuse_interrupted(both);
  reports::GateReport report = reports::gate_builds(both, rules, sources);
  report.baseline.commit = report.candidate.commit = "";  // the harness's, not theirs
  if (report.outcome == reports::GateOutcome::kInconclusive) {
    report.would_decide = reports::what_would_decide(report, clock.round_s());
    const auto base = reports::side_recording(both, Side::base);
    if (const std::string advice = reports::iterations_advice(base); !advice.empty())
      report.notes.push_back(advice);
  }
  if (report.outcome != reports::GateOutcome::kRegression) return report;
  if (const auto rise = smallest_rise(report))
    try_to_explain(report, [&] { explain(plan, out + "/cpu", *rise, report); });
  if (reports::allocations_rose(report))
    try_to_explain(report, [&] { explain_allocations(plan, out + "/heap", report); });
  return report;
}

reports::GateReport gate_two_builds(const GateBuilds& builds, const scenarios::Scenario& scenario,
                                    const GateOptions& options,
                                    const std::vector<reports::GateRule>& rules,
                                    const std::string& out) {
  profiles::RunPlan plan = make_plan(builds, scenario, options, out + "/run");
  if (options.iterations == kChosenIterations && !options.exact_only)
    plan.iterations_per_block = chosen_iterations(plan, out + "/iterations");
  reports::GateReport report =
      gate_plan(plan, options, rules, {builds.base_name, builds.head_name}, out);
  report.baseline.commit = builds.base_commit;
  report.candidate.commit = builds.head_commit;
  return report;
}

}  // namespace winnow::cli
