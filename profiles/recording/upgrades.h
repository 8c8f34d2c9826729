#pragma once

#include "profiles/recording/document.h"

namespace winnow::profiles {

// What recording.json and sweep.json are, with the named steps by which documents of older versions
// become ones of this version: each has a stored document of its version as its test.
const Kind& recording_kind();
const Kind& sweep_kind();

// Of an object in which version 1 named them by the engine's words: a recording's workload and its
// variants, and the results of programs that tell them so still.
void name_items(Json& object);         // texts_per_iteration, texts_hash
void name_thread_terms(Json& object);  // thread_formula

}  // namespace winnow::profiles
