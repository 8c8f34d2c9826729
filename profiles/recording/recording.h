#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "profiles/recording/words.h"

// What a run measured: the one file that the measuring stack writes and the reports read. Plain
// data; an empty optional means "not measured", and `missing` says why.
namespace winnow::profiles {

inline constexpr int kRecordingSchema = 2;  // the major version, "schema" in the file
inline constexpr int kRecordingMinor = 1;   // "schema_minor", where it is not 0

// A fact of the machine, or why it is not known. value is empty when it could not be read.
struct MachineFact {
  std::string name;  // "cpu_model", "cores", "kernel", "hypervisor", "memory_bytes", ...
  std::string value;
  std::string note;                  // why there is no value, or what to know about it
  std::optional<FactState> state{};  // empty: not judged
  std::string advice{};              // what to do about a warning
};

// The value of a fact; empty: it is not among them, or could not be read.
inline std::string fact_value(const std::vector<MachineFact>& facts, std::string_view name) {
  for (const MachineFact& fact : facts)
    if (fact.name == name) return fact.value;
  return "";
}

// Which machine it was: figures of one fingerprint can be compared.
struct MachineIdentity {
  std::string fingerprint;         // SHA-256 of the facts below
  std::vector<std::string> facts;  // "kernel 6.1", "governor unknown", ...
  std::string host_id;             // made of the machine's id, not its name; empty: unavailable
  std::string note;                // why there is no host id
};

// The file of a measured program as the run began.
struct ProgramFile {
  std::string path;  // as it was started
  std::optional<uint64_t> size_bytes{};
  std::optional<std::string> sha256{};    // of the whole file
  std::optional<std::string> build_id{};  // as the linker noted it, in hexadecimal digits
  std::optional<std::string> commit{};    // that the program was built of
  std::string note{};                     // why one of them is not there
};

// What the machine can do at most: int8 multiply-accumulates in registers (10^9 a second) with each
// instruction set, and reading memory (10^9 bytes a second).
struct RooflineRow {
  std::string isa;
  double one_core_gmacs = 0, all_cores_gmacs = 0;
};
struct Roofline {
  int cores = 0;  // threads of the all-core figures
  std::vector<RooflineRow> rows;
  std::optional<double> one_core_read_gbs, all_cores_read_gbs;
  std::string method;  // how it was measured, or why a figure is not there
};

// What one iteration gets done, as the user tells it: so many units of that name, above 0.
struct WorkDone {
  std::string unit;  // "bytes"
  double amount = 0;
};

// The measured program's input, as the program and the scenario tell it.
struct Workload {
  std::string scenario;     // name
  std::string description;  // one line, from the scenario
  int items_per_iteration = 0;
  std::optional<int64_t> parts_per_iteration;  // of all items together
  int threads = 0;
  int iterations_per_block = 0;
  int blocks = 0;                           // planned, per variant, in the time pass
  std::optional<std::string> items_hash{};  // equal for equal items in the same order
  std::string item{};                       // what one is called: "text"; empty: not told
  // The work counter of what the items consist of: "tokens"; empty: there is none.
  std::string parts{};
  std::string iteration{};         // what one is called: "run"; empty: "iteration"
  std::optional<WorkDone> work{};  // of an iteration, where no items are told
};

struct Model {
  std::string name;
  std::string file;  // name without folder
  std::optional<uint64_t> size_bytes;
  std::optional<bool> synthetic;
  std::optional<std::string> hash{};  // of the file's size and of samples of its bytes
};

// Wall time of a process that does nothing, from its exec to its end: what starting a command
// costs.
struct StartCost {
  std::string command;  // "true"
  int runs = 0;
  int64_t p25_ns = 0, p50_ns = 0, p75_ns = 0;
};

// A part of the threads that a variant creates by its design: "4 threads × 168 matmuls × 32 texts".
struct ThreadTerm {
  std::string name;  // of the threads: "threads", "threads a batch", "persistent threads"
  int64_t threads = 0;
  std::string for_each{};  // what has so many threads each: "matmuls"; empty: nothing
  int64_t times = 1;       // how many of these there are
  bool per_item = false;   // in each item; else in each iteration
  bool once = false;       // made once in the process, and counted anew in each iteration
};

struct Variant {
  std::string name;     // "spawn"
  std::string summary;  // one line
  std::string label;    // heading in the report, such as "Fine-Grained"; empty: the name
  std::string advice;   // how a user turns this variant on, for the recommendation
  std::string program;  // path of its executable, from the recording's folder; may be empty
  bool persistent_threads = false;
  std::optional<bool> calling_thread_works;
  std::optional<std::vector<ThreadTerm>> thread_terms;  // no term: no threads by design
  // Where one strategy is measured under several names, as the builds of a gate and the costs of an
  // explanation are: its own name, which the program tells. Empty: that is `name`.
  std::string arm_of{};
  std::optional<Side> side{};  // empty: of no gate
  std::optional<ProgramFile> program_file{};
  std::vector<std::string> command{};  // that a user starts; empty: not told
  std::vector<std::string> server{};   // the command of the server that it loads; empty: none
  int run = 0;                         // which run, of several put side by side: not recorded
};

// What the cores that the process may run on did while the region ran, by the kernel's figures of
// the whole machine: independent of the process's own CPU time. Idle time includes waiting for I/O;
// busy time is everybody's.
struct CoresTime {
  int cores = 0;
  int64_t idle_ns = 0, busy_ns = 0, steal_ns = 0;
};

struct Region {
  int64_t wall_ns = 0;
  std::optional<int64_t> user_ns, system_ns;
  std::optional<int64_t> voluntary_switches, involuntary_switches;
  std::optional<int64_t> minor_faults, major_faults;
  std::optional<CoresTime> cores_time{};
  std::optional<int64_t> cpu_migrations{};  // of threads from one core to another

