#include <algorithm>
#include <filesystem>

#include "base/file.h"
#include "profiles/process/child.h"
#include "profiles/process/pass.h"
#include "profiles/raw/agent_results.h"
#include "tests/catch.h"
#include "tests/scratch.h"

using namespace winnow::profiles;
using winnow::base::read_file;

namespace {

struct Ran {
  std::string how, output;
};

Ran run(const Scratch& scratch, const std::string& program, const std::string& way, bool agent,
        const std::string& region = "") {
  Command command;
  command.arguments = {program, way, PLUGIN_LIBRARY};
  command.removed_environment = foreign_environment();
  command.output_file = scratch / "output.txt";
  command.time_limit_s = 100;
  if (agent) {
    command.environment = pass_environment(Pass::sync, AGENT_LIBRARY, 2);
    command.environment.emplace_back("WINNOW_OUT", scratch.path());
    if (!region.empty()) command.environment.emplace_back("WINNOW_REGION", region);
  }
  const std::string how = describe(run_child(command, nullptr), 100);
  return {how, read_file(command.output_file)};
}

AgentResults results_of(const std::string& way, const std::string& region = "") {
  const Scratch scratch;
  run(scratch, HARMLESS_PROGRAM, way, true, region);
  return read_agent_results(scratch / "agent.bin", 1);
}

}  // namespace

TEST_CASE("a program ends and prints under the agent as it does without it") {
  const std::pair<const char*, const char*> ways[] = {{"small", "exit status 7"},
                                                      {"vfork", "ok"},
                                                      {"fork", "ok"},
                                                      {"clone", "ok"},
                                                      {"plug-in", "ok"},
                                                      {"longjmp", "ok"},
                                                      {"cancel", "ok"},
                                                      {"thread-locals", "ok"},
                                                      {"exec-itself", "exit status 7"},
                                                      {"spawn", "ok"},
                                                      {"close-files", "exit status 4"},
                                                      {"change-folder", "exit status 7"},
                                                      {"clear-environment", "exit status 7"},
                                                      {"allocate", "ok"},
                                                      {"_exit", "exit status 5"},
                                                      {"quick-exit", "exit status 6"},
                                                      {"abort", "signal 6 (Aborted)"}};
  for (const auto& [way, how] : ways) {
    for (const char* region : {"", "process"}) {
      INFO(way << " " << region);
      const Scratch scratch;
      const Ran bare = run(scratch, HARMLESS_PROGRAM, way, false);
      const Ran hooked = run(scratch, HARMLESS_PROGRAM, way, true, region);
      CHECK(bare.how == how);
      CHECK(hooked.how == how);
      CHECK(hooked.output == bare.output);
    }
  }
}

TEST_CASE("a program keeps the allocator that it is linked with") {
  for (const char* program : {OWN_HARMLESS_PROGRAM, OTHER_HARMLESS_PROGRAM}) {
    for (const char* way : {"small", "allocate", "thread-locals", "fork", "spawn"}) {
      INFO(program << " " << way);
      const Scratch scratch;
      const Ran bare = run(scratch, program, way, false);
      const Ran hooked = run(scratch, program, way, true);
      CHECK(bare.how == (std::string(way) == "small" ? "exit status 7" : "ok"));
      CHECK(hooked.how == bare.how);
      CHECK(hooked.output == bare.output);
    }
  }
}

TEST_CASE("every entry of an allocator is counted, whichever allocator it is") {
  const Scratch scratch;
  for (const char* program : {HARMLESS_PROGRAM, OTHER_HARMLESS_PROGRAM}) {
    INFO(program);
    const Ran ran = run(scratch, program, "allocate", true);
    CHECK(ran.how == "ok");
    CHECK(ran.output == "good\n");
    const SyncProfile sync = read_agent_results(scratch / "agent.bin", 1).sync;
    CHECK(sync.allocations == 11);
    CHECK(sync.frees == 11);
    CHECK(sync.allocated_bytes == 7 * 100 + 128 + 512 + 100 + sizeof(int));
    std::filesystem::remove(scratch / "agent.bin");
  }
}

