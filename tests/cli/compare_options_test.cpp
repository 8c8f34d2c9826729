#include "base/error.h"
#include "cli/compare_figures.h"
#include "cli/compare_programs.h"
#include "tests/catch.h"
#include "tests/cli/compare.h"

using namespace winnow;
using testing::Words;

TEST_CASE("a command is split into words, and a shell's language is an error without a shell") {
  CHECK(cli::words_of_command("zstd -T2 'a $file' b\\ c \"d e\"") ==
        Words{"zstd", "-T2", "a $file", "b c", "d e"});
  CHECK(cli::words_of_command("a --save \"\" '' b''c \\\\n \"\\n\\\"\"") ==
        Words{"a", "--save", "", "", "bc", "\\n", "\\n\""});
  CHECK(cli::words_of_command("grep '*|x' f") == Words{"grep", "*|x", "f"});
  for (const char* command : {"a | b", "a > b", "a && b", "a; b", "a $B", "a `b`", "a *", "a 'b",
                              "A=1 b", "", "  ", "a \"$B\"", "a\nb"}) {
    INFO(command);
    CHECK_THROWS_AS(cli::words_of_command(command), base::UsageError);
  }
}

TEST_CASE("options of hyperfine mean the same, or an error tells what to use") {
  CHECK(cli::as_own_options({"-L", "t", "1,2", "x"}) == Words{"-L", "t=1,2", "x"});
  CHECK(cli::as_own_options({"-L", "t=1,2", "x"}) == Words{"-L", "t=1,2", "x"});
  CHECK(cli::as_own_options({"-P", "n", "1", "8", "x"}) == Words{"-P", "n=1..8", "x"});
  CHECK(cli::as_own_options({"-i", "--runs", "9", "--runs=9", "--command-name", "a"}) ==
        Words{"--ignore-failure=all-non-zero", "--blocks", "9", "--blocks=9", "--name", "a"});
  for (const char* option : {"--show-output", "--export-json", "--min-runs=3", "--sort"})
    CHECK_THROWS_AS(cli::as_own_options({option, "x"}), base::UsageError);
}

TEST_CASE("work is a unit's name and a finite amount above 0") {
  for (const char* text : {"bytes=24e6", "bytes=24M", "bytes=24000k", "bytes=0.024G"}) {
    const auto work = cli::parse_work(text);
    CHECK(work.unit == "bytes");
    CHECK(work.amount == Approx(24e6));
  }
  for (const char* text : {"bytes", "=3", "bytes=", "bytes=x", "bytes=0", "bytes=-1", "bytes=1e30",
                           "bytes=nan", "bytes=inf", "bytes=3K", "bytes=3k ", "a\nb=3"})
    CHECK_THROWS_AS(cli::parse_work(text), base::UsageError);
}

TEST_CASE("a metric has a name, a direction and a pattern with a group") {
  const auto metrics = cli::parse_metrics({"a=(x)", "b:lower==(x)", "c:higher=(x)=(y)"}, "b");
  REQUIRE(metrics.size() == 3);
  CHECK(metrics[0].higher_is_better);
  CHECK(metrics[1].name == "b");
  CHECK(!metrics[1].higher_is_better);
  CHECK(metrics[1].pattern == "=(x)");
  CHECK(metrics[1].decides);
  CHECK(metrics[2].name == "c");
  CHECK(metrics[2].higher_is_better);
  CHECK(!metrics[2].decides);
  for (const char* text : {"a", "=(x)", ":lower=(x)", "a=x", "a=("})
    CHECK_THROWS_AS(cli::parse_metrics({text}, ""), base::UsageError);
  CHECK_THROWS_AS(cli::parse_metrics({"a=(x)", "a:lower=(x)"}, ""), base::UsageError);
  CHECK_THROWS_AS(cli::parse_metrics({"a=(x)"}, "b"), base::UsageError);
}

TEST_CASE("a server is ready by what is asked for, or by the port or socket that it names") {
  cli::ProgramOptions options;
  options.commands = {"load {port}", "load -2 {port}"};
  options.servers = {"serve {port} ''"};
  const auto arms = cli::program_arms(options);
  REQUIRE(arms.size() == 2);
  CHECK(arms[1].program->server->command == Words{"serve", "{port}", ""});
  CHECK(arms[1].program->server->ready == "{port}");
  CHECK(arms[1].variant.server == Words{"serve", "{port}", ""});
  options.ready_log = "up";
  CHECK(cli::program_arms(options)[0].program->server->ready_by == profiles::ServerReady::log);
  options.ready_file = "f";
  CHECK_THROWS_AS(cli::program_arms(options), base::UsageError);
  options.ready_log.reset();
  options.servers.clear();
  CHECK_THROWS_AS(cli::program_arms(options), base::UsageError);
  options.ready_file.reset();
  options.servers = {"serve"};
  CHECK_THROWS_AS(cli::program_arms(options), base::UsageError);

  options.servers = {"serve {socket} -{n}", "other {socket}"};
  options.commands = {"load"};
  options.lists = {"n=1,2"};
  const auto servers = cli::program_arms(options);
  REQUIRE(servers.size() == 4);
  CHECK(servers[1].variant.label == "serve {socket} -2");
  CHECK(servers[1].command == Words{"load"});
  CHECK(servers[2].program->server->ready_by == profiles::ServerReady::socket);
}

TEST_CASE("each command and combination of parameters is a program of its own") {
  cli::ProgramOptions options;
  options.commands = {"zstd -T{t} -{l} f", "xz -T{t} f"};
  options.lists = {"t=1,2"};
  options.scans = {"l=1..3"};
  options.step = "2";
  const auto arms = cli::program_arms(options);
  REQUIRE(arms.size() == 8);
  CHECK(arms[1].command == Words{"zstd", "-T1", "-3", "f"});
  CHECK(arms[3].variant.label == "zstd -T2 -3 f");
  CHECK(arms[3].variant.name == "zstd-T2-3-f");
  CHECK(arms[4].variant.name == "xz-T1-f");
  CHECK(arms[5].variant.name == "xz-T1-f-2");  // {l} is not in it

  options.names = {"zstd {t} {l}", "xz {t}"};
  options.reference = "true";
  CHECK_THROWS_AS(cli::program_arms(options), base::UsageError);
  options.reference.reset();
  CHECK(cli::program_arms(options)[2].variant.label == "zstd 2 1");
  options.lists.push_back("t=3");
  CHECK_THROWS_AS(cli::program_arms(options), base::UsageError);
  options.lists = {"t=1,2"};
  options.step = "1e-300";  // from 1 to 1
  options.scans = {"l=1..1"};
  CHECK(cli::program_arms(options).size() == 4);
  options.scans = {"l=1..3"};
  options.step = "0";
  CHECK_THROWS_AS(cli::program_arms(options), base::UsageError);
}
