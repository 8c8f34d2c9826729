#include "reports/statistics/student.h"

#include <cmath>
#include <vector>

#include "tests/catch.h"

namespace winnow::reports {

namespace {

using Values = std::vector<double>;

}  // namespace

TEST_CASE("Welch's test: as R's t.test says of the sleep data") {
  // Student, Biometrika 6 (1908): hours of sleep gained with two drugs; R's own example.
  const Values first{0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0};
  const Values second{1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4};
  CHECK(welch_p(first, second) == Approx(0.07939).epsilon(1e-3));
  CHECK(welch_p(second, first) == Approx(welch_p(first, second)));
  Values differences;
  for (size_t i = 0; i < first.size(); ++i) differences.push_back(first[i] - second[i]);
  CHECK(paired_t_p(differences) == Approx(0.002833).epsilon(1e-3));
}

TEST_CASE("Student's t: too few values tell nothing, and values without scatter all") {
  CHECK(welch_p(Values{1}, Values{2, 3}) == 1);
  CHECK(paired_t_p(Values{5}) == 1);
  CHECK(welch_p(Values{2, 2}, Values{2, 2}) == 1);
  CHECK(welch_p(Values{2, 2}, Values{3, 3}) == 0);
  CHECK(welch_p(Values{2, 2}, Values{3, 4}) > 0);
  CHECK(paired_t_p(Values{0, 0}) == 1);
}

}  // namespace winnow::reports
