#pragma once

#include <optional>
#include <string>

#include "profiles/process/folder_lock.h"

namespace winnow::profiles {

// Where a run writes: beside the folder asked for, as "<folder>.partial", until keep() moves it
// into place. An earlier recording there stays whole until then; of its folder only raw/,
// stacks/, timelines/ and recording.json are replaced.
class RecordingFolder {
 public:
  // Throws base::UsageError when `folder` is not empty and holds no recording.json, when another
  // run is writing there, or when "<folder>.partial" is not a left-over of a run; base::Error when
  // it cannot be created.
  explicit RecordingFolder(const std::string& folder);
  ~RecordingFolder();  // removes what was not kept
  RecordingFolder(const RecordingFolder&) = delete;
  RecordingFolder& operator=(const RecordingFolder&) = delete;

  const std::string& partial() const { return partial_; }
  bool replaces_recording() const;
  bool replaces_complete() const;  // the recording there is a complete one
  // Moves the folder with the earlier recording to the first name that is free of
  // "<folder>.previous", "<folder>.previous-2" and so on, and says which. To be called before
  // keep().
  std::string keep_earlier();
  void keep();
  void leave();  // the partial folder stays as it is

 private:
  std::string folder_;
  std::string partial_;
  std::optional<FolderLock> lock_;
};

}  // namespace winnow::profiles
