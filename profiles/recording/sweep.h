#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "profiles/recording/recording.h"

// A matrix of timings: every variant under every condition. Plain data, the one file sweep.json
// that the measuring stack writes and the reports read; an empty optional means "not measured".
namespace winnow::profiles {

inline constexpr int kSweepSchema = 2;  // as kRecordingSchema and kRecordingMinor
inline constexpr int kSweepMinor = 1;

// What the cells of a sweep differ in, beside the variant.
struct Condition {
  int batch = 0;                    // texts an iteration; of programs the parameter's value
  int threads = 0;                  // of the variant
  std::string mix;                  // of text lengths, by name
  int neighbours = 0;               // busy loops beside the variant
  bool neighbours_pinned = false;   // each to a core of its own
  std::optional<double> cpu_quota;  // cores' worth of time that a control group grants
  bool operator==(const Condition&) const = default;
};

// One fresh process. Its observation is the median of iteration_wall_ns.
struct SweepBlock {
  int64_t order = 0;        // position in the whole sweep: what ran before what
  std::string failure;      // what happened; empty: it ended well
  std::string stderr_tail;  // last lines, when it failed
  std::vector<int64_t> iteration_wall_ns;
  std::optional<int64_t> cpu_ns;  // user and system time of the region
  std::optional<int64_t> tokens;  // in the region
  std::optional<int64_t> macs;    // multiply-accumulates of the weight matrices in the region
  std::string isa, checksum;

  bool ok() const { return failure.empty(); }
};

struct SweepCell {
  std::string variant;
  Condition condition;
  std::vector<SweepBlock> blocks;  // blocks with the same index of cells with the same condition
                                   // ran next to each other
  std::string unavailable;         // why the condition cannot be had here; empty: it can
};

struct SweepMix {
  std::string name, description;
};

struct Sweep {
  std::string content_hash{};  // as that of a Recording
  std::string created;         // UTC, ISO 8601
  std::string winnow_version;
  std::string commit;  // of the measured program; empty when not known
  RunStatus status = RunStatus::incomplete;
  std::string name, description;
  // Of programs: what varies besides the threads, or "threads" where these alone do; empty: it is
  // the batch of a program that has one.
  std::string parameter{};
  int cores = 0;
  std::vector<MachineFact> machine;
  std::optional<MachineIdentity> machine_identity{};
  std::optional<Roofline> roofline;
  std::optional<Model> model;
  std::vector<Variant> variants;
  std::vector<SweepMix> mixes;
  std::vector<SweepCell> cells;
  std::vector<std::string> warnings;
};

// The file sweep.json in `folder`, read as a recording is. It throws base::Error for a file that is
// not a sweep: not JSON, a newer schema, wrong types, negative or non-finite figures.
Sweep read_sweep(const std::string& folder);
void write_sweep(const std::string& folder, const Sweep& sweep);

}  // namespace winnow::profiles
