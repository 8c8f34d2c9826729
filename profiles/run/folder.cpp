#include "profiles/run/folder.h"

#include <filesystem>

#include "base/error.h"
#include "profiles/recording/recording.h"

namespace winnow::profiles {
namespace {

namespace fs = std::filesystem;

constexpr const char* kMark = ".winnow-run";  // tells a left-over of a run from a user's folder

void check_target(const fs::path& folder) {
  if (!fs::exists(folder)) return;
  if (!fs::is_directory(folder)) throw base::UsageError(folder.string(), "not a folder");
  if (!fs::is_empty(folder) && !fs::exists(folder / "recording.json")) {
    throw base::UsageError(folder.string(), "not empty and not a recording: name another folder");
  }
}

}  // namespace

RecordingFolder::RecordingFolder(const std::string& folder) try
    : folder_(fs::absolute(folder).lexically_normal().string()) {
  while (folder_.size() > 1 && folder_.back() == '/') folder_.pop_back();
  partial_ = folder_ + ".partial";
  check_target(folder_);
  if (fs::exists(partial_) && !fs::is_empty(partial_) && !fs::exists(fs::path(partial_) / kMark)) {
    throw base::UsageError(partial_, "in the way, and not a left-over of a run: move it away");
  }
  fs::create_directories(partial_);
  lock_.emplace(partial_, kMark);
  for (const auto& left_over : fs::directory_iterator(partial_)) {
    if (left_over.path().filename() != kMark) fs::remove_all(left_over.path());
  }
} catch (const fs::filesystem_error& error) {
  throw base::Error(folder, error.code().message());
}

RecordingFolder::~RecordingFolder() {
  if (!lock_) return;
  std::error_code ignored;
  fs::remove_all(partial_, ignored);
}

void RecordingFolder::leave() { lock_.reset(); }

bool RecordingFolder::replaces_recording() const {
  return fs::exists(fs::path(folder_) / "recording.json");
}

bool RecordingFolder::replaces_complete() const try {
  return replaces_recording() && read_recording(folder_).status == RunStatus::complete;
} catch (const base::Error&) {
  return false;  // of another schema, or not readable: no less replaceable than before
}

std::string RecordingFolder::keep_earlier() try {
  std::string name = folder_ + ".previous";
  for (int number = 2; fs::exists(name); ++number)
    name = folder_ + ".previous-" + std::to_string(number);
  fs::rename(folder_, name);
  return name;
} catch (const fs::filesystem_error& error) {
  leave();
  throw base::Error(folder_, "an earlier recording could not be moved away; the new one lies in " +
                                 partial_ + ": " + error.code().message());
}

void RecordingFolder::keep() try {
  const fs::path to(folder_), from(partial_);
  fs::create_directories(to);
  // The old recording.json goes first and the new one comes last: at no moment does one lie beside
  // the raw files of the other.
  fs::remove(to / "recording.json");
  for (const std::string name : {"raw", "stacks", "timelines"}) {
    if (fs::exists(to / name)) fs::rename(to / name, from / ("old-" + name));
    if (fs::exists(from / name)) fs::rename(from / name, to / name);
  }
  fs::rename(from / "recording.json", to / "recording.json");
} catch (const fs::filesystem_error& error) {
  leave();  // what was measured must not be lost
  throw base::Error(folder_, "the recording could not be moved here and lies in " + partial_ +
                                 ": " + error.code().message());
}

}  // namespace winnow::profiles
