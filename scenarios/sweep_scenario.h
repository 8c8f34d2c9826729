#pragma once

#include <string>
#include <vector>

namespace winnow::scenarios {

// A mix of text lengths: texts as they are, or lengths in words of texts that are made from the
// scenario's.
struct Mix {
  std::string name, description;
  std::vector<std::string> texts;
  std::vector<int> once;     // come first, and once in a batch
  std::vector<int> lengths;  // repeated in order when the batch is larger
};

// A matrix of workloads: every variant under every combination of the lists. Every field has been
// checked by load_sweep().
struct SweepScenario {
  std::string name, description;
  std::vector<std::string> texts;
  int warmup = 0;                   // iterations before the region
  std::vector<int> batch, threads;  // threads of the variant
  std::vector<Mix> mixes;
  std::vector<std::string> variants;  // empty: every one that there is
  int blocks = 0;                     // fresh processes of each cell
  int iterations = 0;                 // of a block; 0: as many as take about 0.3 s
  std::vector<int> neighbours;        // busy processes beside the variant
  std::vector<bool> pinned;           // each of them on a core of its own
  std::vector<double> cpu_quota;      // cores' worth of time; 0: no limit
};

// Programs at each value of a parameter, and thread count.
struct ProgramSweep {
  std::string parameter;  // stands in braces in the commands; "threads" where these alone vary
  SweepScenario matrix;   // `batch` are the parameter's values; one mix, no texts nor variants
};

class TableReader;
// The table [sweep] of a file of programs; `cores` as below. Throws base::UsageError.
ProgramSweep read_program_sweep(TableReader& reader, int cores);

// Does the TOML file have a table [sweep]? Throws as load_sweep().
bool is_sweep(const std::string& path);

// Reads a TOML sweep (docs/scenarios.md lists the keys); `cores` is what "all", "half" and 0
// threads mean. Throws base::UsageError "<path>: line N: <problem>".
SweepScenario load_sweep(const std::string& path, int cores);

// The list that a key of [sweep] would have, from the command line: "1,2,0" or "1..all". Throws
// base::UsageError "<option>: ...".
std::vector<int> parse_threads(const std::string& option, const std::string& list, int cores);

// The texts of one batch.
std::vector<std::string> mix_texts(const SweepScenario& scenario, const Mix& mix, int batch);

// A scenario of its own, as TOML, of this mix and batch: the variants' programs read it, and
// `winnow run` takes it, to profile what a sweep found.
std::string workload_toml(const SweepScenario& scenario, const Mix& mix, int batch,
                          const std::vector<std::string>& variants);

}  // namespace winnow::scenarios
