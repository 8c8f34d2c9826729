#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "profiles/recording/recording.h"

// What a run has measured so far, readable at every moment (docs/recording.md): recording.json
// without its blocks, and beside it a file to which each block is appended when it has ended. Who
// reads the folder as a recording gets both.
namespace winnow::profiles {

inline constexpr const char* kJournal = "blocks.jsonl";

struct JournalEntry {
  Block block;
  std::optional<int64_t> samples{};  // that a profiler of the harness took
  std::optional<double> seconds{};   // that it took in all, its process and what lies around it
};

// All entries of the folder that were written to their end; none where it has no journal. Throws
// base::Error for one that cannot be read.
std::vector<JournalEntry> read_journal(const std::string& folder);

// The same, each as a document.
std::vector<base::Json> journal_lines(const std::string& folder);

class Journal {
 public:
  // Goes on with the journal that lies there: what a killed process wrote in part is cut off.
  // Throws base::Error.
  explicit Journal(const std::string& folder);
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  // All of the recording but its blocks, as one that was interrupted: written where it is not as it
  // was before. Throws base::Error.
  void note(Recording& recording);
  // Throws base::Error for an entry that did not get there whole.
  void add(const JournalEntry& entry);

 private:
  std::string folder_, noted_;
  int descriptor_ = -1;
};

}  // namespace winnow::profiles
