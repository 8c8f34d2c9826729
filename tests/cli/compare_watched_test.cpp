#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "base/file.h"
#include "tests/catch.h"
#include "tests/cli/compare.h"

using namespace winnow;
namespace fs = std::filesystem;
using testing::begins_to_sleep;
using testing::compare;
using testing::ends_everywhere;
using testing::lines_of;
using testing::nap_of;
using testing::recorded;
using testing::runs_somewhere;

TEST_CASE("a program that is replaced or deleted while it is measured makes the run invalid") {
  struct Row {
    const char* event;  // what the program itself does in its fifth run
    std::string told;   // empty: nothing
  };
  const Row rows[] = {
      {"mv other bench", "./bench: replaced while it was measured: "},
      {"rm bench", "./bench: deleted while it was measured"},
      {"cp bench copy; mv copy bench; touch bench", ""},
  };
  for (const Row& row : rows) {
    INFO(row.event);
    const Scratch scratch;
    const auto script = [&](const std::string& name, const std::string& text) {
      base::write_file(scratch / name, text);
      fs::permissions(scratch / name, fs::perms::owner_all);
    };
    script("bench", fmt::format("#!/bin/sh\necho x >> runs\n"
                                "test \"$(wc -l < runs)\" -eq 5 && {{ {}; }}\nexit 0\n",
                                row.event));
    script("other", "#!/bin/sh\nexit 0\n");
    const auto run = compare(scratch, {"--no-verdict", "-r", "4", "--runs-per-block", "1",
                                       "--passes", "time,cpu", "./bench", "true"});
    INFO(run.err);
    CHECK(run.status == (row.told.empty() ? 0 : 3));
    CHECK(has(run.err, "this run is invalid: ") == !row.told.empty());
    CHECK(has(run.err, row.told));
    CHECK(has(run.out, "COMPARISON VOID") == !row.told.empty());
    CHECK(has(run.out, row.told));
    const auto recording = recorded(scratch);
    CHECK((recording.status == profiles::RunStatus::invalid) == !row.told.empty());
    CHECK(profiles::why_invalid(recording).starts_with(row.told));
    const auto good = std::ranges::count_if(recording.blocks, &profiles::Block::ok);
    CHECK(good >= 3);
    if (row.told.empty()) continue;
    CHECK(recording.profiles.empty());
    CHECK(lines_of(scratch / "runs") == 5);
    CHECK(compare(scratch, {"--no-verdict", "-r", "1", "--passes", "time", "true", "/bin/true"})
              .status == 0);
  }
}

TEST_CASE("what prepare builds anew for each command, and cleanup removes, is no replacement") {
  const Scratch scratch;
  const auto run =
      compare(scratch, {"--no-verdict", "-r", "2", "--runs-per-block", "2", "--passes", "time",
                        "--setup", "cp /bin/true bench", "-p", "cp /bin/true bench", "-p",
                        "cp /bin/echo bench", "-C", "rm bench", "./bench", "./bench x"});
  INFO(run.err);
  CHECK(run.status == 0);
  const auto cleaned =
      compare(scratch, {"--no-verdict", "-r", "1", "--passes", "time", "--setup",
                        "cp /bin/true bench", "--cleanup", "rm -f bench", "true", "./bench"});
  INFO(cleaned.err);
  CHECK(cleaned.status == 0);
  CHECK(recorded(scratch).variants[1].program_file->sha256);
  CHECK(!fs::exists(scratch / "bench"));
}

// Starts a long run, and waits until it has measured some blocks.
pid_t start_long_run(const Scratch& scratch, const std::string& command) {
  const pid_t winnow = testing::start_winnow(
      scratch, {"compare", "--no-verdict", "-r", "1000", "--runs-per-block", "1", "--passes",
                "time", "--cleanup", "echo x >> cleaned", "true", command});
  const fs::path raw = scratch / "out/compare.partial/raw/time";
  const auto blocks = [&] {
    std::error_code error;
    return std::distance(fs::directory_iterator(raw, error), fs::directory_iterator());
  };
  for (int i = 0; i < 3000 && blocks() < 6; ++i) usleep(10'000);
  CHECK(blocks() >= 6);
  return winnow;
}

TEST_CASE("an interrupted run of commands keeps what it measured") {
  const Scratch scratch;
  const std::string nap = nap_of(0);
  const pid_t winnow = start_long_run(scratch, "sleep " + nap);
  kill(winnow, SIGINT);
  const auto run = testing::wait(scratch, winnow);
  INFO(run.err);
  CHECK(run.status == 130);
  CHECK(has(run.err, "this run is interrupted"));
  CHECK(recorded(scratch).status == profiles::RunStatus::interrupted);
  CHECK(recorded(scratch).blocks.size() >= 5);
  CHECK(lines_of(scratch / "cleaned") == 2);
  CHECK(!runs_somewhere(nap));
  CHECK(!fs::exists(scratch / "out/compare.partial"));
}

TEST_CASE("a run that is killed takes its programs with it, and stands in no later run's way") {
  const Scratch scratch;
  const std::string beside = nap_of(2718), inside = nap_of(2719);
  const pid_t winnow = testing::start_winnow(
      scratch, {"compare", "--no-verdict", "-r", "1", "--passes", "time", "true",
                fmt::format("sh -c 'sleep {} & setsid -w sleep {}; exit 0'", beside, inside)});
  CHECK(begins_to_sleep(beside));
  CHECK(begins_to_sleep(inside));
  kill(winnow, SIGKILL);
  CHECK(testing::wait(scratch, winnow).status == 128 + SIGKILL);
  CHECK(ends_everywhere(beside));
  CHECK(ends_everywhere(inside));
  CHECK(compare(scratch, {"--no-verdict", "-r", "1", "true", "/bin/true"}).status == 0);
  CHECK(!fs::exists(scratch / "out/compare.partial"));
}
