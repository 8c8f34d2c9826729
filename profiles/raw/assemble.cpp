#include "profiles/raw/assemble.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

#include "base/error.h"
#include "base/sums.h"
#include "profiles/perf/stacks.h"
#include "profiles/raw/agent_events.h"
#include "profiles/raw/agent_results.h"
#include "profiles/raw/allocations.h"
#include "profiles/raw/call_stacks.h"
#include "profiles/raw/run_counts.h"
#include "profiles/raw/sync_total.h"
#include "profiles/raw/tree_file.h"
#include "profiles/recording/disturbance.h"
#include "profiles/recording/hotspots.h"
#include "profiles/recording/stacks.h"
#include "profiles/recording/warnings.h"

namespace winnow::profiles {
namespace {

int iterations_of(const Block& block) { return static_cast<int>(block.iteration_wall_ns.size()); }

// The agent or the profiler left no file of a block.
struct NoRawFile : base::Error {
  NoRawFile(const Block& of, const std::string& name)
      : Error(fmt::format("{} pass", word(of.pass)),
              fmt::format("no {}: the program began and ended no region, or is statically linked "
                          "and takes no preloaded library",
                          name)),
        block(&of),
        failure("no " + name) {}

  const Block* block;
  std::string failure;
};

// The path of a block's raw file. Throws NoRawFile.
std::string raw_file(const std::string& folder, const Block& block, const std::string& name) {
  for (const std::string& file : block.raw_files) {
    if (file.ends_with("/" + name)) return folder + "/" + file;
  }
  throw NoRawFile(block, name);
}

void write(const std::string& folder, const std::string& variant, Stacks stacks,
           Recording& recording) {
  const ProfileClock clock = stacks.clock;
  if (const size_t left_out = write_stacks(folder, variant, std::move(stacks)))
    recording.warnings.push_back(
        fmt::format("{}, {}: the {} lightest call stacks are one, because a file of call stacks "
                    "holds at most {} MB",
                    variant, word(clock), left_out, kLimitStacksBytes / 1'000'000));
}

// A block's files of this kind, one for each run of a command: "perf-0.data". None: the block is of
// a program that follows docs/child-contract.md.
std::vector<std::string> run_files(const std::string& folder, const Block& block,
                                   const std::string& stem, const std::string& extension) {
  std::vector<std::string> files;
  for (const std::string& file : block.raw_files)
    if (file.find("/" + stem + "-") != std::string::npos && file.ends_with(extension))
      files.push_back(folder + "/" + file);
  return files;
}

Stacks stacks_of(const std::vector<std::string>& files, ProfileClock clock,
                 const CategoryRules& rules, const std::string& variant, Recording& recording,
                 bool& kernel_seen) {
  if (!files.front().ends_with(".data")) return sampled_stacks(files, clock, rules);
  TreeStacks found = tree_stacks(files, rules);
  if (found.lost > 0)
    recording.warnings.push_back(
        fmt::format("{}, {} pass: {} samples found no room in memory and are lost", variant,
                    word(pass_of(clock)), found.lost));
  kernel_seen = found.kernel_seen;
  return std::move(found.stacks);
}

std::string subject_of(const std::string& who, Pass pass) {
  return fmt::format("{}, {} pass", who, word(pass));
}

std::string without_subject(const std::exception& error, const std::string& subject) {
  std::string text = error.what();
  if (text.starts_with(subject + ": ")) text.erase(0, subject.size() + 2);
  return text;
}

// How much of the CPU time a profile saw decides what it is worth. `subject`: "pool, cpu pass".
void check_coverage(const std::string& subject, const SampledProfile& profile,
                    Recording& recording) {
  constexpr double kLeastToTell_s = 0.1, kWhole = 0.95, kHalf = 0.5, kNone = 0.05, kToName = 0.01;
  if (!profile.total_s || *profile.total_s <= 0) return;
  const double share = profile.sampled_s / *profile.total_s;
  // Of so little CPU time a share says nothing, unless next to nothing was seen at all.
  if (*profile.total_s < kLeastToTell_s && share >= kNone) return;
  std::string text = fmt::format("the profiler saw {:.0f}% of the CPU time", share * 100);
  if (profile.unseen_kernel_s)
    text += fmt::format("; {:.0f}% is the kernel's, which it may not see",
                        *profile.unseen_kernel_s / *profile.total_s * 100);
  else if (profile.outside_events_s.value_or(0) > kToName * *profile.total_s)
    text += fmt::format(
        "; {:.0f}% is the kernel's, to start and end processes and to switch between threads, "
        "where no profiler counts",
        *profile.outside_events_s / *profile.total_s * 100);
  if (share < kHalf) throw base::Error(subject, text + ": too little for a table");
  if (share < kWhole) recording.warnings.push_back(subject + ": " + text);
}

SampledProfile sampled(const std::string& folder, const std::vector<const Block*>& blocks,
                       ProfileClock clock, const CategoryRules& rules, Recording& recording) {
  std::vector<std::string> files;
  int iterations = 0;
  std::optional<double> cpu_s = 0;
  double system_s = 0, events_s = 0;
  bool by_events = false, kernel_seen = true, counted = true;
  for (const Block* block : blocks) {
    const std::vector<std::string> perf = run_files(folder, *block, "perf", ".data");
    by_events = !perf.empty();
    files.insert(files.end(), perf.begin(), perf.end());
    if (!by_events) files.push_back(raw_file(folder, *block, "cpu.prof"));
    iterations += iterations_of(*block);
    const std::optional<double> block_s = block->region->cpu_s();
    system_s += static_cast<double>(block->region->system_ns.value_or(0)) * 1e-9;
    if (cpu_s && block_s)
      *cpu_s += *block_s;
    else
      cpu_s.reset();
    counted = counted && block->event_cpu_ns;
    events_s += static_cast<double>(block->event_cpu_ns.value_or(0)) * 1e-9;
  }
  const std::string& variant = blocks.front()->variant;
  Stacks stacks = stacks_of(files, clock, rules, variant, recording, kernel_seen);
  stacks.iterations = iterations;
  SampledProfile profile = hotspots(stacks);
  if (clock == ProfileClock::cpu) profile.total_s = cpu_s;
  if (!kernel_seen && cpu_s) profile.unseen_kernel_s = std::min(system_s, *cpu_s);
  if (by_events && kernel_seen && cpu_s && counted)
    profile.outside_events_s = std::max(0.0, *cpu_s - events_s);
  if (by_events) check_coverage(subject_of(variant, pass_of(clock)), profile, recording);
  write(folder, blocks.front()->variant, std::move(stacks), recording);
  return profile;
}

// Of the servers beside the runs of the cpu pass, while these ran. Too little of it seen: none, and
// a warning.
std::optional<SampledProfile> server_profile(const std::string& folder,
                                             const std::vector<const Block*>& blocks,
                                             const CategoryRules& rules, Recording& recording) {
  std::vector<std::string> files;
  int iterations = 0;
  double cpu_s = 0;
  for (const Block* block : blocks) {
    const std::vector<std::string> of_block = run_files(folder, *block, "server", ".data");
    if (of_block.empty() || !block->server) continue;
    files.insert(files.end(), of_block.begin(), of_block.end());
    iterations += iterations_of(*block);
    cpu_s += static_cast<double>(block->server->cpu_ns) * 1e-9;
  }
  if (files.empty()) return std::nullopt;
  const std::string server = blocks.front()->variant + ", server";
  const std::string subject = subject_of(server, Pass::cpu);
  try {
    bool kernel_seen = true;
    Stacks stacks = stacks_of(files, ProfileClock::cpu, rules, server, recording, kernel_seen);
    stacks.iterations = iterations;
    SampledProfile profile = hotspots(stacks);
    profile.total_s = cpu_s;
    check_coverage(subject, profile, recording);
    return profile;
  } catch (const base::Error& error) {
    recording.warnings.push_back(without_subject(error, subject).insert(0, subject + ": "));
    return std::nullopt;
  }
}

// Of a command only the first process takes the preloaded profiler: how much of the tree that was
// decides what the profile is worth. Throws base::Error where it is too little.
class SeenSum {
 public:
  void add(const AgentSeen& seen, const Block& block) {
    ++runs_;
    sum_.seen_cpu_s += seen.cpu_s;
    base::add_to(sum_.child_processes, seen.child_processes);
    executed_ = executed_ || seen.executed;
    replaced_ = replaced_ || seen.replaced;
    if (block.iteration_wall_ns.empty() || !block.region) return;
    const double runs = iterations_of(block);
    const double before_s = static_cast<double>(block.before_exec_cpu_ns.value_or(0)) * 1e-9 / runs;
    const double start_s = std::max(0.0, seen.start_s - before_s);
    sum_.tree_cpu_s += std::max(0.0, block.region->cpu_s().value_or(0) / runs - start_s);
  }

