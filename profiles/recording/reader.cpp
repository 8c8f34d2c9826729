#include "profiles/recording/fields.h"
#include "profiles/recording/json_reader.h"

namespace winnow::profiles {

Recording read_recording(const std::string& folder) {
  const std::string path = recording_path(folder);
  const Json json = read_document(path, "recording", kRecordingSchema);
  Recording recording;
  JsonReader::from_json(json, Place{path}, recording);
  return recording;
}

}  // namespace winnow::profiles
