#include "profiles/process/program_watch.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "base/file.h"
#include "profiles/process/loaded_libraries.h"
#include "profiles/run/run.h"
#include "tests/catch.h"
#include "tests/profiles/run/run_plans.h"
#include "tests/scratch.h"
#include "tests/text.h"

using namespace winnow::profiles;
namespace fs = std::filesystem;

namespace {

using Files = std::vector<std::string>;

void write_program(const std::string& file, const std::string& text) {
  winnow::base::write_file(file, text);
  fs::permissions(file, fs::perms::owner_all);
}

std::string what_changed(ProgramWatch& watch) try {
  watch.check();
  return "";
} catch (const winnow::base::Error& error) {
  CHECK(watch.change() == error.what());
  return error.what();
}

std::string name_of(const std::string& file) { return fs::path(file).filename().string(); }

Files names(Files files) {
  std::ranges::transform(files, files.begin(), name_of);
  return files;
}

// A copy of the small workload program, which the test may replace.
std::string copied_program(const Scratch& scratch, const std::string& name) {
  fs::copy_file(WORKLOAD_PROGRAM, scratch / name);
  return scratch / name;
}

}  // namespace

TEST_CASE("the files that a command runs: programs behind starters, interpreters and scripts") {
  const Scratch scratch;
  write_program(scratch / "script", "#!/usr/bin/env sh\nexit 0\n");
  write_program(scratch / "native",
                "\x7f"
                "ELF");
  winnow::base::write_file(scratch / "plain", "text\n");
  const auto run = [&](Files command) { return names(files_run_by(command, scratch.path())); };
  CHECK(run({"./native", "./script"}) == Files{"native"});
  CHECK(run({scratch / "native"}) == Files{"native"});
  CHECK(run({"./script"}) == Files{"script", "env", "sh"});
  CHECK(run({"env", "A=1", "nice", "-n", "5", "./native", "./script"}) ==
        Files{"env", "nice", "native"});
  CHECK(run({"timeout", "5", "./script"}) == Files{"timeout", "script", "env", "sh"});
  CHECK(run({"sh", "plain", "native"}) == Files{"sh", "plain"});
  CHECK(run({"sh", "-x", "plain"}) == Files{"sh", "plain"});
  CHECK(run({"sh", "-c", "./native -f plain | cat"}) == Files{"sh", "native"});
  CHECK(run({"sh", "-c", "i=0; cat"}) == Files{"sh"});
  CHECK(run({"cat", "plain"}) == Files{"cat"});
  CHECK(run({"env", "./plain"}) == Files{"env", "plain"});
  CHECK(run({"./no-such-file"}) == Files{});
  CHECK(run({scratch.path()}) == Files{});
  write_program(scratch / "loop", "#!" + scratch / "loop" + "\n");
  CHECK(run({"./loop"}).front() == "loop");
}

TEST_CASE("a file with other bytes is another program, one with the same bytes is not") {
  const Scratch scratch;
  const std::string file = scratch / "bench";
  write_program(file, "first");
  ProgramWatch watch({"./bench"}, scratch.path());
  CHECK_FALSE(watch.program());
  REQUIRE(what_changed(watch).empty());
  CHECK(watch.program()->size_bytes == 5);
  CHECK(what_changed(watch).empty());

  fs::last_write_time(file, fs::last_write_time(file) + std::chrono::hours(1));
  CHECK(what_changed(watch).empty());
  write_program(scratch / "new", "first");
  fs::rename(scratch / "new", file);
  CHECK(what_changed(watch).empty());
  CHECK(what_changed(watch).empty());

  const auto then = fs::last_write_time(file);
  SECTION("another size") {
    write_program(scratch / "new", "second");
    fs::rename(scratch / "new", file);
    CHECK(what_changed(watch) ==
          scratch / "./bench" + ": replaced while it was measured: 5 bytes before, 6 now");
  }
  SECTION("in place, the same size and time") {
    write_program(file, "FIRST");
    fs::last_write_time(file, then);
    CHECK(what_changed(watch) ==
          scratch / "./bench" + ": replaced while it was measured: the same size, other bytes");
  }
  SECTION("deleted") {
    fs::remove(file);
    CHECK(what_changed(watch) == scratch / "./bench" + ": deleted while it was measured");
    write_program(file, "first");
    CHECK(what_changed(watch).empty());  // back again: nothing but the same program ever ran
    CHECK(!watch.change().empty());
  }
  SECTION("a link to another file") {
    write_program(scratch / "second", "other");
    fs::remove(file);
    fs::create_symlink(scratch / "second", file);
    CHECK(!what_changed(watch).empty());
  }
  CHECK(watch.program()->size_bytes == 5);
}

TEST_CASE("a linked program that is built anew tells its build id") {
  const Scratch scratch;
  const std::string file = copied_program(scratch, "bench");
  ProgramWatch watch({file});
  watch.check();
  fs::remove(file);
  fs::copy_file(THREADS_PROGRAM, file);
  const std::string told = what_changed(watch);
  INFO(told);
  CHECK(has(told, " bytes before, "));
  if (watch.program()->build_id) CHECK(told.ends_with("another build id"));
}

