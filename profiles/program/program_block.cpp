#include "profiles/program/program_block.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <optional>

#include "base/cores_time.h"
#include "base/error.h"
#include "base/message.h"
#include "base/program_error.h"
#include "profiles/machine/watch.h"
#include "profiles/perf/counters.h"
#include "profiles/perf/sampler.h"
#include "profiles/process/child.h"
#include "profiles/process/pass.h"
#include "profiles/process/preloadable.h"
#include "profiles/program/output_figures.h"
#include "profiles/program/output_hash.h"
#include "profiles/program/output_pipe.h"
#include "profiles/program/server.h"
#include "profiles/program/tree.h"
#include "profiles/raw/agent_events.h"
#include "profiles/raw/agent_results.h"
#include "profiles/raw/run_counts.h"
#include "profiles/raw/tree_file.h"
#include "profiles/recording/disturbance.h"

namespace winnow::profiles {
namespace {

namespace fs = std::filesystem;

int64_t to_ns(double seconds) { return std::llround(seconds * 1e9); }

bool accepted(const Outcome& outcome, const Program& program) {
  if (outcome.ok()) return true;
  return outcome.kind == Outcome::Kind::kExited &&
         (program.ignores_all || std::ranges::count(program.ignored, outcome.code) > 0);
}

// What the runs of a block add up to.
struct Sum {
  ChildResult& result;
  Region region{};
  CoresTime cores{};
  bool cores_known = true;
  TreeProfile tree{};
  FutexProfile futex{};
  InstructionProfile count{};
  std::string given_up{};  // why the pass did not see a run to its end
  BlockMachine machine{};
  int machine_cores = 0;
  RunningServer* server = nullptr;  // beside the runs; null: none
  double server_cpu_s = 0;          // while they ran
};

void add(std::optional<int64_t>& sum, int64_t value) { sum = sum.value_or(0) + value; }

// From wait4; CPU time that it misses, of children that nobody waited for, from the event.
void add_usage(const Outcome& outcome, std::optional<double> tree_cpu_s, Region& region) {
  region.wall_ns += to_ns(outcome.wall_s);
  const double unseen_s = std::max(0.0, tree_cpu_s.value_or(0) - outcome.cpu_s);
  add(region.user_ns, to_ns(outcome.user_s + unseen_s));
  add(region.system_ns, to_ns(outcome.system_s));
  add(region.minor_faults, outcome.minor_faults);
  add(region.major_faults, outcome.major_faults);
  add(region.voluntary_switches, outcome.voluntary_switches);
  add(region.involuntary_switches, outcome.involuntary_switches);
}

void add_cores(const base::CoresTimeReading& begin, const base::CoresTimeReading& end, Sum& sum) {
  const auto before = begin.cores_time(), after = end.cores_time();
  sum.cores_known = sum.cores_known && before && after && before->cores == after->cores;
  if (!sum.cores_known) return;
  sum.cores.cores = after->cores;
  sum.cores.idle_ns += std::max<int64_t>(0, after->idle_ns - before->idle_ns);
  sum.cores.busy_ns += std::max<int64_t>(0, after->busy_ns - before->busy_ns);
  sum.cores.steal_ns += std::max<int64_t>(0, after->steal_ns - before->steal_ns);
}

// Shares are of the wall time: the mean, weighted by it.
void add_share(std::optional<double>& mean, double before_s, std::optional<double> share,
               double wall_s) {
  if (!share || before_s + wall_s <= 0) return;
  mean = (mean.value_or(0) * before_s + *share * wall_s) / (before_s + wall_s);
}

void add_machine(const MachineWatch& watch, double own_cpu_s, Sum& sum) {
  const BlockMachine one = watch.state(own_cpu_s);
  const double before_s = sum.machine.wall_s.value_or(0), wall_s = one.wall_s.value_or(0);
  BlockMachine& all = sum.machine;
  add_share(all.psi_cpu_some_percent, before_s, one.psi_cpu_some_percent, wall_s);
  add_share(all.steal_percent, before_s, one.steal_percent, wall_s);
  add_share(all.other_cpu_percent, before_s, one.other_cpu_percent, wall_s);
  if (one.throttled_ns) add(all.throttled_ns, *one.throttled_ns);
  if (!all.load_1min) all.load_1min = one.load_1min;
  all.wall_s = before_s + wall_s;
  sum.machine_cores = watch.cores();
}

TreeProgram program_of(const ProcessRow& row) {
  return {base::printable(row.name), row.processes, row.threads, row.cpu_s, row.run_queue_s};
}

TreeProfile profile_of(const TreeAccount& account, double wall_s) {
  TreeProfile tree;
  tree.iterations = 1;
  tree.wall_s = wall_s;
  tree.cpu_s = account.cpu_s;
  tree.run_queue_s = account.run_queue_s;
  tree.voluntary_switches = account.voluntary_switches;
  tree.involuntary_switches = account.involuntary_switches;
  tree.processes = account.processes_created;
  tree.threads = account.threads_created;
  tree.execs = account.execs;
  tree.most_threads_at_once = account.most_threads_at_once;
  tree.peak_rss_bytes = account.peak_rss_bytes;
  tree.unseen_ends = account.unseen_ends;
  for (const ProcessRow& row : account.rows) tree.programs.push_back(program_of(row));
  if (account.other_names > 0) {
    tree.programs.push_back(program_of(account.other_rows));
    tree.programs.back().name = fmt::format("[{} other names]", account.other_names);
  }
  for (const std::string& name : account.without_privilege)
    tree.without_privilege.push_back(base::printable(name));
  return tree;
}

std::vector<std::string> filled(std::vector<std::string> words, const RunningServer* server) {
  return server ? server->filled(std::move(words)) : words;
}

bool is_preloaded(Pass pass) {
  return pass == Pass::heap || pass == Pass::sync || pass == Pass::exact;
}

// Callgrind's files of each process, and valgrind's messages.
std::vector<std::string> under_callgrind(std::vector<std::string> arguments, const fs::path& out) {
  const std::string folder = fs::absolute(out).string();
  std::vector<std::string> valgrind{"valgrind", "--tool=callgrind", "--trace-children=yes",
                                    "--callgrind-out-file=" + folder + "/callgrind.%p",
                                    "--log-file=" + folder + "/valgrind.%p"};
  valgrind.insert(valgrind.end(), arguments.begin(), arguments.end());
  return valgrind;
}

// The program may run in another folder.
std::vector<std::pair<std::string, std::string>> environment_of(const BlockPlan& plan,
                                                                const fs::path& out, int run) {
  std::vector<std::pair<std::string, std::string>> environment{{"WINNOW_PASS", word(plan.pass)}};
  if (is_preloaded(plan.pass)) {
    environment =
        pass_environment(plan.pass, fs::absolute(plan.agent_library).string(), plan.threads);
    environment.emplace_back("WINNOW_OUT", fs::absolute(out).string());
    environment.emplace_back("WINNOW_REGION", "process");
    // The timeline is the first run's; making room for it takes longer than a short run.
    if (plan.pass == Pass::sync && (plan.index > 0 || run > 0))
      environment.emplace_back("WINNOW_AGENT_EVENTS", "0");
  }
  environment.emplace_back("WINNOW_PADDING",
                           std::string(static_cast<size_t>(plan.padding_bytes), 'x'));
  return environment;
}

Command command_of(const BlockPlan& plan, const fs::path& out, int run,
                   const RunningServer* server) {
  const Program& program = *plan.arm->program;
  Command command;
  command.arguments = filled(plan.arm->command, server);
  if (plan.pass == Pass::count) command.arguments = under_callgrind(command.arguments, out);
  if (server) {
    command.server_ended = server->descriptor();
    command.meanwhile = [server] { server->bound_messages(); };
  }
  command.environment = environment_of(plan, out, run);
  command.removed_environment = foreign_environment();
  command.input_file = program.input_file;
  command.output_file = program.output_file.empty() ? "/dev/null" : program.output_file;
  command.error_file = (out / "stderr.txt").string();
  command.folder = program.folder;
  command.control_group_file = plan.control_group_file;
  command.time_limit_s = plan.time_limit_s;
  command.reap_descendants = true;
  return command;
}

// One run under the block's pass. Throws base::Error.
class Run {
 public:
  Run(const BlockPlan& plan, const fs::path& out, int index, Sum& sum)
      : plan_(plan), command_(command_of(plan, out, index, sum.server)), sum_(sum) {
    if (plan.pass == Pass::cpu) data_ = (out / fmt::format("perf-{}.data", index)).string();
    const bool hashed = plan.pass == Pass::tree || plan.hash_output;
    if (hashed && plan.arm->program->output_file.empty()) {
      hash_.emplace();
      command_.output_file = hash_->file();
    }
    if (plan.pass == Pass::time && !plan.arm->program->metrics.empty()) prepare_figures();
    command_.before_exec = [this](pid_t leader) { attach(leader); };
  }

