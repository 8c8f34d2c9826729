#include "profiles/run/plan_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <iterator>
#include <sstream>
#include <vector>

#include "base/error.h"
#include "profiles/machine/facts.h"
#include "profiles/process/program_file.h"
#include "profiles/process/program_watch.h"

namespace winnow::profiles {
namespace {

namespace fs = std::filesystem;

constexpr std::array kSameFacts = {"cpu_model", "cores", "kernel", "cpu_quota", "environment"};
constexpr uintmax_t kReadInput_bytes = 1'000'000;  // a scenario, not a model

class PlanText {
 public:
  template <class T>
  void line(const std::string& what, const T& value) {
    text_ += fmt::format("{}: {}\n", what, base::printable(fmt::format("{}", value)));
  }
  void words(const std::string& what, const std::vector<std::string>& words) {
    if (!words.empty()) line(what, fmt::format("'{}'", fmt::join(words, "' '")));
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

// By its bytes; what is large, by its size.
std::string state_of(const std::string& file) {
  std::error_code error;
  const uintmax_t size = fs::file_size(file, error);
  if (error) return error.message();
  if (size > kReadInput_bytes) return fmt::format("{} bytes", size);
  return program_file(file).sha256.value_or("not readable");
}

void add_files(const Arm& arm, PlanText& text) {
  const std::string& name = arm.variant.name;
  const auto& program = arm.program;
  if (program && !(program->setup.empty() && program->prepare.empty() && program->conclude.empty()))
    return;  // they may build it anew
  const std::string folder = program ? program->folder : "";
  std::vector<std::string> run = files_run_by(arm.command, folder);
  if (program && program->server)
    std::ranges::copy(files_run_by(program->server->command, folder), std::back_inserter(run));
  for (const std::string& file : run)
    text.line(fmt::format("{} program {}", name, file),
              program_file(file).sha256.value_or("not readable"));
  std::vector<std::string> inputs(arm.command.begin() + 1, arm.command.end());
  if (program && !program->input_file.empty()) inputs.push_back(program->input_file);
  for (const std::string& word : inputs) {
    const fs::path file = fs::path(folder) / word;
    std::error_code ignored;
    if (fs::is_regular_file(file, ignored) && std::ranges::count(run, file.string()) == 0)
      text.line(fmt::format("{} file {}", name, word), state_of(file.string()));
  }
}

void add_program(const std::string& name, const Program& program, PlanText& text) {
  text.words(name + " setup", program.setup);
  text.words(name + " cleanup", program.cleanup);
  text.words(name + " prepare", program.prepare);
  text.words(name + " conclude", program.conclude);
  text.line(name + " input", program.input_file);
  text.line(name + " output", program.output_file);
  text.line(name + " folder", program.folder);
  text.line(name + " warmup", program.warmup);
  text.line(name + " failures ignored",
            program.ignores_all ? "all" : fmt::format("{}", fmt::join(program.ignored, ",")));
  for (const Metric& metric : program.metrics)
    text.line(fmt::format("{} metric {}", name, metric.name),
              fmt::format("{} {} {}", metric.pattern, metric.higher_is_better, metric.decides));
  if (!program.server) return;
  const Server& server = *program.server;
  text.words(name + " server", server.command);
  text.line(name + " server ready", fmt::format("{} {} {}", static_cast<int>(server.ready_by),
                                                server.ready, server.limit_s));
}

void add_arm(const Arm& arm, PlanText& text) {
  const std::string& name = arm.variant.name;
  text.words(name, arm.command);
  text.line(name + " commit", arm.commit.value_or(""));
  if (arm.program) add_program(name, *arm.program, text);
  add_files(arm, text);
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

}  // namespace

std::string plan_text(const RunPlan& plan) {
  PlanText text;
  text.line("version", plan.winnow_version);
  text.line("commit", plan.commit);
  for (const MachineFact& fact : machine_facts())
    if (std::ranges::count(kSameFacts, fact.name) > 0) text.line(fact.name, fact.value);
  text.line("scenario", plan.workload.scenario);
  text.line("items", plan.workload.items_per_iteration);
  text.line("threads", plan.workload.threads);
  if (plan.workload.work)
    text.line("work", fmt::format("{} {}", plan.workload.work->amount, plan.workload.work->unit));
  text.line("baseline", plan.baseline);
  text.line("A/A arm", plan.twin);
  std::vector<std::string> passes;
  for (const Pass pass : plan.passes) passes.push_back(word(pass));
  text.words("passes", passes);
  text.line("blocks", plan.blocks);
  text.line("iterations", plan.iterations_per_block);
  text.line("budget", plan.budget_s);
  text.line("samples", plan.samples);
  text.line("processes", fmt::format("{} {} {} {}", plan.sync_processes, plan.tree_processes,
                                     plan.futex_processes, plan.count_processes));
  text.line("time limit", plan.time_limit_s);
  if (plan.seed_chosen) text.line("seed", plan.seed);
  for (const Arm& arm : plan.arms) add_arm(arm, text);
  return text.take();
}

std::string plan_difference(const std::string& theirs, const std::string& ours) {
  if (theirs.empty() || ours.empty()) return "";
  const std::vector<std::string> old = lines_of(theirs), now = lines_of(ours);
  const auto [one, other] = std::ranges::mismatch(old, now);
  if (one == old.end() && other == now.end()) return "";
  return fmt::format(" ({} instead of {})", one == old.end() ? "nothing" : *one,
                     other == now.end() ? "nothing" : *other);
}

}  // namespace winnow::profiles
