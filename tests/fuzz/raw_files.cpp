// What profilers, the agent and the tracer leave of one process.
#include <cstring>
#include <filesystem>

#include "profiles/agent/agent_file.h"
#include "profiles/perf/data_file.h"
#include "profiles/perf/processes.h"
#include "profiles/perf/stacks.h"
#include "profiles/raw/agent_events.h"
#include "profiles/raw/agent_results.h"
#include "profiles/raw/allocations.h"
#include "profiles/raw/call_stacks.h"
#include "profiles/raw/cpu_profile.h"
#include "profiles/raw/heap_profile.h"
#include "profiles/raw/run_counts.h"
#include "profiles/raw/sync_total.h"
#include "profiles/raw/tree_file.h"
#include "profiles/recording/hotspots.h"
#include "profiles/recording/recording.h"
#include "profiles/recording/timeline.h"
#include "tests/fuzz/target.h"
#include "tests/profiles/perf/perf_records.h"

namespace winnow::fuzz {
namespace {

using namespace profiles;

const CategoryRules& rules() {
  static const CategoryRules few = CategoryRules::parse(
      "[[cpu]]\ncategory = 'kernel'\nmatch = ['^\\[kernel']\n"
      "[[heap]]\ncategory = 'Vectors'\nmatch = ['vector']\n",
      "rules");
  return few;
}

// What was read of raw files is written into a recording, and must be read of that.
template <class Profile>
void record(std::optional<Profile> VariantProfiles::*place, const Profile& profile) {
  Recording recording;
  recording.variants.emplace_back().name = recording.baseline = "a";
  recording.profiles["a"].*place = profile;
  write_recording(folder(), recording);
  const std::string path = folder() + "/recording.json", first = bytes_of(path);
  const bool read = reads([&] { write_recording(folder(), read_recording(folder())); });
  require(read, "figures that were read of a raw file are refused in a recording");
  require_equal(first, bytes_of(path), "a recording");
}

void record_stacks(const Stacks& stacks) {
  write_stacks(folder(), "a", stacks);
  require(reads([&] { read_stacks(folder(), "a", stacks.clock); }),
          "call stacks that were read of a raw file are refused");
}

void cpu_profile(std::string_view input) {
  reads([&] {
    const std::string path = file_of("cpu.prof", input);
    record_stacks(sampled_stacks({path, path}, ProfileClock::cpu, rules()));
    record(&VariantProfiles::cpu, hotspots(sampled_stacks({path}, ProfileClock::cpu, rules())));
  });
}

// Two dumps of one process, with a zero byte between them.
void heap_dump(std::string_view input) {
  Parts parts(input);
  const std::string begin = file_of("begin.heap", parts.text());
  const std::string end = file_of("end.heap", parts.rest());
  reads([&] { record(&VariantProfiles::heap, read_heap_profile(begin, end, rules())); });
  reads([&] { record_stacks(allocation_stacks(begin, end, rules())); });
}

// The file of which `input` is the header and what follows at `offset`. One that is not marked as
// this version's own is soon refused: an even first byte marks it.
template <class Header, class Mark>
std::string agent_file(std::string_view input, size_t offset, Mark mark) {
  Parts parts(input);
  const bool marked = parts.byte() % 2 == 0;
  const std::string_view bytes = parts.rest();
  std::string file(bytes.substr(0, sizeof(Header)));
  file.resize(offset, '\0');
  if (marked) mark(file.data());
  return file.append(bytes.substr(std::min(sizeof(Header), bytes.size())));
}

template <class T>
void put(char* file, size_t offset, T value) {
  std::memcpy(file + offset, &value, sizeof value);
}

std::string agent_bytes(std::string_view input) {
  return agent_file<agent::Header>(input, agent::kSlotsOffset, [](char* file) {
    put(file, offsetof(agent::Header, magic), agent::kMagic);
    put(file, offsetof(agent::Header, version), agent::kVersion);
    put(file, offsetof(agent::Header, slot_size), uint32_t{sizeof(agent::Slot)});
  });
}

// The same file twice: of two processes.
void agent_results(std::string_view input) {
  const std::string path = file_of("agent.bin", agent_bytes(input));
  reads([&] { read_agent_seen(path); });
  reads([&] {
    const AgentResults results = read_agent_results(path, 3);
    SyncProfile total;
    add_process(results.sync, 1, total);
    add_process(results.sync, 2, total);
    record(&VariantProfiles::sync, total);
  });
  trim_agent_file(path);
  require(std::filesystem::file_size(path) <= agent_bytes(input).size(), "trimming made it larger");
}

AgentResults some_results() {
  AgentResults results;
  results.begin_ticks = 1000;
  results.end_ticks = 9000;
  results.ns_per_tick = 0.5;
  results.threads = {{0, "main", 0, false}, {1, "worker", 1, false}, {9, "sleeper", 0, true}};
  return results;
}

void agent_events(std::string_view input) {
  const std::string bytes =
      agent_file<agent::EventsHeader>(input, agent::kChunksOffset, [](char* file) {
        put(file, offsetof(agent::EventsHeader, magic), agent::kEventsMagic);
        put(file, offsetof(agent::EventsHeader, version), agent::kVersion);
        put(file, offsetof(agent::EventsHeader, chunk_size), uint32_t{sizeof(agent::EventChunk)});
      });
  const std::string path = file_of("events.bin", bytes);
  reads([&] {
    for (const int64_t most : {int64_t{5}, kMaxTimelineEvents}) {
      write_timeline(folder(), "a", read_agent_events(path, some_results(), {1000, 2000}, most));
      require(reads([&] { read_timeline(folder(), "a"); }),
              "a timeline that was read of events is refused");
    }
  });
  trim_events_file(path);
}

void perf_data(std::string_view input) {
  const std::string path = file_of("perf.data", input);
  reads([&] {
    const TreeStacks read = tree_stacks({path}, rules());
    record_stacks(read.stacks);
    record(&VariantProfiles::cpu, hotspots(read.stacks));
  });
}

// What the harness wrote of a process tree, added to itself as that of several blocks is.
void tree_counts(std::string_view input) {
  const std::string path = file_of("counts.json", input);
  reads([&] {
    TreeProfile sum;
    for (int block = 0; block < 3; ++block) add_tree(read_tree_file(path), sum);
    record(&VariantProfiles::tree, sum);
  });
  reads([&] {
    FutexProfile sum;
    for (int block = 0; block < 3; ++block) add_counts(read_futex_file(path), sum);
    record(&VariantProfiles::futex, sum);
  });
  reads([&] {
    InstructionProfile sum;
    for (int block = 0; block < 3; ++block) add_counts(read_instruction_file(path), sum);
    record(&VariantProfiles::count, sum);
  });
}

// Two processes' files.
void callgrind(std::string_view input) {
  Parts parts(input);
  for (const char* pid : {"7", "8"}) {
    file_of(std::string("callgrind/callgrind.") + pid, parts.text());
    file_of(std::string("callgrind/valgrind.") + pid, "For interactive control, run\n");
  }
  reads([&] { record(&VariantProfiles::count, read_callgrind(folder() + "/callgrind")); });
}

constexpr char kMap[] =
    "00400000-00500000 r-xp 00000000 08:01 1234                /nonexistent/program\n"
    "7ffc0000-7ffd0000 r-xp 00000000 00:00 0                   [vdso]\n";

std::string words(std::initializer_list<uint64_t> list) {
  std::string bytes;
  for (const uint64_t word : list) bytes += bytes_of_value(word);
  return bytes;
}

std::vector<std::string> cpu_profile_seeds() {
  return {words({0, 3, 0, 10000, 0, 5, 2, 0x400100, 0x400201, 2, 1, 0x7ffc0100, 0, 1, 0}) + kMap};
}

std::vector<std::string> heap_dump_seeds() {
  const std::string begin =
      "heap profile:     1:     16 [     1:     16] @ heapprofile\n"
      "     1:     16 [     1:     16] @ 0x400100 0x400200\n\nMAPPED_LIBRARIES:\n";
  const std::string end =
      "heap profile:     2:     48 [     5:    116] @ heapprofile\n"
      "     1:     16 [     3:     52] @ 0x400100 0x400200\n"
      "     1:     32 [     2:     64] @ 0x400300\n\nMAPPED_LIBRARIES:\n";
  return {begin + kMap + '\0' + end + kMap};
}

// Two threads, one of which the region's begin met.
std::string agent_seed() {
  agent::Header header{};
  header.slot_count = 4;
  header.cores = 2;
  header.pid = 7;
  header.counting = 1;
  header.phase = agent::kAfterRegion;
  header.region_begin_ticks = 1000;
  header.region_end_ticks = 9000;
  header.region_end_ns = 4000;
  header.cpu_begin_ns = 100;
  header.cpu_end_ns = 5000;
  header.used_slots = 2;
  std::string bytes(1, '\0');
  bytes.append(reinterpret_cast<const char*>(&header), sizeof header);
  for (int i = 0; i < 2; ++i) {
    agent::Slot slot{};
    slot.state = agent::kRunning;
    slot.tid = 7 + i;
    slot.born_ticks = 500;
    std::strcpy(slot.name, i == 0 ? "program" : "worker");
    slot.op = agent::kConditionWait;
    slot.op_since_ticks = 2000;
    slot.mark = 1;
    slot.mark_since_ticks = 3000;
    slot.live.ops[agent::kThreadCreate] = {3, 60};
    slot.live.marks[1] = {2, 900};
    slot.live.cpu_ns[1] = 700;
    slot.live.allocations = 5;
    slot.live.allocated_bytes = 80;
    slot.begin = {7 + i, 10, 1, 2, 3};
    slot.end = {7 + i, 1000, 100, 4, 5};
    slot.folded.figures = slot.live;
    slot.folded.threads = 2;
    slot.folded.life_ticks = 400;
    slot.folded.cpu_ns = 90;
    bytes.append(reinterpret_cast<const char*>(&slot), sizeof slot);
  }
  return bytes;
}

std::string events_seed() {
  agent::EventsHeader header{};
  header.chunk_count = 8;
  header.used_chunks = 2;
  std::string bytes(1, '\0');
  bytes.append(reinterpret_cast<const char*>(&header), sizeof header);
  for (uint32_t i = 0; i < 2; ++i) {
    agent::EventChunk chunk{};
    chunk.slot = i;
    uint64_t ticks = 1000;
    uint32_t count = 0;
    for (const uint32_t what :
         {uint32_t{agent::kThreadBegins}, 1u, 3u, 1u, uint32_t{agent::kThreadEnds}})
      chunk.events[count++] = (ticks += 900) << agent::kEventBits | what;
    chunk.count = count;
    bytes.append(reinterpret_cast<const char*>(&chunk), sizeof chunk);
  }
  return bytes;
}

std::vector<std::string> agent_seeds() { return {agent_seed()}; }
std::vector<std::string> event_seeds() { return {events_seed()}; }

std::vector<std::string> perf_seeds() {
  const std::string records =
      named(1, 10, "front", true) + mapping(1, 11, 0x1000, 0x1000, "/nonexistent/front") +
      sample(1, 20, 0x1010, 0x1021) + lost(3) + forked(2, 1, 30) + named(2, 40, "other", true) +
      mapping(2, 50, 0x5000, 0x1000, "//anon") +
      sample_of_stack(2, 55, 0x5010, {0x7010, 0x5101, 0x8000, 0x5201}) + ended(2, 70) +
      sample(1, 80, 0xffffffff81000000, 0x1021, PERF_RECORD_MISC_KERNEL);
  return {data_file(records), pipe_file(records)};
}

std::vector<std::string> count_seeds() {
  const std::string path = folder() + "/seed.json";
  std::vector<std::string> seeds;
  write_tree_file(path, {.iterations = 2,
                         .wall_s = 1,
                         .cpu_s = 2,
                         .processes = 3,
                         .threads = 4,
                         .execs = 1,
                         .programs = {{"make", 1, 2, 0.5, 0.25}}});
  seeds.push_back(bytes_of(path));
  write_counts(path, FutexProfile{.iterations = 1, .waits = 2, .wakes = 3});
  seeds.push_back(bytes_of(path));
  write_counts(path,
               InstructionProfile{
                   .iterations = 1, .instructions = 5, .fewest = 5, .most = 5, .processes = 1});
  seeds.push_back(bytes_of(path));
  return seeds;
}

std::vector<std::string> callgrind_seeds() {
  const std::string file = "# callgrind format\npid: 7\nevents: Ir\nfn=(1) main\n3 17\n";
  return {file + "totals: 9000\n" + '\0' + file + "totals: 12\n"};
}

}  // namespace

std::vector<Target> raw_targets() {
  return {{"cpu_profile", cpu_profile, cpu_profile_seeds},
          {"heap_dump", heap_dump, heap_dump_seeds},
          {"agent_results", agent_results, agent_seeds},
          {"agent_events", agent_events, event_seeds},
          {"perf_data", perf_data, perf_seeds},
          {"counts", tree_counts, count_seeds, Target::kJson},
          {"callgrind", callgrind, callgrind_seeds}};
}

}  // namespace winnow::fuzz
