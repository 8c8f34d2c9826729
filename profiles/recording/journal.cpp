#include "profiles/recording/journal.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "profiles/recording/document.h"
#include "profiles/recording/fields.h"
#include "profiles/recording/upgrades.h"

namespace winnow::profiles {

template <class Io, Is<JournalEntry> T>
void fields(Io& io, T& entry) {
  io("block", entry.block);
  io("samples", entry.samples);
  io("seconds", entry.seconds);
}

namespace {

std::string journal_path(const std::string& folder) { return folder + "/" + kJournal; }

// A line without its end was not written whole.
size_t size_of_whole_lines(std::string_view text) { return text.rfind('\n') + 1; }

std::string journal_text(const std::string& folder) {
  const std::string path = journal_path(folder);
  if (!is_there(path)) return "";
  base::check_within(folder, path);
  return base::read_file(path, recording_kind().limit_bytes);
}

// While it lives the recording is what the journal notes of it.
class AsNoted {
 public:
  explicit AsNoted(Recording& recording)
      : recording_(recording),
        blocks_(std::move(recording.blocks)),
        status_(std::exchange(recording.status, RunStatus::interrupted)) {
    recording_.blocks.clear();
  }
  ~AsNoted() {
    recording_.blocks = std::move(blocks_);
    recording_.status = status_;
  }
  AsNoted(const AsNoted&) = delete;
  AsNoted& operator=(const AsNoted&) = delete;

 private:
  Recording& recording_;
  std::vector<Block> blocks_;
  RunStatus status_;
};

}  // namespace

std::vector<Json> journal_lines(const std::string& folder) {
  const std::string text = journal_text(folder), path = journal_path(folder);
  std::vector<Json> lines;
  const size_t size = size_of_whole_lines(text);
  for (size_t at = 0; at < size;) {
    const size_t end = text.find('\n', at);
    lines.push_back(base::parse_json(std::string_view(text).substr(at, end - at), path));
    at = end + 1;
  }
  return lines;
}

std::vector<JournalEntry> read_journal(const std::string& folder) {
  const std::string path = journal_path(folder);
  std::vector<JournalEntry> entries;
  for (const Json& json : journal_lines(folder))
    JsonReader::from_json(json, Place{path}, entries.emplace_back());
  return entries;
}

Journal::Journal(const std::string& folder) : folder_(folder) {
  const std::string path = journal_path(folder);
  const size_t whole = size_of_whole_lines(journal_text(folder));
  descriptor_ = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
  if (descriptor_ < 0) throw base::Error(path, std::strerror(errno));
  if (::ftruncate(descriptor_, static_cast<off_t>(whole)) == 0) return;
  const int error = errno;
  ::close(descriptor_);
  throw base::Error(path, std::strerror(error));
}

Journal::~Journal() { ::close(descriptor_); }

void Journal::note(Recording& recording) {
  const AsNoted noted(recording);
  Json document = JsonWriter::to_json(recording);
  std::string text = document.text();
  if (text == noted_) return;
  write_document(recording_path(folder_), recording_kind(), std::move(document));
  noted_ = std::move(text);
}

void Journal::add(const JournalEntry& entry) {
  const std::string line = JsonWriter::to_json(entry).text() + "\n";
  for (std::string_view left = line; !left.empty();) {
    const ssize_t written = ::write(descriptor_, left.data(), left.size());
    if (written >= 0)
      left.remove_prefix(static_cast<size_t>(written));
    else if (errno != EINTR)
      throw base::Error(journal_path(folder_), std::strerror(errno));
  }
}

}  // namespace winnow::profiles