TEST_CASE("allocations are unknown, not none, where the executable defines malloc") {
  const Scratch scratch;
  CHECK(run(scratch, OWN_HARMLESS_PROGRAM, "small", true).how == "exit status 7");
  const AgentResults results = read_agent_results(scratch / "agent.bin", 1);
  CHECK(results.sync.thread_create->count == 3);
  CHECK_FALSE(results.sync.allocations);
  CHECK_FALSE(results.sync.frees);
  CHECK(results.warnings == std::vector<std::string>{kAllocatesElsewhere});
}

TEST_CASE("a program that has malloc's address in itself does not define it") {
  const Scratch scratch;
  CHECK(run(scratch, FIXED_HARMLESS_PROGRAM, "allocate", true, "process").output == "good\n");
  const AgentResults results = read_agent_results(scratch / "agent.bin", 1);
  CHECK(results.warnings.empty());
  CHECK(results.sync.allocations.value() >= 11);
}

TEST_CASE("child processes are told, and what they do is not counted") {
  const AgentResults forked = results_of("fork");
  CHECK(forked.sync.thread_create->count == 2);
  CHECK(forked.sync.threads.size() == 2);
  CHECK(all_warnings(forked) ==
        std::vector<std::string>{"2 child processes were made, which are not counted"});

  const AgentResults cloned = results_of("clone");
  CHECK(cloned.sync.thread_create->count == 2);
  CHECK(all_warnings(cloned) ==
        std::vector<std::string>{"1 child process was made, which is not counted"});

  CHECK(all_warnings(results_of("vfork")) ==
        std::vector<std::string>{"4 child processes were made, which are not counted"});
  CHECK(results_of("vfork").sync.thread_create->count == 0);
  CHECK(all_warnings(results_of("spawn")) ==
        std::vector<std::string>{"3 child processes were made, which are not counted"});
  CHECK(all_warnings(results_of("small")).empty());
}

TEST_CASE("calls that a thread leaves by a jump or by cancellation leave the counts whole") {
  const SyncProfile jumped = results_of("longjmp").sync;
  CHECK(jumped.thread_create->count == 5);
  CHECK(jumped.thread_join->count == 5);
  const SyncProfile cancelled = results_of("cancel").sync;
  CHECK(cancelled.thread_create->count == 2);
  CHECK(cancelled.condition_wait->count == 1);
  CHECK(cancelled.mutex_contended->count >= 1);
  const SyncProfile locals = results_of("thread-locals").sync;
  CHECK(locals.thread_create->count == 20);
  CHECK(locals.condition_signal->count == 20);
  CHECK(*locals.allocations >= 40);
  CHECK(*locals.frees >= 40);
}

TEST_CASE("the program that a process becomes in its end is the one that is counted") {
  CHECK(results_of("exec-itself").sync.thread_create->count == 3);
  CHECK(results_of("change-folder").sync.thread_create->count == 3);
}

TEST_CASE("the region may be the whole process, however it ends") {
  const std::pair<const char*, int> ways[] = {{"small", 3},       {"_exit", 2}, {"quick-exit", 2},
                                              {"exec-itself", 3}, {"fork", 2},  {"vfork", 0},
                                              {"close-files", 2}};
  for (const auto& [way, threads] : ways) {
    INFO(way);
    const AgentResults results = results_of(way, "process");
    CHECK(results.sync.thread_create->count == threads);
    CHECK(results.sync.wall_s > 0);
    CHECK(results.sync.iterations == 1);
    const auto main = std::ranges::find(results.sync.threads, "main", &ThreadAccount::name);
    REQUIRE(main != results.sync.threads.end());
    CHECK(main->wall_s == Approx(results.sync.wall_s).epsilon(0.01));
  }
  // Before and behind the marks there is something, too, but in every run the same.
  CHECK(*results_of("small", "process").sync.allocations >=
        *results_of("small").sync.allocations + 1);
  CHECK(results_of("small", "process").sync.allocated_bytes ==
        results_of("small", "process").sync.allocated_bytes);
  CHECK_THROWS(results_of("abort", "process"));
}
