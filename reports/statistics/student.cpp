#include "reports/statistics/student.h"

#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <numeric>

namespace winnow::reports {

namespace {

struct Mean {
  double value = 0;
  double variance = 0;  // of the mean
  double freedom = 0;
};

Mean mean_of(std::span<const double> values) {
  const auto count = static_cast<double>(values.size());
  Mean mean;
  mean.value = std::accumulate(values.begin(), values.end(), 0.0) / count;
  for (double value : values) mean.variance += (value - mean.value) * (value - mean.value);
  mean.freedom = count - 1;
  mean.variance /= mean.freedom * count;
  return mean;
}

double two_sided_p(double difference, double variance, double freedom) {
  if (!(variance > 0)) return difference == 0 ? 1 : 0;
  const boost::math::students_t_distribution<double> t(freedom);
  return 2 *
         boost::math::cdf(boost::math::complement(t, std::abs(difference) / std::sqrt(variance)));
}

}  // namespace

double welch_p(std::span<const double> first, std::span<const double> second) {
  if (first.size() < 2 || second.size() < 2) return 1;
  const Mean a = mean_of(first), b = mean_of(second);
  const double variance = a.variance + b.variance;
  const double freedom =
      variance * variance /
      (a.variance * a.variance / a.freedom + b.variance * b.variance / b.freedom);
  return two_sided_p(a.value - b.value, variance, freedom);
}

double paired_t_p(std::span<const double> differences) {
  if (differences.size() < 2) return 1;
  const Mean mean = mean_of(differences);
  return two_sided_p(mean.value, mean.variance, mean.freedom);
}

}  // namespace winnow::reports
