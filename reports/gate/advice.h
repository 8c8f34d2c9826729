#pragma once

#include <optional>
#include <string>

#include "profiles/recording/recording.h"
#include "reports/gate/gate.h"
#include "reports/statistics/inner_iterations.h"

// What a gate that decided nothing needs.
namespace winnow::reports {

// How many pairs with the scatter of these would decide, and how long they take at `round_s`
// seconds a round; where the machine was busy, that too. Empty: nothing is open.
std::string what_would_decide(const GateReport& report, double round_s);

// Iterations in each process that tell most in the same time, by the baseline's processes of the
// time pass; empty: not to be told, as of commands, whose runs are processes.
std::optional<InnerIterations> best_iterations(const profiles::Recording& baseline);
// The same with what it is computed from; empty, too, where about so many were made.
std::string iterations_advice(const profiles::Recording& baseline);

}  // namespace winnow::reports
