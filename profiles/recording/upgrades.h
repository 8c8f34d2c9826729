#pragma once

#include "profiles/recording/document.h"

namespace winnow::profiles {

// What recording.json and sweep.json are, with the named steps by which documents of older versions
// become ones of this version: each has a stored document of its version as its test.
const Kind& recording_kind();
const Kind& sweep_kind();

}  // namespace winnow::profiles
