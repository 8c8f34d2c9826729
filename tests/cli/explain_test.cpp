// winnow explain, on a model that is made in milliseconds.
#include <signal.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "base/file.h"
#include "profiles/recording/recording.h"
#include "profiles/run/run.h"
#include "reports/comparison/comparison.h"
#include "tests/catch.h"
#include "tests/cli/program.h"
#include "tests/text.h"

using namespace winnow;
namespace fs = std::filesystem;

namespace {

struct Tiny : testing::TinyModel {
  Tiny()
      : TinyModel("explain",
                  "name = 'tiny'\ntexts = ['one', 'two words', 'three words here', '']\n"
                  "iterations = 8\nblocks = 8\nthreads = 2\npasses = ['time']\n"
                  "[[variants]]\nname = 'pool_op'\n") {}
};

}  // namespace

TEST_CASE("a real strategy pays for its regions, and the recording keeps what was counted") {
  const Tiny tiny;
  const auto result = tiny.run({"--cost", "1ms", "--blocks", "8", "--variants", "pool_op,serial"});
  INFO(result.out << result.err);
  REQUIRE((result.status == 0 || result.status == 1));  // by what else the machine does
  CHECK(has(result.out, "# Proof of Cause: region"));
  CHECK(has(result.out, "| pool\\_op | 32 | 32 | 0, 1,000, 2,000 µs |"));  // 4 texts x 8 matmuls
  CHECK(has(result.out, "serial opens no parallel region"));
  CHECK(base::read_file(tiny / "out/explain-tiny/explain.md", 1 << 20) == result.out);
  const auto recording = profiles::read_recording(tiny / "out/explain-tiny");
  REQUIRE(recording.blocks.size() >= 24);  // more where other programs ran beside some
  for (const auto& block : recording.blocks) {
    CHECK(block.ok());
    REQUIRE(block.injected);
    CHECK(block.injected->cause == profiles::InjectedCause::region);
    CHECK(block.injected->regions == 3 * 32);
    CHECK(block.checksum == recording.blocks[0].checksum);
  }
}

TEST_CASE("a program that does not pay what it tells is found out") {
  const Tiny tiny;
  fs::copy_file(WINNOW_PROGRAM, tiny / "winnow");
  fs::create_symlink(AGENT_LIBRARY, tiny / "libwinnow-agent.so");
  // Runs the strategy without cost, and tells what it was asked for as the amount.
  base::write_file(tiny / "winnow-engine-pool_op",
                   "#!/bin/sh\n"
                   "for a do shift; case $a in\n"
                   "  region=*) ns=${a#region=}; ns=${ns%ns}; set -- \"$@\" region=0ns ;;\n"
                   "  *) set -- \"$@\" \"$a\" ;;\n"
                   "esac; done\n"
                   "'" ENGINE_PREFIX
                   "pool_op' \"$@\" || exit 3\n"
                   "sed -i -e \"s/\\\"amount\\\": 0/\\\"amount\\\": $ns/\""
                   " -e \"s/\\(\\\"unit_p.._ns\\\"\\): [0-9]*/\\1: $ns/\" \"$WINNOW_RESULT\"\n");
  fs::permissions(tiny / "winnow-engine-pool_op", fs::perms::owner_all);
  const std::string command = "cd '" + tiny.path() +
                              "' && ./winnow explain tiny.toml --model tiny.gguf --cost 2ms "
                              "--blocks 8 --iterations 2 > out.md 2> err.txt";
  const int status = std::system(command.c_str());
  INFO(base::read_file(tiny / "out.md", 1 << 20) << base::read_file(tiny / "err.txt", 1 << 20));
  CHECK(WEXITSTATUS(status) == 1);
  CHECK(has(base::read_file(tiny / "out.md", 1 << 20), "**disagrees**"));
}

