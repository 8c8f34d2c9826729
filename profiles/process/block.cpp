#include "profiles/process/block.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "base/file.h"
#include "base/message.h"
#include "profiles/machine/tuning.h"
#include "profiles/machine/watch.h"
#include "profiles/process/child.h"
#include "profiles/process/pass.h"
#include "profiles/raw/agent_events.h"
#include "profiles/raw/agent_results.h"
#include "profiles/recording/disturbance.h"

namespace winnow::profiles {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kIterations = "{iterations}";

std::vector<std::string> with_iterations(std::vector<std::string> command, int iterations) {
  std::replace(command.begin(), command.end(), std::string(kIterations),
               std::to_string(iterations));
  return command;
}

bool asks_iterations(const std::vector<std::string>& command) {
  return std::find(command.begin(), command.end(), kIterations) != command.end();
}

Command command_of(const BlockPlan& plan, const fs::path& out) {
  Command command;
  command.arguments = with_iterations(plan.arm->command, plan.iterations);
  command.environment = pass_environment(plan.pass, plan.agent_library, plan.threads);
  command.environment.emplace_back("WINNOW_OUT", out.string());
  command.environment.emplace_back("WINNOW_RESULT", (out / "result.json").string());
  // Shifts the stack, which would otherwise lie in the same way to the caches in every block.
  command.environment.emplace_back("WINNOW_PADDING",
                                   std::string(static_cast<size_t>(plan.padding_bytes), 'x'));
  command.removed_environment = foreign_environment();
  for (std::string& name : tuning_names()) command.removed_environment.push_back(std::move(name));
  command.control_group_file = plan.control_group_file;
  command.output_file = (out / "output.txt").string();
  command.time_limit_s = plan.time_limit_s;
  command.reap_descendants = true;
  return command;
}

ChildResult failed(std::string failure) {
  ChildResult result;
  result.block.failure = std::move(failure);
  return result;
}

ChildResult not_measured(std::string why) {
  ChildResult result = failed("not measured: " + why);
  result.not_measured = std::move(why);
  return result;
}

// How the program contradicts the plan; empty: in nothing that both tell.
std::string contradiction(const ChildResult& result, const BlockPlan& plan) {
  const auto iterations = static_cast<int64_t>(result.block.iteration_wall_ns.size());
  if (asks_iterations(plan.arm->command) && iterations != plan.iterations) {
    return fmt::format("iterations: {} instead of {}", iterations, plan.iterations);
  }
  const Variant& variant = plan.arm->variant;
  const std::string& name = variant.arm_of.empty() ? variant.name : variant.arm_of;
  if (!result.variant.empty() && result.variant != name) {
    return fmt::format("ran variant {} instead of {}", base::printable(result.variant), name);
  }
  const int threads = plan.threads, items = plan.items_per_iteration;
  const int64_t ran = result.threads.value_or(threads), asked = result.threads_asked.value_or(ran);
  if (threads > 0 && (asked != threads || ran > asked)) {
    return fmt::format("ran {} threads instead of {}", std::max(ran, asked), threads);
  }
  if (items > 0 && result.items_per_iteration.value_or(items) != items) {
    return fmt::format("ran {} {}s instead of {}", *result.items_per_iteration,
                       result.item.empty() ? "item" : base::printable(result.item), items);
  }
  return "";
}

ChildResult read_result(const std::string& file, const BlockPlan& plan) {
  if (!fs::exists(file)) return failed("no result: nothing was written to $WINNOW_RESULT");
  try {
    base::check_within(fs::path(file).parent_path().string(), file);
    ChildResult result = read_child_result(file);
    const std::string problem = contradiction(result, plan);
    return problem.empty() ? result : failed("bad result: " + problem);
  } catch (const base::Error& error) {
    std::error_code ignored;
    if (!fs::is_regular_file(fs::symlink_status(file, ignored)) ||
        fs::file_size(file, ignored) > kMostResultBytes)
      fs::remove(file, ignored);
    // The folder's name is temporary: without it.
    const std::string what = error.what();
    const size_t colon = what.find("result.json: ");
    return failed("bad result: " + (colon == std::string::npos ? what : what.substr(colon + 13)));
  }
}

void measure(const BlockPlan& plan, const fs::path& out, const std::string& relative,
             ChildResult& result) {
  const Command command = command_of(plan, out);
  if (plan.watch) plan.watch->check();
  const MachineWatch watch(plan.machine_root);
  const Outcome outcome = run_child(command, plan.stop);
  const BlockMachine machine = watch.state(outcome.cpu_s);
  result = outcome.ok() ? read_result((out / "result.json").string(), plan)
                        : failed(describe(outcome, plan.time_limit_s));
  if (outcome.left_behind_count > 0)
    result.left_behind = fmt::format("{}", fmt::join(outcome.left_behind, ", "));
  Block& block = result.block;
  if (!block.ok()) block.stderr_tail = last_lines(command.output_file, kTailLines);
  keep_end_of_messages(command.output_file);
  trim_agent_file((out / "agent.bin").string());
  trim_events_file((out / "events.bin").string());
  block.raw_files = raw_files_in(out, relative);
  block.machine = machine;
  block.disturbed = disturbance(machine, watch.cores());
  if (plan.watch) plan.watch->check();
}

}  // namespace

std::vector<std::string> raw_files_in(const fs::path& out, const std::string& relative) {
  std::vector<std::string> files;
  for (const auto& entry : fs::directory_iterator(out)) {
    if (entry.is_regular_file() && !entry.is_symlink()) {
      files.push_back(relative + "/" + entry.path().filename().string());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

ChildResult measure_in_folder(const BlockPlan& plan, MeasureInFolder measure) {
  const std::string& name = plan.twin.empty() ? plan.arm->variant.name : plan.twin;
  const std::string relative = fmt::format("raw/{}/{}-{}", word(plan.pass), name, plan.index);
  const fs::path out = fs::path(plan.folder) / relative;
  ChildResult result;
  try {
    fs::create_directories(out);
    measure(out, relative, result);
  } catch (const PassUnavailable& error) {
    result = not_measured(error.reason);
    result.pass_unavailable = true;
  } catch (const std::exception& error) {
    result = not_measured(base::message_of(error));
  }
  result.block.pass = plan.pass;
  result.block.variant = name;
  result.block.index = plan.index;
  return result;
}

ChildResult measure_block(const BlockPlan& plan) {
  return measure_in_folder(
      plan, [&](const fs::path& out, const std::string& relative, ChildResult& result) {
        measure(plan, out, relative, result);
      });
}

}  // namespace winnow::profiles