TEST_CASE("libraries of a program's own folder are watched, the system's are not") {
  const Scratch scratch;
  const std::string program = scratch / "bench", library = scratch / "libown-allocator.so";
  fs::copy_file(OTHER_HARMLESS_PROGRAM, program);
  const fs::path built = fs::path(OTHER_HARMLESS_PROGRAM).parent_path() / "libown-allocator.so";
  CHECK(loaded_libraries(program).empty());  // it is not there
  fs::copy_file(built, library);
  CHECK(loaded_libraries(program) == Files{library});
  CHECK(loaded_libraries("/bin/sh").empty());
  CHECK(loaded_libraries(scratch / "no-such-file").empty());

  // By the variable, through a link, and of a command in another folder.
  fs::create_directories(scratch / "elsewhere");
  fs::rename(library, scratch / "elsewhere/libown-allocator.so");
  CHECK(loaded_libraries(program, scratch.path(), "elsewhere") ==
        Files{scratch / "elsewhere/libown-allocator.so"});
  fs::create_symlink(OTHER_HARMLESS_PROGRAM, scratch / "elsewhere/link");
  CHECK(loaded_libraries(scratch / "elsewhere/link") == Files{built});
  ProgramWatch by_variable({"env", "LD_LIBRARY_PATH=elsewhere", "./bench", "small"},
                           scratch.path());
  REQUIRE(what_changed(by_variable).empty());
  CHECK(by_variable.program()->path.ends_with("/env"));
  winnow::base::write_file(scratch / "elsewhere/libown-allocator.so", "other");
  CHECK(has(what_changed(by_variable), "libown-allocator.so: replaced while it was measured: "));

  ProgramWatch preloaded({"env", "LD_PRELOAD=./other.so", "true"}, scratch.path());
  winnow::base::write_file(scratch / "other.so", "first");
  REQUIRE(what_changed(preloaded).empty());
  fs::remove(scratch / "other.so");
  CHECK(what_changed(preloaded) == scratch / "./other.so" + ": deleted while it was measured");

  ProgramWatch beside({"true"}, scratch.path());
  beside.add_command({"./bench"});
  REQUIRE(what_changed(beside).empty());
  CHECK(beside.program()->path.ends_with("/true"));
  write_program(program, "other");
  CHECK(has(what_changed(beside), "bench: replaced while it was measured: "));
}

TEST_CASE("a library that is replaced between two blocks ends the run, which is invalid") {
  ::unsetenv("LD_LIBRARY_PATH");  // it may name the folder of the library that is copied here
  for (const bool same_bytes : {false, true}) {
    const Scratch scratch;
    const std::string library = scratch / "libown-allocator.so";
    const fs::path built = fs::path(OTHER_HARMLESS_PROGRAM).parent_path() / "libown-allocator.so";
    fs::copy_file(built, library);
    fs::copy_file(OTHER_HARMLESS_PROGRAM, scratch / "bench");
    Arm first, second;
    first.variant.name = "A";
    first.command = {scratch / "bench", "small"};
    first.program.emplace().ignores_all = true;
    second = first;
    second.variant.name = "B";
    RunPlan plan = plan_of(scratch, {first, second}, {Pass::time});
    plan.workload.iteration = "run";
    plan.blocks = 4;
    plan.iterations_per_block = 1;
    plan.progress = [&](const Progress& progress) {
      if (!has(progress.text, "time pass, block 3, ")) return;
      fs::remove(library);
      fs::copy_file(built, library);
      if (!same_bytes) std::ofstream(library, std::ios::app) << "rebuilt";
    };
    const Recording recording = run(plan);
    CHECK((recording.status == RunStatus::invalid) != same_bytes);
    CHECK(recording.blocks.size() == (same_bytes ? 8U : 5U));
    if (same_bytes) continue;
    const auto size = fs::file_size(built);
    CHECK(why_invalid(recording) ==
          library + ": replaced while it was measured: " + std::to_string(size) +
              " bytes before, " + std::to_string(size + 7) + " now");
  }
}

TEST_CASE("an engine or agent that is replaced ends the run, which is invalid") {
  struct Row {
    const char* file;
    bool replaced;
  };
  for (const Row& row : {Row{"B", true}, Row{"agent.so", true}, Row{"unused", false}}) {
    INFO(row.file);
    const Scratch scratch;
    Arm other = arm("pool", "B");
    other.command[0] = copied_program(scratch, "B");
    copied_program(scratch, "unused");
    RunPlan plan = plan_of(scratch, {arm("pool", "A"), other}, {Pass::time, Pass::sync});
    fs::copy_file(AGENT_LIBRARY, scratch / "agent.so");
    const fs::path agent(AGENT_LIBRARY);
    const std::string hooks = agent.parent_path() / "libwinnow-agent-malloc.so";
    if (fs::exists(hooks)) fs::copy_file(hooks, scratch / "libwinnow-agent-malloc.so");
    plan.agent_library = scratch / "agent.so";
    plan.blocks = 4;
    plan.iterations_per_block = 1;
    int seen = 0;
    plan.progress = [&](const Progress& progress) {
      if (!has(progress.text, "time pass, block 3, ") || seen++ > 0) return;
      fs::remove(scratch / row.file);
      winnow::base::write_file(scratch / row.file, "other");
    };
    const Recording recording = run(plan);
    CHECK(seen > 0);
    CHECK((recording.status == RunStatus::invalid) == row.replaced);
    if (!row.replaced) continue;
    CHECK(has(why_invalid(recording), row.file + std::string(": replaced while it was ")));
    CHECK(std::ranges::count_if(recording.blocks, &Block::ok) >= 4);
    CHECK(recording.blocks.size() <= 6);
    CHECK(blocks_of(recording, Pass::sync).empty());
    const Recording read = read_recording(plan.out_dir);
    CHECK(read.status == RunStatus::invalid);
    CHECK(why_invalid(read) == why_invalid(recording));
  }
}