TEST_CASE("an end by a signal keeps what there is") {
  const Tiny tiny;
  const pid_t process = tiny.start({"--cost", "1ms", "--blocks", "5000"});
  const std::string first = tiny / "out/explain-tiny.partial/raw/time";
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  const auto measured = [&] {  // a block of each cost, so many that some are kept
    return fs::exists(first) &&
           std::distance(fs::directory_iterator(first), fs::directory_iterator()) > 8;
  };
  while (!measured() && std::chrono::steady_clock::now() < end)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  ::kill(process, SIGINT);
  const auto result = testing::wait(tiny, process);
  INFO(result.out << result.err);
  CHECK(result.status == 130);
  CHECK(has(result.out, "**Recording:** interrupted"));
}

TEST_CASE("wrong arguments of explain are one line, and nothing runs") {
  const Tiny tiny;
  const std::vector<std::vector<std::string>> wrong = {{"--cause", "luck"},
                                                       {"--cost", "10"},
                                                       {"--cost", "0us"},
                                                       {"--cost", "-1us"},
                                                       {"--cost", "501ms"},
                                                       {"--cost", ""},
                                                       {"--cause", "wakeup", "--cost", "10us"},
                                                       {"--cause", "thread", "--cost", "5001"},
                                                       {"--variants", "turbo"},
                                                       {"--variants", ""},
                                                       {"--variants", "packed,packed"},
                                                       {"--variants", "serial"},
                                                       {"--blocks", "0"},
                                                       {"--blocks", "x"},
                                                       {"--iterations", "0"},
                                                       {"--threads", "-1"},
                                                       {"--batch", "0"},
                                                       {"--affinity", "moon"},
                                                       {"--isa", "z80"},
                                                       {"--turbo"},
                                                       {"another.toml"},
                                                       {"--time-limit", "0"}};
  for (const auto& options : wrong) {
    const auto result = tiny.run(options);
    INFO(options[0] << ": " << result.err);
    CHECK(result.status == 2);
    CHECK(result.out.empty());
    CHECK(std::count(result.err.begin(), result.err.end(), '\n') == 1);
    CHECK(!fs::exists(tiny / "out/explain-tiny/recording.json"));
  }
  CHECK(testing::winnow(tiny, {"explain"}).status == 2);
  CHECK(testing::winnow(tiny, {"explain", "nothing.toml"}).status != 0);
  const auto plan = tiny.run({"--dry-run"});
  CHECK(plan.status == 0);
  CHECK(has(plan.out, "Would measure into out/explain-tiny"));
  const auto help = testing::winnow(tiny, {"explain", "--help"});
  CHECK(help.status == 0);
  CHECK(has(help.out, "Examples:"));
}

TEST_CASE("two arms of one command under different names behave identically") {
  const Tiny tiny;
  profiles::RunPlan plan;
  for (const char* name : {"left", "right"}) {
    profiles::Arm arm;
    arm.variant.name = name;
    arm.variant.persistent_threads = true;
    arm.command = {
        ENGINE_PREFIX "spawn", "--scenario",   tiny / "tiny.toml", "--model", tiny / "tiny.gguf",
        "--iterations",        "{iterations}", "--alias",          name};
    plan.arms.push_back(arm);
  }
  // A third one that runs the same batch on other threads.
  plan.arms.push_back(plan.arms[0]);
  plan.arms[2].variant.name = plan.arms[2].command.back() = "other";
  plan.arms[2].command[0] = ENGINE_PREFIX "pool";
  plan.baseline = "left";
  plan.passes = {profiles::Pass::time, profiles::Pass::sync};
  plan.blocks = 6;
  plan.iterations_per_block = 40;
  plan.workload.items_per_iteration = 4;
  plan.workload.threads = 2;
  plan.out_dir = tiny / "twice";
  plan.agent_library = AGENT_LIBRARY;
  const auto recording = profiles::run(plan);
  const auto report = reports::make_report(recording);
  std::string said;
  for (const auto& bullet : report.verdict.bullets) said += bullet + "\n";
  INFO(said);
  CHECK(has(said, "left and right behave identically"));
  CHECK(!has(said, "left and other behave"));
  CHECK(!has(said, "right and other behave"));
}
