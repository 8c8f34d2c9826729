#include "reports/comparison/comparison.h"
#include "tests/catch.h"
#include "tests/reports/samples/samples.h"

using namespace winnow::reports;
using winnow::profiles::DispatchLoop;
using winnow::profiles::Recording;

namespace {

const Row& row(const Table& table, const std::string& name) {
  for (const Row& each : table.rows)
    if (each.name == name) return each;
  throw std::runtime_error("no row " + name);
}

}  // namespace

TEST_CASE(
    "the cost of all loops is counts times medians over blocks, against the median iteration") {
  Recording recording = realistic_recording();
  int block = 0;
  for (auto& each : recording.blocks) {
    if (each.pass != winnow::profiles::Pass::time) continue;
    // Odd one out: a median does not see it.
    const bool slow = block++ == 3;
    each.dispatch = std::map<std::string, DispatchLoop>{
        {"tiles", {1000, slow ? 900'000 : 10'000, slow ? 900'000 : 50'000}},
        {"groups", {2, 500'000, 600'000}}};
  }
  const Report report = make_report(recording);
  const Table& table = report.dispatch;
  CHECK(table.unavailable.empty());
  CHECK(row(table, "tiles: loops an iteration").figures[0].value == Approx(1000));
  CHECK(row(table, "tiles: an empty loop, median").figures[1].value == Approx(10e-6));
  CHECK(row(table, "tiles: an empty loop, 99th percentile").figures[0].value == Approx(50e-6));
  const Figure& all = row(table, "All loops of an iteration").figures[0];
  CHECK(all.value == Approx(1000 * 10e-6 + 2 * 500e-6));
  CHECK(all.estimate);
  const Figure& share = row(table, "Its share of Median Time/Iteration").figures[0];
  REQUIRE(report.timings[0].median_s);
  CHECK(share.value == Approx(100 * 0.011 / *report.timings[0].median_s));
  CHECK(share.estimate);
}

TEST_CASE("a variant without costs of its loops is unavailable, never 0") {
  Recording recording = realistic_recording();
  for (auto& each : recording.blocks)
    if (each.variant == "spawn") each.dispatch.reset();
  const Table table = make_report(recording).dispatch;
  REQUIRE(table.unavailable.size() == 1);
  CHECK(table.unavailable[0].find("Fine-Grained: unavailable: ") == 0);
  for (const Row& each : table.rows) CHECK_FALSE(each.figures[0].value);
  for (auto& each : recording.blocks) each.dispatch.reset();
  const Table none = make_report(recording).dispatch;
  CHECK(none.rows.empty());
  CHECK(none.unavailable.size() == 2);
}
