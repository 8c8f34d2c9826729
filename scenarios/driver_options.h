#pragma once

#include <optional>
#include <string>

#include "engine/schedulers/scheduler.h"

namespace winnow::scenarios {

inline constexpr const char* kUsualAffinity = "none";
inline constexpr int kUsualSpinUs =
    static_cast<int>(engine::SchedulerOptions::kDefaultSpinNs / 1000);

// The command line of a measured program.
struct DriverOptions {
  std::string scenario, model, isa, inject, alias;
  int batch = 0, iterations = 0, warmup = 0, threads = 0, dispatch_samples = 0, spin_us = 0,
      grain = 0;
  std::string affinity;
};

// Prints the help and gives nothing when it is asked for. Throws base::UsageError for an option
// that is unknown, missing or out of range, before anything is loaded.
std::optional<DriverOptions> parse_driver_options(const engine::SchedulerRow& variant, int argc,
                                                  char** argv);

}  // namespace winnow::scenarios