  // Of the process, user and system; empty where one of them was not measured.
  std::optional<double> cpu_s() const {
    if (!user_ns || !system_ns) return std::nullopt;
    return (static_cast<double>(*user_ns) + static_cast<double>(*system_ns)) * 1e-9;
  }
  // The same; empty, too, where the sum is beyond the type.
  std::optional<int64_t> cpu_ns() const {
    int64_t sum = 0;
    if (!user_ns || !system_ns || __builtin_add_overflow(*user_ns, *system_ns, &sum))
      return std::nullopt;
    return sum;
  }
};

// One kind of loop by which a strategy hands out work: how many of them an iteration takes, and the
// wall time of one whose bodies do nothing, outside the region.
struct DispatchLoop {
  int64_t per_iteration = 0;
  int64_t p50_ns = 0, p99_ns = 0;
};

// State of the machine while a block's process ran, from the kernel. Shares are percent: of the
// wall time, or of all cores' time.
struct BlockMachine {
  std::optional<double> wall_s;                // that the process ran
  std::optional<double> psi_cpu_some_percent;  // of the wall time: some task waited for a core
  std::optional<double> steal_percent;         // of all cores' time: taken by the hypervisor
  std::optional<double> other_cpu_percent;     // of all cores' time: used by other programs
  std::optional<int64_t> throttled_ns;         // held back by the control group's quota
  std::optional<double> load_1min;             // load average when it began
};

// A known cost that the program paid before each parallel region. `amount`: ns for "region", times
// for "wakeup" and "thread". Counts and what was paid, by all threads and by the one that paid
// most, are of the whole region; the unit is one payment of that amount, timed outside the region.
struct Injected {
  InjectedCause cause = InjectedCause::region;
  int64_t amount = 0;
  int64_t regions = 0, most_by_one_thread = 0;
  int64_t unit_p25_ns = 0, unit_p50_ns = 0, unit_p75_ns = 0;
  std::optional<int64_t> paid_ns{}, most_paid_ns{};
};

// The server beside a block's runs.
struct ServerFigures {
  int64_t cpu_ns = 0;    // while the runs ran, all that descends from it included
  int64_t ready_ns = 0;  // from its start until it was ready
  std::optional<int64_t> peak_rss_bytes{};  // of its first process
};

// One fresh process.
struct Block {
  Pass pass = Pass::time;
  std::string variant;
  int index = 0;      // within pass and variant
  int64_t order = 0;  // position in the whole run: what ran before what
  // What happened: "exit status 3", "signal 11", "time limit of 60 s"; empty: it ended well.
  std::string failure;
  std::string stderr_tail;  // last lines, when it failed
  std::string isa;
  std::vector<int64_t> iteration_wall_ns;
  std::map<std::string, std::vector<double>> metrics{};  // by name: of each iteration
  std::optional<Region> region;
  std::optional<ServerFigures> server{};
  // Of a command's runs: CPU time that the kernel's events counted, of all processes between their
  // start and their end; and what the first processes had used before their exec, which is in no
  // other figure.
  std::optional<int64_t> event_cpu_ns{}, before_exec_cpu_ns{};
  std::map<std::string, int64_t> work;
  // Multiply-accumulates of the region by kernel: of all functions whose unqualified name is the
  // key, or begins with the key and "_".
  std::optional<std::map<std::string, int64_t>> kernel_macs;
  std::optional<std::map<std::string, DispatchLoop>> dispatch;  // by the loop's name
  std::optional<Injected> injected;                             // empty: nothing was
  std::string checksum;                                         // empty: none
  std::optional<int64_t> peak_rss_bytes, load_ns, warmup_ns;
  std::vector<std::string> raw_files;  // relative to the recording's folder
  std::optional<BlockMachine> machine;
  std::string disturbed;  // by what, as profiles/recording/disturbance.h judges it; empty: not
  std::optional<int> rerun_of;  // index of the disturbed round that this block's round repeats

