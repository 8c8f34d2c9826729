#include <algorithm>

#include "reports/comparison/comparison.h"
#include "reports/comparison/sampling_bias.h"
#include "reports/pages/markdown.h"
#include "tests/catch.h"
#include "tests/reports/ledger/ledger_checks.h"
#include "tests/reports/samples/foreign_samples.h"

// Ledgers of programs that no sync pass was made of.
namespace winnow::reports {

using profiles::Recording;

TEST_CASE("without a sync pass the kernel's CPU time is split by samples alone") {
  Recording recording = command_recording();
  const Ledger ledger = ledger_of(recording);
  // A run: 1.0009 s on two cores, 2325 samples.
  const double mean = 1.0009;
  CHECK(ledger.columns[0].capacity_s() == Approx(2 * mean));
  CHECK(amount(ledger, "other functions") == Approx(mean * 1200 / 2325));
  CHECK(amount(ledger, "mathematics") == Approx(mean * 600 / 2325));
  CHECK(amount(ledger, "memory: allocation, zeroing, copying") == Approx(mean * 300 / 2325));
  CHECK(amount(ledger, "synchronisation") == Approx(mean * 150 / 2325));
  CHECK(amount(ledger, "kernel functions") == Approx(mean * 75 / 2325));
  CHECK(amount(ledger, "other programs") == Approx(0.1 * mean));
  // 0.3 s of run-queue delay in the tree pass, less what other programs took.
  CHECK(amount(ledger, "waiting for a core") == Approx(0.3 - 0.1 * mean));
  CHECK(amount(ledger, "idle cores") == Approx(0.9 * mean - (0.3 - 0.1 * mean)));
  CHECK(amount(ledger, "unexplained") == Approx(0).margin(1e-9));
  check_sums(ledger);
  for (const LedgerLine& line : ledger.lines)
    if (line.kind != LedgerKind::kUnexplained) CHECK(line.amounts[0].error_s.has_value());
  CHECK(warnings_of(recording).empty());
  CHECK(ledger_difference(ledger, 0, 1));
  const Report report = make_report(recording);
  CHECK_FALSE(report.ledger_table.rows.empty());
  CHECK(to_markdown(report).find("the tree pass's run-queue delay") != std::string::npos);
  // It knows no more than the samples that it could be held against.
  CHECK_FALSE(compute_ratio(report, 0, 1));
}

TEST_CASE("the kernel's time that no sample may see is told, and is no function's") {
  Recording recording = command_recording();
  auto& cpu = *recording.profiles["one"].cpu;
  cpu.unseen_kernel_s = cpu.sampled_s / 3;
  const Ledger ledger = ledger_of(recording);
  const double mean = 1.0009;
  // A quarter of the whole, and its own functions beside.
  CHECK(amount(ledger, "kernel functions") == Approx(mean * (75 / 2325.0 + 1 / 3.0) / (4 / 3.0)));
  CHECK(amount(ledger, "mathematics") == Approx(mean * (600 / 2325.0) / (4 / 3.0)));
  check_sums(ledger);
  CHECK(ledger.notes[0].find("the profiler may not see the kernel") != std::string::npos);
  const std::string text = to_markdown(make_report(recording));
  CHECK(
      text.find("Time in the kernel is in no function, because the profiler may not see it. It is "
                "this share of the CPU time: one: ") != std::string::npos);
  CHECK(to_markdown(make_report(command_recording())).find("Time in the kernel is in no") ==
        std::string::npos);
}

TEST_CASE("a server beside one of two programs is no other program's time") {
  Recording recording = command_recording();
  for (auto& block : recording.blocks)
    if (block.variant == "two") block.server.emplace().cpu_ns = 20'000'000;
  const Ledger ledger = ledger_of(recording), without = ledger_of(command_recording());
  CHECK(amount(ledger, "server", 0) == 0);
  CHECK(amount(ledger, "server", 1) > 0);
  for (const char* line : {"other programs", "idle cores", "waiting for a core", "mathematics"})
    CHECK(amount(ledger, line, 0) == amount(without, line, 0));
  check_sums(ledger);
}

TEST_CASE("a line into which no sample fell is an estimate, not a bare 0") {
  Recording recording = command_recording();
  auto& functions = recording.profiles["two"].cpu->functions;
  std::erase_if(functions, [](const auto& function) { return function.category == "mathematics"; });
  const std::string text = to_markdown(make_report(recording));
  INFO(text);
  const size_t row = text.find("| mathematics | ~");
  REQUIRE(row != std::string::npos);
  CHECK(text.substr(row, text.find('\n', row) - row).find("| ~0ms (0.00%) |") != std::string::npos);
}

TEST_CASE("a ledger by samples names what it lacks, and does not close by force") {
  Recording recording = command_recording();
  SECTION("no tree pass: nothing is said of waiting for a core") {
    for (auto& [name, found] : recording.profiles) found.tree.reset();
    std::erase_if(recording.blocks,
                  [](const auto& block) { return block.pass == profiles::Pass::tree; });
    const Ledger ledger = ledger_of(recording);
    CHECK(amount(ledger, "waiting for a core") == 0);
    CHECK(std::ranges::count(ledger.lines, "waiting for a core", &LedgerLine::name) == 0);
    REQUIRE_FALSE(ledger.notes.empty());
    CHECK(ledger.notes[0].find("waiting for a core: unavailable: tree pass: the tree pass was not "
                               "run.") != std::string::npos);
    check_sums(ledger);
  }
  SECTION("no cpu pass") {
    recording.profiles["one"].cpu.reset();
    CHECK(ledger_of(recording).columns[0].unavailable == "cpu pass: not recorded");
  }
  SECTION("another variant has accounts: the two are not mixed") {
    recording.profiles["two"].sync = foreign_recording().profiles["two"].sync;
    CHECK(ledger_of(recording).columns[0].unavailable == "sync pass: the sync pass was not run");
  }
  SECTION("the idle counter does not move") {
    for (auto& block : recording.blocks)
      if (block.variant == "one") block.region->cores_time->idle_ns = 0;
    const auto warnings = warnings_of(recording);
    REQUIRE(warnings.size() == 1);
    CHECK(warnings[0] == "one: the ledger does not close: 45.0% of cores × wall is unexplained.");
    check_sums(ledger_of(recording));
  }
  SECTION("the idle counter runs too fast") {
    for (auto& block : recording.blocks)
      if (block.variant == "one") block.region->cores_time->idle_ns += 1'200'000'000;
    const auto warnings = warnings_of(recording);
    REQUIRE(warnings.size() == 1);
    CHECK(warnings[0].find("one: the ledger's lines exceed cores × wall by ") == 0);
    CHECK(warnings[0].find("accounts") == std::string::npos);
    check_sums(ledger_of(recording));
  }
}

}  // namespace winnow::reports
