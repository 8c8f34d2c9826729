#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include "base/file.h"
#include "tests/catch.h"
#include "tests/cli/compare.h"

using namespace winnow;
using testing::begins_to_sleep;
using testing::compare;
using testing::nap_of;
using testing::recorded;
using testing::runs_somewhere;
using testing::Words;

TEST_CASE("figures of the output are recorded for each run, and decide where they are to") {
  const Scratch scratch;
  const Words few{"--passes", "time",       "--runs-per-block", "2",
                  "--metric", "n=n=(\\d+)", "--primary",        "n"};
  const auto with = [&](Words more) {
    more.insert(more.begin(), few.begin(), few.end());
    return compare(scratch, more);
  };
  const auto run = with({"-n", "few", "-n", "many", "echo n=5 n=10", "sh -c 'echo n=30 >&2'"});
  INFO(run.err);
  CHECK(run.status == 0);
  CHECK((has(run.out, "## Winner: many (by n)") ||
         has(run.out, "## Winner: probably many (by n)")));  // on a busy machine
  const auto recording = recorded(scratch);
  REQUIRE(recording.metrics.size() == 1);
  CHECK(recording.metrics[0].decides);
  CHECK(recording.blocks.size() >= 30);
  for (const auto& block : recording.blocks)
    CHECK(block.metrics.at("n") == std::vector<double>(2, block.variant == "many" ? 30 : 10));

  const auto none = with({"echo n=5", "echo m=5"});
  CHECK(none.status == 3);
  CHECK(none.err == "winnow: echo m=5: metric n: nothing in the output matches n=(\\d+)\n");
  const auto kept = with({"--no-verdict", "-r", "1", "--output", scratch / "kept", "echo n=7"});
  CHECK(kept.status == 0);
  CHECK(recorded(scratch).blocks.at(0).metrics.at("n") == std::vector<double>(2, 7));
}

TEST_CASE("a server stands beside its load, has figures of its own, and is gone afterwards") {
  const Scratch scratch;
  const std::string server =
      "python3 -m http.server {port} --bind 127.0.0.1 --directory " + scratch.path();
  const std::string load =
      "python3 -c \"import urllib.request as u; u.urlopen('http://127.0.0.1:{port}/').read()\"";
  const auto run = compare(scratch, {"--no-verdict", "--no-twin", "-r", "2", "--passes",
                                     "time,tree", "--server", server, load, load});
  INFO(run.err);
  CHECK(run.status == 0);
  CHECK(has(run.out, "## Server and Load"));
  const auto recording = recorded(scratch);
  CHECK(recording.status == profiles::RunStatus::complete);
  for (const auto& block : recording.blocks) {
    REQUIRE(block.server);
    CHECK(block.server->cpu_ns > 0);
    CHECK(block.server->ready_ns > 0);
    CHECK(block.server->peak_rss_bytes > 1'000'000);
  }
  CHECK(!runs_somewhere(scratch.path()));
}

TEST_CASE("the functions of a server are those that run while its load does") {
  const Scratch scratch;
  const std::string planted = PLANTED_PROGRAM;
  // Busy before it is ready, in one function, and while its load runs, in another.
  const std::string server =
      fmt::format("sh -c '{0} wide 0.3; touch {{socket}}; exec {0} burn 60'", planted);
  base::write_file(scratch / "mine.toml", "[[cpu]]\ncategory = 'dough'\nmatch = ['quarter']\n");
  const auto run =
      compare(scratch, {"--no-verdict", "--no-twin", "-r", "1", "--passes", "time,cpu",
                        "--categories", "mine.toml", "--ready-file", "{socket}", "--server", server,
                        "-n", "a", "-n", "b", "sleep 0.2", "sleep 0.25"});
  INFO(run.err);
  CHECK(run.status == 0);
  CHECK(has(run.out, "### Functions of the Server"));
  CHECK(has(run.out, "planted::three_quarters"));
  const auto recording = recorded(scratch);
  for (const char* name : {"a", "b"}) {
    INFO(name);
    const auto& profile = recording.profiles.at(name).server;
    REQUIRE(profile);
    CHECK(profile->sampled_s <= *profile->total_s * 1.05);
    double planted_s = 0;
    for (const auto& function : profile->functions) {
      CHECK(function.name != "planted::wide_round");
      if (function.name == "planted::three_quarters" || function.name == "planted::quarter") {
        planted_s += *function.flat_s;
        CHECK(function.category == "dough");
      }
    }
    CHECK(planted_s > 0.8 * profile->sampled_s);
  }
  CHECK(!runs_somewhere(scratch.path()));
}

TEST_CASE("a server that fails is told in one line, and nothing is left of it") {
  const Scratch scratch;
  const auto with = [&](Words more) {
    const Words few{"--no-verdict", "-r", "1", "--passes", "time", "--ready-file", "{socket}"};
    more.insert(more.begin(), few.begin(), few.end());
    return compare(scratch, more);
  };
  const auto ended = with({"--server", "sh -c 'echo no; exit 4'", "true"});
  CHECK(ended.status == 3);
  CHECK(ended.err ==
        "winnow: true: server: ended before it was ready (exit status 4; it must stay in the "
        "foreground): no\n");
  const std::string server = nap_of(31418), load = nap_of(31419);
  const auto never = with({"--server", "sleep " + server, "--ready-limit", "0.3", "true"});
  CHECK(never.status == 3);
  CHECK(has(never.err, "winnow: true: server: not ready within 0.3 s"));
  CHECK(!runs_somewhere(server));
  const auto under =
      with({"--server", "sh -c 'touch {socket}; sleep 0.5; exit 5'", "sleep " + load});
  CHECK(under.status == 3);
  CHECK(has(under.err, "server: ended under its load: exit status 5"));
  CHECK(!runs_somewhere(load));
  CHECK(has(with({"--server", "/no/such/server", "true"}).err, "server: not started: "));
}

TEST_CASE("an interrupted run leaves no server") {
  const Scratch scratch;
  const std::string server = nap_of(31420), load = nap_of(31421);
  const pid_t process = testing::start_winnow(
      scratch, {"compare", "--ready-file", "{socket}", "--server",
                fmt::format("sh -c 'touch {{socket}}; sleep {}'", server), "sleep " + load});
  CHECK(begins_to_sleep(load));
  CHECK(runs_somewhere(server));
  kill(process, SIGINT);
  CHECK(testing::wait(scratch, process).status == 130);
  CHECK(!runs_somewhere(server));
  CHECK(!runs_somewhere(load));
}
