#include "profiles/json_writer.h"
#include "profiles/recording_fields.h"

namespace winnow::profiles {

void write_recording(const std::string& folder, const Recording& recording) {
  write_document(recording_path(folder), recording, 2);
}

}  // namespace winnow::profiles
