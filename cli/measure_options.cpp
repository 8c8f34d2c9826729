#include "cli/measure_options.h"

#include <fmt/format.h>

#include "cli/texts.h"
#include "kernels/kernels.h"

namespace winnow::cli {

std::string isa_help() {
  std::string names = "auto";
  for (const auto& row : kernels::matmul_rows()) names.append(", ").append(row.name);
  return names + " (winnow list: which this machine has)";
}

Options process_options(MeasureOptions& options) {
  return {
      {"model", &options.model, fmt::format("GGUF file ({})", kDefaultModel)},
      {"affinity", &options.affinity, "where the threads run: none, compact, spread"},
      {"spin-us", &options.spin_us,
       "microseconds that a thread without work spins before it sleeps"},
      {"grain", &options.grain,
       "items a thread takes at once from a shared loop (0: the strategy's choice)"},
      {"isa", &options.isa, isa_help()},
      {"seed", &options.seed, "of the order of the blocks (random)"},
      {"force", &options.force, kForceHelp},
      {"time-limit", &options.time_limit_s, "seconds a process may take"},
  };
}

}  // namespace winnow::cli
