#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cli/command_line.h"

namespace winnow::cli {

// Of every command that measures: where the recording goes, and what every process is held to.
struct RecordingOptions {
  Arguments asked;  // the command line behind `winnow`
  std::optional<std::string> out, samples;
  std::optional<uint64_t> seed;
  double time_limit_s = 300;
  bool force = false, dry_run = false;
};

// Options of every command that measures strategies: which workload, and how its variants run.
// Texts where a command reads a number and another a list.
struct MeasureOptions : RecordingOptions {
  std::optional<std::string> scenario;  // file
  std::optional<std::string> variants, batch, threads, iterations, blocks, model;
  std::string affinity = "none", isa = "auto";
  int spin_us = 100, grain = 0;
};

// Of a command that ends with a report.
inline constexpr const char* kPrintHelp =
    "summary (a few lines) or report (all of it); on a terminal the summary, else the report";

// Of a profile: more take longer, and show smaller functions.
inline constexpr const char* kSamplesHelp =
    "samples of each in a sampled pass, at least, as far as a minute reaches (1000)";

inline constexpr const char* kForceHelp =
    "begin anew: what was measured into the folder before is not gone on with, nor kept";

inline constexpr const char* kDryRunHelp = "say what would be measured, and into where; then end";

Arguments command_line(const std::string& command, const Arguments& arguments);

// The command line with this value for the option, which has no short name or `letter`.
std::string asked_with(const RecordingOptions& options, const std::string& option, int value,
                       char letter = '\0');

// The help of --isa, the same on every machine of this architecture.
std::string isa_help();

// The rows of a table of options that are the same in all of these commands.
Options process_options(MeasureOptions& options);

// `winnow run`, of one workload or of a sweep.
struct RunOptions : MeasureOptions {
  std::optional<std::string> mixes, passes, budget, categories, print;
  bool no_verdict = false, no_twin = false, resume = false, roofline = false;
};

}  // namespace winnow::cli
