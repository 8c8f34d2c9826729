#pragma once

#include <span>
#include <string>
#include <vector>

#include "cli/measure_options.h"
#include "profiles/run/plan.h"
#include "scenarios/scenario.h"

// The one way from a scenario and options to what is measured, for run, gate, explain, calibrate
// and sweep.
namespace winnow::cli {

// The most that a number of texts or iterations may be.
inline constexpr int kMostOfAll = 1'000'000;
inline constexpr int kMostBlocks = 100'000;  // of a run

int all_cores();

// --out, or out/<name>. Links are followed, so that what is written aside can be moved there.
std::string out_folder(const std::string& name, const RecordingOptions& options);

// What is wrong with the model, the instruction set or the folder is told before any process
// starts.
void check_inputs(const MeasureOptions& options, const std::string& out);

// The scenario with the variants, the batch and the threads (all cores for 0) that the options
// name. Throws base::UsageError for a variant that is no strategy.
scenarios::Scenario chosen_scenario(const MeasureOptions& options);

// The fewest blocks that can prove the order of so many variants at 99% confidence.
int fewest_blocks(int variants);

// A plan whose verdict could not be reached whatever it measures is not begun: throws
// base::UsageError for too few blocks, with the command that asks for enough of them by `option`.
void check_evidence(int variants, int blocks, const RecordingOptions& options,
                    const std::string& option, char letter = '\0');

// The passes of these names, of which `offered` may be asked for. Throws base::UsageError.
std::vector<profiles::Pass> passes_named(const std::vector<std::string>& names,
                                         std::span<const profiles::Pass> offered);

// What every plan has, a run's and a sweep's.
void fill_in(profiles::MeasuringPlan& plan, const RecordingOptions& options,
             const std::string& out);

// What every run of programs that need not know of the harness has; the first arm is the baseline.
profiles::RunPlan plan_of_programs(std::vector<profiles::Arm> arms, const RecordingOptions& options,
                                   const std::string& out);

// All of a run's plan but the arms, the baseline, the passes and how often it takes them.
profiles::RunPlan plan_of(const scenarios::Scenario& scenario, const MeasureOptions& options,
                          const std::string& out);

// What the table of strategies tells of one. Throws base::UsageError for an unknown name.
profiles::Variant make_variant(const std::string& strategy, const std::string& label,
                               const std::string& out);

// What a variant's program works on.
struct Work {
  std::string scenario;  // file
  int batch = 0, threads = 0, warmup = 0;
};
std::vector<std::string> variant_command(const std::string& strategy, const Work& work,
                                         const MeasureOptions& options);

// A strategy on the scenario's work; `more` goes behind its command line.
profiles::Arm make_arm(const scenarios::Scenario& scenario, const MeasureOptions& options,
                       const scenarios::ScenarioVariant& variant, const std::string& out,
                       const std::vector<std::string>& more = {});

}  // namespace winnow::cli
