#include "reports/comparison/comparison.h"
#include "reports/pages/markdown.h"
#include "reports/recorded/kernel_work.h"
#include "tests/catch.h"
#include "tests/reports/samples/samples.h"
#include "tests/text.h"

// Kernels and whole runs against the machine's peaks, in recordings with planted figures.
namespace winnow::reports {

namespace {

using profiles::Recording;

const Row& row_called(const Table& table, const std::string& name) {
  for (const Row& row : table.rows)
    if (row.name == name) return row;
  FAIL("no row " << name);
  return table.rows.front();
}

// 2 GMAC an iteration; 10 iterations of 0.5 s; sampled 1 s in the kernel's functions; peak 100 G.
Recording planted_peaks() {
  Recording recording;
  recording.status = profiles::RunStatus::complete;
  recording.baseline = "a";
  recording.variants = {{"a", "", "", "", "", true, {}, {}}, {"b", "", "", "", "", true, {}, {}}};
  recording.roofline = profiles::Roofline{4, {{"avx2", 100, 400}}, 20, 40, "planted"};
  for (const char* variant : {"a", "b"}) {
    add_blocks(recording, variant, std::vector(10, 0.5), 1);
    profiles::SampledProfile cpu;
    cpu.clock = profiles::ProfileClock::cpu;
    cpu.iterations = 10;
    cpu.sampled_s = 2;
    cpu.functions = {flat("ns::matmul_avx2", "compute", 0.75),
                     flat("ns::(anonymous namespace)::matmul_tail<4>(int)", "compute", 0.25),
                     flat("ns::matmuls", "compute", 0.5), flat("ns::main", "other", 0.5)};
    recording.profiles[variant].cpu = cpu;
  }
  std::vector<profiles::Block> cpu_blocks = recording.blocks;
  for (profiles::Block& block : cpu_blocks) block.pass = profiles::Pass::cpu;
  recording.blocks.insert(recording.blocks.end(), cpu_blocks.begin(), cpu_blocks.end());
  for (profiles::Block& block : recording.blocks) {
    block.isa = "avx2";
    block.kernel_macs = {{"matmul", 2'000'000'000}};
  }
  return recording;
}

const char* const kTime = "matmul: CPU time per GMAC";
const char* const kShare = "matmul: share of one core's int8 peak";
const char* const kWhole = "Share of the int8 peak";

}  // namespace

TEST_CASE("time and share of a kernel follow from samples, counts and peak") {
  const Report report = make_report(planted_peaks());
  const Row& time = row_called(report.kernels, kTime);
  const Row& share = row_called(report.kernels, kShare);
  for (size_t variant : {0, 1}) {
    CHECK(time.figures[variant].value.value() == Approx(50));   // 1 s / 20 GMAC
    CHECK(share.figures[variant].value.value() == Approx(20));  // 20 G/s of 100 G/s
  }
  // 2 GMAC / 0.5 s / 400 G/s
  CHECK(row_called(report.performance, kWhole).figures[1].value.value() == Approx(1));
  CHECK(has(to_markdown(report), "| matmul: CPU time per GMAC | 50.00 ms/GMAC | 50.00 ms/GMAC |"));
}

TEST_CASE("a function is part of a kernel by its unqualified name") {
  CHECK(is_part_of("matmul", "matmul"));
  CHECK(is_part_of("winnow::kernels::matmul_avx2", "matmul"));
  CHECK(
      is_part_of("a::(anonymous namespace)::matmul_tail<std::pair<int, x::y>, 4>(b::c)", "matmul"));
  CHECK_FALSE(is_part_of("a::matmuls", "matmul"));
  CHECK_FALSE(is_part_of("matmul_space::run", "matmul"));
  CHECK_FALSE(is_part_of("run<matmul_avx2>", "matmul"));
  CHECK_FALSE(is_part_of("my_matmul", "matmul"));
  CHECK_FALSE(is_part_of("", "matmul"));
  CHECK_FALSE(is_part_of("anything", ""));
}

TEST_CASE("what is missing is unavailable with its reason, never 0") {
  const auto texts = [](const auto& fault) {
    Recording recording = planted_peaks();
    fault(recording);
    const Report report = make_report(recording);
    for (const Row& row : report.kernels.rows)
      for (const Figure& figure : row.figures) CHECK(figure.value.value_or(1) > 0);
    CHECK_FALSE(row_called(report.performance, kWhole).figures[1].value == 0.0);
    return to_markdown(report);
  };
  const std::string no_roofline = texts([](Recording& r) { r.roofline.reset(); });
  CHECK(has(no_roofline, "the machine's peaks are not recorded"));
  CHECK(has(no_roofline, "- **Peaks:** unavailable (not recorded)"));
  CHECK(has(table_row(no_roofline, kShare), "unavailable | unavailable"));
  CHECK(has(table_row(no_roofline, kTime), "50.00 ms/GMAC"));

  const std::string no_macs = texts([](Recording& r) {
    for (auto& block : r.blocks) block.kernel_macs.reset();
  });
  CHECK(has(section(no_macs, "### Kernel Speed"), "told no multiply-accumulates"));
  CHECK(table_row(no_macs, kTime).empty());
  CHECK(has(table_row(no_macs, kWhole), "unavailable | unavailable"));

  CHECK(has(texts([](Recording& r) { r.roofline->rows[0].isa = "other"; }),
            "the machine's peak with avx2 is not recorded"));
  CHECK(has(texts([](Recording& r) { r.roofline->rows[0].one_core_gmacs = 0; }),
            "the machine's peak with avx2 is not recorded"));
  CHECK(has(texts([](Recording& r) {
              for (auto& block : r.blocks) block.kernel_macs = {{"matmul", 0}};
            }),
            "no multiply-accumulates were counted"));
  CHECK(has(texts([](Recording& r) { r.profiles["b"].cpu->functions.clear(); }),
            "b: unavailable: no sample lies in a function matmul or matmul"));
  CHECK(has(texts([](Recording& r) { r.profiles["b"].cpu->iterations = 9; }),
            "b: unavailable: its samples and its blocks stand for different numbers"));
  CHECK(has(texts([](Recording& r) { r.profiles["b"].cpu.reset(); }), "b: unavailable: "));
}

TEST_CASE("the note says how much was not sampled, and a share beyond the peak is explained") {
  Recording recording = planted_peaks();
  recording.profiles["b"].cpu->total_s = 2.5;
  const std::string text = section(to_markdown(make_report(recording)), "### Kernel Speed");
  CHECK(has(text, "(a an unknown part, b 20.00%)"));
  CHECK_FALSE(has(text, "above 100%"));
  recording.roofline->rows[0] = {"avx2", 10, 3};
  const std::string above = to_markdown(make_report(recording));
  CHECK(has(section(above, "### Kernel Speed"), "A share above 100%"));
  CHECK(has(above, "Share of the int8 peak: above 100% for a, b"));
}

}  // namespace winnow::reports
