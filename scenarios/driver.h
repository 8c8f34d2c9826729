#pragma once

namespace winnow::engine {
struct SchedulerRow;
}

namespace winnow::scenarios {

// The main of every variant's executable: loads the model, warms up, opens the region, runs the
// iterations, closes it and writes the result (docs/child-contract.md) to $WINNOW_RESULT, or to
// standard output when that is not set. Returns the exit status; prints errors on stderr.
int driver_main(const engine::SchedulerRow& variant, int argc, char** argv);

}  // namespace winnow::scenarios
