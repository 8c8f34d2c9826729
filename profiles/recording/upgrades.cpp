#include "profiles/recording/upgrades.h"

#include "profiles/recording/recording.h"
#include "profiles/recording/sweep.h"

namespace winnow::profiles {

// 1.0 -> 1.1 added identities: nothing in a document of 1.0 changes its meaning by that.

const Kind& recording_kind() {
  static const Kind kind{"recording", {kRecordingSchema, kRecordingMinor}};
  return kind;
}

const Kind& sweep_kind() {
  static const Kind kind{"sweep", {kSweepSchema, kSweepMinor}};
  return kind;
}

}  // namespace winnow::profiles
