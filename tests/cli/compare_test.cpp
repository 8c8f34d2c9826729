#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>

#include "base/error.h"
#include "base/file.h"
#include "cli/compare_figures.h"
#include "cli/compare_programs.h"
#include "profiles/recording/recording.h"
#include "tests/catch.h"
#include "tests/cli/program.h"
#include "tests/text.h"

using namespace winnow;
namespace fs = std::filesystem;

namespace {

using Words = std::vector<std::string>;

size_t lines_of(const std::string& file) {
  std::ifstream stream(file);
  size_t lines = 0;
  for (std::string line; std::getline(stream, line);) ++lines;
  return lines;
}

// A loop of the shell's own: CPU time that grows with `rounds`.
std::string loop(int rounds) {
  return fmt::format("sh -c 'i=0; while [ $i -lt {} ]; do i=$((i+1)); done'", rounds);
}

testing::Result compare(const Scratch& scratch, Words options) {
  options.insert(options.begin(), "compare");
  return testing::winnow(scratch, options);
}

profiles::Recording recorded(const Scratch& scratch) {
  return profiles::read_recording(scratch / "out/compare");
}

// Whether a process with this argument runs anywhere.
bool runs_somewhere(const std::string& argument) {
  for (const auto& process : fs::directory_iterator("/proc")) {
    std::ifstream file(process.path() / "cmdline");
    const std::string line{std::istreambuf_iterator<char>(file), {}};
    if (has(line, argument)) return true;
  }
  return false;
}

}  // namespace

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
  CHECK(has(run.out, "## Winner: many (by n)"));
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

TEST_CASE("a server stands beside its load, has figures of its own, and is gone afterwards") {
  const Scratch scratch;
  const std::string server =
      "python3 -m http.server {port} --bind 127.0.0.1 --directory " + scratch.path();
  const std::string load =
      "python3 -c \"import urllib.request as u; u.urlopen('http://127.0.0.1:{port}/').read()\"";
  const auto run = compare(scratch, {"--no-verdict", "-r", "2", "--passes", "time,tree", "--server",
                                     server, load, load});
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
  const auto never = with({"--server", "sleep 31418.5", "--ready-limit", "0.3", "true"});
  CHECK(never.status == 3);
  CHECK(has(never.err, "winnow: true: server: not ready within 0.3 s"));
  CHECK(!runs_somewhere("31418.5"));
  const auto under =
      with({"--server", "sh -c 'touch {socket}; sleep 0.5; exit 5'", "sleep 31419.5"});
  CHECK(under.status == 3);
  CHECK(has(under.err, "server: ended under its load: exit status 5"));
  CHECK(!runs_somewhere("31419.5"));
  CHECK(has(with({"--server", "/no/such/server", "true"}).err, "server: not started: "));
}

