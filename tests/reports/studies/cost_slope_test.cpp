#include "reports/studies/cost_slope.h"

#include <cmath>

#include "tests/catch.h"
#include "tests/text.h"

namespace winnow::reports {

namespace {

using profiles::Block;
using profiles::Injected;
using profiles::Recording;

// What a round's machine adds to all its arms alike, and what each process scatters by itself.
double drift(int round) { return 0.02 * std::sin(round); }
double scatter(int round, int arm) { return 2e-4 * std::sin(7.0 * round + 3.0 * arm); }

struct Program {
  int64_t regions = 200, most = 200;  // an iteration
  double paid = 200;                  // regions in series that really pay
  profiles::InjectedCause cause = profiles::InjectedCause::region;
  int64_t amount = 20'000;   // of the smaller cost
  int64_t unit_ns = 20'000;  // of the smaller cost
  double noise = 1;
  int rounds = 10;
  double inside = 0;  // what a payment costs before the regions, by its cost outside; 0: not told
};

// Three arms of one variant, of two iterations each.
Recording run_of(const Program& program) {
  Recording recording;
  recording.status = profiles::RunStatus::complete;
  recording.workload = {"test", "", 4, {}, 4, 2, program.rounds};
  for (int arm = 0; arm < 3; ++arm) {
    profiles::Variant variant;
    variant.arm_of = "packed";
    variant.name = "packed+" + std::to_string(arm * program.amount);
    recording.variants.push_back(variant);
    for (int round = 0; round < program.rounds; ++round) {
      Block block;
      block.pass = profiles::Pass::time;
      block.variant = variant.name;
      block.index = round;
      const double wall_s = 0.1 + drift(round) + program.noise * scatter(round, arm) +
                            program.paid * static_cast<double>(arm * program.unit_ns) * 1e-9;
      block.iteration_wall_ns.assign(2, std::llround(wall_s * 1e9));
      const int64_t unit = arm * program.unit_ns;
      block.injected = Injected{
          program.cause, arm * program.amount, 2 * program.regions, 2 * program.most, unit, unit,
          unit};
      if (program.inside > 0) {
        block.injected->paid_ns =
            std::llround(2 * program.inside * static_cast<double>(program.regions * unit));
        block.injected->most_paid_ns =
            std::llround(2 * program.inside * static_cast<double>(program.most * unit));
      }
      recording.blocks.push_back(block);
    }
  }
  recording.baseline = recording.variants[0].name;
  return recording;
}

CostSlope slope_of(const Program& program) {
  const auto slopes = cost_slopes(run_of(program));
  REQUIRE(slopes.size() == 1);
  return slopes[0];
}

}  // namespace

TEST_CASE("a line's slope, and where values lie") {
  CHECK(*line_slope({0, 1, 2}, {5, 7, 9}) == Approx(2));
  CHECK(*line_slope({0, 1, 2}, {0, 1, 0}) == Approx(0));
  CHECK(*line_slope({0, 10, 30}, {1, 2, 4}) == Approx(0.1));
  CHECK(!line_slope({3, 3}, {1, 2}));
  const Location location = location_of({1, 2, 3, 4, 5, 6, 7, 8});
  CHECK(location.middle == Approx(4.5));
  CHECK(*location.low == Approx(1));  // eight values: the extremes at 99%
  CHECK(*location.high == Approx(8));
  CHECK(!location_of({1, 2, 3, 4, 5, 6, 7}).low);
  CHECK(location_of({}).middle == 0);
}

TEST_CASE("a program that pays for each counted region agrees") {
  const CostSlope slope = slope_of({});
  CHECK(slope.variant == "packed");
  CHECK(slope.amounts == std::vector<int64_t>{0, 20'000, 40'000});
  CHECK(slope.regions == Approx(200));
  CHECK(slope.predicted_low == Approx(200));
  CHECK(slope.predicted_high == Approx(200));
  CHECK(slope.pairs == 10);
  CHECK(slope.measured.middle == Approx(200).epsilon(0.05));  // the rounds' drift is in all arms
  CHECK(slope.answer == CostSlope::kAgrees);
  const std::string text = cost_slopes_markdown(run_of({}), {slope});
  CHECK(has(text, "| packed | 200 | 200 | 0, 20, 40 µs | "));
  CHECK(has(text, "predicted to take 8.00 to 8.00 ms longer"));
  CHECK(has(text, "**agrees**"));
}

TEST_CASE("a program that ignores the cost, or pays it twice, disagrees") {
  CHECK(slope_of({.paid = 0}).answer == CostSlope::kDisagrees);
  CHECK(slope_of({.paid = 400}).answer == CostSlope::kDisagrees);
  CHECK(slope_of({.paid = 150}).answer == CostSlope::kDisagrees);
  CHECK(slope_of({.paid = -200}).answer == CostSlope::kDisagrees);
  const Program ignoring{.paid = 0};
  const std::string text = cost_slopes_markdown(run_of(ignoring), {slope_of(ignoring)});
  CHECK(has(text, "**disagrees**"));
  CHECK(has(text, "does not follow from its counted regions"));
}

TEST_CASE("regions of several threads predict an interval") {
  // Four threads: 800 regions, at most 300 of one thread.
  const Program shared{.regions = 800, .most = 300, .paid = 240};
  const CostSlope slope = slope_of(shared);
  CHECK(slope.predicted_low == Approx(200));
  CHECK(slope.predicted_high == Approx(300));
  CHECK(slope.answer == CostSlope::kAgrees);
  CHECK(slope_of({.regions = 800, .most = 300, .paid = 800}).answer == CostSlope::kDisagrees);
  CHECK(slope_of({.regions = 800, .most = 300, .paid = 100}).answer == CostSlope::kDisagrees);
}

TEST_CASE("wake-ups are predicted by what one costs outside the region") {
  const Program wakeups{.cause = profiles::InjectedCause::wakeup, .amount = 3, .unit_ns = 15'000};
  const CostSlope slope = slope_of(wakeups);
  CHECK(slope.unit_s == Approx(5e-6));
  CHECK(slope.predicted_high == Approx(200 * 5e-6));
  CHECK(slope.answer == CostSlope::kAgrees);
  const std::string text = cost_slopes_markdown(run_of(wakeups), {slope});
  CHECK(has(text, "| 0, 3, 6 | "));
  CHECK(has(text, "one wake-up with its answer took 5.0 µs"));
  Program free = wakeups;
  free.paid = 0;
  CHECK(slope_of(free).answer == CostSlope::kDisagrees);
}

TEST_CASE("what was paid before the regions predicts, where the program tells it") {
  // A thread costs half as much again beside busy cores; outside it was timed beside idle ones.
  const Program told{
      .paid = 300, .cause = profiles::InjectedCause::thread, .amount = 1, .inside = 1.5};
  const CostSlope slope = slope_of(told);
  CHECK(slope.paid_unit_s == Approx(1.5 * 20e-6));
  CHECK(slope.predicted_low == Approx(300 * 20e-6));
  CHECK(slope.predicted_high == Approx(300 * 20e-6));
  CHECK(slope.answer == CostSlope::kAgrees);
  CHECK(has(cost_slopes_markdown(run_of(told), {slope}),
            "one thread took 30.0 µs before its regions (mean), 20.0 µs timed outside"));
  Program more = told;
  more.paid = 600;
  CHECK(has(cost_slopes_markdown(run_of(more), {slope_of(more)}), "brings about others"));
  // Who tells that next to nothing was paid did not pay what was counted.
  CHECK(slope_of({.paid = 0, .cause = profiles::InjectedCause::thread, .amount = 1, .inside = 0.01})
            .answer == CostSlope::kDisagrees);
  const CostSlope shared = slope_of({.regions = 800,
                                     .most = 300,
                                     .paid = 240,
                                     .cause = profiles::InjectedCause::wakeup,
                                     .amount = 1,
                                     .inside = 1});
  CHECK(shared.predicted_low == Approx(200 * 20e-6));
  CHECK(shared.predicted_high == Approx(300 * 20e-6));
}

TEST_CASE("noise and too few rounds decide nothing") {
  const CostSlope noisy = slope_of({.noise = 200});
  CHECK(noisy.answer == CostSlope::kNotDecided);
  CHECK(has(noisy.reason, "too noisy"));
  const CostSlope few = slope_of({.rounds = 7});
  CHECK(few.answer == CostSlope::kNotDecided);
  CHECK(has(few.reason, "7 rounds are too few"));
  CHECK(has(cost_slopes_markdown(run_of({.rounds = 7}), {few}), "(no interval)"));
}

TEST_CASE("rounds where an arm failed are left out; what was not told is unavailable") {
  Recording recording = run_of({});
  recording.blocks[13].failure = "signal 9";
  CHECK(cost_slopes(recording)[0].pairs == 9);
  for (Block& block : recording.blocks) block.injected.reset();
  CHECK(cost_slopes(recording)[0].answer == CostSlope::kUnavailable);
  CHECK(has(cost_slopes_markdown(recording, cost_slopes(recording)),
            "unavailable: the program told nothing of an injected cost"));
  for (Block& block : recording.blocks) block.failure = "exit status 3";
  CHECK(has(cost_slopes(recording)[0].reason, "exit status 3"));
  CHECK(cost_slopes(Recording{}).empty());
}

}  // namespace winnow::reports