  Outcome take() {
    const TreeOutcome tree = started();
    cores_end_.take();
    if (!tree.unavailable.empty()) throw PassUnavailable(plan_.pass, tree.unavailable);
    const Outcome& outcome = tree.outcome;
    if (outcome.kind == Outcome::Kind::kNotStarted) return outcome;
    std::optional<double> cpu_s;
    if (counters_) {
      const TreeCounts counts = counters_->read();
      cpu_s = counts.cpu_s;
      if (counts.cpu_migrations.value)
        add(sum_.region.cpu_migrations, *counts.cpu_migrations.value);
      add(sum_.result.block.event_cpu_ns, to_ns(*cpu_s));
    }
    if (tree.account) cpu_s = std::max(cpu_s.value_or(0), tree.account->cpu_s);
    add(sum_.result.block.before_exec_cpu_ns, to_ns(outcome.cpu_before_start_s));
    add_usage(outcome, cpu_s, sum_.region);
    add_cores(*cores_begin_, cores_end_, sum_);
    const double server_s = sum_.server ? sum_.server->end_load() : 0;
    sum_.server_cpu_s += server_s;
    add_machine(*watch_, std::max(outcome.cpu_s, cpu_s.value_or(0)) + server_s, sum_);
    sum_.result.block.iteration_wall_ns.push_back(std::max<int64_t>(1, to_ns(outcome.wall_s)));
    if (tree.account) {
      // wait4's is never below what the harness had when it forked.
      auto& peak = sum_.result.block.peak_rss_bytes;
      peak = std::max(peak.value_or(0), tree.account->peak_rss_bytes);
      add_tree(profile_of(*tree.account, outcome.wall_s), sum_.tree);
    }
    if (tree.futexes) take_futexes(*tree.futexes);
    if (sampler_) take_samples();
    if (hash_) take_hash();
    if (pipe_) pipe_->finish();
    return outcome;
  }

