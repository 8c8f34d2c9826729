#include "reports/ledger/ledger.h"

#include <algorithm>
#include <cstdlib>
#include <random>
#include <string>

#include "base/file.h"
#include "reports/comparison/comparison.h"
#include "reports/comparison/sampling_bias.h"
#include "reports/figures/format.h"
#include "reports/ledger/sources.h"
#include "reports/ledger/table.h"
#include "reports/pages/ledger_svg.h"
#include "reports/pages/markdown.h"
#include "tests/catch.h"
#include "tests/reports/ledger/ledger_checks.h"
#include "tests/reports/samples/ledger_samples.h"
#include "tests/reports/samples/samples.h"

namespace winnow::reports {

using profiles::Recording;

namespace {

KnownRegion faster() {
  KnownRegion known;
  known.wall_s = 7;
  known.user_s = 20;
  known.idle_s = 7;
  known.busy_s = 21;
  known.cpu = {18.5, 0.5, 0.5, 0.5, 0, 1};
  known.run_queue_s = 0.5;
  known.scheduler_s = 1;
  return known;
}

// Of "-965ms" or "-0.965s".
double seconds_in(const std::string& cell) {
  return std::stod(cell) * (cell.ends_with("ms") ? 1e-3 : cell.ends_with("us") ? 1e-6 : 1);
}

// Changes the baseline's region in every block.
template <class Change>
void change_regions(Recording& recording, Change change) {
  for (auto& block : recording.blocks)
    if (block.variant == "fine") change(*block.region);
}

}  // namespace

TEST_CASE("every line of a known region has its own core-seconds") {
  const Ledger ledger = ledger_of(known_recording({}, faster()));
  // An iteration is a tenth: 4.0 core-seconds. 20.5 s of CPU outside the scheduler by 20 s sampled.
  CHECK(ledger.columns[0].capacity_s() == Approx(4.0));
  CHECK(amount(ledger, "compute: matmul") == Approx(2.05 * 15 / 20));
  CHECK(amount(ledger, "compute: attention") == Approx(2.05 * 3 / 20));
  CHECK(amount(ledger, "compute: other operators") == Approx(2.05 / 20));
  CHECK(amount(ledger, "memory: allocation, zeroing, copying") == Approx(2.05 / 20));
  CHECK(amount(ledger, "scheduler: searching and spinning") == Approx(0.2));
  CHECK(amount(ledger, "scheduler: waiting") == Approx(0.1));
  CHECK(amount(ledger, "scheduler: signalling") == Approx(0.1));
  CHECK(amount(ledger, "scheduler: creating and joining threads") == Approx(0.05));
  // Other programs' second explains one of the 3 s of run-queue delay.
  CHECK(amount(ledger, "other programs") == Approx(0.1));
  CHECK(amount(ledger, "waiting for a core") == Approx(0.2));
  CHECK(amount(ledger, "idle cores") == Approx(1.2));
  CHECK(amount(ledger, "unexplained") == Approx(0).margin(1e-9));
  CHECK(warnings_of(known_recording({}, faster())).empty());
  check_sums(ledger);
}

TEST_CASE("waiting for a core takes no more than the idle cores have") {
  KnownRegion known;
  known.run_queue_s = 300;
  const Ledger ledger = ledger_of(known_recording(known, known));
  CHECK(amount(ledger, "waiting for a core") == Approx(1.4));
  CHECK(amount(ledger, "idle cores") == Approx(0).margin(1e-9));
  check_sums(ledger);
}

TEST_CASE("a ledger that does not close is warned of and has no negative line") {
  Recording recording = known_recording({}, faster());
  const auto the_warning = [&] {
    const auto warnings = warnings_of(recording);
    check_sums(ledger_of(recording));
    REQUIRE(warnings.size() == 1);
    return warnings[0];
  };
  SECTION("a thread is missing in the sync pass") {
    recording.profiles["fine"].sync->threads[0].cpu_by_state->computing_s -= 5;
    CHECK(the_warning().find("Fine: the ledger does not close: 12.5% of cores × wall is "
                             "unexplained (12.5% is CPU time of the program") == 0);
    CHECK(amount(ledger_of(recording), "unexplained") == Approx(0.5));
  }
  SECTION("the idle counter does not move") {
    change_regions(recording, [](auto& region) { region.cores_time->idle_ns = 0; });
    CHECK(the_warning().find("Fine: the ledger does not close: 35.0%") == 0);
    CHECK(amount(ledger_of(recording), "idle cores") == 0);
    CHECK(amount(ledger_of(recording), "unexplained") == Approx(1.4));
  }
  SECTION("the idle counter runs too fast") {
    change_regions(recording, [](auto& region) { region.cores_time->idle_ns += 5'000'000'000; });
    CHECK(the_warning().find("Fine: the ledger's lines exceed cores × wall by 10.0%") == 0);
  }
  SECTION("the program has more CPU time than the cores") {
    change_regions(recording, [](auto& region) { region.user_ns = 60'000'000'000; });
    const auto warnings = warnings_of(recording);
    check_sums(ledger_of(recording));
    REQUIRE(warnings.size() == 2);
    CHECK(warnings[1].find("exceed cores × wall by 87.5%") != std::string::npos);
  }
  SECTION("two faults in opposite directions do not cancel out") {
    recording.profiles["fine"].sync->threads[0].cpu_by_state->computing_s -= 5;
    change_regions(recording, [](auto& region) { region.cores_time->idle_ns += 6'000'000'000; });
    CHECK(warnings_of(recording).size() == 2);
    check_sums(ledger_of(recording));
  }
}

TEST_CASE("the kernel's end of a thread is bounded: a lost thread does not hide in it") {
  Recording recording = known_recording({}, faster());
  auto& threads = recording.profiles["fine"].sync->threads;
  threads[0].cpu_by_state->computing_s -= 8;
  threads[0].cpu_s -= 8;
  profiles::ThreadAccount created = threads[0];
  created.thread_count = 20'000;
  created.cpu_by_state = profiles::CpuByState{3, 0, 0, 0, 0, 1};
  created.cpu_s = 4;
  threads.push_back(created);
  // 4 s are in no account: 1 s of them may be the end of 20,000 threads.
  const Ledger ledger = ledger_of(recording);
  CHECK(amount(ledger, "scheduler: threads starting and ending") == Approx(0.2));
  CHECK(amount(ledger, "unexplained") == Approx(0.3));
  check_sums(ledger);
}

TEST_CASE("the agent's own work is taken off the scheduler's lines, not off the arithmetic") {
  KnownRegion with_agent;
  with_agent.cpu = {10, 0, 1, 1, 8, 10};
  with_agent.cpu.other_s = 0;
  with_agent.user_s = 19, with_agent.busy_s = 20;
  Recording recording = known_recording(with_agent, faster());
  // The time pass's process took 16 s instead of the sync pass's 20.
  change_regions(recording, [](profiles::Region& region) { *region.user_ns -= 4'000'000'000; });
  for (auto& block : recording.blocks)
    if (block.pass == profiles::Pass::sync && block.variant == "fine")
      block.region->user_ns = 19'000'000'000;
  const Ledger ledger = ledger_of(recording);
  double work_s = 0, scheduler_s = 0;
  for (const LedgerLine& line : ledger.lines) {
    if (line.kind == LedgerKind::kWork) work_s += line.amounts[0].core_s;
    if (line.kind == LedgerKind::kScheduler) scheduler_s += line.amounts[0].core_s;
  }
  CHECK(work_s == Approx(1).epsilon(0.01));
  CHECK(scheduler_s == Approx(0.6).epsilon(0.02));
  CHECK(amount(ledger, "scheduler: creating and joining threads") == Approx(0.8 * scheduler_s));
  check_sums(ledger);
}

TEST_CASE("reconciled parts add up, and the less certain part gives way") {
  const Reconciled spawning = reconcile(0.276, 0.664, 0.797);
  CHECK(0.276 * spawning.work + 0.664 * spawning.scheduler == Approx(0.797));
  CHECK(spawning.work == Approx(1).epsilon(0.01));
  CHECK(spawning.scheduler == Approx(0.785).epsilon(0.01));
  // Nearly no scheduling: another 3% are the processes' difference.
  const Reconciled pooled = reconcile(0.27, 0.00024, 0.262);
  CHECK(0.27 * pooled.work + 0.00024 * pooled.scheduler == Approx(0.262));
  CHECK(pooled.work == Approx(0.97).epsilon(0.01));
  CHECK(pooled.scheduler == Approx(1).epsilon(0.01));
  CHECK(pooled.scheduler_error == Approx(1.96 * 0.3).epsilon(0.01));
  const Reconciled apart = reconcile(1, 1, 0.5);
  CHECK(apart.work == Approx(0.25));
  CHECK(apart.scheduler == Approx(0.25));
  CHECK(reconcile(0, 0, 1).work == 1);
  CHECK(reconcile(2, 0, 1.9).work == Approx(0.95));
  CHECK(reconcile(0, 2, 1.9).scheduler == Approx(0.95));
}

TEST_CASE("without marks, spinning that only samples see is the scheduler's") {
  KnownRegion known;
  known.cpu = {0, 0, 0, 0, 0, 25};
  known.scheduler_s = 5;
  Recording recording = known_recording(known, faster());
  recording.profiles["fine"].sync->computing.reset();
  const Ledger ledger = ledger_of(recording);
  CHECK(amount(ledger, "scheduler: seen by samples only") == Approx(2.5 * 5 / 25));
  CHECK(amount(ledger, "compute: matmul") == Approx(2.5 * 15 / 25));
  check_sums(ledger);
}

TEST_CASE("what a ledger lacks is named") {
  Recording recording = known_recording({}, faster());
  std::string expected;
  SECTION("sync pass") {
    recording.profiles["fine"].sync.reset();
    expected = "sync pass: not recorded";
  }
  SECTION("cpu pass") {
    recording.profiles["fine"].cpu.reset();
    expected = "cpu pass: not recorded";
  }
  SECTION("what the cores did") {
    for (auto& block : recording.blocks) block.region->cores_time.reset();
    expected = "what the cores did during the region is not recorded";
  }
  SECTION("CPU time by state") {
    recording.profiles["fine"].sync->threads[0].cpu_by_state.reset();
    expected = "sync pass: CPU time by state is not recorded";
  }
  const Ledger ledger = ledger_of(recording);
  CHECK(ledger.columns[0].unavailable == expected);
  CHECK(!ledger_difference(ledger, 0, 1));
  CHECK(ledger_table(ledger).unavailable[0] == "Fine: unavailable: " + expected);
}

TEST_CASE("the difference of two ledgers explains the wall time") {
  const Ledger ledger = ledger_of(known_recording({}, faster()));
  const auto difference = ledger_difference(ledger, 0, 1);
  REQUIRE(difference);
  CHECK(difference->wall_s == Approx(0.3));
  CHECK(difference->parts[0].name == "idle cores");
  CHECK(difference->parts[0].wall_s == Approx((1.2 - 0.65) / 4));
  CHECK(explanation_words(*difference)
            .find("of 300ms saved per iteration: 137ms less in idle cores, ") == 0);

  Ledger unsure = ledger;
  for (LedgerLine& line : unsure.lines)
    for (LedgerAmount& each : line.amounts) each.error_s.reset();
  CHECK(explanation_words(*ledger_difference(unsure, 0, 1)) ==
        "of 300ms saved per iteration, no part is proven: ~ (all are within their error)");
}

TEST_CASE("what others took is told apart from what the programs did, and is no cause") {
  Ledger ledger = ledger_of(known_recording({}, faster()));
  const auto difference = ledger_difference(ledger, 0, 1);
  REQUIRE(difference);
  CHECK(difference->others_s() == Approx(0.1 / 4));
  const std::string words = explanation_words(*difference);
  CHECK(words.ends_with("; others took 25.0ms less, which is no cause"));
  CHECK(words.find("other programs") == std::string::npos);
  CHECK(explanation_words(*ledger_difference(ledger, 1, 0))
            .ends_with("; others took 25.0ms more, which is no cause"));
  for (LedgerLine& line : ledger.lines)
    for (LedgerAmount& each : line.amounts)
      if (!taken_by_others(line.name)) each.error_s.reset();
  CHECK(explanation_words(*ledger_difference(ledger, 0, 1)) ==
        "of 300ms saved per iteration, no part of the program's own is proven: ~ (all are within "
        "their error); "
        "others took 25.0ms less, which is no cause");
}

TEST_CASE("wall times are adjusted by the core-seconds of others, by the cores") {
  const auto adjusted = adjusted_wall(ledger_of(known_recording({}, faster())), 0, 1);
  REQUIRE(adjusted);
  CHECK(adjusted->from_s == Approx(1.0 - 0.1 / 4));
  CHECK(adjusted->to_s == Approx(0.7));
  CHECK(adjusted->ratio() == Approx(0.975 / 0.7));
  SECTION("the hypervisor is one of them") {
    KnownRegion known;
    known.busy_s = 25;
    known.steal_s = 1;
    const Ledger ledger = ledger_of(known_recording(known, faster()));
    CHECK(adjusted_wall(ledger, 0, 1)->from_s == Approx(0.975));
  }
  SECTION("without a ledger of both there is nothing to adjust by") {
    Recording recording = known_recording({}, faster());
    recording.profiles["fine"].cpu.reset();
    CHECK_FALSE(adjusted_wall(ledger_of(recording), 0, 1));
    CHECK_FALSE(adjusted_wall(ledger_of(known_recording({}, faster())), 0, 2));
  }
}

TEST_CASE("whatever was measured, lines add up to cores x wall and parts to the difference") {
  std::mt19937 random(7);
  const auto upto = [&](double most) {
    return std::uniform_real_distribution<double>(0, most)(random);
  };
  const auto any = [&] {
    KnownRegion known;
    known.wall_s = 0.001 + upto(10);
    known.user_s = upto(50);
    known.system_s = upto(5);
    known.idle_s = upto(50);
    known.busy_s = upto(50);
    known.steal_s = upto(3);
    known.cpu = {upto(40), upto(5), upto(5), upto(5), upto(5), upto(5)};
    known.run_queue_s = upto(100);
    known.matmul_s = 0.01 + upto(30);
    known.scheduler_s = upto(30);
    return known;
  };
  for (int i = 0; i < 300; ++i) {
    const Ledger ledger = ledger_of(known_recording(any(), any()));
    check_sums(ledger);
    const auto difference = ledger_difference(ledger, 0, 1);
    REQUIRE(difference);
    double parts_s = 0;
    for (const LedgerPart& part : difference->parts) parts_s += part.wall_s;
    CHECK(parts_s == Approx(difference->wall_s).margin(1e-9));
    const Table table = ledger_table(ledger);
    for (const LedgerPart& part : difference->parts) {
      const Row* row = row_named(table, part.name);
      REQUIRE(row);
      std::string saved = saved_cells(part).core;
      if (saved.starts_with("~ ")) saved.erase(0, 2);
      const auto rise = change(*row, 0, 1);
      REQUIRE(rise);
      INFO(part.name << ": " << rise->absolute_text << " more, " << saved << " saved");
      // The overlap is subtracted: more of it is more saved.
      const bool more_saved = (rise->absolute < 0) != (part.name == kOverlapName);
      const char* sign = rise->absolute == 0 ? "" : more_saved ? "+" : "-";
      CHECK(seconds_in(saved) == Approx(seconds_in(sign + rise->size_text)).margin(1e-12));
    }
    CHECK(difference->wall_s ==
          Approx(ledger.columns[0].wall_s - ledger.columns[1].wall_s).margin(1e-12));
  }
}

TEST_CASE("the estimated cost of loops is held against the ledger's overhead") {
  Recording recording = known_recording({}, faster());
  const auto loops = [&](int64_t p50_ns) {
    for (auto& block : recording.blocks)
      if (block.pass == profiles::Pass::time) block.dispatch = {{"tiles", {1000, p50_ns, p50_ns}}};
    return make_report(recording).dispatch.insights;
  };
  // Of 10 s over 10 iterations on 4 cores: 4.5 s scheduler, 14 s idle or waiting for a core.
  const auto half = loops(231'250);
  REQUIRE(half.size() == 2);
  CHECK(half[0].find("spend 463ms of an iteration's wall time") != std::string::npos);
  CHECK(half[0].find("explain ~50.0% of that.") != std::string::npos);
  CHECK(loops(23'125)[0].find("~5.0% of that; the rest") != std::string::npos);
  CHECK(loops(500'000)[0].find("more than all") != std::string::npos);
  recording.profiles["fine"].sync.reset();
  CHECK(loops(500'000)[0].find("the ledger is unavailable (") != std::string::npos);
}

TEST_CASE("where samples and ledger are apart, the report tells both figures") {
  // Coarse takes as much CPU time for the arithmetic by its accounts; of Fine the samples see more.
  KnownRegion fine, coarse = faster();
  fine.cpu = {18.5, 2, 1, 1, 1, 1.5};
  fine.matmul_s = 20;
  const auto told = [](const Report& report) {
    return std::ranges::any_of(report.compute.insights, [](const std::string& insight) {
      return insight.find("by the ledger") != std::string::npos;
    });
  };
  const Report apart = make_report(known_recording(fine, coarse));
  const auto ratio = compute_ratio(apart, 0, 1);
  REQUIRE(ratio);
  CHECK(ratio->sampled == Approx(19.0 / 24));
  CHECK(ratio->ledger == Approx(18.525 / 19.2));
  CHECK(ratio->apart);
  CHECK(told(apart));
  CHECK(to_markdown(apart).find("row All compute functions; by the ledger") != std::string::npos);
  // The same direction and size: nothing to tell.
  fine.matmul_s = 15;
  const Report together = make_report(known_recording(fine, coarse));
  CHECK_FALSE(compute_ratio(together, 0, 1)->apart);
  CHECK_FALSE(told(together));
  // The samples see less than the accounts.
  fine.matmul_s = 11;
  CHECK(told(make_report(known_recording(fine, coarse))));
  CHECK_FALSE(compute_ratio(make_report(seed_recording()), 0, 1));
}

TEST_CASE("the verdict explains the winner by the ledger, where the work is the same") {
  Recording recording = known_recording({}, faster());
  const auto explained = [&] {
    return to_markdown(make_report(recording))
               .find("saved per iteration: 137ms less in idle cores") != std::string::npos;
  };
  CHECK(explained());
  for (auto& block : recording.blocks)
    if (block.variant == "fine") block.work["tokens"] += 1;
  CHECK(!explained());
}

TEST_CASE("the ledger's Markdown and picture, byte for byte") {
  const Report report = make_report(known_recording({}, faster()));
  const std::string markdown = to_markdown(report);
  const std::string text =
      section(markdown, "## Ledger of Core-Seconds") + section(markdown, "## Winner: Coarse");
  const std::string svg = ledger_svg(report.ledger);
  CHECK(text.find("(ledger.svg)") != std::string::npos);
  const std::string folder = WINNOW_REPORTS_DATA;
  if (std::getenv("WINNOW_UPDATE_GOLDEN")) {
    base::write_file(folder + "/ledger.md", text);
    base::write_file(folder + "/ledger.svg", svg);
  }
  CHECK(text == base::read_file(folder + "/ledger.md"));
  CHECK(svg == base::read_file(folder + "/ledger.svg"));
}

TEST_CASE("ledgers of different work have no difference to show") {
  Recording recording = known_recording({}, faster());
  for (auto& block : recording.blocks)
    if (block.variant == "coarse") block.work["tokens"] += 1;
  const Report report = make_report(recording);
  REQUIRE_FALSE(report.ledger_table.rows.empty());
  for (const Row& row : report.ledger_table.rows) {
    INFO(row.name);
    REQUIRE(row.evidence.size() == 2);
    CHECK(row.evidence[1] == Evidence::kVoid);
  }
  CHECK_FALSE(report.ledger_difference);
}

TEST_CASE("hostile names and figures keep the picture well formed") {
  Recording recording = known_recording({}, faster());
  recording.variants[0].label = "<script>&\"" + std::string(300, 'x');
  change_regions(recording, [](auto& region) { region.wall_ns = 1; });
  const std::string svg = ledger_svg(make_report(recording).ledger);
  CHECK(svg.find("<script") == std::string::npos);
  CHECK(svg.find("nan") == std::string::npos);
  CHECK(svg.find("inf") == std::string::npos);
}

}  // namespace winnow::reports
