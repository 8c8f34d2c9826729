#pragma once

#include <optional>
#include <vector>

// How many iterations a process should make: T. Kalibera and R. Jones, Rigorous Benchmarking in
// Reasonable Time, ISMM 2013, section 6.
namespace winnow::reports {

struct InnerIterations {
  int count = 1;
  double iteration_s = 0, start_s = 0;  // what an iteration costs, and a process without them
  // Standard deviations, by the mean: of iterations of one process, and of the processes beyond
  // what their iterations explain.
  double within = 0, between = 0;
};

// sqrt(start / iteration) * within / between, by the iterations of some processes: so the mean over
// processes scatters least in a given time. At most four times as many as were measured, which is
// as far as they tell. Empty: fewer than three processes, or than two iterations in one.
std::optional<InnerIterations> cheapest_iterations(
    const std::vector<std::vector<double>>& processes_s, double start_s);

}  // namespace winnow::reports
