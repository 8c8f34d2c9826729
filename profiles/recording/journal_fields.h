#pragma once

#include <string>
#include <vector>

#include "profiles/recording/fields.h"
#include "profiles/recording/journal.h"

namespace winnow::profiles {

template <class Io, Is<JournalEntry> T>
void fields(Io& io, T& entry) {
  io("block", entry.block);
  io("samples", entry.samples);
}

// The lines of a folder's journal that were written to their end, each a document; none: it has no
// journal. Throws base::Error.
std::vector<Json> journal_lines(const std::string& folder);

}  // namespace winnow::profiles
