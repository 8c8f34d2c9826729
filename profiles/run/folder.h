#pragma once

#include <functional>
#include <optional>
#include <string>

#include "profiles/process/folder_lock.h"
#include "profiles/recording/recording.h"

namespace winnow::profiles {

// Whose folder it is.
struct FolderOwner {
  std::string plan;    // lines "what: value"; a run goes on where another of the same plan ended
  bool force = false;  // what lies there goes, whatever was measured
  std::function<void(const std::string& sentence)> tell{};  // may be empty
};

// Where a run writes: beside the folder asked for, as "<folder>.partial", which is a recording at
// every moment (profiles/recording/journal.h), until keep() exchanges the two names in one step.
// What was measured is never removed but by a finished recording that takes another finished one's
// place, and by force:
// - "<folder>.partial" of a run that was killed, and an interrupted recording in the folder, is
//   gone on with by a run of the same plan, else it stays or is moved aside;
// - an earlier recording that is more finished than the new one is moved aside.
// Aside is the first name that is free of "<folder>.previous", "<folder>.previous-2" and so on.
class RecordingFolder {
 public:
  // Throws base::UsageError when `folder` is not empty and holds no recording.json, when another
  // run is writing there, when it is a mount point or this process works in it, or when
  // "<folder>.partial" is nothing that a run leaves; base::Error when something cannot be created
  // or moved.
  RecordingFolder(const std::string& folder, FolderOwner owner);
  ~RecordingFolder();  // removes the partial folder where nothing was measured in it
  RecordingFolder(const RecordingFolder&) = delete;
  RecordingFolder& operator=(const RecordingFolder&) = delete;

  const std::string& partial() const { return partial_; }
  bool goes_on() const { return goes_on_; }  // partial() holds what an earlier run measured
  bool holds_recording() const;              // the folder itself
  // The partial folder, with the recording of this status in it, becomes the folder. At every
  // system call that fails the old recording and the new one are whole; the error says where.
  // Files in the folder that are no recording's stay in it.
  void keep(RunStatus status);

 private:
  void check_target() const;
  void take_interrupted();
  void settle_partial();
  void finish_replacing();
  bool keeps_earlier(RunStatus status) const;
  std::string exchange();
  void put_away(const std::string& old, bool aside);
  void bring_others_from(const std::string& old) const;
  std::string move_aside(const std::string& from) const;
  void tell(const std::string& sentence) const;

  std::string folder_, partial_;
  FolderOwner owner_;
  std::optional<FolderLock> lock_;
  bool goes_on_ = false, kept_ = false;
};

}  // namespace winnow::profiles