  SeenShare share() const {
    if (executed_)
      throw base::Error("first process",
                        "it became another program, which takes no preloaded library");
    if (sum_.child_processes == 0 && sum_.tree_cpu_s - sum_.seen_cpu_s < runs_ * kEnd_s)
      return sum_;
    if (sum_.share() < kHalf && sum_.child_processes == 0)
      throw base::Error(
          "first process",
          fmt::format(
              "only {:.0f}% of its CPU time is seen: too little for a table; the rest is "
              "its start{} and its end. A longer run has a greater share",
              sum_.share() * 100,
              replaced_ ? ", the program that it was before an exec (env and its like)" : ""));
    if (sum_.share() < kHalf)
      throw base::Error("process tree",
                        fmt::format("only the first process is seen, which used {:.0f}% of its "
                                    "CPU time: too little for a table{}",
                                    sum_.share() * 100, children()));
    return sum_;
  }

 private:
  static constexpr double kHalf = 0.5;
  static constexpr double kEnd_s = 0.01;  // of a process, which the agent does not see

  std::string children() const {
    if (sum_.child_processes == 0) return "";
    const double each = static_cast<double>(sum_.child_processes) / runs_;
    return fmt::format("; a run makes {:.4g} child {}", each, each == 1 ? "process" : "processes");
  }

