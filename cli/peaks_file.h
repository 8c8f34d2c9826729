#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "profiles/recording/recording.h"

// The machine's peaks, kept from one run to the next.
namespace winnow::cli {

// What peaks hold for. Another start of the machine, other cores or another build: others.
struct PeaksOf {
  std::string boot;       // the kernel's id of this start; empty: not known, nothing is kept
  std::string processor;  // a machine that was frozen may go on on another one
  int cores = 0;
  std::string build;  // a hash of winnow's own file
  bool operator==(const PeaksOf&) const = default;
};

struct KeptPeaks {
  PeaksOf of;
  int64_t measured_s = 0;  // since 1970
  profiles::Roofline roofline;
  std::string warning{};  // of the measuring
  bool busy = false;      // other programs ran meanwhile: a later run may find better ones
};

// $XDG_CACHE_HOME/winnow/peaks.json, or below ~/.cache; empty: there is no such folder to be named.
std::string peaks_file();

// Empty: none are kept for these, or the file cannot be read.
std::optional<KeptPeaks> read_peaks(const std::string& file, const PeaksOf& of);

// Where the file cannot be written they are measured again the next time.
void keep_peaks(const std::string& file, const KeptPeaks& peaks);

}  // namespace winnow::cli
