#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "profiles/process/folder_lock.h"
#include "profiles/recording/recording.h"

namespace winnow::profiles {

// Whose folder it is.
struct FolderOwner {
  std::string plan;    // lines "what: value"; a run goes on where another of the same plan ended
  bool force = false;  // what lies there goes, whatever was measured
  bool named = false;  // by the user, who is asked before a finished recording leaves its place
  std::function<void(const std::string& sentence)> tell{};  // may be empty
};

// Where a run writes: beside the folder asked for, as "<folder>.partial", which is a recording at
// every moment (profiles/recording/journal.h), until keep() exchanges the two names in one step.
// What was measured is never removed but by force, or where it is old and finished:
// - "<folder>.partial" of a run that was killed, and an interrupted recording in the folder, is
//   gone on with by a run of the same plan, else it stays or is moved aside;
// - an earlier recording in the folder is moved aside; a finished one in a folder that was named is
//   not replaced at all;
// - a finished recording aside goes when there are kKept newer ones that are as finished.
// Aside is "<folder>.previous"; what has that name becomes "<folder>.previous-2", and so on: the
// higher the number, the older.
class RecordingFolder {
 public:
  static constexpr int kKept = 3;

  // Throws base::UsageError when `folder` is not empty and holds no recording.json, when it is
  // named and holds a finished recording, when another run is writing there, when it is a mount
  // point or this process works in it, or when
  // "<folder>.partial" is nothing that a run leaves; base::Error when something cannot be created
  // or moved, or read of what an earlier run left: nothing is judged by an error of the disk.
  RecordingFolder(const std::string& folder, FolderOwner owner);
  // Throws the base::UsageError that the constructor would throw of what lies there now; touches
  // nothing.
  static void refuse_occupied(const std::string& folder, FolderOwner owner);
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
  struct Untouched {};
  RecordingFolder(const std::string& folder, FolderOwner owner, Untouched);
  void check_target() const;
  void take_interrupted();
  void settle_partial();
  void finish_replacing();
  void check_unfinished() const;
  bool goes_on_here() const;
  bool keeps_earlier() const;
  std::string exchange();
  void put_away(const std::string& old, bool aside);
  void bring_others_from(const std::string& old) const;
  std::string move_aside(const std::string& from) const;
  std::vector<std::string> aside() const;
  void remove_oldest(RunStatus status) const;
  void tell(const std::string& sentence) const;

  std::string folder_, partial_;
  FolderOwner owner_;
  std::optional<FolderLock> lock_;
  bool goes_on_ = false, kept_ = false;
};

}  // namespace winnow::profiles
