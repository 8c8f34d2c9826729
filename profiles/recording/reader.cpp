#include <utility>

#include "base/file.h"
#include "profiles/recording/document.h"
#include "profiles/recording/fields.h"
#include "profiles/recording/journal.h"
#include "profiles/recording/upgrades.h"

namespace winnow::profiles {
namespace {

// Of a run that has not ended, or was killed, the blocks lie beside.
Document open_recording(const std::string& folder, const std::string& path) {
  const Kind& kind = recording_kind();
  base::check_within(folder, path);
  const std::vector<Json> lines = journal_lines(folder);
  if (lines.empty()) return open_document(path, kind);
  Json json = base::parse_json(base::read_file(path, kind.limit_bytes), path);
  Json* blocks = json.find("blocks");
  if (blocks && blocks->is_array() && blocks->elements().empty())
    for (const Json& line : lines)
      if (const Json* block = line.find("block")) blocks->push_back(*block);
  return document_of(std::move(json), path, kind);
}

}  // namespace

Recording read_recording(const std::string& folder) {
  const std::string path = recording_path(folder);
  Document document = open_recording(folder, path);
  Recording recording;
  read_fields(document, path, recording);
  recording.content_hash = document.content_hash;
  recording.remarks = document.remarks.sentences(recording_kind().noun);
  for (const std::string& remark : recording.remarks) recording.warnings.push_back(remark);
  return recording;
}

}  // namespace winnow::profiles
