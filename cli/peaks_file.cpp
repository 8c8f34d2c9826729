#include "cli/peaks_file.h"

#include <filesystem>
#include <system_error>

#include "base/error.h"
#include "cli/places.h"
#include "profiles/recording/document.h"
#include "profiles/recording/fields.h"

namespace winnow::cli {

namespace fs = std::filesystem;

namespace {

const profiles::Kind kKind{"peaks", {1, 0}};

}  // namespace

// Found by the reader and the writer of documents.
template <class Io, profiles::Is<KeptPeaks> T>
void fields(Io& io, T& peaks) {
  io("boot", peaks.of.boot);
  io("processor", peaks.of.processor);
  io("cores", peaks.of.cores);
  io("build", peaks.of.build);
  io("measured_s", peaks.measured_s);
  io("roofline", peaks.roofline);
  io("warning", peaks.warning);
  io("busy", peaks.busy);
}

std::string peaks_file() {
  const std::string folder = user_folder("XDG_CACHE_HOME", ".cache");
  return folder.empty() ? "" : folder + "/peaks.json";
}

std::optional<KeptPeaks> read_peaks(const std::string& file, const PeaksOf& of) try {
  std::error_code error;
  if (of.boot.empty() || !fs::is_regular_file(file, error)) return std::nullopt;
  profiles::Document document = profiles::open_document(file, kKind);
  KeptPeaks peaks;
  profiles::read_fields(document, file, peaks);
  return peaks.of == of ? std::optional(std::move(peaks)) : std::nullopt;
} catch (const base::Error&) {
  return std::nullopt;
}

void keep_peaks(const std::string& file, const KeptPeaks& peaks) try {
  if (file.empty() || peaks.of.boot.empty()) return;
  std::error_code ignored;  // told by what writes the file
  fs::create_directories(fs::path(file).parent_path(), ignored);
  profiles::write_document(file, kKind, profiles::JsonWriter::to_json(peaks));
} catch (const base::Error&) {
}

}  // namespace winnow::cli
