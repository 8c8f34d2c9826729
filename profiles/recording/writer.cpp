#include "profiles/recording/fields.h"
#include "profiles/recording/json_writer.h"

namespace winnow::profiles {

void write_recording(const std::string& folder, const Recording& recording) {
  write_document(recording_path(folder), recording, 2);
}

}  // namespace winnow::profiles