  bool ok() const { return failure.empty(); }
};

struct Function {
  std::string name;
  std::string category;  // by the rules file: "scheduler", "compute", ..., "other"
  // Sampled seconds: in the function itself, and in it and what it calls. Flat rows add up to the
  // profile's sampled_s; cumulative rows do not add up.
  std::optional<double> flat_s, cumulative_s;
  std::optional<int64_t> flat_samples, cumulative_samples;
  std::string module{};  // the file that holds it, without folder; empty: not told
};

// A sampled profile of the region: all blocks of one variant merged.
struct SampledProfile {
  ProfileClock clock = ProfileClock::cpu;  // or wall
  int iterations = 0;
  std::optional<int64_t> samples;
  std::optional<double> period_s;
  double sampled_s = 0;           // samples * period
  std::optional<double> total_s;  // cpu: the region's real CPU time, from the kernel
  // Of that what the kernel did itself, where the profiler may not see it; empty: it sees it all.
  std::optional<double> unseen_kernel_s{};
  // Of that what no event counts: what the kernel does to start and end processes and to switch
  // between threads; empty: not known.
  std::optional<double> outside_events_s{};
  std::vector<Function> functions;
};

// Of a command's process tree only the first process takes the preloaded profiler.
struct SeenShare {
  double seen_cpu_s = 0;        // CPU time of the program that was seen
  double tree_cpu_s = 0;        // of the whole tree but the first process's start, by the kernel
  int64_t child_processes = 0;  // that the first process made

