#include "scenarios/driver_options.h"

#include <fmt/format.h>

#include <boost/program_options.hpp>
#include <iostream>

#include "base/error.h"
#include "kernels/kernels.h"
#include "scenarios/injected_cost.h"
#include "scenarios/scenario.h"

namespace winnow::scenarios {
namespace {

namespace po = boost::program_options;

std::string about(const engine::SchedulerRow& variant) {
  const std::string program = fmt::format("winnow-engine-{}", variant.name);
  return fmt::format(
      "{}: {}\n\nRuns a scenario's batch and writes what it took as JSON to $WINNOW_RESULT, or to\n"
      "standard output. `winnow run` starts it under the profilers.\n\n"
      "  {} --scenario scenarios/batch32.toml --model model.gguf --iterations 10\n\n"
      "Of threads, affinity, spin-us and grain this strategy uses: {}.\n"
      "The others are accepted, and named in the result's ignored_options.\n\nOptions",
      program, variant.summary, program, variant.options.empty() ? "none" : variant.options);
}

po::options_description table_of(const engine::SchedulerRow& variant, DriverOptions& options) {
  po::options_description table(about(variant));
  auto add = table.add_options();
  add("scenario", po::value(&options.scenario)->required(), "TOML scenario: texts, batch, warm-up");
  add("model", po::value(&options.model)->required(), "GGUF file");
  add("iterations", po::value(&options.iterations)->default_value(10), "batches in the region");
  add("batch", po::value(&options.batch)->default_value(0), "texts a batch (0: the scenario's)");
  add("warmup", po::value(&options.warmup)->default_value(-1), "batches before (-1: scenario's)");
  add("threads", po::value(&options.threads)->default_value(0), "worker threads (0: all cores)");
  add("isa", po::value(&options.isa)->default_value("auto"), kernels::isa_choices().c_str());
  add("affinity", po::value(&options.affinity)->default_value(kUsualAffinity),
      "where threads run: none, compact, spread");
  add("spin-us", po::value(&options.spin_us)->default_value(kUsualSpinUs),
      "microseconds that a thread without work spins before it sleeps");
  add("grain", po::value(&options.grain)->default_value(0),
      "items taken at once from a shared loop (0: the strategy's choice)");
  add("dispatch-samples", po::value(&options.dispatch_samples)->default_value(0),
      "time so many empty loops of each kind behind the region");
  add("inject", po::value(&options.inject),
      "pay before each parallel region: region=10us, wakeup=1 or thread=1; 0 counts only");
  add("alias", po::value(&options.alias), "name told as the variant's in the result");
  add("help,h", "this text");
  return table;
}

void check_range(const char* option, int value, int least, int most) {
  if (value < least || value > most)
    throw base::UsageError(option, fmt::format("expected {} to {}", least, most));
}

void check(const DriverOptions& options) {
  engine::find_affinity(options.affinity);
  check_range("--iterations", options.iterations, 1, 10'000'000);
  check_range("--batch", options.batch, 0, 1'000'000);
  check_range("--warmup", options.warmup, -1, 1'000'000);
  check_range("--threads", options.threads, 0, kThreadLimit);
  check_range("--spin-us", options.spin_us, 0, 1'000'000);
  check_range("--grain", options.grain, 0, 1'000'000);
  if (!options.inject.empty()) parse_injection("--inject", options.inject);
  check_range("--dispatch-samples", options.dispatch_samples, 0, 1'000'000);
}

}  // namespace

std::optional<DriverOptions> parse_driver_options(const engine::SchedulerRow& variant, int argc,
                                                  char** argv) try {
  DriverOptions options;
  const po::options_description table = table_of(variant, options);
  po::variables_map values;
  po::store(po::command_line_parser(argc, argv).options(table).positional({}).run(), values);
  if (values.count("help") > 0) {
    std::cout << table;
    return std::nullopt;
  }
  po::notify(values);
  check(options);
  return options;
} catch (const po::error& error) {
  throw base::UsageError("arguments", std::string(error.what()) + "; see --help");
}

}  // namespace winnow::scenarios
