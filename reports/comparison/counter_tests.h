#pragma once

#include <string>
#include <vector>

#include "reports/comparison/behaviour.h"

// Whether two variants do something equally often, by how its count scatters between processes or
// blocks (same_behaviour.h says by which rule).
namespace winnow::reports {

// What counts as a difference: of each count, whatever its distribution is, and of all of two
// variants together.
inline constexpr double kTogetherLevel = 0.001;

// The counts of each process or block, an iteration.
std::vector<double> per_iteration(const Counter& counter, const Behaviour& behaviour);

// p of "both do it equally often"; 0: exact counts that differ; 1: what differs is not material.
// Where all processes of one variant do it and none of the other's, that alone bounds the chance,
// however the counts scatter. Both variants must have that counter.
double p_of_counter(const std::string& name, const Behaviour& first, const Behaviour& second);

// By the ranks of the processes alone, however little it is that differs.
double rank_p_of_counter(const std::string& name, const Behaviour& first, const Behaviour& second);

// Could the ranks of so many processes show any difference at all?
bool ranks_can_tell(const Behaviour& first, const Behaviour& second);

// Counts over unequal numbers of iterations, held against each other as if of the fewer: do they
// differ by more than independent events scatter, and by a tenth?
bool is_material(double first, double second, double iterations, double other_iterations);
bool is_material(const ExactRatio& first, const ExactRatio& second);

// Sums of which no scatter is known: exact where both are as many in each iteration, else by
// is_material.
bool sums_differ(const ExactRatio& first, const ExactRatio& second);

// Instructions: do they differ by more than the runs of each lie apart, and than what the arguments
// of a command cost? Both have iterations.
bool instructions_differ(const profiles::InstructionProfile& first,
                         const profiles::InstructionProfile& second);

}  // namespace winnow::reports
