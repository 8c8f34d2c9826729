#include "profiles/recording/document.h"
#include "profiles/recording/fields.h"
#include "profiles/recording/upgrades.h"

namespace winnow::profiles {

void write_recording(const std::string& folder, const Recording& recording) {
  constexpr int kIndent = 2;
  write_document(recording_path(folder), recording_kind(), JsonWriter::to_json(recording),
                 Sealed::kYes, kIndent);
}

}  // namespace winnow::profiles