  SeenShare sum_;
  bool executed_ = false, replaced_ = false;
  int runs_ = 0;
};

HeapProfile heap(const std::string& folder, const Block& block, const CategoryRules& rules,
                 Recording& recording) {
  const auto of_runs = run_files(folder, block, "end", ".heap");
  const std::string run = of_runs.empty() ? "" : "-0";
  std::optional<SeenShare> seen;
  if (const auto agents = run_files(folder, block, "agent", ".bin"); !agents.empty()) {
    if (run_files(folder, block, "begin", ".heap").empty())
      throw base::Error("heap profiler",
                        "it could not begin; the program may define malloc itself");
    SeenSum sum;
    sum.add(read_agent_seen(agents.front()), block);
    seen = sum.share();
  }
  const std::string begin = raw_file(folder, block, "begin" + run + ".heap"),
                    end = raw_file(folder, block, "end" + run + ".heap");
  HeapProfile profile = read_heap_profile(begin, end, rules);
  profile.iterations = of_runs.empty() ? iterations_of(block) : 1;
  profile.seen = seen;
  Stacks stacks = allocation_stacks(begin, end, rules);
  stacks.iterations = profile.iterations;
  write(folder, block.variant, std::move(stacks), recording);
  return profile;
}

// The run's events are shared evenly: no variant's timeline takes the room of another's.
void timeline(const std::string& folder, const std::string& name, const Block& block,
              const AgentResults& results, const std::vector<int64_t>& iteration_wall_ns,
              Recording& recording) try {
  const auto variants = static_cast<int64_t>(recording.variants.size());
  write_timeline(folder, block.variant,
                 read_agent_events(raw_file(folder, block, name), results, iteration_wall_ns,
                                   kMaxTimelineEvents / variants));
} catch (const base::Error& error) {
  recording.warnings.push_back(fmt::format("{}: no timeline: {}", block.variant, error.what()));
}

AgentResults counted(const std::string& file, const Block& block, int iterations,
                     Recording& recording) {
  AgentResults results = read_agent_results(file, iterations);
  // Of a command the tables tell what the pass did not see.
  const bool command = !file.ends_with("/agent.bin");
  for (const std::string& warning : command ? results.warnings : all_warnings(results))
    warn_once(recording, fmt::format("{}, {} pass: {}", block.variant, word(block.pass), warning));
  return results;
}

// Of a program that follows docs/child-contract.md.
void add_process_of(const std::string& folder, const Block& block, bool first, Recording& recording,
                    SyncProfile& total) {
  const AgentResults results =
      counted(raw_file(folder, block, "agent.bin"), block, iterations_of(block), recording);
  if (first) timeline(folder, "events.bin", block, results, block.iteration_wall_ns, recording);
  add_process(results.sync, block.index, total);
}

void add_runs_of(const std::string& folder, const Block& block, bool first, Recording& recording,
                 SyncProfile& total, SeenSum& seen) {
  for (const std::string& file : run_files(folder, block, "agent", ".bin")) {
    const AgentResults results = counted(file, block, 1, recording);
    const double region_ns =
        static_cast<double>(results.end_ticks - results.begin_ticks) * results.ns_per_tick;
    if (std::exchange(first, false))
      timeline(folder, "events-0.bin", block, results, {std::llround(region_ns)}, recording);
    add_process(results.sync, block.index, total);
    seen.add(results.seen, block);
  }
}

// The timeline is the first process's.
SyncProfile sync(const std::string& folder, const std::vector<const Block*>& blocks,
                 Recording& recording) {
  SyncProfile total;
  SeenSum seen;
  bool of_runs = false;
  for (const Block* block : blocks) {
    of_runs = !run_files(folder, *block, "agent", ".bin").empty();
    if (of_runs)
      add_runs_of(folder, *block, block == blocks.front(), recording, total, seen);
    else
      add_process_of(folder, *block, block == blocks.front(), recording, total);
  }
  if (of_runs) total.seen = seen.share();
  return total;
}

// As many iterations as the heap pass took.
SyncProfile exact(const std::string& folder, const Block& block, Recording& recording) {
  const auto of_runs = run_files(folder, block, "agent", ".bin");
  return of_runs.empty()
             ? counted(raw_file(folder, block, "agent.bin"), block, iterations_of(block), recording)
                   .sync
             : counted(of_runs.front(), block, 1, recording).sync;
}

// A block whose files cannot be read, and why.
struct BadBlock {
  const Block* block;
  std::string failure;
};

// The block whose file is the error's subject; none: the error is not about one block's file.
std::optional<BadBlock> bad_block(const std::exception& error, const std::string& folder,
                                  const std::vector<const Block*>& blocks) {
  if (const auto* none = dynamic_cast<const NoRawFile*>(&error))
    return BadBlock{none->block, none->failure};
  const std::string_view what = error.what();
  for (const Block* block : blocks) {
    for (const std::string& file : block->raw_files) {
      const std::string subject = base::printable(folder + "/" + file) + ": ";
      if (what.starts_with(subject))
        return BadBlock{block, fmt::format("bad {}: {}", file.substr(file.rfind('/') + 1),
                                           what.substr(subject.size()))};
    }
  }
  return std::nullopt;
}

void note_bad_blocks(const std::vector<BadBlock>& bad, size_t all, Recording& recording) {
  if (bad.empty()) return;
  const Block& last = *bad.back().block;
  recording.warnings.push_back(fmt::format("{}: {} of {} blocks failed: {}",
                                           subject_of(last.variant, last.pass), bad.size(), all,
                                           bad.back().failure));
  for (const auto& [block, failure] : bad)
    recording.blocks[static_cast<size_t>(block - recording.blocks.data())].failure = failure;
}

using ReadBlocks = std::function<void(const std::vector<const Block*>&)>;

// What cannot be read of a process costs its block, and the profile is the others'. Where nothing
// can be read of any, or the reason lies in no single one, the pass is missing.
void read_good_blocks(const std::string& folder, const std::string& variant, Pass pass,
                      const ReadBlocks& read, Recording& recording) {
  std::vector<const Block*> blocks = comparable_blocks(recording, variant, pass);
  const std::vector<std::string> warnings = recording.warnings;
  const size_t all = blocks.size();
  std::vector<BadBlock> bad;
  std::string why;
  while (!blocks.empty()) {
    try {
      read(blocks);
      return note_bad_blocks(bad, all, recording);
    } catch (const std::exception& error) {
      recording.warnings = warnings;
      const auto found = bad_block(error, folder, blocks);
      if (why.empty() || !found) why = without_subject(error, subject_of(variant, pass));
      if (!found) break;
      bad.push_back(*found);
      std::erase(blocks, found->block);
    }
  }
  if (why.empty()) return;
  if (!blocks.empty()) note_bad_blocks(bad, all, recording);
  recording.missing.push_back({variant, pass, why});  // what shows it names both
}

}  // namespace

void assemble_profiles(const std::string& folder, const CategoryRules& rules,
                       Recording& recording) {
  auto attempt = [&](const std::string& variant, Pass pass, const ReadBlocks& read) {
    read_good_blocks(folder, variant, pass, read, recording);
  };
  for (const Variant& variant : recording.variants) {
    const std::string& name = variant.name;
    VariantProfiles& profiles = recording.profiles[name];
    attempt(name, Pass::cpu, [&](const auto& blocks) {
      profiles.server = server_profile(folder, blocks, rules, recording);
      profiles.cpu = sampled(folder, blocks, ProfileClock::cpu, rules, recording);
    });
    attempt(name, Pass::wall, [&](const auto& blocks) {
      profiles.wall = sampled(folder, blocks, ProfileClock::wall, rules, recording);
    });
    attempt(name, Pass::heap, [&](const auto& blocks) {
      profiles.heap = heap(folder, *blocks[0], rules, recording);
    });
    attempt(name, Pass::sync,
            [&](const auto& blocks) { profiles.sync = sync(folder, blocks, recording); });
    attempt(name, Pass::tree, [&](const auto& blocks) {
      TreeProfile tree;
      for (const Block* block : blocks)
        add_tree(read_tree_file(raw_file(folder, *block, kTreeFile)), tree);
      profiles.tree = std::move(tree);
    });
    attempt(name, Pass::futex, [&](const auto& blocks) {
      FutexProfile futex;
      for (const Block* block : blocks)
        add_counts(read_futex_file(raw_file(folder, *block, kFutexFile)), futex);
      profiles.futex = futex;
    });
    attempt(name, Pass::count, [&](const auto& blocks) {
      InstructionProfile count;
      for (const Block* block : blocks)
        add_counts(read_instruction_file(raw_file(folder, *block, kInstructionFile)), count);
      profiles.count = count;
    });
    attempt(name, Pass::exact, [&](const auto& blocks) {
      if (!profiles.heap || profiles.heap->iterations != iterations_of(*blocks[0])) return;
      const SyncProfile counts = exact(folder, *blocks[0], recording);
      // As the agent finds out by a call, so that a program which allocates nothing has a profile
      // of nothing.
      if (!counts.allocations) {
        profiles.heap.reset();
        recording.missing.push_back({name, Pass::heap, kAllocatesElsewhere});
        return;
      }
      profiles.heap->exact_bytes = counts.allocated_bytes;
      profiles.heap->exact_objects = counts.allocations;
    });
  }
}

}  // namespace winnow::profiles
