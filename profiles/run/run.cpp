#include "profiles/run/run.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "base/error.h"
#include "base/message.h"
#include "profiles/machine/facts.h"
#include "profiles/machine/identity.h"
#include "profiles/machine/tuning.h"
#include "profiles/process/pass.h"
#include "profiles/process/peaks.h"
#include "profiles/process/plan_check.h"
#include "profiles/process/program_file.h"
#include "profiles/program/program_block.h"
#include "profiles/raw/assemble.h"
#include "profiles/recording/disturbance.h"
#include "profiles/recording/failure.h"
#include "profiles/recording/utc_now.h"
#include "profiles/recording/warnings.h"
#include "profiles/run/folder.h"
#include "profiles/run/measurement.h"
#include "profiles/run/plan_text.h"

namespace winnow::profiles {
namespace {

void check_plan(const RunPlan& plan) {
  check(!plan.arms.empty(), "variants", "none");
  std::vector<std::string> names;
  for (const Arm& arm : plan.arms) {
    names.push_back(arm.variant.name);
    check(!arm.command.empty(), "variant " + arm.variant.name, "no command");
  }
  check_names("variant", names);
  check(plan.arms.front().variant.name == plan.baseline, "baseline " + plan.baseline,
        "must be the first variant");
  check(!plan.passes.empty(), "passes", "none");
  for (const Pass pass : plan.passes) {
    check(std::ranges::count(kPasses, pass) == 1, "pass " + word(pass), "not a pass to ask for");
  }
  check(plan.blocks >= 1 && plan.blocks <= 100'000, "blocks", "expected 1 to 100000");
  check(plan.iterations_per_block >= (plan.of_programs() ? 0 : 1), "iterations",
        "expected 1 or more");
  check(plan.sync_processes >= 1, "processes of the sync pass", "expected 1 or more");
  check(plan.time_limit_s > 0, "time limit", "expected more than 0 seconds");
}

void check_agent(const RunPlan& plan) {
  const auto needs_none = [&](Pass pass) { return pass == Pass::time || pass == Pass::tree; };
  if (plan.of_programs() || std::ranges::all_of(plan.passes, needs_none)) return;
  for (const std::string& library : {plan.agent_library, malloc_library(plan.agent_library)}) {
    if (!std::filesystem::exists(library)) {
      throw base::Error(library, "the agent was not found here");
    }
  }
  // The dynamic linker splits its list of preloaded libraries there.
  if (plan.agent_library.find_first_of(" :") != std::string::npos) {
    throw base::Error(plan.agent_library, "cannot be preloaded from a path with a space or colon");
  }
}

CategoryRules rules_of(const RunPlan& plan) {
  return plan.categories_file.empty() ? CategoryRules::built_in(plan.program_categories)
                                      : CategoryRules::load(plan.categories_file);
}

// Empty: there is no A/A arm.
std::string twin_name(const RunPlan& plan) {
  if (!plan.twin || std::count(plan.passes.begin(), plan.passes.end(), Pass::time) == 0) return "";
  std::string name = plan.baseline;
  const auto taken = [&](const Arm& arm) { return arm.variant.name == name; };
  while (std::any_of(plan.arms.begin(), plan.arms.end(), taken)) name += "-twin";
  return name;
}

Recording start_recording(const RunPlan& plan) {
  Recording recording;
  recording.created = utc_now();
  recording.winnow_version = plan.winnow_version;
  recording.commit = plan.commit;
  recording.machine = machine_facts();
  recording.machine_identity = machine_identity(recording.machine);
  recording.machine.push_back({"run_seed", std::to_string(plan.seed),
                               "of the blocks' order and the environment's padding"});
  recording.workload = plan.workload;
  recording.workload.blocks = plan.blocks;
  recording.workload.iterations_per_block = plan.iterations_per_block;
  recording.baseline = plan.baseline;
  for (const Arm& arm : plan.arms) {
    Variant& variant = recording.variants.emplace_back(arm.variant);
    // The rest of it as the program is when it first runs.
    const std::string& commit = arm.commit.value_or(plan.commit);
    const std::string folder = arm.program ? arm.program->folder : "";
    variant.program_file.emplace().path = found_program(arm.command.front(), folder);
    variant.program_file->note = "the run ended before";
    if (!commit.empty()) variant.program_file->commit = commit;
  }
  if (plan.of_programs()) recording.metrics = plan.arms.front().program->metrics;
  recording.twin = twin_name(plan);
  return recording;
}

// A thread that lives shorter than the sampling period is never seen on the wall clock.
bool has_no_wall_profile(Pass pass, const Variant& variant) {
  return pass == Pass::wall && !variant.persistent_threads;
}

// A hash of an output that is another one in every run says nothing of the work; nor where the
// user says so.
void drop_outputs(bool compare, Recording& recording) {
  std::map<std::string, std::string> first;
  std::set<std::string> changing;
  for (const Block& block : recording.blocks) {
    if (!block.ok() || block.checksum.empty()) continue;
    const auto [known, added] = first.try_emplace(block.variant, block.checksum);
    if (known->second != block.checksum || block.checksum == kChangingOutput)
      changing.insert(block.variant);
  }
  if (compare && changing.empty()) return;
  for (Block& block : recording.blocks) block.checksum.clear();
  if (changing.empty()) return;
  recording.warnings.push_back(fmt::format(
      "the output of {} is another one in each run: whether all did the same work is not checked",
      fmt::join(changing, " and ")));
}

// An entry for each pass of a variant that brought nothing, a warning for each that brought less
// than planned.
void note_gaps(Pass pass, const Variant& variant, Recording& recording) {
  int ok = 0, failed = 0;
  std::string failure;
  for (const Block& block : recording.blocks) {
    if (block.pass != pass || block.variant != variant.name) continue;
    ++(block.ok() ? ok : failed);
    if (!block.ok()) failure = failure_words(block);
  }
  const std::string text = fmt::format("{} of {} blocks failed: {}", failed, ok + failed, failure);
  if (has_no_wall_profile(pass, variant)) {
    recording.missing.push_back(
        {variant.name, pass, "its threads live too short for a sampled wall profile"});
  } else if (ok + failed == 0) {
    recording.missing.push_back({variant.name, pass, "the run ended before"});
  } else if (ok == 0) {
    recording.missing.push_back({variant.name, pass, text});
  } else if (failed > 0) {
    recording.warnings.push_back(fmt::format("{}, {} pass: {}", variant.name, word(pass), text));
  }
}

void note_gaps(const RunPlan& plan, Recording& recording) {
  const std::vector<Missing> unavailable = recording.missing;
  const auto told = [&](Pass pass, const std::string& variant) {
    return std::ranges::any_of(unavailable, [&](const Missing& missing) {
      return missing.pass == pass && (missing.variant.empty() || missing.variant == variant);
    });
  };
  for (const Pass pass : kPasses) {
    if (std::count(plan.passes.begin(), plan.passes.end(), pass) == 0) continue;
    if (told(pass, "")) continue;
    for (const Arm& arm : plan.arms) {
      const std::string& name = arm.variant.name;
      if (!told(pass, name)) note_gaps(pass, arm.variant, recording);
      if (pass == Pass::heap && !told(Pass::exact, name))
        note_gaps(Pass::exact, arm.variant, recording);
    }
    if (pass == Pass::time && !recording.twin.empty()) {
      Variant twin;
      twin.name = recording.twin;
      note_gaps(pass, twin, recording);
    }
  }
  // The exact pass checks the heap pass: what keeps both from a program is told once.
  const auto told_of_heap = [&](const Missing& exact) {
    return exact.pass == Pass::exact &&
           std::ranges::any_of(recording.missing, [&](const Missing& heap) {
             return heap.pass == Pass::heap && heap.reason == exact.reason &&
                    (heap.variant.empty() || heap.variant == exact.variant);
           });
  };
  std::vector<Missing> kept;
  std::ranges::copy_if(recording.missing, std::back_inserter(kept), std::not_fn(told_of_heap));
  recording.missing = std::move(kept);
}

// A program that is another one meanwhile names other functions. What was measured of it before is
// kept, and its profiles are not read.
void note_invalid(const RunPlan& plan, const std::string& why, Recording& recording) {
  recording.status = RunStatus::invalid;
  for (const Pass pass : plan.passes)
    if (pass != Pass::time) recording.missing.push_back({"", pass, "not read: " + why});
  recording.missing.push_back({"", std::nullopt, why});
  recording.profiles.clear();
}

RunStatus status_of(const RunPlan& plan, const Recording& recording) {
  if (recording.status == RunStatus::invalid) return RunStatus::invalid;
  if (plan.stop && plan.stop->load()) return RunStatus::interrupted;
  const bool all_ok = std::all_of(recording.blocks.begin(), recording.blocks.end(),
                                  [](const Block& block) { return block.ok(); });
  // What a pass cannot see of a program is the program's or the machine's nature, and stands in the
  // report with its reason.
  const bool nothing_missing =
      plan.of_programs() ||
      std::all_of(recording.missing.begin(), recording.missing.end(), [&](const Missing& missing) {
        return std::any_of(plan.arms.begin(), plan.arms.end(), [&](const Arm& arm) {
          return arm.variant.name == missing.variant && missing.pass &&
                 has_no_wall_profile(*missing.pass, arm.variant);
        });
      });
  return all_ok && nothing_missing ? RunStatus::complete : RunStatus::incomplete;
}

// What an earlier run of the plan left, but its blocks, which are taken over in their turn, and
// what is told of them at the end.
Recording begun_recording(const std::string& folder, RunPlan& plan) {
  Recording recording = read_recording(folder);
  if (const auto lasting = std::exchange(recording.lasting_warnings, std::nullopt)) {
    auto& warnings = recording.warnings;
    warnings.resize(std::min(warnings.size(), static_cast<size_t>(std::max(0, *lasting))));
    for (const std::string& remark : recording.remarks) warn_once(recording, remark);
  }
  const std::string sentence =
      fmt::format("this run was ended and gone on with at {}; {} blocks were measured before",
                  utc_now(), std::ranges::count_if(recording.blocks, &Block::ok));
  recording.warnings.push_back(sentence);
  if (plan.tell) plan.tell(fmt::format("{}: {}", folder, sentence));
  const std::string seed = fact_value(recording.machine, "run_seed");
  if (!plan.seed_chosen) plan.seed = std::strtoull(seed.c_str(), nullptr, 10);
  recording.blocks.clear();
  recording.missing.clear();
  recording.profiles.clear();
  return recording;
}

bool measured_anything(const Recording& recording) {
  return std::any_of(recording.blocks.begin(), recording.blocks.end(),
                     [](const Block& block) { return block.ok(); });
}

void measure(const RunPlan& plan, const CategoryRules& rules, const std::string& folder,
             Recording& recording) {
  Measurement measurement(plan, folder, recording);
  if (std::string warning = tuning_warning(plan.of_programs()); !warning.empty())
    warn_once(recording, std::move(warning));
  if (plan.roofline) {
    measurement.report_progress("the machine's peaks");
    std::vector<std::string> warnings;
    take_peaks(plan, recording.roofline, warnings);
    for (std::string& warning : warnings) warn_once(recording, std::move(warning));
  }
  measurement.take_passes();
  const size_t lasting_warnings = recording.warnings.size();
  for (std::string& warning : disturbance_warnings(recording))
    recording.warnings.push_back(std::move(warning));
  if (plan.of_programs()) drop_outputs(plan.compare_outputs, recording);
  note_gaps(plan, recording);
  if (measurement.why_invalid().empty()) {
    measurement.report_progress("reading the profiles");
    assemble_profiles(folder, rules, recording);
  }
  if (const std::string why = measurement.why_invalid(); !why.empty())
    note_invalid(plan, why, recording);
  measurement.clean_up();
  recording.status = status_of(plan, recording);
  if (recording.status == RunStatus::interrupted)
    recording.lasting_warnings = static_cast<int>(lasting_warnings);
}

FolderOwner owner_of(const RunPlan& plan) {
  return {plan_text(plan), plan.force, plan.named, plan.tell};
}

}  // namespace

void check_runnable(const RunPlan& plan) {
  check_plan(plan);
  check_agent(plan);
  rules_of(plan);
  RecordingFolder::refuse_occupied(plan.out_dir, owner_of(plan));
}

Recording run(const RunPlan& asked) try {
  check_plan(asked);
  check_agent(asked);
  const CategoryRules rules = rules_of(asked);
  RecordingFolder folder(asked.out_dir, owner_of(asked));
  RunPlan plan = asked;
  Recording recording =
      folder.goes_on() ? begun_recording(folder.partial(), plan) : start_recording(plan);
  try {
    measure(plan, rules, folder.partial(), recording);
    // A run that measured nothing does not take an earlier recording's place.
    if (folder.holds_recording() && !measured_anything(recording)) return recording;
    write_recording(folder.partial(), recording);
  } catch (const std::exception& error) {
    if (!folder.goes_on() && !measured_anything(recording)) throw;
    throw base::Error(
        folder.partial(),
        fmt::format("not a whole recording; what was measured lies here, and the same "
                    "command goes on with it: {}",
                    base::message_of(error)));
  }
  folder.keep(recording.status);
  // A figure that no reader accepts is told now, when hours of measuring are safely kept.
  read_recording(plan.out_dir);
  return recording;
} catch (const std::filesystem::filesystem_error& error) {
  throw base::Error(error.path1().string(), error.code().message());
}

}  // namespace winnow::profiles
