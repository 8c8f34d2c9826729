#include "reports/tables/processes.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "reports/comparison/comparison.h"
#include "reports/pages/markdown.h"
#include "tests/catch.h"
#include "tests/reports/samples/foreign_samples.h"
#include "tests/reports/samples/samples.h"
#include "tests/text.h"

// What the tree profile of a recording becomes in a report.
namespace winnow::reports {

namespace {

using profiles::Recording;
using profiles::TreeProfile;

Table table_of(const Recording& recording) { return process_table(Measured(recording)); }

std::optional<double> value(const Table& table, const std::string& name, size_t variant = 0) {
  const Row* row = row_named(table, name);
  return row ? row->figures[variant].value : std::nullopt;
}

bool noted(const std::vector<std::string>& notes, const std::string& part) {
  return std::ranges::any_of(notes, [&](const std::string& note) { return has(note, part); });
}

void forget_trees(Recording& recording) {
  for (auto& [name, found] : recording.profiles) found.tree.reset();
  std::erase_if(recording.blocks,
                [](const auto& block) { return block.pass == profiles::Pass::tree; });
}

}  // namespace

TEST_CASE("figures of a tree are those of one run, but for the largest ones") {
  const Table table = table_of(command_recording());
  CHECK(table.heading == "Processes");
  CHECK(table.unavailable.empty());
  CHECK(value(table, "Processes started") == Approx(3));  // the leader and two more
  CHECK(value(table, "Programs executed") == Approx(4));
  CHECK(value(table, "Threads created") == Approx(2));
  CHECK(value(table, "Threads created", 1) == Approx(4));
  CHECK(value(table, "Most threads at once") == Approx(4));
  CHECK(value(table, "CPU time") == Approx(1));
  CHECK(value(table, "CPU time", 1) == Approx(0.6));
  CHECK(value(table, "Run-queue delay") == Approx(0.3));
  CHECK(value(table, "Voluntary context switches") == Approx(20));
  CHECK(value(table, "Involuntary context switches") == Approx(10.4));
  CHECK(value(table, "Peak memory of the largest process (MB)") == Approx(27));
  CHECK(noted(table.notes, "shared out to a run, over 5 runs of the tree pass;"));
}

TEST_CASE("several programs have rows by their names, one has none") {
  Recording recording = command_recording();
  const Table table = table_of(recording);
  CHECK(value(table, "zstd: processes") == Approx(1));
  CHECK(value(table, "zstd: threads created", 1) == Approx(4));
  CHECK(value(table, "cat: processes") == Approx(2));
  CHECK_FALSE(row_named(table, "cat: threads created"));  // nobody created any
  const Row* cpu = row_named(table, "zstd: CPU time");
  REQUIRE(cpu);
  CHECK(cpu->figures[0].value == Approx(0.8));
  CHECK(cpu->figures[0].share == Approx(0.8));
  for (auto& [name, found] : recording.profiles) found.tree->programs.resize(1);
  CHECK_FALSE(row_named(table_of(recording), "zstd: processes"));
}

TEST_CASE("a program that one variant does not run has no processes there") {
  Recording recording = command_recording();
  recording.profiles["two"].tree->programs.resize(1);
  CHECK(value(table_of(recording), "cat: processes", 1) == 0.0);
}

TEST_CASE("the smallest of many programs are summed") {
  Recording recording = command_recording();
  auto& programs = recording.profiles["one"].tree->programs;
  programs.clear();
  for (int i = 0; i < 15; ++i)
    programs.push_back({"program " + std::to_string(i), 5, 0, 0.1 * (20 - i), 0});
  recording.profiles["two"].tree->programs = programs;
  const Table table = table_of(recording);
  CHECK(row_named(table, "program 10: CPU time"));
  CHECK_FALSE(row_named(table, "program 11: CPU time"));
  CHECK(value(table, "other programs (4): processes") == Approx(4));
  CHECK(value(table, "other programs (4): CPU time") == Approx(0.1 * (9 + 8 + 7 + 6) / 5));
  double cpu_s = 0;
  for (const Row& row : table.rows)
    if (row.name.ends_with(": CPU time")) cpu_s += *row.figures[0].value;
  CHECK(cpu_s == Approx(0.1 * (20 + 6) * 15 / 2 / 5));
}

TEST_CASE("what the tree pass did not see is told") {
  Recording recording = command_recording();
  TreeProfile& tree = *recording.profiles["one"].tree;
  tree.unseen_ends = 2;
  tree.without_privilege = {"sudo", "ping"};
  tree.peak_rss_bytes = 0;
  const Table table = table_of(recording);
  CHECK(noted(table.notes,
              "one: ran without the privilege of their files (set-uid), because they "
              "were followed: sudo, ping."));
  CHECK(noted(table.notes, "one: 2 threads ended unseen"));
  CHECK_FALSE(value(table, "Peak memory of the largest process (MB)"));
}

TEST_CASE("without a tree profile figures are unavailable, not 0") {
  Recording recording = command_recording();
  SECTION("of one variant") {
    recording.profiles["one"].tree.reset();
    recording.missing.push_back({"one", profiles::Pass::tree, "ptrace is forbidden"});
    const Report report = make_report(recording);
    REQUIRE(report.processes.unavailable.size() == 1);
    CHECK(report.processes.unavailable[0] == "one: unavailable: ptrace is forbidden");
    for (const Row& row : report.processes.rows) {
      INFO(row.name);
      CHECK_FALSE(row.figures[0].value);
    }
    CHECK_FALSE(report.threads.creations[0].per_iteration.value);
    CHECK(report.threads.creations[1].per_iteration.value == Approx(4));
  }
  SECTION("of a profile without a run") {
    recording.profiles["one"].tree->iterations = 0;
    const Report report = make_report(recording);
    CHECK_FALSE(value(report.processes, "Threads created"));
    CHECK_FALSE(report.threads.creations[0].total.value);
  }
  SECTION("of all: there is no such table") {
    forget_trees(recording);
    const Report report = make_report(recording);
    CHECK(report.processes.heading.empty());
    const std::string text = to_markdown(report);
    CHECK_FALSE(has(text, "### Processes"));
    CHECK_FALSE(has(text, "### Thread Creations"));  // nobody asked for what counts them
    CHECK(
        has(section(text, "## Missing"), "- passes that were not run, whose tables are left out:"));
    CHECK_FALSE(has(export_json(foreign_export(recording)), "\"processes\""));
  }
}

TEST_CASE("thread creations are the tree pass's, which sees every process") {
  const Report report = make_report(command_recording());
  const Creations& one = report.threads.creations[0];
  CHECK(one.per_iteration.value == Approx(2));
  CHECK(one.total.value == Approx(10));
  CHECK_FALSE(one.per_iteration.estimate);
  CHECK(noted(report.threads.creation_notes,
              "one: exact, from the tree pass, 5 runs: threads besides the first of each process; "
              "processes started a run, the first included: 3."));
  CHECK_FALSE(noted(report.threads.creation_notes, "unavailable"));
  CHECK(has(report.threads.reduction, "2.00x as many thread creations (measured)"));
  const Answer answer = threads_answer(report);
  REQUIRE(answer.sentences.size() == 1);
  CHECK(has(answer.sentences[0], "two: no, Threads created rose by 2 (100.0%): 4 instead of 2"));
  // The agent sees the first process.
  Recording recording = command_recording();
  recording.profiles["one"].sync = foreign_recording().profiles["one"].sync;
  CHECK(make_report(recording).threads.creations[0].total.value == Approx(10));
}

TEST_CASE("every rendering has the table of processes") {
  const Recording recording = command_recording();
  const std::string text = to_markdown(make_report(recording));
  INFO(text);
  CHECK(has(text, "### Processes\n"));
  CHECK(has(table_row(text, "Threads created"), "| 2 | 4 | +2 (+100.0%) |"));
  const Export source = foreign_export(recording);
  CHECK(has(export_html(source), "Peak memory of the largest process"));
  CHECK(has(export_json(source), "\"processes\""));
}

TEST_CASE("differences of processes are void where the work differs") {
  Recording recording = command_recording();
  for (auto& block : recording.blocks) block.work["lines"] = block.variant == "one" ? 1 : 2;
  const Report report = make_report(recording);
  REQUIRE_FALSE(report.processes.rows.empty());
  for (const Row& row : report.processes.rows) CHECK(row.evidence[1] == Evidence::kVoid);
}

TEST_CASE("the samples of process trees are opened by perf") {
  Recording recording = command_recording();
  for (auto& block : recording.blocks)
    if (block.pass == profiles::Pass::cpu)
      block.raw_files = {"raw/cpu/" + block.variant + "-0/perf-0.data"};
  const std::string text = to_markdown(make_report(recording));
  CHECK(has(text, "perf report -i raw/cpu/one-0/perf-0.data"));
  CHECK(!has(text, "google-pprof"));
}

}  // namespace winnow::reports
