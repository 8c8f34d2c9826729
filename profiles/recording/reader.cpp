#include "profiles/recording/document.h"
#include "profiles/recording/fields.h"
#include "profiles/recording/upgrades.h"

namespace winnow::profiles {

Recording read_recording(const std::string& folder) {
  const std::string path = recording_path(folder);
  Document document = open_document_in(folder, path, recording_kind());
  Recording recording;
  read_fields(document, path, recording);
  recording.content_hash = document.content_hash;
  recording.remarks = document.remarks.sentences(recording_kind().noun);
  for (const std::string& remark : recording.remarks) recording.warnings.push_back(remark);
  return recording;
}

}  // namespace winnow::profiles
