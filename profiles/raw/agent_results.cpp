#include "profiles/raw/agent_results.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <limits>
#include <map>
#include <utility>

#include "base/error.h"
#include "base/region.h"
#include "base/sums.h"
#include "profiles/agent/agent_file.h"
#include "profiles/raw/agent_bytes.h"
#include "profiles/raw/sync_total.h"
#include "profiles/recording/fields.h"
#include "profiles/recording/json_reader.h"
#include "profiles/recording/json_writer.h"

namespace winnow::profiles {
namespace {

using namespace winnow::agent;

constexpr const char* kMainThread = "main";
constexpr uint32_t kMostCores = 1 << 20;

// The file is what a program left in memory that it could write to: no figure is certain to be one.
int64_t whole(uint64_t count) {
  return static_cast<int64_t>(std::min<uint64_t>(count, std::numeric_limits<int64_t>::max()));
}

int64_t since(int64_t begin, int64_t end) {
  return std::max<int64_t>(0, base::subtracted(end, begin));
}

// One clock of the region: ticks to seconds.
struct Clock {
  uint64_t begin, end;
  double s_per_tick;

  double seconds(uint64_t ticks) const { return static_cast<double>(ticks) * s_per_tick; }
  uint64_t clipped(uint64_t since) const { return since < end ? end - std::max(since, begin) : 0; }
  bool contains(uint64_t ticks) const { return ticks >= begin && ticks < end; }
};

Clock calibrate(const Header& header, const std::string& file) {
  Clock clock{header.region_begin_ticks.load(), header.region_end_ticks.load(), 0};
  if (clock.begin == 0) throw base::Error(file, "the program did not begin its region");
  if (clock.end == 0) throw base::Error(file, "the program did not end its region");
  const int64_t ns = base::subtracted(header.region_end_ns, header.region_begin_ns);
  if (clock.end <= clock.begin || ns <= 0) throw base::Error(file, "the region has no length");
  clock.s_per_tick = static_cast<double>(ns) * 1e-9 / static_cast<double>(clock.end - clock.begin);
  return clock;
}

void add(Counter& to, const Counter& from) {
  base::add_to(to.count, from.count);
  base::add_to(to.ticks, from.ticks);
}

void add(Figures& to, const Figures& from) {
  for (uint32_t i = 0; i < kOpCount; ++i) add(to.ops[i], from.ops[i]);
  for (uint32_t i = 0; i < kMarkCount; ++i) add(to.marks[i], from.marks[i]);
  for (uint32_t i = 0; i < kPlaceCount; ++i) base::add_to(to.cpu_ns[i], from.cpu_ns[i]);
  base::add_to(to.allocations, from.allocations);
  base::add_to(to.allocated_bytes, from.allocated_bytes);
  base::add_to(to.frees, from.frees);
}

// What a thread was doing when the region ended, up to there.
void finish(const Slot& slot, const Clock& clock, Figures& figures) {
  if (slot.op > kNoOp && slot.op < kOpCount) {
    add(figures.ops[slot.op],
        {clock.contains(slot.op_since_ticks), clock.clipped(slot.op_since_ticks)});
  }
  if (slot.mark < kMarkCount)
    add(figures.marks[slot.mark], {0, clock.clipped(slot.mark_since_ticks)});
}

// What a thread's account has beyond the last charge belongs to the place where it was then.
void finish_cpu(const Slot& slot, Figures& figures) {
  const int64_t tid = slot.tid.load();
  if (slot.place >= kPlaceCount || slot.end.tid != tid) return;
  const int64_t begin_ns = slot.begin.tid == tid ? slot.begin.cpu_ns : 0;
  const int64_t since_ns = std::max(slot.cpu_since_ns, begin_ns);
  base::add_to(figures.cpu_ns[slot.place],
               std::max<int64_t>(0, base::subtracted(slot.end.cpu_ns, since_ns)));
}

CpuByState cpu_by_state(const Figures& figures) {
  const auto seconds = [&](agent::Place place) {
    return static_cast<double>(std::max<int64_t>(0, figures.cpu_ns[place])) * 1e-9;
  };
  return {.computing_s = seconds(kPlaceComputing),
          .searching_s = seconds(kPlaceSearching),
          .waiting_s = seconds(kPlaceWaiting),
          .signalling_s = seconds(kPlaceSignalling),
          .creating_s = seconds(kPlaceCreating),
          .other_s = seconds(kPlaceOther)};
}

void set_marks(ThreadAccount& account, const Figures& figures, const Clock& clock) {
  account.computing_s = clock.seconds(figures.marks[WINNOW_COMPUTING].ticks);
  account.searching_s = clock.seconds(figures.marks[WINNOW_SEARCHING].ticks);
  account.waiting_s = clock.seconds(figures.marks[WINNOW_WAITING].ticks);
  account.signalling_s = clock.seconds(figures.marks[WINNOW_SIGNALLING].ticks);
  account.cpu_by_state = cpu_by_state(figures);
}

// A thread that the region's begin or end met, or that the agent kept for another reason.
ThreadAccount account_of(const Slot& slot, const Clock& clock, const Figures& figures) {
  const int64_t tid = slot.tid.load();
  const Account none{tid, 0, 0, 0, 0};
  const Account& from = slot.begin.tid == tid ? slot.begin : none;
  const Account& to = slot.end;
  ThreadAccount account;
  account.name = std::string(slot.name, strnlen(slot.name, sizeof slot.name));
  const uint64_t died = slot.died_ticks == 0 ? clock.end : std::min(slot.died_ticks, clock.end);
  const uint64_t born = std::max(slot.born_ticks, clock.begin);
  account.wall_s = died > born ? clock.seconds(died - born) : 0;
  account.cpu_s = static_cast<double>(since(from.cpu_ns, to.cpu_ns)) * 1e-9;
  if (from.run_queue_ns >= 0 && to.run_queue_ns >= from.run_queue_ns) {
    // The kernel counts a wait for a core when it ends, also one that began before the region.
    account.run_queue_s = std::min(static_cast<double>(to.run_queue_ns - from.run_queue_ns) * 1e-9,
                                   std::max(0.0, account.wall_s - account.cpu_s));
  }
  account.voluntary_switches = since(from.voluntary_switches, to.voluntary_switches);
  account.involuntary_switches = since(from.involuntary_switches, to.involuntary_switches);
  set_marks(account, figures, clock);
  return account;
}

AgentThread thread_of(uint32_t slot, const Figures& figures, const Clock& clock) {
  AgentThread thread;
  thread.slot = slot;
  const uint64_t region = clock.end - clock.begin;
  for (uint32_t mark = 1; mark < kMarkCount; ++mark)
    if (figures.marks[mark].ticks >= region) thread.mark_throughout = mark;
  for (const Op op : {kThreadJoin, kConditionWait, kMutexContended, kFutexWait})
    thread.waits_throughout |= figures.ops[op].ticks >= region;
  return thread;
}

ThreadAccount account_of(const Folded& folded, const Clock& clock) {
  ThreadAccount account;
  account.name = kCreatedInRegion;
  account.thread_count = whole(folded.threads);
  account.wall_s = clock.seconds(folded.life_ticks);
  account.cpu_s = static_cast<double>(since(0, folded.cpu_ns)) * 1e-9;
  if (folded.run_queue_unknown == 0) {
    account.run_queue_s = static_cast<double>(since(0, folded.run_queue_ns)) * 1e-9;
  }
  account.voluntary_switches = since(0, folded.voluntary_switches);
  account.involuntary_switches = since(0, folded.involuntary_switches);
  set_marks(account, folded.figures, clock);
  return account;
}

void add(Folded& to, const Folded& from) {
  add(to.figures, from.figures);
  base::add_to(to.threads, from.threads);
  base::add_to(to.life_ticks, from.life_ticks);
  base::add_to(to.cpu_ns, from.cpu_ns);
  base::add_to(to.run_queue_ns, from.run_queue_ns);
  base::add_to(to.run_queue_unknown, from.run_queue_unknown);
  base::add_to(to.voluntary_switches, from.voluntary_switches);
  base::add_to(to.involuntary_switches, from.involuntary_switches);
}

// Threads that the program did not name carry the program's name: number those.
void name_threads(std::vector<ThreadAccount>& threads, const std::string& program_name) {
  int number = 0;
  std::map<std::string, int> seen;
  for (ThreadAccount& thread : threads) {
    if (thread.name == kMainThread) continue;
    if (thread.name.empty() || thread.name == program_name) {
      thread.name = fmt::format("thread {}", ++number);
    }
    thread.name = base::printable(thread.name);
    const int count = ++seen[thread.name];
    if (count > 1) thread.name += fmt::format(" ({})", count);
  }
}

SyncProfile to_profile(const Figures& total, const Clock& clock) {
  auto calls = [&](const Counter& counter) {
    return Calls{whole(counter.count), clock.seconds(counter.ticks)};
  };
  SyncProfile sync;
  sync.wall_s = clock.seconds(clock.end - clock.begin);
  sync.thread_create = calls(total.ops[kThreadCreate]);
  sync.thread_join = calls(total.ops[kThreadJoin]);
  sync.condition_wait = calls(total.ops[kConditionWait]);
  sync.condition_signal = calls(total.ops[kConditionSignal]);
  sync.condition_broadcast = calls(total.ops[kConditionBroadcast]);
  sync.mutex_contended = calls(total.ops[kMutexContended]);
  sync.futex_wait = calls(total.ops[kFutexWait]);
  sync.futex_wake = calls(total.ops[kFutexWake]);
  sync.yield = calls(total.ops[kYield]);
  uint64_t marked = 0;
  for (uint32_t i = 1; i < kMarkCount; ++i) marked |= total.marks[i].count | total.marks[i].ticks;
  if (marked > 0) {
    sync.computing = calls(total.marks[WINNOW_COMPUTING]);
    sync.searching = calls(total.marks[WINNOW_SEARCHING]);
    sync.waiting = calls(total.marks[WINNOW_WAITING]);
    sync.signalling = calls(total.marks[WINNOW_SIGNALLING]);
  }
  sync.allocations = whole(total.allocations);
  sync.allocated_bytes = whole(total.allocated_bytes);
  sync.frees = whole(total.frees);
  return sync;
}

// Off-CPU time is what is left of a life: it cannot be negative, but for the time between the
// region's ends and the reading of the kernel's figures there. That is short, unless the thread
// that reads waits for a core.
constexpr double kReading_s = 0.05;

void check_off_cpu(const SyncProfile& sync, std::vector<std::string>& warnings) {
  for (const ThreadAccount& thread : sync.threads) {
    const double busy_s = thread.cpu_s + thread.run_queue_s.value_or(0);
    if (busy_s <= thread.wall_s * 1.02 + kReading_s) continue;
    warnings.push_back(
        fmt::format("CPU and run-queue time of thread \"{}\" ({:.3f} s) exceed its life ({:.3f} s)",
                    thread.name, busy_s, thread.wall_s));
  }
}

uint32_t used_slots(const Header& header) {
  return std::min(header.used_slots.load(), header.slot_count);
}

// What all slots of a file hold.
struct Collected {
  Figures total{};
  Folded folded{};
  std::vector<ThreadAccount> accounts;  // of the threads, in the same order
  std::vector<AgentThread> threads;
  std::string program_name;  // the main thread's, before it is called "main"
  int64_t unread = 0;        // threads without the kernel's figures
};

bool was_in_region(const Slot& slot, const Clock& clock) {
  const uint32_t state = slot.state.load();
  return (state == kRunning || state == kEnded) && slot.born_ticks < clock.end &&
         (slot.died_ticks == 0 || slot.died_ticks > clock.begin);
}

// The thread that still holds the slot, or that the agent kept.
void collect_thread(uint32_t index, const Slot& slot, int64_t pid, const Clock& clock,
                    Collected& collected) {
  Figures figures = slot.live;
  if (slot.state.load() == kRunning) finish(slot, clock, figures);
  finish_cpu(slot, figures);
  add(collected.total, figures);
  const int64_t tid = slot.tid.load();
  if (slot.end.tid != tid) {
    ++collected.unread;
    return;
  }
  collected.accounts.push_back(account_of(slot, clock, figures));
  collected.threads.push_back(thread_of(index, figures, clock));
  if (tid == pid)
    collected.program_name = std::exchange(collected.accounts.back().name, kMainThread);
}

Collected collect(const Header& header, const Slot* slots, const Clock& clock) {
  Collected collected;
  for (uint32_t i = 0; i < used_slots(header); ++i) {
    add(collected.folded, slots[i].folded);
    if (was_in_region(slots[i], clock)) collect_thread(i, slots[i], header.pid, clock, collected);
  }
  add(collected.total, collected.folded.figures);
  return collected;
}

void warn_of_threads(const Header& header, int64_t unread, std::vector<std::string>& warnings) {
  if (const uint64_t lost = header.uncounted_threads.load(); lost > 0)
    warnings.push_back(
        fmt::format("{} threads were not counted: more than {} at once", lost, header.slot_count));
  if (unread > 0)
    warnings.push_back(fmt::format("the kernel's figures of {} threads could not be read", unread));
}

AgentSeen seen_of(const Header& header) {
  AgentSeen seen;
  seen.cpu_s = static_cast<double>(since(header.cpu_begin_ns, header.cpu_end_ns)) * 1e-9;
  // Else a program that this one replaced used it.
  if (header.replaced == 0)
    seen.start_s = static_cast<double>(std::max<int64_t>(0, header.cpu_begin_ns)) * 1e-9;
  seen.child_processes = whole(header.child_processes.load());
  seen.replaced = header.replaced != 0;
  seen.executed = header.executed != 0;
  return seen;
}

// What the hooks saw of such a process is what other libraries left to the C library.
void forget_allocations(SyncProfile& sync, std::vector<std::string>& warnings) {
  sync.allocations.reset();
  sync.allocated_bytes.reset();
  sync.frees.reset();
  warnings.push_back(kAllocatesElsewhere);
}

// Figures that no recording can hold are of a damaged file: with them the whole recording could not
// be read.
void check_readable(const SyncProfile& sync, const std::string& file) {
  SyncProfile read;
  JsonReader::from_json(JsonWriter::to_json(sync), Place{file}, read);
}

void check_counts(const Figures& total, const std::string& file) {
  constexpr auto kMost = static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
  if (std::ranges::any_of(total.ops, [&](const Counter& op) { return op.count > kMost; }) ||
      std::max({total.allocations, total.allocated_bytes, total.frees}) > kMost)
    throw base::Error(file, "a count beyond 2^63 - 1, which no program reaches");
}

uint64_t size_in_use(const Header& header) {
  return kSlotsOffset + uint64_t{used_slots(header)} * sizeof(Slot);
}

const Header& checked_header(std::span<const std::byte> bytes, const std::string& file) {
  if (bytes.size() < kSlotsOffset) throw base::Error(file, "not a file of the agent: too short");
  const auto& header = *reinterpret_cast<const Header*>(bytes.data());
  if (header.magic != kMagic) throw base::Error(file, "not a file of the agent");
  if (header.version != kVersion || header.slot_size != sizeof(Slot)) {
    throw base::Error(file, "written by another version of the agent");
  }
  if (header.slot_count > kMaxSlots || bytes.size() < size_in_use(header)) {
    throw base::Error(file, "cut short");
  }
  return header;
}

}  // namespace

std::vector<std::string> all_warnings(const AgentResults& results) {
  std::vector<std::string> all = results.warnings;
  const int64_t children = results.seen.child_processes;
  if (children > 0)
    all.push_back(children == 1 ? "1 child process was made, which is not counted"
                                : fmt::format("{} child processes were made, which are not counted",
                                              children));
  return all;
}

AgentResults read_agent_results(const std::string& file, int iterations) {
  const AgentBytes read(file);
  const Header& header = checked_header(read.bytes(), file);
  if (header.counting == 0) throw base::Error(file, "not of a sync pass: nothing was counted");
  const Clock clock = calibrate(header, file);
  const auto* slots = reinterpret_cast<const Slot*>(read.bytes().data() + kSlotsOffset);
  Collected collected = collect(header, slots, clock);
  name_threads(collected.accounts, collected.program_name);

  AgentResults results;
  results.threads = std::move(collected.threads);
  for (size_t i = 0; i < results.threads.size(); ++i)
    results.threads[i].name = collected.accounts[i].name;
  check_counts(collected.total, file);
  results.sync = to_profile(collected.total, clock);
  results.sync.iterations = iterations;
  results.sync.cores = static_cast<int>(std::min<uint32_t>(header.cores, kMostCores));
  results.sync.threads = std::move(collected.accounts);
  if (collected.folded.threads > 0)
    results.sync.threads.push_back(account_of(collected.folded, clock));
  results.begin_ticks = clock.begin;
  results.end_ticks = clock.end;
  results.ns_per_tick = clock.s_per_tick * 1e9;
  check_off_cpu(results.sync, results.warnings);
  warn_of_threads(header, collected.unread, results.warnings);
  results.seen = seen_of(header);
  if (header.allocates_elsewhere != 0) forget_allocations(results.sync, results.warnings);
  check_readable(results.sync, file);
  return results;
}

AgentSeen read_agent_seen(const std::string& file) {
  const AgentBytes read(file);
  const Header& header = checked_header(read.bytes(), file);
  calibrate(header, file);
  return seen_of(header);
}

void trim_agent_file(const std::string& file) {
  uint64_t size_bytes = 0;
  try {
    const AgentBytes read(file);
    size_bytes = size_in_use(checked_header(read.bytes(), file));
  } catch (const base::Error&) {
    return;
  }
  std::error_code ignored;
  std::filesystem::resize_file(file, size_bytes, ignored);
}

}  // namespace winnow::profiles