  // Of a run that ended well: what its output tells of itself. Standard error counts where nothing
  // in standard output matches. Throws base::Error.
  void take_figures() {
    if (!figures_) return;
    const Program& program = *plan_.arm->program;
    if (pipe_)
      figures_->end();
    else
      add_file(program.output_file, *figures_);
    OutputFigures messages(program.metrics);
    add_file(command_.error_file, messages);
    for (size_t i = 0; i < program.metrics.size(); ++i) {
      const double figure = (figures_->found(i) ? *figures_ : messages).figure(i);
      sum_.result.block.metrics[program.metrics[i].name].push_back(figure);
    }
  }

 private:
  void prepare_figures() {
    const Program& program = *plan_.arm->program;
    figures_.emplace(program.metrics);
    if (!program.output_file.empty()) return;
    pipe_.emplace([this](std::span<const char> bytes) { figures_->add(bytes); });
    command_.output_file = pipe_->file();
  }

  TreeOutcome started() {
    if (plan_.pass == Pass::tree || plan_.pass == Pass::futex) {
      TreeOptions options;
      options.count_futexes = plan_.pass == Pass::futex;
      return run_tree(command_, options, plan_.stop);
    }
    TreeOutcome untraced;
    untraced.outcome = run_child(command_, plan_.stop);
    return untraced;
  }

  void take_futexes(const FutexCounts& counts) {
    if (!counts.complete) sum_.given_up = counts.reason;
    add_counts({1, counts.waits, counts.wakes, counts.requeues, counts.others}, sum_.futex);
  }

  // Last of all before the exec.
  void attach(pid_t leader) {
    if (plan_.pass == Pass::cpu) sampler_.emplace(leader, SamplerOptions{}, data_);
    try {
      counters_.emplace(leader);
    } catch (const base::Error&) {
      // wait4 remains, which misses children that nobody waits for.
    }
    watch_.emplace(plan_.machine_root);
    if (sum_.server) sum_.server->begin_load();
    cores_begin_.emplace();
    cores_begin_->take();
  }

  void take_samples() {
    const SamplingOutcome sampled = sampler_->finish();
    sum_.result.samples = sum_.result.samples.value_or(0) + sampled.samples;
    if (!sampled.stopped_early.empty()) throw base::Error("cpu pass", sampled.stopped_early);
  }

