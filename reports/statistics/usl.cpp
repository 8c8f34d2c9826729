#include "reports/statistics/usl.h"

#include <algorithm>

namespace winnow::reports {

double usl_speedup(double sigma, double kappa, double threads) {
  return threads / (1 + sigma * (threads - 1) + kappa * threads * (threads - 1));
}

// With y = n / C - 1 the law is linear, y = sigma (n - 1) + kappa n (n - 1); each point is weighted
// by C / n, which makes the residual the relative error of n / C. Two non-negative coefficients
// need no solver: the least of the unconstrained solution, where allowed, and the solutions with
// one or both at zero.
UslCoefficients fit_coefficients(const Speedups& speedups) {
  double aa = 0, ab = 0, bb = 0, ay = 0, by = 0;
  for (const auto& [threads, speedup] : speedups) {
    if (threads <= 1 || !(speedup > 0)) continue;
    const double weight = speedup / threads;
    const double a = (threads - 1) * weight, b = threads * a, y = 1 - weight;
    aa += a * a, ab += a * b, bb += b * b, ay += a * y, by += b * y;
  }
  if (!(aa > 0)) return {};
  std::vector<UslCoefficients> allowed{
      {}, {std::max(0.0, ay / aa), 0}, {0, std::max(0.0, by / bb)}};
  const double determinant = aa * bb - ab * ab;
  if (determinant > 1e-12 * aa * bb) {
    const UslCoefficients free{(ay * bb - by * ab) / determinant,
                               (by * aa - ay * ab) / determinant};
    if (free.sigma >= 0 && free.kappa >= 0) allowed.push_back(free);
  }
  return *std::ranges::min_element(allowed, {}, [&](const UslCoefficients& fit) {
    return fit.sigma * fit.sigma * aa + 2 * fit.sigma * fit.kappa * ab +
           fit.kappa * fit.kappa * bb - 2 * (fit.sigma * ay + fit.kappa * by);
  });
}

}  // namespace winnow::reports