  double share() const { return tree_cpu_s > 0 ? seen_cpu_s / tree_cpu_s : 1; }
};

struct AllocationRow {
  std::string category;
  double bytes = 0;
  std::optional<int64_t> objects;
};

// Cumulative allocation, by category. `region` rows add up to region_bytes.
struct HeapProfile {
  int iterations = 0;
  double region_bytes = 0;
  std::optional<int64_t> region_objects;
  std::vector<AllocationRow> region;
  std::vector<AllocationRow> before_region;  // loading and warm-up, not part of the region
  // Checks of the dumps: the stacks' sum against the header, and against the exact totals that the
  // interposed malloc of the sync pass counted for as many iterations.
  std::optional<double> header_bytes;
  std::optional<int64_t> header_objects;
  std::optional<int64_t> exact_bytes, exact_objects;
  std::optional<SeenShare> seen{};  // of a command; then the region is the whole process
};

struct Calls {
  int64_t count = 0;
  double wall_s = 0;
};

// A thread's CPU time by what it was doing, each moment in one of them: by its marks, and outside
// marks by the call it was in. Creating: in pthread_create and pthread_join, whatever the mark.
struct CpuByState {
  double computing_s = 0, searching_s = 0, waiting_s = 0, signalling_s = 0, creating_s = 0,
         other_s = 0;
};

// One thread's life within the region, from the kernel's accounting; or, where thread_count > 1,
// the sum over all threads that started and ended inside the region.
struct ThreadAccount {
  std::string name;  // "main", "worker 1", "created in the region"
  int64_t thread_count = 1;
  double wall_s = 0, cpu_s = 0;
  std::optional<double> run_queue_s;  // runnable, but without a core
  std::optional<int64_t> voluntary_switches, involuntary_switches;
  double computing_s = 0, searching_s = 0, waiting_s = 0, signalling_s = 0;  // by the marks
  std::optional<CpuByState> cpu_by_state{};                                  // adds up to cpu_s
};

// What one process of the sync pass counted: how often each thing happened in its region, by the
// name that it has in SyncProfile; "voluntary_switches" is of all threads. A count that was not
// taken is not there.
struct SyncProcess {
  int block = 0;  // index of its block
  int iterations = 0;
  std::map<std::string, int64_t> counts;
};

// Exact accounting of threads, from the preloaded agent: sums over the processes of the pass.
// Counts and times are of the regions, over `iterations` iterations; times are thread-seconds. A
// group that was not measured is empty. Threads of the same name in several processes are one.
struct SyncProfile {
  int iterations = 0;
  double wall_s = 0;  // of the regions
  int cores = 0;
  std::optional<Calls> thread_create, thread_join;
  std::optional<Calls> condition_wait, condition_signal, condition_broadcast;
  std::optional<Calls> mutex_contended;
  std::optional<Calls> futex_wait, futex_wake, yield;  // through syscall() and sched_yield()
  // Thread-seconds and entries by scheduler state, from the marks.
  std::optional<Calls> computing, searching, waiting, signalling;
  std::optional<int64_t> allocations, allocated_bytes, frees;
  std::vector<ThreadAccount> threads;
  std::optional<std::vector<SyncProcess>> processes{};  // each for itself: how the counts scatter
  std::optional<SeenShare> seen{};                      // as in HeapProfile
};

// Processes of a tree by the name of the program that they run last.
struct TreeProgram {
  std::string name;        // the kernel's, cut to 15 bytes
  int64_t processes = 0;   // 0: all of them became other programs by an exec
  int64_t threads = 0;     // created in them, besides the first of each
  double cpu_s = 0;        // used under that name
  double run_queue_s = 0;  // thread-seconds
};

// Exact accounting of whole process trees, from each leader's exec to the last thread's end: sums
// over `iterations` trees, but for the two greatest figures.
struct TreeProfile {
  int iterations = 0;
  double wall_s = 0, cpu_s = 0;
  double run_queue_s = 0;  // thread-seconds of waiting for a core
  int64_t voluntary_switches = 0, involuntary_switches = 0;
  int64_t processes = 0;  // created, besides the leader
  int64_t threads = 0;    // created, besides the first of each process
  int64_t execs = 0;      // the leader's own included
  int64_t most_threads_at_once = 0;
  int64_t peak_rss_bytes = 0;           // of the largest process
  int64_t unseen_ends = 0;              // threads whose figures could not be read at their end
  std::vector<TreeProgram> programs{};  // by CPU time, the largest first
  std::vector<std::string> without_privilege{};  // set-uid programs that ran without it
};

// Futex calls of whole process trees: how often threads went to the kernel to wait and to wake.
struct FutexProfile {
  int iterations = 0;
  int64_t waits = 0, wakes = 0, requeues = 0, others = 0;
};

// Instructions of whole process trees outside the kernel, as callgrind counts them.
struct InstructionProfile {
  int iterations = 0;
  int64_t instructions = 0;      // of all iterations
  int64_t fewest = 0, most = 0;  // of one iteration
  int64_t processes = 0;         // that were counted, the leaders included
};

struct VariantProfiles {
  std::optional<SampledProfile> cpu, wall;
  std::optional<HeapProfile> heap;
  std::optional<SyncProfile> sync;
  std::optional<TreeProfile> tree{};
  std::optional<FutexProfile> futex{};
  std::optional<InstructionProfile> count{};
  std::optional<SampledProfile> server{};  // of the cpu pass: the server's, while its load ran
};

// Something that was planned or asked for and is not there, and why.
struct Missing {
  std::string variant;       // empty: all
  std::optional<Pass> pass;  // empty: no pass, but the verdict
  std::string reason;        // "threads live too short for a sampled wall profile"
};

// A figure that a program writes to its output, found there by a regular expression (of RE2).
struct Metric {
  std::string name;     // "req/s"
  std::string pattern;  // its first group is the figure
  bool higher_is_better = true;
  bool decides = false;  // the verdict, in the place of wall time; at most one of all
};

struct Recording {
  // Of all that recording.json says (docs/recording.md), when it was read; not of what is in
  // memory.
  std::string content_hash{};
  std::string created;  // UTC, ISO 8601
  std::string winnow_version;
  std::string commit;  // of the measured program; empty when not known
  RunStatus status = RunStatus::incomplete;
  std::vector<MachineFact> machine;
  std::optional<MachineIdentity> machine_identity{};
  std::optional<Roofline> roofline;
  Workload workload;
  std::optional<Model> model;
  std::optional<StartCost> start_cost{};  // where a block has several runs of a command
  std::string baseline;                   // variant name
  std::vector<Variant> variants;          // baseline first
  // Name of a second copy of the baseline, which took part in the time pass; not among the
  // variants.
  std::string twin;  // empty: none
  std::vector<Metric> metrics{};
  std::vector<Block> blocks;
  std::map<std::string, VariantProfiles> profiles;  // by variant
  std::vector<Missing> missing;
  std::vector<std::string> warnings;  // of the measuring itself, and the remarks
  // Of an interrupted run: how many of the warnings, the first ones, it had when its measuring
  // ended. A run that goes on with it says at its own end what the others say.
  std::optional<int> lasting_warnings{};
  std::vector<std::string> remarks{};  // of reading the file: not recorded
};

// Which program was replaced or deleted, and how; empty: the run is not invalid.
inline std::string why_invalid(const Recording& recording) {
  if (recording.status != RunStatus::invalid) return "";
  for (const Missing& missing : recording.missing)
    if (!missing.pass && !missing.reason.empty()) return missing.reason;
  return "no reason recorded";
}

// The file recording.json in `folder`, of this version, an older one or a newer minor one
// (docs/recording.md); what read leaves out of it is told in `warnings`. It throws base::Error for
// a file that is not a recording: not JSON, a newer schema, wrong types, negative or non-finite
// figures.
Recording read_recording(const std::string& folder);
void write_recording(const std::string& folder, const Recording& recording);

}  // namespace winnow::profiles
