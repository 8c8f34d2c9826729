#include "profiles/run/measurement.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "base/message.h"
#include "base/usable_cores.h"
#include "profiles/process/pass.h"
#include "profiles/program/program_block.h"
#include "profiles/raw/cpu_profile.h"
#include "profiles/recording/disturbance.h"
#include "profiles/recording/failure.h"
#include "profiles/recording/warnings.h"

namespace winnow::profiles {
namespace {

constexpr int kMaxCpuRounds = 20;
constexpr int kMaxWallRounds = 2;
constexpr int kFirstGuessOfRounds = 5;
// Few, because every allocation is slow under the heap profiler; of a command one run.
constexpr int kHeapIterations = 2, kHeapRuns = 1;
// Of a run of a command under a pass that slows it down; unless it takes long anyway.
constexpr double kSlowPassLimit_s = 60, kSlowPassFactor = 4;
constexpr int kFailuresToGiveUp = 2;  // in a row, within a pass
constexpr int kPaddingLimit = 4096;

using BlockKey = std::tuple<Pass, std::string, int>;

// Those that ended well: what failed is tried again, its cause may be gone.
std::map<BlockKey, JournalEntry> good_blocks_in(const std::string& folder) {
  std::map<BlockKey, JournalEntry> blocks;
  for (JournalEntry& entry : read_journal(folder))
    if (const Block& block = entry.block; block.ok())
      blocks.insert_or_assign({block.pass, block.variant, block.index}, std::move(entry));
  return blocks;
}

}  // namespace

Measurement::Measurement(const RunPlan& plan, std::string folder, Recording& recording)
    : plan_(plan),
      folder_(std::move(folder)),
      recording_(recording),
      earlier_(good_blocks_in(folder_)),
      goes_on_(!earlier_.empty()),
      journal_(folder_),
      random_(plan.seed),
      order_(plan.arms.size() + (recording.twin.empty() ? 0 : 1), random_),
      planned_blocks_(plan.blocks) {
  passes_.block = passes_.sampled = std::max(1, plan.iterations_per_block);
  passes_.heap = plan.of_programs() ? kHeapRuns : kHeapIterations;
  if (!plan.of_programs()) plan_work();  // of programs their first runs decide about the plan
  std::vector<std::string> libraries;
  if (!plan.of_programs() && !plan.agent_library.empty())
    libraries = {plan.agent_library, malloc_library(plan.agent_library)};
  for (const auto& [key, entry] : earlier_)
    next_order_ = std::max(next_order_, entry.block.order + 1);
  for (const Arm& arm : plan.arms) {
    watches_.emplace_back(arm.command, arm.program ? arm.program->folder : "", libraries);
    if (arm.program && arm.program->server)
      watches_.back().add_command(arm.program->server->command);
  }
}

void Measurement::plan_work() {
  const RunPlan& plan = plan_;
  const int arms = static_cast<int>(plan.arms.size());
  const int round = static_cast<int>(order_.arms());
  const int repeated = plan.enough ? 0 : planned_blocks_ / kRerunsOneOf;
  const auto set = [&](Pass pass, int processes) {
    if (planned(pass)) work_.plan(pass, processes);
  };
  set(Pass::time, (planned_blocks_ + repeated) * round);
  set(Pass::cpu, kMaxCpuRounds * arms);
  set(Pass::wall, kMaxWallRounds * static_cast<int>(persistent_arms().size()));
  set(Pass::heap, arms);
  if (planned(Pass::heap)) work_.plan(Pass::exact, arms);
  set(Pass::sync, plan.sync_processes * arms);
  set(Pass::tree, plan.tree_processes * arms);
  set(Pass::futex, plan.futex_processes * arms);
  set(Pass::count, plan.count_processes * arms);
}

double Measurement::elapsed_s() const {
  const auto own = std::chrono::steady_clock::now() - start_;
  return std::chrono::duration<double>(own).count() + earlier_s_;
}

void Measurement::report_progress(const std::string& text) const {
  if (!plan_.progress) return;
  const bool by_budget = plan_.budget_s > 0 && !plan_.of_programs();
  Progress progress;
  progress.done = work_.done();
  progress.total = work_.total();
  progress.elapsed_s = elapsed_s();
  progress.eta_s = by_budget ? left_s() : work_.seconds();
  progress.text = text;
  plan_.progress(progress);
}

bool Measurement::planned(Pass pass) const {
  return std::count(plan_.passes.begin(), plan_.passes.end(), pass) > 0;
}

bool Measurement::given_up(Pass pass, size_t arm) const {
  const auto found = failures_in_a_row_.find({pass, arm});
  return found != failures_in_a_row_.end() && found->second >= kFailuresToGiveUp;
}

Measurement::Arms Measurement::all_arms() const {
  Arms arms(plan_.arms.size());
  for (size_t i = 0; i < arms.size(); ++i) arms[i] = i;
  return arms;
}

const Arm& Measurement::arm_of(size_t arm) const {
  return plan_.arms[arm < plan_.arms.size() ? arm : 0];
}

const std::string& Measurement::name_of(size_t arm) const {
  return arm < plan_.arms.size() ? plan_.arms[arm].variant.name : recording_.twin;
}

ProgramWatch& Measurement::watch_of(size_t arm) {
  return watches_[arm < plan_.arms.size() ? arm : 0];
}

Measurement::Arms Measurement::persistent_arms() const {
  Arms arms;
  for (size_t arm : all_arms()) {
    if (plan_.arms[arm].variant.persistent_threads) arms.push_back(arm);
  }
  return arms;
}

void Measurement::take_passes() {
  take_hooks("setup", &Program::setup);
  warm_up();
  for (const Pass pass : kPasses) {
    if (stopped() || !planned(pass)) continue;
    const std::string why = why_not(pass);
    if (why.empty()) {
      take_pass(pass);
    } else {
      recording_.missing.push_back({"", pass, why});
      end_pass(pass);
    }
  }
  take_all_earlier();
  work_.end_all();
  pass_ = kPasses.back();
  pass_end_s_ = 0;
  note_programs();
}

void Measurement::clean_up() { take_hooks("cleanup", &Program::cleanup); }

// As they were when they first ran: a setup may have built them.
void Measurement::note_programs() {
  for (size_t arm : all_arms()) {
    const auto& seen = watch_of(arm).program();
    if (!seen) continue;
    auto& noted = recording_.variants[arm].program_file;
    const auto commit = noted ? noted->commit : std::nullopt;
    noted = seen;
    noted->commit = commit;
  }
}

// A program that is built anew before each run may be gone by now, or be another command's.
std::string Measurement::why_invalid() {
  for (size_t arm : all_arms()) {
    if (!why_invalid_.empty()) break;
    const auto& program = arm_of(arm).program;
    if (program && !(program->prepare.empty() && program->conclude.empty())) continue;
    if (!watch_of(arm).program()) continue;
    try {
      watch_of(arm).check();
    } catch (const base::Error& error) {
      why_invalid_ = error.what();
    }
  }
  return why_invalid_;
}

std::string Measurement::why_not(Pass pass) const try {
  if (plan_.of_programs()) return why_unavailable_for_programs(pass, plan_.agent_library, folder_);
  if (pass == Pass::tree || pass == Pass::futex || pass == Pass::count)
    return "only of programs that do not follow docs/child-contract.md; the sync pass counts the "
           "threads of those that do";
  const std::string scratch = folder_ + "/preload.txt";
  const std::string why = why_unavailable(pass, plan_.agent_library, scratch);
  std::filesystem::remove(scratch);
  return why;
} catch (const std::exception& error) {
  return base::message_of(error);
}

void Measurement::leave_out(Pass pass, size_t arm, const std::string& why) {
  left_out_.insert({pass, arm});
  recording_.missing.push_back({name_of(arm), pass, why});
}

void Measurement::leave_out_the_blind(Pass pass) {
  if (!plan_.of_programs()) return;
  for (size_t arm : all_arms()) {
    const std::string why = why_blind(pass, recording_.variants[arm].program_file->path);
    if (!why.empty()) leave_out(pass, arm, why);
  }
}

double Measurement::time_limit_s(Pass pass, size_t arm) const {
  const auto run = run_s_.find(arm);
  const bool on_request = pass == Pass::futex || pass == Pass::count;
  if (!plan_.of_programs() || !interferes(pass) || on_request || run == run_s_.end())
    return plan_.time_limit_s;
  return std::min(plan_.time_limit_s, std::max(kSlowPassLimit_s, kSlowPassFactor * run->second));
}

void Measurement::take_pass(Pass pass) {
  take_processes(pass);
  end_pass(pass);
}

void Measurement::end_pass(Pass pass) {
  work_.end(pass);
  if (pass == Pass::heap) work_.end(Pass::exact);
}

void Measurement::take_processes(Pass pass) {
  begin_pass(pass);
  leave_out_the_blind(pass);
  if (pass == Pass::time) return time_pass();
  if (pass == Pass::cpu) return sampled_pass(pass, all_arms(), kMaxCpuRounds);
  if (pass == Pass::wall) return sampled_pass(pass, persistent_arms(), kMaxWallRounds);
  if (pass == Pass::sync) return counted_pass(pass, plan_.sync_processes);
  if (pass == Pass::tree) return counted_pass(pass, plan_.tree_processes);
  if (pass == Pass::futex) return counted_pass(pass, plan_.futex_processes);
  if (pass == Pass::count) return counted_pass(pass, plan_.count_processes);
  if (pass != Pass::heap) throw base::Error(word(pass) + " pass", "nobody takes it");
  leave_out_the_blind(Pass::exact);
  once(Pass::heap, passes_.heap);
  once(Pass::exact, passes_.heap);
}

void Measurement::time_pass() {
  int rounds = 0;
  while (rounds < planned_blocks_ && !stopped()) {
    take_round(order_.next(), {});
    ++rounds;
    if (!stopped() && plan_.enough && plan_.enough(recording_, elapsed_s())) break;
  }
  // Who asks for more as long as it is needed takes what there is.
  if (!plan_.enough) repeat_disturbed_rounds(rounds);
}

void Measurement::take_round(const Arms& order, std::optional<int> rerun_of) {
  within_round_ =
      std::ranges::any_of(order, [&](size_t arm) { return was_taken(Pass::time, arm); });
  for (size_t arm : order) run_block(Pass::time, arm, passes_.block, rerun_of);
  within_round_ = false;
}

// At the end, when what disturbed them may be over; at most a stated part of the rounds, so that
// nobody waits for ever for a quiet machine, and as far as a budget reaches.
void Measurement::repeat_disturbed_rounds(int rounds) {
  std::vector<int> repeated = disturbed_rounds(recording_);
  repeated.resize(std::min(repeated.size(), static_cast<size_t>(rounds / kRerunsOneOf)));
  work_.plan(Pass::time, static_cast<int>((rounds + repeated.size()) * order_.arms()));
  for (int round : repeated) {
    if (stopped() || !fits_another_round()) break;
    take_round(order_.next(), round);
  }
}

// Rounds of all arms until each has enough samples: so all make equally many iterations. What the
// rounds brought so far tells how many are needed. Every second round is in the opposite order, so
// that drift between neighbours cancels. A pass that takes too long ends earlier: the
// reports show how many samples there are.
void Measurement::sampled_pass(Pass pass, const Arms& arms, int max_rounds) {
  std::vector<int64_t> samples(plan_.arms.size());
  int rounds = std::min(max_rounds, kFirstGuessOfRounds);
  int most = max_rounds;  // what was told of how many it will be is held
  const double start_s = elapsed_s(), limit_s = sampled_limit_s(pass);
  for (int round = 0; round < rounds && !stopped() && !arms.empty(); ++round) {
    int64_t fewest = plan_.samples;
    Arms order = arms;
    if (round % 2 == 1) std::reverse(order.begin(), order.end());
    for (size_t arm : order) {
      if (run_block(pass, arm, passes_.sampled)) samples[arm] += samples_of_last_block();
      if (!given_up(pass, arm)) fewest = std::min(fewest, samples[arm]);
    }
    const int taken = round + 1;
    int needed = taken;
    // Without any sample after so many, more rounds bring none either.
    if (fewest == 0) needed = std::max(taken, std::min(kFirstGuessOfRounds, max_rounds));
    if (fewest > 0 && fewest < plan_.samples) {
      needed = static_cast<int>((plan_.samples * taken + fewest - 1) / fewest);
      needed = std::max(taken, std::min(std::max(needed, taken + 1), most));
    }
    const double taken_s = elapsed_s() - start_s, round_s = taken_s / taken;
    if (taken_s + (budget_ ? round_s : 0) > limit_s) needed = taken;
    pass_end_s_ = start_s + std::min(limit_s, round_s * needed);
    rounds = needed;
    // Later rounds may tell more; without a sample none has told anything.
    if (fewest > 0) most = std::min(most, rounds + rounds / 2);
    work_.plan_at_most(pass, most * static_cast<int>(arms.size()));
  }
}

// With a budget all that it leaves beside the passes that follow.
double Measurement::sampled_limit_s(Pass pass) const {
  if (!budget_) return work_.sampled_limit_s();
  return plan_.budget_s - elapsed_s() - estimate_behind_s(*budget_, pass, passes_);
}

int64_t Measurement::samples_of_last_block() const {
  if (last_samples_) return *last_samples_;
  for (const std::string& file : recording_.blocks.back().raw_files) {
    if (!file.ends_with("/cpu.prof")) continue;
    try {
      return read_cpu_profile(folder_ + "/" + file).samples;
    } catch (const std::exception&) {
      return 0;  // told when the profiles are read
    }
  }
  return 0;
}

// Counts scatter from process to process, and with what else the machine does: rounds of all arms,
// every second one in the opposite order. The processes share the iterations of a block, so that
// the pass takes about as long as one block of each arm.
void Measurement::counted_pass(Pass pass, int processes) {
  const bool slow = pass == Pass::futex || pass == Pass::count;
  const int iterations = slow ? 1 : shared_out(passes_.block, processes);
  for (int round = 0; round < processes && !stopped(); ++round) {
    Arms order = all_arms();
    if (round % 2 == 1) std::reverse(order.begin(), order.end());
    for (size_t arm : order) run_block(pass, arm, iterations);
  }
}

void Measurement::once(Pass pass, int iterations) {
  for (size_t arm : all_arms()) run_block(pass, arm, iterations);
}

// One fresh process; true: it succeeded.
bool Measurement::run_block(Pass pass, size_t arm, int iterations, std::optional<int> rerun_of) {
  if (stopped()) return false;
  if (given_up(pass, arm) || left_out(pass, arm)) {
    work_.note_done(pass);
    return false;
  }
  const std::string& name = name_of(arm);
  const int index = blocks_[{pass, arm}]++;
  if (take_earlier(pass, arm, index)) {
    note_pace(arm, iterations, {});
    return true;
  }
  report_progress(fmt::format("{} pass, block {}, {}", word(pass), index + 1,
                              arm < plan_.arms.size() ? name : "A/A arm"));
  const BlockPlan block = block_plan(pass, arm, index, iterations);
  const double begin_s = elapsed_s();
  ChildResult result = block.arm->program ? measure_program(block) : measure_block(block);
  const double seconds = elapsed_s() - begin_s;
  work_.note_measured(pass, seconds);
  note_pace(arm, iterations, seconds);
  last_samples_ = result.samples;

  why_invalid_ = watch_of(arm).change();
  const bool ok = result.block.ok();
  if (!ok && !stopped() && block.arm->program && (interferes(pass) || result.pass_unavailable)) {
    leave_out(pass, arm,
              result.not_measured.empty()
                  ? "a run under this pass did not end well: " + failure_words(result.block)
                  : result.not_measured);
    return false;
  }
  int& failures = failures_in_a_row_[{pass, arm}];
  failures = ok ? 0 : failures + 1;
  if (failures == kFailuresToGiveUp) {
    warn_once(recording_, fmt::format("{}, {} pass: given up after {} failures in a row", name,
                                      word(pass), failures));
  }
  if (ok) note_result(result);
  result.block.rerun_of = rerun_of;
  if (within_round_ && result.block.disturbed.empty())
    result.block.disturbed = "the run was ended and gone on with within a round";
  keep(std::move(result.block), seconds);
  return ok;
}

// What was interrupted itself is told, but not for one that goes on.
void Measurement::keep(Block block, double seconds) {
  block.order = next_order_++;
  note_programs();
  journal_.note(recording_);
  if (block.ok() || !stopped()) journal_.add({block, last_samples_, seconds});
  recording_.blocks.push_back(std::move(block));
}

bool Measurement::was_taken(Pass pass, size_t arm) const {
  const auto next = blocks_.find({pass, arm});
  return earlier_.contains({pass, name_of(arm), next == blocks_.end() ? 0 : next->second});
}

// What a killed run left of a block that it did not end is in the way of the same block.
bool Measurement::take_earlier(Pass pass, size_t arm, int index) {
  const std::string& name = name_of(arm);
  if (auto entry = earlier_.extract({pass, name, index})) {
    last_samples_ = entry.mapped().samples;
    earlier_s_ += entry.mapped().seconds.value_or(0);
    recording_.blocks.push_back(std::move(entry.mapped().block));
    failures_in_a_row_[{pass, arm}] = 0;
    work_.note_done(pass);
    return true;
  }
  if (goes_on_)
    std::filesystem::remove_all(std::filesystem::path(folder_) /
                                fmt::format("raw/{}/{}-{}", word(pass), name, index));
  return false;
}

// Where this run ends before it comes to them.
void Measurement::take_all_earlier() {
  for (auto& [key, entry] : earlier_) recording_.blocks.push_back(std::move(entry.block));
  earlier_.clear();
}

BlockPlan Measurement::block_plan(Pass pass, size_t arm, int index, int iterations) {
  BlockPlan block;
  block.pass = pass;
  block.arm = &arm_of(arm);
  if (arm == plan_.arms.size()) block.twin = name_of(arm);
  block.index = index;
  block.iterations = iterations;
  block.threads = plan_.workload.threads;
  block.items_per_iteration = plan_.workload.items_per_iteration;
  block.time_limit_s = time_limit_s(pass, arm);
  block.stop = plan_.stop;
  block.folder = folder_;
  block.agent_library = plan_.agent_library;
  block.padding_bytes = static_cast<int>(random_() % kPaddingLimit);
  block.machine_root = plan_.machine_root;
  block.watch = &watch_of(arm);
  return block;
}

// A library may run fewer threads than it was asked for, or bind them all to one core.
void Measurement::note_fewer_threads(const ChildResult& result) {
  const std::string& name = result.block.variant;
  const int64_t ran = result.threads.value_or(0), asked = result.threads_asked.value_or(ran);
  if (const auto fewest = result.threads_fewest)
    warn_once(recording_, fmt::format("{}: {} of the {} threads asked for ran", name,
                                      *fewest < ran ? fmt::format("{} to {}", *fewest, ran)
                                                    : std::to_string(ran),
                                      asked));
  const auto cores = static_cast<int64_t>(base::cores_of_process().size());
  if (result.cores && *result.cores < cores && *result.cores < ran)
    warn_once(recording_, fmt::format("{}: its {} threads ran on {} of {} cores", name, ran,
                                      *result.cores, cores));
}

// What the program alone knows of itself.
void Measurement::note_result(const ChildResult& result) {
  const Block& block = result.block;
  Workload& workload = recording_.workload;
  if (!recording_.model) recording_.model = result.model;
  if (!workload.items_hash) workload.items_hash = result.items_hash;
  if (workload.item.empty()) workload.item = result.item;
  const auto parts = block.work.find(workload.parts);
  if (!workload.parts_per_iteration && parts != block.work.end())
    workload.parts_per_iteration =
        parts->second / static_cast<int64_t>(block.iteration_wall_ns.size());
  if (!result.left_behind.empty() && leave_processes_behind_.insert(block.variant).second)
    warn_once(recording_, fmt::format("{} leaves processes behind, which were ended: {}",
                                      block.variant, result.left_behind));
  note_fewer_threads(result);
  for (Variant& variant : recording_.variants) {
    if (variant.name != block.variant) continue;
    if (result.thread_terms) variant.thread_terms = result.thread_terms;
    if (result.calling_thread_works) variant.calling_thread_works = result.calling_thread_works;
  }
}

}  // namespace winnow::profiles
