// The whole way, on a model that is made in milliseconds: scenario, child processes under every
// pass, recording, report.
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/file.h"
#include "profiles/recording/recording.h"
#include "tests/catch.h"
#include "tests/cli/program.h"
#include "tests/engine_terms.h"

using namespace winnow;
namespace fs = std::filesystem;

namespace {

constexpr int kTexts = 4;
constexpr int kThreads = 3;
constexpr int kMatricesPerText = 2 * 7;  // blocks of the tiny model, weight matrices of a block
constexpr int kMatmulsPerText = 2 * 4;   // loops over tiles: some matrices are multiplied as one

struct TinyRun : testing::TinyModel {
  TinyRun()
      : TinyModel("run",
                  "name = 'tiny'\n"
                  "texts = ['one', 'two words', 'three words here', '']\n"
                  "iterations = 16\n"
                  "blocks = 8\n"
                  "threads = 3\n"
                  "passes = ['time', 'cpu', 'wall', 'heap', 'sync']\n"
                  "[[variants]]\n"
                  "name = 'spawn'\n"
                  "label = 'Fine'\n"
                  "[[variants]]\n"
                  "name = 'pool'\n"
                  "label = 'Coarse'\n") {}
};

int row_count(const std::string& report, const std::string& heading) {
  const size_t start = report.find("# " + heading + "\n");
  if (start == std::string::npos) return 0;
  const std::string section = report.substr(start, report.find("\n#", start) - start);
  int rows = 0;
  for (size_t at = 0; (at = section.find("\n|", at)) != std::string::npos; ++at) ++rows;
  return rows;
}

// Is there a process, other than `except`, with this text in its command line?
bool process_mentions(const std::string& text, pid_t except) {
  for (const auto& entry : fs::directory_iterator("/proc")) {
    const std::string name = entry.path().filename().string();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    if (name == std::to_string(except)) continue;
    std::ifstream file(entry.path() / "cmdline", std::ios::binary);
    std::string command;
    std::getline(file, command);  // fails quietly for a process that has just ended
    if (command.find(text) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("a run measures every pass of both variants and fills every table") {
  TinyRun tiny;
  const auto result = tiny.run({"--samples", "200"});
  INFO(result.err);
  REQUIRE(result.status == 0);
  CHECK(base::read_file(tiny / "out/tiny/report.md") == result.out);
  const std::string page = base::read_file(tiny / "out/tiny/report.html");
  for (const char* figure : {"flame-cpu-0", "flame-cpu-1", "flame-cpu-difference", "flame-wall-1",
                             "flame-allocation-difference", "plot-latency", "plot-ledger"})
    CHECK(page.find(std::string("id=\"") + figure + "\"") != std::string::npos);
  CHECK(result.err.ends_with("winnow: the report as a page: out/tiny/report.html\n"));
  CHECK(testing::winnow(tiny, {"report", "out/tiny"}).out == result.out);
  for (const char* heading :
       {"Performance Summary", "Scheduler Overhead", "Compute Functions",
        "Memory Allocation Summary", "Thread Creations", "Threads", "Scheduler Metrics"}) {
    INFO(heading);
    CHECK(row_count(result.out, heading) >= 3);
  }

  const auto recording = profiles::read_recording(tiny / "out/tiny");
  CHECK(recording.status == profiles::RunStatus::complete);
  const profiles::Block* first = nullptr;
  for (const auto& block : recording.blocks) {
    CHECK(block.ok());
    if (block.pass != profiles::Pass::time) continue;
    if (first == nullptr) first = &block;
    CHECK(block.checksum == first->checksum);
    CHECK(block.work == first->work);
    CHECK(block.iteration_wall_ns.size() == 2);
  }
  REQUIRE(first != nullptr);
  CHECK(first->work.at("matmul_calls") == 2 * kTexts * kMatricesPerText);

  const auto& spawn = recording.profiles.at("spawn");
  const auto& pool = recording.profiles.at("pool");
  REQUIRE(spawn.sync.has_value());
  REQUIRE(pool.sync.has_value());
  CHECK(spawn.sync->thread_create.value().count ==
        int64_t{kThreads} * kMatmulsPerText * kTexts * spawn.sync->iterations);
  CHECK(spawn.sync->thread_join.value().count == spawn.sync->thread_create.value().count);
  CHECK(pool.sync->thread_create.value().count == 0);
  CHECK_FALSE(spawn.wall.has_value());
  REQUIRE(spawn.heap.has_value());
  REQUIRE(pool.heap.has_value());
  CHECK(spawn.heap->exact_objects.value() == spawn.heap->region_objects.value());
  CHECK(pool.heap->exact_objects.value() == pool.heap->region_objects.value());
}

// The loops that an iteration of the variant takes, as its programs counted them.
int64_t loops_of(const profiles::Recording& recording, const std::string& variant) {
  for (const auto& block : recording.blocks) {
    if (block.variant != variant || !block.dispatch) continue;
    int64_t loops = 0;
    for (const auto& [name, loop] : *block.dispatch) loops += loop.per_iteration;
    return loops;
  }
  return 0;
}

// Threads that lived through a region, besides the main one.
int64_t worker_count(const profiles::SyncProfile& sync) {
  return std::count_if(sync.threads.begin(), sync.threads.end(),
                       [](const auto& thread) { return thread.name.rfind("worker", 0) == 0; });
}

int64_t threads_of(const std::vector<profiles::ThreadTerm>& terms, const std::string& name) {
  int64_t threads = 0;
  for (const auto& term : terms)
    if (term.name == name) threads += term.threads;
  return threads;
}

// Created in each iteration, by the design.
int64_t threads_of_an_iteration(const std::vector<profiles::ThreadTerm>& terms) {
  int64_t threads = 0;
  for (const auto& term : terms)
    if (!term.once) threads += term.threads * term.times * (term.per_item ? kTexts : 1);
  return threads;
}

TEST_CASE("threads, waits and wake-ups of every strategy are those that its design implies") {
  TinyRun tiny;
  const auto result = tiny.run(
      {"--passes", "sync", "--variants",
       "serial,spawn,spawn_text,pool_op,pool_spin,pool,pool_queue,packed,hybrid,steal,auto"});
  INFO(result.err);
  REQUIRE(result.status == 0);
  const auto recording = profiles::read_recording(tiny / "out/tiny");
  REQUIRE(recording.variants.size() == 11);
  std::map<std::string, int64_t> waits, wakes, created, workers;
  int64_t iterations = 0, processes = 0;
  for (const auto& variant : recording.variants) {
    INFO(variant.name);
    const auto& sync = recording.profiles.at(variant.name).sync.value();
    const auto& terms = variant.thread_terms.value();
    workers[variant.name] = threads_of(terms, "persistent threads");
    CHECK(worker_count(sync) == workers[variant.name]);
    iterations = sync.iterations;
    created[variant.name] = sync.thread_create.value().count;
    waits[variant.name] = sync.condition_wait.value().count;
    wakes[variant.name] =
        sync.condition_broadcast.value().count + sync.condition_signal.value().count;
    CHECK(created[variant.name] == iterations * threads_of_an_iteration(terms));
    processes = std::ssize(sync.processes.value());
    CHECK(sync.thread_join.value().count == created[variant.name]);
  }
  CHECK(created["spawn"] == int64_t{kThreads} * kMatmulsPerText * kTexts * iterations);
  CHECK(created["spawn_text"] == int64_t{2} * kThreads * iterations);
  for (const char* name : {"serial", "spawn", "spawn_text"}) {
    INFO(name);
    CHECK(waits[name] + wakes[name] == 0);
  }
  CHECK(created["pool"] == 0);
  // Every worker sleeps at most once before a loop, and once more before the region's end; who
  // waits for a loop's end sleeps at most once. At both ends of a loop there is at most one
  // wake-up, for all who sleep.
  const auto check_loops = [&](const char* name, int64_t loops) {
    INFO(name << ", " << loops << " loops");
    CHECK(waits[name] <= (loops + processes) * workers[name] + loops);
    CHECK(wakes[name] <= loops * 2);
  };
  check_loops("pool", 2 * iterations);
  check_loops("pool_queue", 2 * iterations);
  check_loops("pool_op", int64_t{kMatmulsPerText} * kTexts * iterations);
  for (const char* name : {"pool_spin", "packed"})
    check_loops(name, loops_of(recording, name) * iterations);
  // Who waits does not spin; a worker of pool_op may come too late to wait for anything.
  for (const char* name : {"pool", "pool_queue"}) {
    INFO(name);
    CHECK(waits[name] >= 1);
    CHECK(wakes[name] >= 1);
  }
  CHECK(waits["pool_op"] + wakes["pool_op"] >= 1);
}

// Without those of repeated rounds.
int64_t first_blocks(const profiles::Recording& recording) {
  return std::count_if(recording.blocks.begin(), recording.blocks.end(),
                       [](const auto& block) { return !block.rerun_of; });
}

TEST_CASE("passes, variants and counts can be chosen, the first variant being the baseline") {
  TinyRun tiny;
  const auto result =
      tiny.run({"--passes", "time", "--variants", "pool,spawn", "--iterations", "8", "--blocks",
                "8", "--batch", "2", "--threads", "1", "--out", "here", "--no-twin"});
  INFO(result.err);
  REQUIRE(result.status == 0);
  const auto recording = profiles::read_recording(tiny / "here");
  CHECK(recording.baseline == "pool");
  CHECK(recording.workload.items_per_iteration == 2);
  CHECK(first_blocks(recording) == 16);
  CHECK(recording.twin.empty());
  CHECK(result.out.find("unavailable") != std::string::npos);
}

// Those of the first look are not recorded; the pass's processes are as many as ever.
TEST_CASE("the machine's peaks are kept from one run to the next, and their age is told") {
  const TinyRun tiny;
  const std::string file = tiny / "cache/winnow/peaks.json";
  setenv("XDG_CACHE_HOME", (tiny / "cache").c_str(), 1);
  const auto doctor = testing::winnow(tiny, {"doctor", "--roofline"});
  REQUIRE(doctor.status == 0);
  CHECK(doctor.out.find("\nmeasured ") != std::string::npos);
  REQUIRE(fs::exists(file));
  auto kept = nlohmann::json::parse(base::read_file(file));
  kept["measured_s"] = kept["measured_s"].get<int64_t>() - 3 * 3600;
  kept["busy"] = false;  // the machine may have been
  kept["warning"] = "a planted warning";
  for (auto& row : kept["roofline"]["rows"]) row["all_cores_gmacs"] = 123456;
  base::write_file(file, kept.dump());
  const std::vector<std::string> quick{"--passes", "time", "--no-verdict", "--no-twin"};
  const auto run = tiny.run(quick);
  INFO(run.err);
  REQUIRE(run.status == 0);
  CHECK(run.out.find("measured 3 h ago; best of ") != std::string::npos);
  CHECK(run.out.find("123,456 G on ") != std::string::npos);
  CHECK(run.out.find("a planted warning") != std::string::npos);

  // On a busy machine a later run may find better ones, the next run does not look.
  kept["busy"] = true;
  base::write_file(file, kept.dump());
  CHECK(tiny.run(quick).out.find("123,456 G on ") == std::string::npos);
  kept["measured_s"] = kept["measured_s"].get<int64_t>() + 3 * 3600;
  base::write_file(file, kept.dump());
  CHECK(tiny.run(quick).out.find("123,456 G on ") != std::string::npos);

  auto anew = quick;
  anew.push_back("--roofline");
  CHECK(tiny.run(anew).out.find("123,456 G on ") == std::string::npos);
  unsetenv("XDG_CACHE_HOME");
}

TEST_CASE("variables that tune a library do not reach the engine, and the report says so") {
  const TinyRun tiny;
  setenv("OMP_THREAD_LIMIT", "1", 1);
  const auto run =
      tiny.run({"--passes", "time", "--no-verdict", "--no-twin", "--variants", "pool"});
  unsetenv("OMP_THREAD_LIMIT");
  INFO(run.err);
  CHECK(run.status == 0);
  const auto recording = profiles::read_recording(tiny / "out/tiny");
  bool told = false;
  for (const std::string& warning : recording.warnings) {
    told = told || (warning.find("not handed to the variants") != std::string::npos &&
                    warning.find("OMP_THREAD_LIMIT=1") != std::string::npos);
  }
  CHECK(told);
}

TEST_CASE("a budget decides how many iterations a block has, and nothing else") {
  TinyRun tiny;
  const auto result = tiny.run({"--budget", "3s", "--passes", "time,heap,sync", "--samples", "9"});
  INFO(result.err);
  REQUIRE(result.status == 0);
  const auto recording = profiles::read_recording(tiny / "out/tiny");
  const auto iterations = static_cast<size_t>(recording.workload.iterations_per_block);
  CHECK(iterations >= 1);
  std::map<profiles::Pass, int> blocks;
  for (const auto& block : recording.blocks) {
    CHECK(block.ok());
    if (block.rerun_of) continue;
    ++blocks[block.pass];
    if (block.pass == profiles::Pass::time) CHECK(block.iteration_wall_ns.size() == iterations);
  }
  CHECK(blocks[profiles::Pass::time] == 8 * 3);
  CHECK(blocks[profiles::Pass::heap] == 2);
  CHECK(blocks[profiles::Pass::sync] == 7 * 2);
  CHECK(result.out.find("## Winner") != std::string::npos);
  CHECK(result.out.find("unavailable: the program told no cost of its loops") == std::string::npos);
}

TEST_CASE("a budget stands in the place of iterations, also in a file, and fits or says so") {
  TinyRun tiny;
  const auto both = tiny.run({"--budget", "1m", "--iterations", "8"});
  CHECK(both.status == 2);
  CHECK(both.err == "winnow: --budget: stands in the place of --iterations\n");
  CHECK(tiny.run({"--budget", "10"}).err ==
        "winnow: --budget: expected a time such as 90s, 10m or 2h\n");
  CHECK(tiny.run({"--budget", "1m", "--blocks", "7"}).status == 2);
  CHECK_FALSE(fs::exists(tiny / "out"));

  const std::string text = base::read_file(tiny / "tiny.toml");
  const auto with = [&](const std::string& line) {
    const std::string_view old = "iterations = 16\n";
    base::write_file(tiny / "tiny.toml",
                     std::string(text).replace(text.find(old), old.size(), line));
  };
  with("budget = 'soon'\n");
  CHECK(tiny.run({}).err ==
        "winnow: tiny.toml: line 3: budget: expected a time such as 90s, 10m or 2h\n");
  with("budget = '0.001s'\n");
  const auto least = tiny.run({"--passes", "time"});
  REQUIRE(least.status == 0);
  CHECK(least.out.find("by an estimate from the first processes the run takes") !=
        std::string::npos);
  CHECK(profiles::read_recording(tiny / "out/tiny").workload.iterations_per_block == 1);
  REQUIRE(tiny.run({"--passes", "time", "--iterations", "16"}).status == 0);
  CHECK(profiles::read_recording(tiny / "out/tiny").workload.iterations_per_block == 2);
}

TEST_CASE("a run that cannot start writes nothing") {
  TinyRun tiny;
  CHECK(tiny.run({"--variants", "pool,nope"}).status == 2);
  CHECK(tiny.run({"--variants", "pool,pool"}).status == 2);
  CHECK(tiny.run({"--iterations", "7", "--blocks", "2"}).status == 2);
  CHECK(tiny.run({"--passes", "gpu"}).status == 2);
  CHECK(tiny.run({"--passes", "tree"}).status == 2);  // of commands only
  CHECK(tiny.run({"--isa", "none"}).status == 2);
  CHECK(tiny.run({"--threads", "1025"}).status == 2);
  CHECK(tiny.run({"--out", ""}).status == 2);
  CHECK(tiny.run({"--categories", "missing.toml"}).status != 0);
  CHECK(testing::winnow(tiny, {"run", "missing.toml"}).status == 2);
  CHECK_FALSE(fs::exists(tiny / "out"));

  fs::create_directory(tiny / "mine");
  base::write_file(tiny / "mine/thesis.txt", "three years of work");
  CHECK(tiny.run({"--out", "mine"}).status == 2);
  CHECK(base::read_file(tiny / "mine/thesis.txt") == "three years of work");
}

TEST_CASE("a plan that can prove nothing is refused with the number that it needs") {
  TinyRun tiny;
  const auto few = tiny.run({"--passes", "time", "--blocks", "7", "--iterations", "7"});
  CHECK(few.status == 2);
  CHECK(few.err.find("--blocks: 7 blocks cannot prove a difference at 99% confidence, which takes "
                     "at least 8: winnow "
                     "run tiny.toml --model tiny.gguf --passes time --blocks 8 --iterations 7; or "
                     "--no-verdict") != std::string::npos);
  const auto three = tiny.run(
      {"--passes", "time", "--blocks", "8", "--iterations", "8", "--variants", "pool,spawn,steal"});
  CHECK(three.status == 2);
  CHECK(three.err.find("the order of 3 variants at 99% confidence, which takes at least 10: ") !=
        std::string::npos);
  CHECK_FALSE(fs::exists(tiny / "out"));

  const auto look = tiny.run(
      {"--passes", "time", "--blocks", "2", "--iterations", "2", "--no-verdict", "--no-twin"});
  REQUIRE(look.status == 0);
  CHECK(look.out.find("## Winner: none (a quick look)") != std::string::npos);
  CHECK(testing::winnow(tiny, {"report", "out/tiny"}).out == look.out);
}

TEST_CASE("calibrate tells the noise of two copies and the pairs that a comparison needs") {
  TinyRun tiny;
  const auto result = testing::winnow(tiny, {"calibrate", "tiny.toml", "--model", "tiny.gguf",
                                             "--blocks", "4", "--iterations", "1"});
  INFO(result.err << result.out);
  REQUIRE(result.status == 0);
  CHECK(row_count(result.out, "Noise of This Machine") == 3 + 2 + 4 + 2);
  CHECK(base::read_file(tiny / "out/calibrate/noise.md") == result.out);
  const auto recording = profiles::read_recording(tiny / "out/calibrate");
  CHECK(first_blocks(recording) == 8);
  for (const auto& block : recording.blocks) CHECK(block.pass == profiles::Pass::time);
  CHECK(
      testing::winnow(tiny, {"calibrate", "tiny.toml", "--model", "tiny.gguf", "--variant", "nope"})
          .status == 2);
  CHECK(testing::winnow(tiny, {"calibrate", "tiny.toml", "--model", "tiny.gguf", "--blocks", "1"})
            .status == 2);
}

TEST_CASE("a broken model is told once, before any process starts") {
  TinyRun tiny;
  base::write_file(tiny / "tiny.gguf", base::read_file(tiny / "tiny.gguf").substr(0, 5000));
  const auto result = tiny.run({});
  CHECK(result.status == 3);
  CHECK(result.out.empty());
  CHECK(result.err.find("winnow: tiny.gguf: ") == 0);
  CHECK_FALSE(fs::exists(tiny / "out"));
}

TEST_CASE(
    "a run that measured nothing says why and leaves the earlier recording and report alone") {
  TinyRun tiny;
  REQUIRE(tiny.run({"--passes", "time"}).status == 0);
  const auto before = base::read_file(tiny / "out/tiny/report.md");
  const auto slow = tiny.run({"--passes", "time", "--iterations", "1000000", "--blocks", "1",
                              "--time-limit", "0.5", "--no-verdict"});
  CHECK(slow.status == 3);
  CHECK(slow.out.find("time limit") != std::string::npos);
  CHECK(base::read_file(tiny / "out/tiny/report.md") == before);
}

TEST_CASE("an interrupted run ends with status 130, keeps what it measured, leaves no process") {
  TinyRun tiny;
  const pid_t harness = testing::start_winnow(
      tiny, {"run", "tiny.toml", "--model", tiny / "tiny.gguf", "--iterations", "400000",
             "--blocks", "2000", "--passes", "time"});
  while (!process_mentions(tiny / "tiny.gguf", harness))
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  ::kill(harness, SIGINT);
  const auto result = testing::wait(tiny, harness);
  CHECK(result.status == 130);
  CHECK_FALSE(process_mentions(tiny / "tiny.gguf", 0));
  CHECK(profiles::read_recording(tiny / "out/tiny").status == profiles::RunStatus::interrupted);
  CHECK(std::distance(fs::directory_iterator(tiny / "out"), {}) == 1);
}
