// Which functions a gate blames: those whose CPU time or allocations rose.
#include <cmath>
#include <nlohmann/json.hpp>

#include "reports/gate/json.h"
#include "reports/gate/kernels.h"
#include "reports/gate/renderers.h"
#include "reports/gate/sites.h"
#include "reports/gate/words.h"
#include "tests/catch.h"
#include "tests/text.h"

namespace winnow::reports {

TEST_CASE(
    "the kernel whose time per unit of work rose is the cause, though all were sampled anew") {
  const auto build = [](double matmul, double attention, double wait, int64_t iterations) {
    profiles::Recording recording;
    recording.variants.resize(1);
    recording.variants[0].name = "pool";
    profiles::Block block;
    block.pass = profiles::Pass::cpu;
    block.variant = "pool";
    block.iteration_wall_ns.assign(static_cast<size_t>(iterations), 1);
    block.kernel_macs = {{"matmul", 1'000'000'000 * iterations}};
    recording.blocks.push_back(block);
    profiles::SampledProfile cpu;
    cpu.iterations = static_cast<int>(iterations);
    const double scale = static_cast<double>(iterations) / 100;
    const auto add = [&](const char* name, const char* category, double samples) {
      const double count = std::round(samples * scale);
      cpu.functions.push_back({name, category, count / 100, {}, static_cast<int64_t>(count), {}});
      cpu.samples = cpu.samples.value_or(0) + static_cast<int64_t>(count);
    };
    add("winnow::kernels::matmul_avx2(int)", "compute", matmul);
    add("winnow::kernels::attention_avx2", "compute", attention);
    add("pthread_cond_wait", "scheduler", wait);
    cpu.sampled_s = static_cast<double>(*cpu.samples) / 100;
    recording.profiles["pool"].cpu = cpu;
    return recording;
  };
  const auto before = build(4000, 500, 300, 100);
  // Twice as many iterations: twice the samples are no rise.
  CHECK(risen_kernels(before, build(4000, 500, 300, 200)).empty());
  auto kernels = risen_kernels(before, build(4400, 500, 900, 200));
  // The wait costs most, and follows from the function that computes longer.
  REQUIRE(kernels.size() == 2);
  CHECK(kernels[0].function == "pthread_cond_wait");
  CHECK(kernels[0].rise_ms == Approx(60));
  CHECK_FALSE(kernels[0].cause);
  CHECK(kernels[1].function == "matmul");
  CHECK(kernels[1].unit == "ms/GMAC");
  CHECK(kernels[1].risen());
  CHECK(kernels[1].cause);
  CHECK(kernels[1].ratio == Approx(1.1).epsilon(0.01));
  CHECK(kernels[1].baseline == Approx(400));
  kernels = risen_kernels(before, build(4000, 900, 300, 100));
  REQUIRE(kernels.size() == 1);
  CHECK(kernels.front().function == "winnow::kernels::attention_avx2");
  CHECK(kernels.front().unit == "ms/iteration");
  CHECK(kernels.front().rise_ms == Approx(40));
  // The scheduler alone rose: then it is the cause.
  kernels = risen_kernels(before, build(4000, 500, 900, 100));
  CHECK(kernels.front().function == "pthread_cond_wait");
  CHECK(kernels.front().cause);
  CHECK(risen_kernels(before, {}).empty());
  CHECK_FALSE(have_profiles(before, {}));
  // What fell is no rise, and where nothing rose nothing is listed.
  CHECK(risen_kernels(before, build(3000, 400, 200, 100)).empty());
  CHECK(have_profiles(before, build(3000, 400, 200, 100)));
}

TEST_CASE("functions stand by what they cost, and one without a sample before is new, not +1000%") {
  const auto build = [](const std::vector<std::pair<const char*, int64_t>>& functions) {
    profiles::Recording recording;
    recording.variants.resize(1);
    recording.variants[0].name = "bench";
    recording.workload.iteration = "run";
    profiles::SampledProfile cpu;
    cpu.iterations = 10;
    for (const auto& [name, samples] : functions) {
      cpu.functions.push_back(
          {name, "other", static_cast<double>(samples) / 1000, {}, samples, {}});
      cpu.samples = cpu.samples.value_or(0) + samples;
    }
    cpu.sampled_s = static_cast<double>(*cpu.samples) / 1000;
    recording.profiles["bench"].cpu = cpu;
    return recording;
  };
  const auto before = build({{"small", 50}, {"large", 4000}, {"gone", 700}, {"noise", 100}});
  const auto after = build({{"small", 200}, {"large", 4885}, {"made", 300}, {"noise", 103}});
  auto kernels = risen_kernels(before, after);
  REQUIRE(kernels.size() == 4);
  CHECK(kernels[0].function == "large");
  CHECK(kernels[1].function == "made");
  CHECK(kernels[2].function == "small");
  CHECK(kernels[3].function == "noise");
  CHECK_FALSE(kernels[3].risen());
  CHECK(kernels[0].cause);
  CHECK_FALSE(kernels[1].cause);
  CHECK(kernels[1].is_new());
  CHECK(kernels[2].ratio == Approx(4));  // of the figures that are shown

  profiles::Stacks stacks;
  stacks.frames = {{"main", "main.cpp", "other", 3}, {"large", "src/large.cpp", "other", 120}};
  stacks.stacks = {{{1, 0}, 4885}, {{0}, 7}};
  place_kernels(stacks, "another", kernels);
  CHECK(kernels[0].file.empty());
  place_kernels(stacks, "bench", kernels);
  CHECK(kernels[0].file == "src/large.cpp");
  CHECK(kernels[0].line == 120);
  CHECK(kernels[1].file.empty());

  GateReport report;
  report.outcome = GateOutcome::kRegression;
  report.kernels = kernels;
  report.rows.resize(1);
  report.rows[0].variant = "bench";
  report.rows[0].metric = "cpu_time";
  report.rows[0].status = GateStatus::kRegression;
  const std::string text = gate_markdown(report);
  CHECK(has(text, "### Where the CPU time rose"));
  CHECK(has(text, "| **+88.5 ms a run** | bench | `large` (src/large.cpp:120) |"));
  CHECK(has(text, "`made` | other | no sample | 30 ms/run | new | - |"));
  CHECK_FALSE(has(text, "`gone`"));
  CHECK_FALSE(has(text, "`noise`"));
  CHECK(has(text, "Of 1 more function a rise was seen, and is not proven."));
  CHECK(has(gate_annotations(report), "::notice file=src/large.cpp,line=120,title=Where"));
  const auto json = nlohmann::json::parse(gate_json(report));
  CHECK(json["kernels"][1]["new"] == true);
  CHECK(json["kernels"][1]["ratio"].is_null());
  CHECK(json["kernels"][1]["low"].is_null());
  CHECK(json["kernels"][0]["file"] == "src/large.cpp");

  // Nothing proven: nothing stands under a heading that says that it rose.
  report.kernels = risen_kernels(build({{"a", 100}, {"b", 50}}), build({{"a", 108}, {"b", 44}}));
  REQUIRE(report.kernels.size() == 1);
  CHECK(cause_of(report) == nullptr);
  CHECK_FALSE(has(gate_markdown(report), "Where the CPU time rose"));
  CHECK(has(gate_markdown(report), "No function's rise is proven"));
  CHECK_FALSE(has(gate_annotations(report), "notice"));
}

TEST_CASE("a program waits longer where CPU time is little and did not rise with wall time") {
  const auto waits = [](double wall, double cpu, double wall_ratio, double cpu_ratio) {
    GateReport report;
    for (const auto& [metric, baseline, ratio] :
         {std::tuple{"wall_time", wall, wall_ratio}, std::tuple{"cpu_time", cpu, cpu_ratio}}) {
      GateRow row;
      row.variant = "server", row.metric = metric;
      row.baseline = baseline, row.ratio = ratio;
      row.status = ratio > 1.05 ? GateStatus::kRegression : GateStatus::kEqual;
      report.rows.push_back(row);
    }
    return waits_longer(report);
  };
  CHECK(waits(20, 2, 1.2, 1));
  CHECK(waits(20, 2, 1.2, 1.04));
  CHECK_FALSE(waits(20, 2, 1.2, 2.1));  // all of the rise is CPU time
  CHECK_FALSE(waits(20, 20, 1.2, 1));   // threads that wait for each other
  CHECK_FALSE(waits(20, 2, 1, 1.2));
  CHECK_FALSE(waits(20, 2, 1, 1));  // nothing rose
  CHECK_FALSE(waits_longer({}));
}

TEST_CASE("the cause is of a variant that regressed") {
  GateReport report;
  for (const char* variant : {"pool", "steal"}) {
    GateKernel kernel;
    kernel.variant = variant;
    kernel.function = std::string("in_") + variant;
    kernel.cause = true;
    report.kernels.push_back(kernel);
    GateRow row;
    row.variant = variant;
    row.metric = "cpu_time";
    report.rows.push_back(row);
  }
  CHECK(cause_of(report) == nullptr);
  report.rows.back().status = GateStatus::kRegression;
  REQUIRE(cause_of(report) != nullptr);
  CHECK(cause_of(report)->function == "in_steal");

  CHECK_FALSE(allocations_rose(report, "steal"));
  report.rows.back().metric = "allocations";
  CHECK(allocations_rose(report, "steal"));
  CHECK_FALSE(allocations_rose(report, "pool"));
}

TEST_CASE(
    "a regression of allocations names the functions that ask for more, and where they stand") {
  const auto stacks = [](int iterations, std::vector<profiles::Stack> all) {
    profiles::Stacks result;
    result.clock = profiles::ProfileClock::allocation;
    result.iterations = iterations;
    result.frames = {{"operator new(unsigned long)", "", "", 0},
                     {"std::vector::reserve", "/usr/include/vector", "", 3},
                     {"winnow::engine::encode", "engine/tokenizer.cpp", "", 88},
                     {"winnow::engine::forward", "engine/forward.cpp", "", 120},
                     {"winnow::engine::embed", "engine/embedder.cpp", "", 7}};
    result.stacks = std::move(all);
    return result;
  };
  profiles::Recording recording;
  recording.workload.item = "text";
  recording.workload.items_per_iteration = 4;
  // Of 2 iterations and of 1, 4 texts each: encode 3 -> 4 a text, embed none -> 1, forward falls.
  const auto before = stacks(2, {{{0, 1, 2, 4}, 0, 2400, 24}, {{0, 3, 4}, 0, 800, 16}});
  const auto after =
      stacks(1, {{{0, 1, 2, 4}, 0, 1400, 16}, {{0, 3, 4}, 0, 200, 4}, {{0, 4}, 0, 80, 4}});
  const auto sites = risen_sites(recording, "pool", before, after);
  REQUIRE(sites.size() == 2);
  CHECK(
      site_sentence(sites[0]) ==
      "pool: +1 allocation, +50 bytes a text in winnow::engine::encode (engine/tokenizer.cpp:88)");
  CHECK(site_sentence(sites[1]) ==
        "pool: +1 allocation, +20 bytes a text in winnow::engine::embed (engine/embedder.cpp:7), "
        "which allocated nothing before");
  CHECK(risen_sites(recording, "pool", before, before).empty());
  CHECK(risen_sites(recording, "pool", stacks(0, {}), after).empty());

  GateReport report;
  report.outcome = GateOutcome::kRegression;
  report.sites = sites;
  GateRow row;
  row.variant = "pool";
  row.metric = "allocations";
  row.status = GateStatus::kRegression;
  row.baseline = 5;
  row.candidate = 6;
  report.rows = {row};
  CHECK(allocations_rose(report));
  CHECK(has(gate_markdown(report),
            "### Where allocations rose\n\n| Rise | Variant | Function |\n|---|---:|---:|\n"
            "| **+1 allocation, +50 bytes a text** | pool | `winnow::engine::encode` "
            "(engine/tokenizer.cpp:88) |\n"));
  CHECK(has(gate_annotations(report),
            "::error file=engine/tokenizer.cpp,line=88,title=pool%3A allocations::"));
  CHECK(has(gate_junit(report), "in winnow::engine::embed (engine/embedder.cpp:7)"));
  const auto json = nlohmann::json::parse(gate_json(report));
  CHECK(json["sites"][1]["function"] == "winnow::engine::embed");
  CHECK(json["sites"][1]["new"] == true);
  report.rows.front().status = GateStatus::kAllowed;
  CHECK_FALSE(allocations_rose(report));
}

}  // namespace winnow::reports
