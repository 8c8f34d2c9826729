#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "profiles/recording/words.h"

namespace winnow::profiles {

// gperftools' timer fires on the kernel's tick, ticks of several threads coalesce: asking for more
// than the tick delivers loses samples.
int cpu_samples_per_second(int threads);

// What a child of this pass gets on top of the harness's own environment: at most one profiler is
// preloaded, and the agent in all passes but time.
std::vector<std::pair<std::string, std::string>> pass_environment(Pass pass,
                                                                  const std::string& agent_library,
                                                                  int threads);

// Passes that change how a command runs: what they break is no failure of the command.
bool interferes(Pass pass);

// The library of the malloc hooks, which lies beside the agent; the sync and exact passes preload
// it.
std::string malloc_library(const std::string& agent_library);

// What it must not inherit.
std::vector<std::string> foreign_environment();

// Why the pass cannot be taken on this machine, naming the package to install; empty: it can. Asks
// the dynamic linker by running a short process.
std::string why_unavailable(Pass pass, const std::string& agent_library,
                            const std::string& scratch_file);

}  // namespace winnow::profiles