  void take_hash() {
    const std::string hash = hash_->finish();
    Block& block = sum_.result.block;
    if (block.iteration_wall_ns.size() == 1)
      block.checksum = hash;
    else if (block.checksum != hash)
      block.checksum = kChangingOutput;
  }

  const BlockPlan& plan_;
  Command command_;
  Sum& sum_;
  std::string data_;
  std::optional<OutputHash> hash_;
  std::optional<OutputFigures> figures_;
  std::optional<OutputPipe> pipe_;
  std::optional<CpuSampler> sampler_;
  std::optional<TreeCounters> counters_;
  std::optional<MachineWatch> watch_;
  std::optional<base::CoresTimeReading> cores_begin_;
  base::CoresTimeReading cores_end_;
};

// The end of a program's messages: it may write as many as it likes, run after run.
std::string take_tail(const fs::path& file) {
  std::string tail = last_lines(file.string(), kTailLines);
  std::error_code error;
  fs::resize_file(file, 0, error);
  return tail;
}

void remove_files(const fs::path& out, std::string_view beginning) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(out))
    if (entry.path().filename().string().starts_with(beginning)) files.push_back(entry.path());
  for (const fs::path& file : files) fs::remove(file);
}

// Of all processes only the figures are kept: callgrind's files grow with the program.
void take_instructions(const fs::path& out, Sum& sum) {
  const InstructionProfile run = read_callgrind(out.string());
  add_counts(run, sum.count);
  remove_files(out, "callgrind.");
  remove_files(out, "valgrind.");
}

// What the preloaded libraries wrote gets the run's number. Dumps of the heap that children wrote
// at their end are left out.
void keep_files_of_run(const fs::path& out, int run) {
  trim_agent_file((out / "agent.bin").string());
  trim_events_file((out / "events.bin").string());
  for (const char* name : {"agent.bin", "events.bin", "begin.heap", "end.heap"}) {
    const fs::path file = out / name;
    if (fs::exists(file))
      fs::rename(
          file, out / fmt::format("{}-{}{}", file.stem().string(), run, file.extension().string()));
  }
  remove_files(out, "heap.");
}

void run_step(const std::string& what, const std::vector<std::string>& arguments,
              const std::string& log_file, const BlockPlan& plan) {
  if (arguments.empty()) return;
  Command command;
  command.arguments = arguments;
  command.removed_environment = foreign_environment();
  command.folder = plan.arm->program->folder;
  command.output_file = log_file;
  command.time_limit_s = plan.time_limit_s;
  const Outcome outcome = run_child(command, plan.stop);
  keep_end_of_messages(log_file);
  if (outcome.ok()) return;
  throw base::ProgramError(what, describe(outcome, plan.time_limit_s),
                           last_lines(log_file, kTailLines));
}

void take_figures(Run& run, Block& block) try {
  run.take_figures();
} catch (const base::Error& error) {
  block.failure = error.what();
}

void take_runs(const BlockPlan& plan, const fs::path& out, Sum& sum) {
  const Program& program = *plan.arm->program;
  Block& block = sum.result.block;
  for (int run = 0; run < plan.iterations && block.ok(); ++run) {
    const std::string log = (out / "hooks.txt").string();
    run_step("prepare", filled(program.prepare, sum.server), log, plan);
    if (plan.watch) plan.watch->check();  // behind prepare, which may build the program anew
    Run measured(plan, out, run, sum);
    const Outcome outcome = measured.take();
    if (plan.watch) plan.watch->check();
    if (accepted(outcome, program)) take_figures(measured, block);
    const std::string tail = take_tail(out / "stderr.txt");
    if (is_preloaded(plan.pass)) keep_files_of_run(out, run);
    if (!sum.given_up.empty()) {
      block.failure = sum.given_up;
    } else if (!accepted(outcome, program)) {
      block.failure = describe(outcome, plan.time_limit_s);
    } else if (plan.pass == Pass::count) {
      take_instructions(out, sum);
    }
    if (!block.ok()) block.stderr_tail = tail;
    if (outcome.left_behind_count > 0)
      sum.result.left_behind = fmt::format("{}", fmt::join(outcome.left_behind, ", "));
    run_step("conclude", filled(program.conclude, sum.server), log, plan);
  }
}

// What is said of a block whose server ended before its time.
void note_end_of(RunningServer& server, Block& block) {
  if (!server.ended()) return;
  const std::string how = server.end(), said = server.last_line();
  block.failure =
      fmt::format("server: ended under its load: {} (it must stay in the foreground)", how);
  block.stderr_tail = said;
}

