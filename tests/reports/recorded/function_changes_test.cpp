#include "reports/recorded/function_changes.h"

#include <algorithm>
#include <random>

#include "tests/catch.h"

namespace winnow::reports {

namespace {

using profiles::SampledProfile;

SampledProfile sampled_functions(const std::vector<std::pair<std::string, int64_t>>& functions,
                                 int iterations = 10) {
  SampledProfile profile;
  profile.iterations = iterations;
  profile.samples = 0;
  for (const auto& [name, count] : functions) {
    const double seconds = 0.001 * static_cast<double>(count);
    profile.functions.push_back({name, "other", seconds, seconds, count, count});
    profile.sampled_s += seconds;
    *profile.samples += count;
  }
  return profile;
}

std::vector<std::string> changed(const SampledProfile& before, const SampledProfile& after) {
  std::vector<std::string> names;
  for (const FunctionChange& change : function_changes(before, after, {0.01}))
    if (change.rose() || change.fell()) names.push_back(change.name);
  return names;
}

}  // namespace

TEST_CASE("a function changed by more than its samples scatter, or it did not") {
  const SampledProfile before = sampled_functions({{"mix", 400}, {"parse", 400}});
  CHECK(changed(before, before).empty());
  CHECK(changed(before, sampled_functions({{"mix", 430}, {"parse", 380}})).empty());
  CHECK(changed(before, sampled_functions({{"mix", 800}, {"parse", 410}})) ==
        std::vector<std::string>{"mix"});
  const auto changes =
      function_changes(before, sampled_functions({{"mix", 800}, {"parse", 410}}), {0.01});
  REQUIRE(changes.size() == 2);
  CHECK(changes[0].ratio == Approx(2).epsilon(0.01));
  CHECK(changes[0].low < 2);
  CHECK(changes[0].high > 2);
  CHECK(changes[0].rose());
}

TEST_CASE("functions are compared by the iteration, or by the units of their work") {
  const SampledProfile before = sampled_functions({{"mix", 400}});
  const SampledProfile twice = sampled_functions({{"mix", 800}}, 20);
  CHECK(changed(before, twice).empty());
  const FunctionCount by_work{0.01, {}, [](const std::string&) { return std::pair(1.0, 1.0); }};
  CHECK(function_changes(before, twice, by_work).front().rose());
}

TEST_CASE("few samples change nothing, and none are no profile") {
  const SampledProfile before = sampled_functions({{"mix", 400}, {"once", 1}});
  const SampledProfile after = sampled_functions({{"mix", 400}, {"again", 3}});
  CHECK(function_changes(before, after, {0.01}).size() == 1);
  CHECK(function_changes(before, sampled_functions({}), {0.01}).empty());
  CHECK(function_changes(before, sampled_functions({{"mix", 9}}, 0), {0.01}).empty());
  SECTION("one that only one of the two met is shown by both") {
    const auto changes =
        function_changes(before, sampled_functions({{"mix", 400}, {"again", 90}}), {0.01});
    REQUIRE(changes.size() == 2);
    CHECK(changes[0].name == "again");
    CHECK(changes[0].before.count == 0);
    CHECK(changes[0].rose());
  }
}

TEST_CASE("of equal profiles about one of a hundred shows a change, simulated") {
  std::mt19937_64 random(1);
  int alarms = 0;
  constexpr int kProfiles = 1000;
  for (int i = 0; i < kProfiles; ++i) {
    const auto draw = [&] {
      std::vector<std::pair<std::string, int64_t>> functions;
      for (double mean : {900., 400., 200., 100., 60., 30., 20., 10., 10., 5.})
        functions.emplace_back(std::to_string(functions.size()),
                               std::poisson_distribution<int64_t>(mean)(random));
      return sampled_functions(functions);
    };
    const SampledProfile before = draw();
    alarms += !changed(before, draw()).empty();
  }
  CHECK(alarms <= kProfiles / 50);
}

}  // namespace winnow::reports
