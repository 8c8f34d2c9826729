#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "base/file.h"
#include "profiles/recording/recording.h"
#include "tests/catch.h"
#include "tests/cli/program.h"
#include "tests/text.h"

using namespace winnow;
namespace fs = std::filesystem;

// What was measured survives, whatever becomes of the output and of the process.

namespace {

const std::string kQuick =
    "compare --no-verdict -r 3 --runs-per-block 1 --passes time true /bin/true";

// Exit status of a shell that runs the text in the folder; $WINNOW is the program.
int shell(const Scratch& scratch, const std::string& text) {
  base::write_file(scratch / "script.sh",
                   fmt::format("cd '{}'\nWINNOW='{}'\n{}\n", scratch.path(), WINNOW_PROGRAM, text));
  const int status = std::system(fmt::format("bash '{}'", scratch / "script.sh").c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

profiles::Recording kept_in(const Scratch& scratch, const std::string& folder = "out/compare") {
  return profiles::read_recording(scratch / folder);
}

// A run of naps that is killed or interrupted when it has noted so many blocks.
std::string end_run(const std::string& signal, int blocks, const std::string& output) {
  return fmt::format(
      "$WINNOW compare --no-verdict -r 1000 --runs-per-block 1 --passes time 'sleep 0.01' "
      "'sleep 0.011' {} & child=$!\n"
      "for i in $(seq 3000); do\n"
      "  n=$(cat out/compare.partial/blocks.jsonl 2>/dev/null | wc -l)\n"
      "  [ \"$n\" -ge {} ] && break; sleep 0.01\n"
      "done\n"
      "kill -{} $child; wait $child",
      output, blocks, signal);
}

}  // namespace

TEST_CASE("a reader that went away loses nothing of what was measured") {
  const Scratch scratch;
  CHECK(shell(scratch, "$WINNOW " + kQuick + " 2>/dev/null | true; exit ${PIPESTATUS[0]}") ==
        128 + SIGPIPE);
  CHECK(kept_in(scratch).status == profiles::RunStatus::complete);
  CHECK(fs::exists(scratch / "out/compare/report.md"));
  CHECK(fs::exists(scratch / "out/compare/report.html"));
  CHECK(!fs::exists(scratch / "out/compare.partial"));
}

TEST_CASE("a closed pipe on standard error is in no recording's way") {
  const Scratch scratch;
  REQUIRE(shell(scratch, "$WINNOW " + kQuick + " >/dev/null 2>&1") == 0);
  // The note of the recording that is moved aside goes into a pipe that nobody reads.
  const int status =
      shell(scratch, "mkfifo pipe; (exec 3<pipe; exec 3<&-) & exec 9>pipe; wait $!\n" +
                         end_run("INT", 9, ">/dev/null 2>&9"));
  CHECK(status == 130);
  CHECK(kept_in(scratch).status == profiles::RunStatus::interrupted);
  CHECK(kept_in(scratch, "out/compare.previous").status == profiles::RunStatus::complete);
}

TEST_CASE("a finished run replaces no other: the last three are kept, and --out is refused") {
  const Scratch scratch;
  for (int run = 0; run < 4; ++run)
    REQUIRE(shell(scratch, "$WINNOW " + kQuick + " >/dev/null 2>err") == 0);
  CHECK(has(base::read_file(scratch / "err"), "compare.previous: the earlier recording is kept"));
  CHECK(has(base::read_file(scratch / "err"), "the last 3 are kept"));
  for (const char* folder : {"out/compare", "out/compare.previous", "out/compare.previous-2"}) {
    CHECK(kept_in(scratch, folder).status == profiles::RunStatus::complete);
    CHECK(fs::exists(scratch / folder + "/report.html"));
  }
  CHECK(kept_in(scratch, "out/compare.previous").created <= kept_in(scratch).created);
  CHECK_FALSE(fs::exists(scratch / "out/compare.previous-3"));

  const std::string named = "$WINNOW " + kQuick + " -o mine >/dev/null 2>err";
  REQUIRE(shell(scratch, named) == 0);
  const std::string first = base::read_file(scratch / "mine/recording.json");
  CHECK(shell(scratch, named) == 2);
  CHECK(has(base::read_file(scratch / "err"), "mine: holds a finished recording: "));
  CHECK(base::read_file(scratch / "mine/recording.json") == first);
  CHECK(shell(scratch, "$WINNOW " + kQuick + " -o mine --dry-run >/dev/null 2>err") == 2);
  CHECK(has(base::read_file(scratch / "err"), "mine: holds a finished recording: "));
  CHECK(shell(scratch, "$WINNOW " + kQuick + " -o mine --force --dry-run >/dev/null 2>err") == 0);
  CHECK(base::read_file(scratch / "mine/recording.json") == first);
  CHECK(shell(scratch, "$WINNOW " + kQuick + " -o mine --force >/dev/null 2>err") == 0);
  CHECK(base::read_file(scratch / "mine/recording.json") != first);
  CHECK_FALSE(fs::exists(scratch / "mine.previous"));
}

TEST_CASE("killed with any signal, a run can be read and is gone on with") {
  for (const char* signal : {"KILL", "SEGV", "ABRT"}) {
    INFO(signal);
    const Scratch scratch;
    CHECK(shell(scratch, "ulimit -c 0\n" + end_run(signal, 7, ">/dev/null 2>&1")) > 128);
    const size_t noted = kept_in(scratch, "out/compare.partial").blocks.size();
    CHECK(noted >= 7);
    const auto report = testing::winnow(scratch, {"report", "out/compare.partial"});
    CHECK(report.status == 0);
    CHECK(has(report.out, "the recording is interrupted"));
    CHECK(shell(scratch, end_run("INT", static_cast<int>(noted) + 5, ">out.txt 2>err")) == 130);
    CHECK(kept_in(scratch).blocks.size() > noted);
    CHECK(has(base::read_file(scratch / "err"),
              fmt::format("{} blocks were measured before", noted)));
  }
}

TEST_CASE("a limit of the size of files is an error in one line, and what was measured is kept") {
  const Scratch scratch;
  CHECK(shell(scratch,
              "ulimit -f 12; $WINNOW compare --no-verdict -r 200 --runs-per-block 1 "
              "--passes time true /bin/true >out.txt 2>err") == 3);
  const std::string said = base::read_file(scratch / "err");
  INFO(said);
  CHECK(std::ranges::count(said, '\n') == 1);
  CHECK(has(said, "File too large"));
  CHECK(kept_in(scratch, "out/compare.partial").blocks.size() >= 2);
}

TEST_CASE("measured programs start with the usual handling of signals") {
  const Scratch scratch;
  REQUIRE(shell(scratch,
                "$WINNOW compare --no-verdict -r 1 --passes time --output signals "
                "'grep SigIgn: /proc/self/status' 'grep SigIgn: /proc/self/status' "
                ">/dev/null 2>&1") == 0);
  const std::string line = base::read_file(scratch / "signals");
  const uint64_t ignored = std::stoull(line.substr(line.find('\t') + 1), nullptr, 16);
  for (const int signal : {SIGPIPE, SIGXFSZ, SIGINT, SIGTERM, SIGHUP}) {
    INFO(signal);
    CHECK((ignored >> (signal - 1) & 1) == 0);
  }
}

TEST_CASE("a page that cannot be written does not keep the report from being printed") {
  const Scratch scratch;
  REQUIRE(shell(scratch, "$WINNOW " + kQuick + " >/dev/null 2>&1") == 0);
  for (const char* file : {"report.md", "report.html"}) {
    INFO(file);
    fs::remove_all(fs::path(scratch / "out/compare") / file);
    fs::create_directory(fs::path(scratch / "out/compare") / file);
    // By force the new recording gets the user's files of the one that it replaces.
    CHECK(shell(scratch, "$WINNOW " + kQuick + " --force >out.txt 2>err") == 3);
    CHECK(has(base::read_file(scratch / "out.txt"), "## Performance Summary"));
    CHECK(kept_in(scratch).status == profiles::RunStatus::complete);
  }
}
