#pragma once

#include <string>
#include <utility>
#include <vector>

#include "reports/sweep/report.h"

// Gunther's Universal Scalability Law (Guerrilla Capacity Planning, 2007, chapter 4-6; Schwartz,
// Practical Scalability Analysis with the Universal Scalability Law, 2015):
//     C(n) = n / (1 + sigma (n - 1) + kappa n (n - 1))
// sigma: the serial part (contention); kappa: the cost of agreeing between every two (coherency).
namespace winnow::reports {

double usl_speedup(double sigma, double kappa, double threads);

// Non-negative coefficients that minimize the relative errors of n / C(n), the cost of n threads'
// work, over (n, measured speedup). Points with n <= 1 say nothing about them.
struct UslCoefficients {
  double sigma = 0, kappa = 0;
};
UslCoefficients fit_coefficients(const std::vector<std::pair<double, double>>& speedups);

// Throughputs by block at one thread count.
struct ThreadPoint {
  int threads = 0;
  std::vector<double> throughputs;
};

// The fit to medians, the speedup being against one thread; its intervals are percentiles over
// resampled blocks, with a fixed seed, where every point has 6 blocks or more. Empty, with the
// reason: fewer than three thread counts, or no figure on one thread.
ScalingLine fit_usl(const std::vector<ThreadPoint>& points);

}  // namespace winnow::reports
