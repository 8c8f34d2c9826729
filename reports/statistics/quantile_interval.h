#pragma once

#include <optional>
#include <vector>

// Intervals of percentiles from order statistics: the ranks between which the true one lies by the
// binomial distribution, whatever the distribution of the values is (Conover, Practical
// Nonparametric Statistics, 3.2).
namespace winnow::reports {

struct QuantileInterval {
  double low = 0, high = 0;
};

struct Quantile {
  double value = 0;  // by nearest rank
  // Values of one process are alike: as many independent values as would scatter as much, by the
  // design effect of the counts below the quantile in each process (Woodruff, JASA 47, 1952), and
  // by Student's t for the few processes that it is estimated from.
  double independent = 0;
  std::optional<QuantileInterval> interval{};  // empty: there are too few of those
};

// Of all values together; at least one process, none empty. A single process tells nothing of the
// scatter between processes: no interval.
Quantile quantile_of(const std::vector<std::vector<double>>& processes, double probability,
                     double confidence);

// How many independent values an interval takes.
int values_for_interval(double probability, double confidence);

}  // namespace winnow::reports