TEST_CASE("an interrupted run leaves no server") {
  const Scratch scratch;
  const pid_t process =
      testing::start_winnow(scratch, {"compare", "--ready-file", "{socket}", "--server",
                                      "sh -c 'touch {socket}; sleep 31420.5'", "sleep 31421.5"});
  for (int i = 0; i < 500 && !runs_somewhere("31421.5"); ++i) usleep(20'000);
  REQUIRE(runs_somewhere("31420.5"));
  kill(process, SIGINT);
  CHECK(testing::wait(scratch, process).status == 130);
  CHECK(!runs_somewhere("31420.5"));
  CHECK(!runs_somewhere("31421.5"));
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
  options.step = "0";
  CHECK_THROWS_AS(cli::program_arms(options), base::UsageError);
}

TEST_CASE("the program that takes less time wins, and what it did is counted") {
  const Scratch scratch;
  const auto run = compare(scratch, {"--runs-per-block", "1", "--passes", "time,tree", "-n", "long",
                                     "-n", "short", loop(200'000), loop(2'000)});
  INFO(run.err);
  CHECK(run.status == 0);
  CHECK(has(run.out, "short is the clear winner against long"));
  const auto recording = recorded(scratch);
  CHECK(recording.status == profiles::RunStatus::complete);
  CHECK(recording.workload.iteration == "run");
  CHECK(recording.commit.empty());
  for (const char* name : {"long", "short"}) {
    const auto& tree = recording.profiles.at(name).tree;
    REQUIRE(tree);
    CHECK(tree->iterations == 5);
    CHECK(tree->execs == 5);
    CHECK(tree->threads == 0);
    CHECK(tree->processes == 0);
  }
  CHECK(recording.profiles.at("long").tree->cpu_s > recording.profiles.at("short").tree->cpu_s);
}

TEST_CASE("outputs that differ make a comparison void, unless they change from run to run") {
  const Scratch scratch;
  const Words quick{"--no-verdict", "-r", "2", "--passes", "time,tree"};
  const auto with = [&](Words more) {
    more.insert(more.begin(), quick.begin(), quick.end());
    return compare(scratch, more).out;
  };
  const std::string different = with({"echo a", "echo b"});
  CHECK(has(different, "COMPARISON VOID"));
  // Of one run a block, too, as all blocks of the tree pass are.
  CHECK(has(with({"--runs-per-block", "1", "echo a", "echo b"}), "COMPARISON VOID"));
  CHECK(has(with({"--ignore-output", "echo a", "echo b"}), "**Same-work check:** not checked"));
  CHECK(has(with({"echo a", "printf 'a\\n'"}), "wrote the same to standard output"));
  const std::string changing = with({"sh -c 'echo $$'", "sh -c 'echo $$'"});
  CHECK(has(changing, "is another one in each run"));
  CHECK(!has(changing, "COMPARISON VOID"));
  CHECK(has(with({"true", "true"}), "**Same-work check:** not checked"));
}

TEST_CASE("what a program leaves behind is told and ended") {
  const Scratch scratch;
  const auto run = compare(scratch, {"--no-verdict", "-r", "1", "--passes", "time", "true",
                                     "sh -c 'setsid sleep 31415.9 & exit 0'"});
  CHECK(run.status == 0);
  CHECK(has(run.out, "leaves processes behind, which were ended: "));
  CHECK(!runs_somewhere("31415.9"));
}

TEST_CASE("setup and its like run as often as they are asked for, outside the measured time") {
  const Scratch scratch;
  const auto run =
      compare(scratch, {"--no-verdict", "-r", "2", "--runs-per-block", "3", "--passes", "time,tree",
                        "--no-twin", "--setup", "echo x >> setup", "--prepare",
                        "echo x >> prepare; sleep 0.1", "--conclude", "echo x >> conclude",
                        "--cleanup", "echo x >> cleanup", "true", "/bin/true"});
  INFO(run.err);
  CHECK(run.status == 0);
  CHECK(lines_of(scratch / "setup") == 2);
  CHECK(lines_of(scratch / "cleanup") == 2);
  // The warm-up, two blocks of three runs, and as many processes in the tree pass.
  CHECK(lines_of(scratch / "prepare") == 2 * (1 + 2 * 3 + 5 * 1));
  CHECK(lines_of(scratch / "conclude") == lines_of(scratch / "prepare"));
  const auto recording = recorded(scratch);
  for (const auto& block : recording.blocks)
    CHECK(block.iteration_wall_ns.size() == (block.pass == profiles::Pass::time ? 3u : 1u));
  for (const auto& block : recording.blocks) CHECK(block.machine->wall_s < 0.3);
}

TEST_CASE("a program that cannot be measured is one line and a status") {
  const Scratch scratch;
  const std::vector<std::pair<Words, std::string>> failing{
      {{"true", "no-such-program"}, "no-such-program: not started: No such file"},
      {{"true", "false"}, "false: exit status 1"},
      {{"true", "cat no-such-file"}, "cat no-such-file: exit status 1: cat: no-such-file: No such"},
      {{"true", "sh -c 'kill -9 $$'"}, "signal 9 (Killed)"},
      {{"--time-limit", "0.3", "true", "sleep 60"}, "sleep 60: time limit of 0.3 s"},
      {{"--setup", "exit 3", "true", "true"}, "setup of true: exit status 3"},
  };
  for (const auto& [options, error] : failing) {
    const auto run = compare(scratch, options);
    INFO(run.err);
    CHECK(run.status == 3);
    CHECK(has(run.err, error));
    CHECK(std::ranges::count(run.err, '\n') == 1);
    CHECK(run.out.empty());
    CHECK(!fs::exists(scratch / "out/compare"));
  }
  const std::vector<std::pair<Words, std::string>> wrong{
      {{}, "name the commands"},
      {{"a | b", "true"}, "'|' is for a shell"},
      {{"-r", "5", "true", "true"}, "5 cannot prove a difference"},
      {{"--show-output", "true", "true"}, "not an option of winnow: "},
      {{"--budget", "1m", "-r", "9", "true", "true"}, "in the place of --blocks"},
      {{"--input", "no-such-file", "true", "true"}, "not a file"},
      {{"--passes", "time,wall", "true", "true"}, "wall is none of"},
  };
  for (const auto& [options, error] : wrong) {
    const auto run = compare(scratch, options);
    INFO(run.err);
    CHECK(run.status == 2);
    CHECK(has(run.err, error));
  }
  CHECK(compare(scratch, {"-i", "--no-verdict", "-r", "1", "--passes", "time", "true", "false"})
            .status == 0);
  CHECK(compare(scratch, {"--ignore-failure=2", "true", "false"}).status == 3);
}

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

TEST_CASE("a program has an empty input, and its output may be as long as it likes") {
  const Scratch scratch;
  base::write_file(scratch / "text", "abc");
  CHECK(compare(scratch, {"--no-verdict", "-r", "1", "cat", "cat"}).status == 0);
  const auto run = compare(scratch, {"--no-verdict", "-r", "1", "--passes", "time,tree", "--input",
                                     "text", "cat", "head -c 200000000 /dev/zero"});
  CHECK(run.status == 0);
  uintmax_t bytes = 0;
  for (const auto& file : fs::recursive_directory_iterator(scratch / "out/compare"))
    if (file.is_regular_file()) bytes += file.file_size();
  CHECK(bytes < 5'000'000);
}

// Starts a long run, and waits until it has measured some blocks.
pid_t start_long_run(const Scratch& scratch, const std::string& command) {
  const pid_t winnow =
      testing::start_winnow(scratch, {"compare", "--no-verdict", "-r", "1000", "--runs-per-block",
                                      "1", "--passes", "time", "true", command});
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
  const pid_t winnow = start_long_run(scratch, "sleep 0.0314159");
  kill(winnow, SIGINT);
  const auto run = testing::wait(scratch, winnow);
  INFO(run.err);
  CHECK(run.status == 130);
  CHECK(has(run.err, "this run is interrupted"));
  CHECK(recorded(scratch).status == profiles::RunStatus::interrupted);
  CHECK(recorded(scratch).blocks.size() >= 5);
  CHECK(!runs_somewhere("0.0314159"));
  CHECK(!fs::exists(scratch / "out/compare.partial"));
}

TEST_CASE("a run that is killed takes its programs with it, and stands in no later run's way") {
  const Scratch scratch;
  const pid_t winnow = testing::start_winnow(
      scratch, {"compare", "--no-verdict", "-r", "1", "--passes", "time", "true",
                "sh -c 'sleep 27.18281 & setsid -w sleep 27.18282; exit 0'"});
  const std::string sleeper{
      "sleep\0"
      "27.18282",
      14};  // not winnow itself, which names it, too
  for (int i = 0; i < 3000 && !runs_somewhere(sleeper); ++i) usleep(10'000);
  CHECK(runs_somewhere(sleeper));
  kill(winnow, SIGKILL);
  CHECK(testing::wait(scratch, winnow).status == 128 + SIGKILL);
  for (int i = 0; i < 500 && runs_somewhere("27.1828"); ++i) usleep(10'000);
  CHECK(!runs_somewhere("27.1828"));
  CHECK(compare(scratch, {"--no-verdict", "-r", "1", "true", "/bin/true"}).status == 0);
  CHECK(!fs::exists(scratch / "out/compare.partial"));
}

TEST_CASE("programs that do unusual things with their output, children and terminal") {
  struct Row {
    const char* command;
    int status;
    const char* told;
  };
  const Row rows[] = {
      {"sh -c 'exec >&-; sleep 0.03'", 0, ""},
      {"sh -c 'exec >&- 2>&- <&-; sleep 0.03'", 0, ""},
      {"sh -c 'i=0; while [ $i -lt 200 ]; do : & i=$((i+1)); done; wait'", 0, ""},
      {"sh -c 'read answer'", 3, "exit status 1"},
      {"sh -c 'read answer < /dev/tty'", 3, "/dev/tty"},
  };
  for (const Row& row : rows) {
    INFO(row.command);
    const Scratch scratch;
    const auto run = compare(scratch, {"--no-verdict", "-r", "1", "--passes", "time,tree",
                                       "--time-limit", "60", "true", row.command});
    INFO(run.err);
    CHECK(run.status == row.status);
    CHECK(has(run.err, row.told));
    if (row.status != 0) CHECK(std::ranges::count(run.err, '\n') == 1);
  }
}

TEST_CASE("a program that asks at the terminal gets an error there, and is not stopped") {
  if (std::system("command -v script >/dev/null") != 0) {
    std::cout << "skipped: needs script (apt-get install bsdutils)\n";
    return;
  }
  const Scratch scratch;
  base::write_file(scratch / "ask", "read answer < /dev/tty\n");
  const std::string command = fmt::format(
      "cd '{}' && script -qec \"'{}' compare --no-verdict -r 1 --time-limit 60 true 'sh ask'\" "
      "/dev/null > told < /dev/null",
      scratch.path(), WINNOW_PROGRAM);
  CHECK(std::system(command.c_str()) != -1);
  const std::string told = base::read_file(scratch / "told");
  INFO(told);
  CHECK(has(told, "sh ask: exit status "));
  CHECK(!has(told, "time limit"));
}

TEST_CASE("variables of OpenMP do not bind the programs of others to a core") {
  const Scratch scratch;
  const std::string print = "grep Cpus_allowed_list /proc/self/status";
  REQUIRE(std::system(fmt::format("{} > '{}'", print, scratch / "own").c_str()) == 0);
  setenv("GOMP_CPU_AFFINITY", "0", 1);
  const auto run = compare(
      scratch, {"--no-verdict", "-r", "1", "--passes", "time", "--output", "measured", print});
  unsetenv("GOMP_CPU_AFFINITY");
  INFO(run.err);
  CHECK(run.status == 0);
  CHECK(base::read_file(scratch / "measured") == base::read_file(scratch / "own"));
}

TEST_CASE("commands under 20 ms: what a process that does nothing takes stands beside") {
  const Scratch scratch;
  const auto run = compare(scratch, {"--no-verdict", "-r", "2", "--runs-per-block", "2", "--passes",
                                     "time", "true", "/bin/true"});
  INFO(run.err);
  CHECK(run.status == 0);
  const auto cost = recorded(scratch).start_cost;
  REQUIRE(cost);
  CHECK(cost->runs == 50);
  CHECK(cost->p25_ns > 0);
  CHECK(cost->p25_ns <= cost->p50_ns);
  CHECK(cost->p50_ns <= cost->p75_ns);
  CHECK(has(run.out, "**Start of an empty process:**"));
  CHECK(has(run.out, "is not taken off: "));
  const auto longer =
      compare(scratch, {"--no-verdict", "-r", "1", "--passes", "time", "sleep 0.03", "sleep 0.04"});
  CHECK(!recorded(scratch).start_cost);
  CHECK(!has(longer.out, "empty process"));
}

TEST_CASE("commits of a project are built, kept and compared") {
  const Scratch scratch;
  const auto shell = [&](const std::string& script) {
    return std::system(
        fmt::format("cd '{}' && ({}) >/dev/null 2>&1", scratch.path(), script).c_str());
  };
  const std::string git = "git -c user.name=a -c user.email=a@example.org ";
  const auto commit = [&](int rounds) {
    return shell(
        fmt::format("echo '#!/bin/sh' > source; echo 'i=0; while [ $i -lt {} ]; do "
                    "i=$((i+1)); done' >> source; git add source; {} commit -qm x",
                    rounds, git));
  };
  if (shell("git init -q") != 0) {
    std::cout << "skipped: needs git\n";
    return;
  }
  REQUIRE(commit(200'000) == 0);
  REQUIRE(commit(2'000) == 0);
  const std::string build =
      fmt::format("cp source bench; chmod +x bench; echo x >> '{}/builds'", scratch.path());
  const Words options{"--ref",  "HEAD~1",           "--ref", "HEAD",     "--build",
                      build,    "--runs-per-block", "1",     "--passes", "time,tree",
                      "./bench"};
  const auto run = compare(scratch, options);
  INFO(run.err);
  CHECK(run.status == 0);
  CHECK(has(run.out, "HEAD ("));
  CHECK(has(run.out, "is the clear winner against HEAD~1 ("));
  for (const auto& variant : recorded(scratch).variants) {
    REQUIRE(variant.program_file);
    CHECK(variant.program_file->commit.value_or("").size() == 40);
    CHECK(variant.program_file->sha256);
  }
  CHECK(lines_of(scratch / "builds") == 2);
  CHECK(compare(scratch, options).status == 0);
  CHECK(lines_of(scratch / "builds") == 2);

  const auto failed = compare(
      scratch, {"--ref", "HEAD", "--ref", "HEAD~1", "--build", "echo wrong; exit 7", "./bench"});
  CHECK(failed.status == 3);
  CHECK(has(failed.err, "exit status 7"));
  CHECK(has(failed.err, ".log has all it printed"));
  const auto unknown = compare(scratch, {"--ref", "nothing", "--ref", "HEAD", "./bench"});
  CHECK(unknown.status == 2);
  CHECK(has(unknown.err, "nothing: no commit here"));
  CHECK(compare(scratch, {"--build", "true", "true", "true"}).status == 2);
}

TEST_CASE("the programs of a scenario are measured as commands are") {
  const Scratch scratch;
  const std::string text = fmt::format(
      "name = 'loops'\ndescription = 'two loops'\npasses = ['time', 'tree']\nruns_per_block = 1\n"
      "[parameters]\nn = [200000]\n"
      "[[program]]\nname = 'short'\ncommand = \"{}\"\n"
      "[[program]]\nname = 'long {{n}}'\ncommand = 'i=0; while [ $i -lt {{n}} ]; do i=$((i+1)); "
      "done'\nshell = 'default'\nreference = true\nprepare = 'echo x >> prepared'\n",
      loop(2'000));
  base::write_file(scratch / "loops.toml", text);
  const auto run = [&](Words options) {
    options.insert(options.begin(), {"run", "loops.toml"});
    return testing::winnow(scratch, options);
  };
  const auto result = run({});
  INFO(result.err << result.out);
  CHECK(result.status == 0);
  CHECK(has(result.out, "short is the clear winner against long 200000"));
  const auto recording = profiles::read_recording(scratch / "out/loops");
  CHECK(recording.baseline == "long-200000");
  CHECK(recording.workload.description == "two loops");
  CHECK(recording.workload.blocks == 10);
  CHECK(recording.profiles.at("short").tree);
  CHECK(lines_of(scratch / "prepared") >= 10);
  CHECK(run({"--blocks", "2", "--no-verdict", "--passes", "time"}).status == 0);
  CHECK(profiles::read_recording(scratch / "out/loops").workload.blocks == 2);

  const std::vector<std::pair<std::string, std::string>> wrong{
      {"shell = 'default'\n", ""},
      {"prepare =", "input = 'no-such-file'\nprepare ="},
      {"runs_per_block = 1", "budget = 'soon'"},
  };
  const std::vector<std::string> problems{"loops.toml: line 10: ", "loops.toml: line 10: ",
                                          "loops.toml: line 4: budget: expected a time"};
  for (size_t i = 0; i < wrong.size(); ++i) {
    std::string changed = text;
    changed.replace(changed.find(wrong[i].first), wrong[i].first.size(), wrong[i].second);
    base::write_file(scratch / "loops.toml", changed);
    const auto failed = run({});
    INFO(failed.err);
    CHECK(failed.status == 2);
    CHECK(has(failed.err, problems[i]));
    CHECK(std::ranges::count(failed.err, '\n') == 1);
  }
  base::write_file(scratch / "loops.toml", text);
  CHECK(run({"--batch", "3"}).status == 2);
}

TEST_CASE("programs are swept over a parameter and over threads") {
  const Scratch scratch;
  const std::string loop_of = "'i=0; while [ $i -lt {} ]; do i=$((i+1)); done'";
  const auto program = [&](const std::string& name, const std::string& rounds) {
    return fmt::format("[[program]]\nname = '{}'\nshell = 'default'\ncommand = {}\n", name,
                       fmt::format(fmt::runtime(loop_of), rounds));
  };
  const std::string sweep =
      "name = 'rounds'\n[sweep]\nparameter = 'n'\nvalues = [1000, 600000]\nruns_per_block = 1\n" +
      program("fixed", "60000") + program("growing", "{n}");
  base::write_file(scratch / "rounds.toml", sweep);
  const auto run = [&](Words options) {
    options.insert(options.begin(), "run");
    return testing::winnow(scratch, options);
  };
  const auto result = run({"rounds.toml"});
  INFO(result.err << result.out);
  CHECK(result.status == 0);
  CHECK(has(result.out, "Programs, the fastest by n: n 1000: growing ("));
  CHECK(has(result.out, "n 600000: fixed ("));
  CHECK(has(result.out, "| fixed / growing |"));
  CHECK(has(result.out, "growing is faster up to 1000, fixed from 600000 on"));
  CHECK(has(result.out, "### Time (ms a run): programs"));
  for (const char* word : {"text", "strategy", "atch", "Model", "mix ", "Instruction set"}) {
    INFO(word);
    CHECK(!has(result.out, word));
  }
  CHECK(fs::exists(scratch / "out/rounds/report.html"));
  CHECK(run({"rounds.toml"}).status == 2);  // it is finished
  CHECK(run({"rounds.toml", "--resume", "--blocks", "7"}).status == 0);
  base::write_file(scratch / "rounds.toml", sweep + "\n");
  CHECK(has(run({"rounds.toml", "--resume"}).err, "another content of scenario.toml"));
  CHECK(run({"rounds.toml", "--batch", "3"}).status == 2);

  base::write_file(scratch / "threads.toml",
                   "name = 'threads'\n[sweep]\nthreads = [1, 2, 4]\nblocks = 2\n"
                   "runs_per_block = 1\n[[program]]\ncommand = 'sleep 0.0{threads}'\n"
                   "[[program]]\ncommand = 'sleep 0.2'\n");
  const auto scaling = run({"threads.toml"});
  INFO(scaling.err << scaling.out);
  CHECK(scaling.status == 0);
  CHECK(has(scaling.out, "### Throughput by threads (runs/s): programs"));
  CHECK(has(scaling.out, "### Universal Scalability Law: programs"));
  CHECK(has(scaling.out, "the fastest by threads: "));
  CHECK(!has(scaling.out, "texts"));
}

namespace {

std::string tree_of(const std::string& program, const std::string& arguments) {
  return program + " " + arguments;
}

const profiles::Missing* missing_of(const profiles::Recording& recording, const std::string& name,
                                    profiles::Pass pass) {
  for (const auto& missing : recording.missing)
    if (missing.pass == pass && (missing.variant.empty() || missing.variant == name))
      return &missing;
  return nullptr;
}

const Words kOneBlock{"--no-verdict", "--no-twin", "-r", "1", "--runs-per-block", "1", "--passes"};

Words one_block(const std::string& passes, const Words& more) {
  Words words = kOneBlock;
  words.push_back(passes);
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

}  // namespace

TEST_CASE("the preloaded passes count a command whole, from its start to its end") {
  const Scratch scratch;
  const auto run =
      compare(scratch, one_block("time,heap,sync,tree",
                                 {"-n", "many", "-n", "few", tree_of(TREE_PROGRAM, "threads 300"),
                                  tree_of(TREE_PROGRAM, "threads 10")}));
  INFO(run.err);
  CHECK(run.status == 0);
  const auto recording = recorded(scratch);
  CHECK(recording.status == profiles::RunStatus::complete);
  for (const auto& [name, threads] : {std::pair("many", 300), {"few", 10}}) {
    INFO(name);
    const auto& found = recording.profiles.at(name);
    REQUIRE(found.sync);
    CHECK(found.sync->iterations == 7);
    CHECK(found.sync->thread_create->count == 7 * threads);
    CHECK(found.sync->thread_join->count == 7 * threads);
    REQUIRE(found.sync->seen);
    CHECK(found.sync->seen->child_processes == 0);
    CHECK(found.sync->processes->size() == 7);
    REQUIRE(found.heap);
    CHECK(found.heap->iterations == 1);
    CHECK(found.heap->seen);
    REQUIRE(found.heap->region_objects);
    CHECK(*found.heap->region_objects > 0);  // stacks of threads' local variables
    REQUIRE(found.heap->exact_bytes);
    CHECK(std::abs(found.heap->region_bytes - static_cast<double>(*found.heap->exact_bytes)) <
          4096);
  }
  CHECK(has(run.out, "agrees within"));
  CHECK(has(run.out, "Thread joins"));
}

#ifdef STATIC_TREE_PROGRAM

TEST_CASE("what a preloaded pass does not see of a command is told, and is no 0") {
  const Scratch scratch;
  const std::string burner = tree_of(TREE_PROGRAM, "threads 3000");
  const auto run = compare(
      scratch,
      one_block("time,heap,sync,tree",
                {"-n", "static", "-n", "exec", "-n", "shell", "-n", "forks", "-n", "dies",
                 tree_of(STATIC_TREE_PROGRAM, "threads 10"),
                 "env " + tree_of(STATIC_TREE_PROGRAM, "threads 10"),
                 fmt::format("sh -c '{}; {}'", burner, burner), tree_of(TREE_PROGRAM, "forks 20"),
                 "sh -c 'case $LD_PRELOAD in *agent*) kill -9 $$;; esac'"}));
  INFO(run.err);
  CHECK(run.status == 0);
  const auto recording = recorded(scratch);
  CHECK(recording.status == profiles::RunStatus::complete);
  for (const auto& [name, reason] : {std::pair("static", "statically linked"),
                                     {"exec", "it became another program"},
                                     {"shell", "only the first process is seen"},
                                     {"dies", "signal 9 (Killed)"}})
    for (const auto pass : {profiles::Pass::heap, profiles::Pass::sync}) {
      INFO(name << " " << profiles::word(pass));
      CHECK_FALSE(recording.profiles.at(name).sync);
      CHECK_FALSE(recording.profiles.at(name).heap);
      const auto* missing = missing_of(recording, name, pass);
      REQUIRE(missing);
      CHECK(has(missing->reason, reason));
      CHECK(has(run.out, reason));
    }
  // Which share the first process has is luck; that there are others is told in any case.
  const auto& sync = recording.profiles.at("forks").sync;
  if (sync) {
    REQUIRE(sync->seen);
    CHECK(sync->seen->child_processes == 7 * 20);
    CHECK(has(run.out, "a run makes 20 child processes, not counted here"));
  } else {
    CHECK(missing_of(recording, "forks", profiles::Pass::sync));
  }
  // The tree pass counts the threads of all.
  CHECK(recording.profiles.at("static").tree->threads == 5 * 10);
  CHECK(recording.profiles.at("shell").tree->threads == 5 * 6000);
  CHECK(has(run.out, "| **shell** | 6,000 | 30,000 |"));
}

TEST_CASE("futex calls are counted on request, one by one") {
  const Scratch scratch;
  const auto run =
      compare(scratch, one_block("time,futex", {"-n", "none", "-n", "some", "-n", "static",
                                                tree_of(TREE_PROGRAM, "futexes 0"),
                                                tree_of(TREE_PROGRAM, "futexes 100"),
                                                tree_of(STATIC_TREE_PROGRAM, "futexes 100")}));
  INFO(run.err);
  CHECK(run.status == 0);
  const auto recording = recorded(scratch);
  if (const auto* missing = missing_of(recording, "some", profiles::Pass::futex)) {
    std::cout << "skipped: " << missing->reason << "\n";
    CHECK(has(run.out, missing->reason));
    return;
  }
  const auto& none = recording.profiles.at("none").futex;
  REQUIRE(none);
  CHECK(none->iterations == 3);
  for (const char* name : {"some", "static"}) {
    const auto& some = recording.profiles.at(name).futex;
    REQUIRE(some);
    CHECK(some->requeues == 3 * 200);
    CHECK(some->others == 3 * 100);
    CHECK(some->waits >= 3 * 300);
    CHECK(some->wakes >= 3 * 500);
  }
  CHECK(recording.profiles.at("some").futex->waits - none->waits == 3 * 300);
  CHECK(recording.profiles.at("some").futex->wakes - none->wakes == 3 * 500);
  CHECK(has(run.out, "### Exact Counts"));
}

#endif

TEST_CASE("instructions are counted on request, where callgrind can") {
  const Scratch scratch;
  const auto run = compare(
      scratch, one_block("time,count", {"-n", "small", "-n", "large", "-n", "forks", loop(10),
                                        loop(20'000), tree_of(TREE_PROGRAM, "forks 2")}));
  INFO(run.err);
  CHECK(run.status == 0);
  const auto recording = recorded(scratch);
  if (const auto* missing = missing_of(recording, "large", profiles::Pass::count)) {
    std::cout << "skipped: " << missing->reason << "\n";
    CHECK(has(missing->reason, "apt-get install valgrind"));
    return;
  }
  const auto &small = recording.profiles.at("small").count,
             &large = recording.profiles.at("large").count;
  REQUIRE(small);
  REQUIRE(large);
  CHECK(large->iterations == 2);
  CHECK(large->processes == 2);
  CHECK(large->instructions > small->instructions + 2 * 20'000 * 10);
  CHECK(static_cast<double>(large->most - large->fewest) <
        1e-3 * static_cast<double>(large->fewest));
  CHECK_FALSE(recording.profiles.at("forks").count);
  const auto* missing = missing_of(recording, "forks", profiles::Pass::count);
  REQUIRE(missing);
  CHECK(has(missing->reason, "from the parent's start"));
  CHECK(has(run.out, "| Instructions |"));
}
