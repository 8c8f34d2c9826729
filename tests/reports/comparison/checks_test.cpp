#include <cmath>

#include "reports/comparison/comparison.h"
#include "reports/figures/format.h"
#include "reports/pages/markdown.h"
#include "tests/catch.h"
#include "tests/reports/samples/samples.h"
#include "tests/text.h"

// Faults planted in a sound recording must be reported.
namespace winnow::reports {

namespace {

template <class Fault>
std::string markdown_with(const Fault& fault) {
  profiles::Recording recording = realistic_recording();
  fault(recording);
  return to_markdown(make_report(recording));
}

}  // namespace

TEST_CASE("a sound recording passes its checks") {
  const std::string text = markdown_with([](auto&) {});
  CHECK(has(text, "header check passed"));
  CHECK(has(text, "exact total agrees within 1%"));
  CHECK(!has(text, "FAILED"));
  CHECK(!has(text, "behave identically"));
}

TEST_CASE("a cut heap dump is a warning") {
  const std::string text = markdown_with(
      [](auto& recording) { *recording.profiles["spawn"].heap->header_bytes *= 1.01; });
  CHECK(has(section(text, "## Memory Allocation Summary"), "header check FAILED"));
  CHECK(has(section(text, "## Warnings"), "Fine-Grained: heap profile: the stacks do not add up"));
}

TEST_CASE("a total that the exact count contradicts is a warning") {
  const std::string text =
      markdown_with([](auto& recording) { *recording.profiles["pool"].heap->exact_bytes /= 2; });
  CHECK(has(section(text, "## Memory Allocation Summary"), "exact total check FAILED"));
  CHECK(has(section(text, "## Warnings"), "Coarse-Grained: heap profile: the total differs"));
}

TEST_CASE("categories beyond the total are a warning") {
  const std::string text = markdown_with([](auto& recording) {
    recording.profiles["pool"].heap->region.push_back({"Twice", 5e6, {}});
  });
  CHECK(has(section(text, "## Warnings"), "the categories add up to more than the total"));
}

TEST_CASE("flat rows beyond the sampled time are a warning") {
  const std::string text = markdown_with([](auto& recording) {
    recording.profiles["pool"].cpu->functions.push_back(flat("twice", "compute", 3));
  });
  CHECK(has(section(text, "## Warnings"), "add up to more than was sampled"));
}

TEST_CASE("more sampled than the kernel counted is said") {
  const std::string text =
      markdown_with([](auto& recording) { recording.profiles["pool"].cpu->total_s = 6.0; });
  const std::string table = section(text, "### CPU Time by Category");
  INFO(table);
  CHECK(has(table,
            "Coarse-Grained: the samples stand for more CPU time than the kernel counted, "
            "within the sampling error: "));
  // Of 6.12 s sampled; the kernel counted 6.
  CHECK(has(table_row(table, "**unsampled**"), "| 0s (0.00%) |"));
  CHECK(has(table_row(table, "**overlap between sources (subtracted)**"),
            "| 120ms (1.96%) | +120ms |"));
  CHECK(has(table_row(table, "**Total CPU time**"), "| 6.00s (98.04%) |"));
  CHECK(has(table_row(table, "Compute functions"), "| 5.86s (95.75%) |"));
  CHECK(has(text, "(sampled: 79.18% of Fine-Grained, 100.00% of Coarse-Grained)"));
  CHECK_FALSE(has(text, "-2.00%"));
  CHECK_FALSE(has(to_markdown(make_report(realistic_recording())), "overlap between sources"));
}

TEST_CASE("what no category takes, and was not seen in one variant, is below a limit there") {
  const std::string text = markdown_with([](auto& recording) {
    profiles::SampledProfile& cpu = *recording.profiles["spawn"].cpu;
    for (profiles::Function& function : cpu.functions)
      if (function.category == "scheduler") function.category = "other";
    auto& others = recording.profiles["pool"].cpu;
    std::erase_if(others->functions,
                  [](const auto& function) { return function.category == "scheduler"; });
    others->sampled_s = 0;
    others->samples = 0;
    for (const auto& function : others->functions) {
      others->sampled_s += function.flat_s.value_or(0);
      *others->samples += function.flat_samples.value_or(0);
    }
  });
  const std::string row = table_row(section(text, "### CPU Time by Category"), "Other functions");
  INFO(row);
  CHECK(has(row, "(0 samples)"));
  CHECK(has(row, "(at least -"));
  CHECK_FALSE(has(row, "-100.0%"));
}

TEST_CASE("an unknown CPU total leaves unsampled unavailable") {
  const std::string text =
      markdown_with([](auto& recording) { recording.profiles["pool"].cpu->total_s.reset(); });
  CHECK(has(table_row(text, "**unsampled**"), "| unavailable | unavailable |"));
  CHECK(has(text, "Coarse-Grained: unsampled: unavailable: the region's CPU time"));
}

TEST_CASE("what was not sampled is no difference between variants") {
  // Both spent 40 s; 30% of the first one's was not sampled.
  const std::string text = markdown_with([](auto& recording) {
    for (const char* variant : {"spawn", "pool"}) {
      auto& cpu = *recording.profiles[variant].cpu;
      cpu.total_s = 40;
      cpu.sampled_s = variant == std::string("spawn") ? 28 : 40;
      cpu.samples = std::llround(cpu.sampled_s * 100);
      cpu.functions = {flat("matmul", "compute", cpu.sampled_s)};
      cpu.functions[0].flat_samples = cpu.samples;
    }
  });
  INFO(text);
  CHECK(has(table_row(text, "**All compute functions**"), "| ~ +12.00s (+42.9%) |"));
  CHECK(has(text,
            "does not differ by more than the sampling error (sampled: 70.00% of Fine-Grained, "
            "100.00% of Coarse-Grained)"));
  CHECK(!has(text, "more CPU for the same work"));
  CHECK(!has(text, "contention"));
  CHECK(has(text, "2,800 samples, random error of shares ± 1.9 points; besides, 30.00% was not"));
  CHECK(!has(section(text, "## Winner"), "CPU time in compute functions"));  // no cause
}

TEST_CASE("a cost beyond all that was missed is a difference") {
  const std::string text = markdown_with([](auto& recording) {
    auto& cpu = *recording.profiles["pool"].cpu;
    cpu.functions[0].flat_s = *cpu.functions[0].flat_s + 8;
    cpu.sampled_s += 8;
    *cpu.total_s += 8;
  });
  INFO(text);
  CHECK(has(text, "more CPU for the same work (sampled: 79.18% of Fine-Grained, 94.96% of"));
}

TEST_CASE("most of a time is more than half of it") {
  const std::string text = markdown_with([](auto& recording) {
    auto& wall = *recording.profiles["pool"].wall;
    wall.functions.clear();
    for (int i = 0; i < 5; ++i)
      wall.functions.push_back(flat("f" + std::to_string(i), "other", wall.sampled_s / 5));
  });
  CHECK(has(text, "threads spent the largest part of their time, 20.00%, in f0"));
}

TEST_CASE("calls that the agent sees only in part have a row only where it saw some") {
  const std::string none = markdown_with([](auto&) {});
  CHECK(!has(none, "Futex"));
  CHECK(!has(none, "yield()"));
  const std::string some = markdown_with(
      [](auto& recording) { recording.profiles["pool"].sync->futex_wait->count = 3; });
  CHECK(has(table_row(some, "Futex waits through syscall()"), "| 0 | 3 | +3 |"));
  CHECK(!has(some, "Futex wakes"));
}

TEST_CASE("a change below the last digit is not called equal") {
  const std::string text = markdown_with([](auto& recording) {
    auto& heaps = recording.profiles;
    heaps["pool"].heap = heaps["spawn"].heap;
    heaps["pool"].heap->region_bytes += 64;
  });
  INFO(text);
  CHECK(has(text, "total allocation changed by less than the last digit shown"));
  CHECK(!has(section(text, "## Winner"), "memory allocation"));
  const std::string equal = markdown_with(
      [](auto& recording) { recording.profiles["pool"].heap = recording.profiles["spawn"].heap; });
  CHECK(has(equal, "total allocation did not change"));
  CHECK(!has(section(equal, "## Winner"), "memory allocation"));
}

TEST_CASE("a raw profile's command opens one process, and says how many there are") {
  const std::string text = markdown_with([](auto& recording) {
    auto block = recording.blocks.front();
    block.pass = profiles::Pass::cpu;
    block.variant = "spawn";
    for (const char* folder : {"spawn-1", "spawn-2"}) {
      block.raw_files = {std::string("raw/cpu/") + folder + "/cpu.prof"};
      recording.blocks.push_back(block);
    }
  });
  CHECK(has(text, "# Fine-Grained, cpu pass, the first of 3 processes\n"));
  CHECK(has(text, "raw/cpu/spawn-0/cpu.prof\n"));
  CHECK(!has(text, "spawn-1"));
}

TEST_CASE("what of the machine makes figures less trustworthy stands beside them") {
  const auto told = [](const profiles::Recording& recording) {
    for (const Fact& fact : make_report(recording).facts)
      if (fact.name == "Fit for measuring") return fact.value;
    return std::string("not judged");
  };
  profiles::Recording recording = realistic_recording();
  recording.machine = {{"cores", "4", ""}};
  CHECK(told(recording) == "not judged");
  recording.machine[0].state = profiles::FactState::ok;
  CHECK(told(recording) == "nothing found that disturbs measuring");
  recording.machine.push_back(
      {"smt", "on", "", profiles::FactState::warn, "two threads share a core: switch it off"});
  recording.machine.push_back(
      {"perf_events", "no", "", profiles::FactState::warn, "use another machine"});
  recording.machine.push_back({"governor", "", "no such file", profiles::FactState::unknown, ""});
  CHECK(told(recording) ==
        "one condition disturbs measuring (see Conditions); not known: Governor");
  const std::string text = to_markdown(make_report(recording));
  CHECK(has(text, "| Hardware threads (SMT) | on | two threads share a core | switch it off |\n"));
  CHECK(!has(text, "use another machine"));
  recording.machine[1].advice = "switch it off";
  CHECK(has(to_markdown(make_report(recording)),
            "| Hardware threads (SMT) | on |  | switch it off |\n"));
}

TEST_CASE("an interrupted recording is a warning") {
  const std::string text =
      markdown_with([](auto& recording) { recording.status = profiles::RunStatus::interrupted; });
  CHECK(has(section(text, "## Warnings"), "the recording is interrupted"));
}

TEST_CASE("passes of different lengths are compared per iteration") {
  const std::string text = markdown_with([](auto& recording) {
    recording.profiles["pool"].cpu->iterations = 4;
    recording.profiles["pool"].heap->iterations = 4;
    recording.profiles["pool"].sync->iterations = 4;
  });
  for (const profiles::Pass pass :
       {profiles::Pass::cpu, profiles::Pass::heap, profiles::Pass::sync})
    CHECK(has(text, std::string("per iteration, because the variants ran different numbers of "
                                "iterations of the ") +
                        word(pass) + " pass: 8 and 4"));
  CHECK(has(table_row(text, "**Total CPU time**"), "| 1.41s (100.00%) | 1.72s (100.00%) |"));
  CHECK(has(table_row(text, "Contended mutex locks"), "| 0 | 4.25 |"));
}

TEST_CASE("hostile names stay text") {
  const std::string text = markdown_with([](auto& recording) {
    recording.profiles["pool"].cpu->functions[0].name = "evil`|\n<script>";
    recording.variants[1].label = "x|y\n# Title <b>";
    recording.warnings = {"`|<img src=x>\n## Winner: nobody"};
    recording.profiles["pool"].heap->region[0].category = "a|b";
  });
  INFO(text);
  CHECK(!has(text, "\n# Title"));
  CHECK(!has(text, "\n## Winner: nobody"));
  CHECK(!has(text, "<img"));
  CHECK(!has(text, "<b>"));
  CHECK(has(text, "``evil`\\|\\x0a<script>``"));
}

TEST_CASE("a machine that spoils every measurement is an alarm; other warnings are none") {
  profiles::Recording recording = realistic_recording();
  recording.machine.push_back(
      {"governor", "powersave", "", profiles::FactState::warn, "set it to performance"});
  recording.machine.push_back({"smt", "on", "", profiles::FactState::warn, "switch it off"});
  recording.machine.push_back({"cpu_quota", "none", "", profiles::FactState::ok, ""});
  recording.machine.push_back(
      {"throttled_seconds", "", "not readable", profiles::FactState::unknown, ""});
  const Report report = make_report(recording);
  REQUIRE(report.alarms.size() == 1);
  CHECK(report.alarms[0] == "THE MACHINE DISTURBS: governor: powersave (set it to performance)");
  CHECK(make_report(realistic_recording()).alarms.empty());
}

TEST_CASE(
    "what the hypervisor took since the machine started is no alarm where the run lost little") {
  profiles::Recording recording = realistic_recording();
  recording.machine.push_back(
      {"steal_percent", "0.64", "", profiles::FactState::warn, "a host of your own"});
  const auto alarms_with = [&](std::optional<double> stolen) {
    for (auto& block : recording.blocks) {
      block.machine = profiles::BlockMachine{};
      block.machine->wall_s = 2;
      block.machine->steal_percent = stolen;
    }
    return make_report(recording).alarms;
  };
  const std::vector<std::string> alarm{
      "THE MACHINE DISTURBS: steal_percent: 0.64 (a host of your own)"};
  CHECK(alarms_with(std::nullopt) == alarm);
  CHECK(alarms_with(0.6) == alarm);
  CHECK(alarms_with(0.1).empty());
}

TEST_CASE("a function without a sample has an upper limit, not the cost 0") {
  profiles::Recording recording = realistic_recording();
  const Report report = make_report(recording);
  bool seen = false;
  for (const Row& row : report.scheduler.rows) {
    if (row.name != "pthread_create") continue;
    seen = true;
    CHECK_FALSE(row.figures[0].below);
    CHECK(row.figures[1].value == 0.0);
    CHECK(*row.figures[1].below == Approx(0.06));  // three samples of 20 ms
    CHECK(format_figure(row.figures[1], row.unit).starts_with("< "));
    CHECK(format_figure(row.figures[1], row.unit).ends_with(" (0 samples)"));
  }
  CHECK(seen);
}

}  // namespace winnow::reports
