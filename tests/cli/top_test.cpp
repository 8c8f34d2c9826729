#include <fmt/format.h>

#include <cstdio>
#include <filesystem>

#include "base/error.h"
#include "base/file.h"
#include "cli/debug_package.h"
#include "cli/progress.h"
#include "profiles/recording/recording.h"
#include "tests/catch.h"
#include "tests/cli/program.h"

// `winnow top`, and rules of categories given to a recording.
using namespace winnow;
namespace fs = std::filesystem;

namespace {

bool shows(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// A recording, in the folder `out`, of a program that spends its CPU time in planted::quarter and
// planted::three_quarters. False where this machine does not let a program be sampled.
bool record_planted(const Scratch& scratch, const std::string& out,
                    std::vector<std::string> options = {}) {
  options.insert(options.begin(), {"compare", "--passes", "cpu", "--no-verdict", "-r", "1",
                                   "--runs-per-block", "1", "--out", out, "-n", "planted"});
  options.push_back(fmt::format("{} flat 0.3", PLANTED_PROGRAM));
  const auto run = testing::winnow(scratch, options);
  INFO(run.err);
  REQUIRE(fs::exists(scratch / (out + "/recording.json")));
  if (profiles::read_recording(scratch / out).profiles["planted"].cpu) return true;
  std::printf("skipped: %s", run.err.c_str());
  return false;
}

std::string category_of(const profiles::Recording& recording, const std::string& name) {
  for (const auto& function : recording.profiles.at("planted").cpu->functions)
    if (function.name == name) return function.category;
  return "";
}

// The rule that `top --uncategorized` offers.
std::string offered_rule(const std::string& text) {
  const size_t begin = text.find("[[cpu]]");
  REQUIRE(begin != std::string::npos);
  return text.substr(begin, text.find("\n]\n", begin) + 3 - begin);
}

TEST_CASE("what is told to be left does not grow, and a total neither") {
  cli::SteadyProgress steady;
  const auto told = [&](int done, int total, double elapsed_s, std::optional<double> eta_s) {
    return steady({done, total, elapsed_s, eta_s, "time pass"});
  };
  CHECK(cli::progress_words(told(0, 0, 0, {})) == "[0] time pass");
  CHECK(cli::progress_words(told(1, 20, 10, 100)) == "[1/20] time pass, 1:40 left");
  CHECK(*told(2, 20, 20, 300).eta_s == Approx(110));
  CHECK(*told(3, 20, 30, 300).eta_s == Approx(110));  // of the least that was told, not of the last
  CHECK(*told(4, 18, 40, 60).eta_s == 60);
  CHECK(told(5, 30, 50, 60).total == 18);
  CHECK(told(19, 30, 60, 10).total == 19);              // what is done is never more than the total
  const profiles::Progress next = told(0, 40, 1, 500);  // another run
  CHECK(next.total == 40);
  CHECK(*next.eta_s == 500);
}

}  // namespace

TEST_CASE("top tells which functions no rule takes, and a rule that takes them") {
  Scratch scratch;
  if (!record_planted(scratch, "out/one") || !record_planted(scratch, "out/two")) return;
  const auto recording = profiles::read_recording(scratch / "out/one");
  CHECK(category_of(recording, "planted::three_quarters") == "other");
  for (const auto& function : recording.profiles.at("planted").cpu->functions)
    if (function.name.starts_with("planted::")) CHECK(function.module == "planted-program");

  const auto listed = testing::winnow(scratch, {"top", "out/one", "--uncategorized"});
  CHECK(listed.status == 0);
  CHECK(listed.err.empty());
  CHECK(shows(listed.out, "planted::three_quarters\n"));
  CHECK(shows(listed.out, "  '^planted::quarter$',\n"));
  CHECK_FALSE(shows(listed.out, "\x1b"));
  CHECK_FALSE(shows(listed.out, "█"));
  CHECK(listed.out.find("planted::three_quarters") < listed.out.find("planted::quarter\n"));

  // As it is, without a change, the rule takes them all: those of both, for a sample may fall into
  // a function of the one alone.
  const auto all = testing::winnow(scratch, {"top", "out/one", "out/two", "--uncategorized"});
  CHECK(shows(all.out, "planted::"));
  base::write_file(scratch / "mine.toml", offered_rule(all.out));
  const auto both = testing::winnow(
      scratch, {"top", "out/one", "out/two", "--uncategorized", "--categories", "mine.toml"});
  CHECK(both.status == 0);
  CHECK_FALSE(shows(both.out, "planted::"));
  const auto plain = testing::winnow(scratch, {"top", "out/one", "out/two"});
  CHECK(plain.status == 0);
  CHECK(shows(plain.out, "planted-2: "));

  const auto before = testing::winnow(scratch, {"report", "out/one"});
  const auto after = testing::winnow(scratch, {"report", "out/one", "--categories", "mine.toml"});
  CHECK_FALSE(shows(before.out, "My category functions"));
  CHECK(shows(after.out, "My category functions"));
  const auto folded = testing::winnow(
      scratch, {"report", "out/one", "--categories", "mine.toml", "--format", "html"});
  CHECK(shows(folded.out, "my category"));

  REQUIRE(record_planted(scratch, "out/three", {"--categories", "mine.toml"}));
  CHECK(category_of(profiles::read_recording(scratch / "out/three"), "planted::three_quarters") ==
        "my category");
}

TEST_CASE("a rules file that is none is one line for each command that takes one") {
  Scratch scratch;
  if (!record_planted(scratch, "out/one")) return;
  base::write_file(scratch / "empty.toml", "");
  base::write_file(scratch / "broken.toml", "[[cpu]\n");
  base::write_file(scratch / "regex.toml", "[[cpu]]\ncategory = 'a'\nmatch = ['(']\n");
  base::write_file(scratch / "bytes.toml", std::string("\xff\xfe\0\x01", 4));
  base::write_file(scratch / "deep.toml", "cpu = " + std::string(100'000, '['));
  base::write_file(scratch / "huge.toml", std::string(3 << 20, '#'));
  const std::vector<std::vector<std::string>> commands = {
      {"top", "out/one"},
      {"top", "out/one", "--uncategorized"},
      {"report", "out/one"},
      {"compare", "--passes", "cpu", "--no-verdict", "-r", "1", "--out", "out/none", "true"}};
  for (const char* file : {"empty.toml", "broken.toml", "regex.toml", "bytes.toml", "deep.toml",
                           "huge.toml", "missing.toml", "out", "/dev/zero"})
    for (auto command : commands) {
      command.insert(command.begin() + 1, {"--categories", file});
      const auto run = testing::winnow(scratch, command);
      INFO(command.front() << " " << file << ": " << run.err);
      CHECK((run.status == 2 || run.status == 3));
      CHECK(run.err.find('\n') == run.err.size() - 1);
      CHECK(shows(run.err, file));
      CHECK(run.out.empty());
      CHECK_FALSE(fs::exists(scratch / "out/none"));
    }
}

TEST_CASE("the package whose symbols help is the one that holds the program") {
  Scratch lists;
  base::write_file(lists / "zstd.list", "/.\n/usr/bin/zstd\n/usr/share/man/man1/zstd.1.gz\n");
  base::write_file(lists / "bash-completion.list", "/usr/share/bash-completion/zstd\n");
  base::write_file(lists / "zlib1g:amd64.list", "/lib/x86_64-linux-gnu/libz.so.1.2.13\n");
  CHECK(cli::package_of("zstd", lists.path()) == "zstd");
  CHECK(cli::package_of("libz.so.1.2.13", lists.path()) == "zlib1g");
  CHECK(cli::package_of("std", lists.path()).empty());
  CHECK(cli::package_of("zstd", lists / "missing").empty());
}

TEST_CASE("a terminal that is dumb or wants no colour gets neither colour nor a moving cursor") {
  CHECK(cli::takes_control_sequences("xterm-256color", nullptr));
  CHECK(cli::takes_control_sequences("xterm", ""));  // as https://no-color.org says
  CHECK_FALSE(cli::takes_control_sequences("xterm", "1"));
  CHECK_FALSE(cli::takes_control_sequences("dumb", nullptr));
  CHECK_FALSE(cli::takes_control_sequences("", nullptr));
  CHECK_FALSE(cli::takes_control_sequences(nullptr, nullptr));
}
