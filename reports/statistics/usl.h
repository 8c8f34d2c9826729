#pragma once

#include <utility>
#include <vector>

// Gunther's Universal Scalability Law (Guerrilla Capacity Planning, 2007, chapter 4-6; Schwartz,
// Practical Scalability Analysis with the Universal Scalability Law, 2015):
//     C(n) = n / (1 + sigma (n - 1) + kappa n (n - 1))
// sigma: the serial part (contention); kappa: the cost of agreeing between every two (coherency).
namespace winnow::reports {

using Speedups = std::vector<std::pair<double, double>>;  // (threads, measured speedup)

double usl_speedup(double sigma, double kappa, double threads);

// Non-negative coefficients that minimize the relative errors of n / C(n), the cost of n threads'
// work, over (n, measured speedup). Points with n <= 1 say nothing about them.
struct UslCoefficients {
  double sigma = 0, kappa = 0;
};
UslCoefficients fit_coefficients(const Speedups& speedups);

}  // namespace winnow::reports