// The server is ready before the first run, and ends behind the last one.
void take_runs_beside_server(const BlockPlan& plan, const fs::path& out, Sum& sum) {
  Block& block = sum.result.block;
  try {
    RunningServer server(plan, out);
    sum.server = &server;
    take_runs(plan, out, sum);
    sum.server = nullptr;
    if (sum.result.samples) *sum.result.samples += server.finish_samples();
    ServerFigures& figures = block.server.emplace();
    figures.cpu_ns = to_ns(sum.server_cpu_s);
    figures.ready_ns = to_ns(server.ready_s());
    figures.peak_rss_bytes = server.peak_rss_bytes();
    note_end_of(server, block);
  } catch (const PassUnavailable&) {
    throw;
  } catch (const base::Error& error) {
    sum.server = nullptr;
    block.failure = error.what();
  }
  keep_end_of_messages((out / "server.txt").string());
  if (block.ok()) {
    std::error_code error;
    fs::remove(out / "server.txt", error);  // of no more use
  }
}

void put_together(const BlockPlan& plan, const fs::path& out, Sum& sum) {
  Block& block = sum.result.block;
  if (block.iteration_wall_ns.empty()) return;
  if (sum.cores_known && sum.cores.cores > 0) sum.region.cores_time = sum.cores;
  block.region = sum.region;
  block.machine = sum.machine;
  block.disturbed = disturbance(sum.machine, sum.machine_cores);
  if (plan.pass == Pass::tree) write_tree_file((out / kTreeFile).string(), sum.tree);
  if (plan.pass == Pass::futex) write_counts((out / kFutexFile).string(), sum.futex);
  if (plan.pass == Pass::count) write_counts((out / kInstructionFile).string(), sum.count);
}

// What nothing was written to is no file of the recording.
void remove_empty_files(const fs::path& out) {
  for (const auto& entry : fs::directory_iterator(out)) {
    std::error_code error;
    if (!entry.is_regular_file() || entry.file_size(error) == 0) fs::remove(entry.path(), error);
  }
}

}  // namespace

ChildResult measure_program(const BlockPlan& plan) {
  return measure_in_folder(
      plan, [&](const fs::path& out, const std::string& relative, ChildResult& result) {
        Sum sum{result};
        if (plan.arm->program->server)
          take_runs_beside_server(plan, out, sum);
        else
          take_runs(plan, out, sum);
        put_together(plan, out, sum);
        remove_empty_files(out);
        result.block.raw_files = raw_files_in(out, relative);
      });
}

std::string why_unavailable_for_programs(Pass pass, const std::string& agent_library,
                                         const std::string& scratch_folder) try {
  if (pass == Pass::time) return "";
  if (is_preloaded(pass)) {
    const fs::path scratch = fs::path(scratch_folder) / "preload.txt";
    const std::string why = why_unavailable(pass, agent_library, scratch.string());
    fs::remove(scratch);
    return why;
  }
  if (pass == Pass::wall) return "only of programs that follow docs/child-contract.md";
  Arm arm;
  arm.command = {"true"};
  arm.program.emplace();
  BlockPlan plan;
  plan.pass = pass;
  plan.arm = &arm;
  plan.iterations = 1;
  plan.time_limit_s = 20;
  const fs::path scratch = fs::path(scratch_folder) / "probe";
  fs::create_directories(scratch);
  ChildResult result;
  Sum sum{result};
  std::string why;
  try {
    const Outcome outcome = Run(plan, scratch, 0, sum).take();
    if (outcome.kind == Outcome::Kind::kNotStarted && pass == Pass::count)
      why = "valgrind is not installed: apt-get install valgrind";
    else if (!outcome.ok())
      why = "`true` fails under it: " + describe(outcome, plan.time_limit_s);
  } catch (const base::Error& error) {
    why = error.what();
  }
  fs::remove_all(scratch);
  return why;
} catch (const std::exception& error) {
  return base::message_of(error);
}

std::string why_blind(Pass pass, const std::string& program_file) {
  return is_preloaded(pass) ? why_not_preloadable(program_file) : "";
}

void run_hook(const std::string& what, const std::vector<std::string>& command,
              const std::string& log_file, const BlockPlan& plan) {
  run_step(fmt::format("{} of {}", what, plan.arm->variant.name), command, log_file, plan);
}

}  // namespace winnow::profiles
