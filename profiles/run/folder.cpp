#include "profiles/run/folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <string_view>

#include "base/error.h"
#include "base/file.h"
#include "base/message.h"
#include "profiles/process/plan_check.h"
#include "profiles/recording/journal.h"
#include "profiles/run/plan_text.h"

namespace winnow::profiles {
namespace {

namespace fs = std::filesystem;

constexpr const char* kRecordingFile = "recording.json";
constexpr const char* kMark = ".winnow-run";           // the lock, in what a run writes
constexpr const char* kReplaced = ".winnow-replaced";  // in a recording that may go
constexpr const char* kPlan = "plan.txt";
// What a new recording takes the place of; the rest of a folder is the user's.
constexpr std::array<std::string_view, 8> kOwn = {"raw", "stacks",  "timelines", kRecordingFile,
                                                  kMark, kReplaced, kPlan,       kJournal};

bool is_own(const fs::path& path) {
  return std::ranges::count(kOwn, std::string_view(path.filename().native())) > 0;
}

// What is written beside a recording about it.
bool is_report(const fs::path& path) {
  constexpr std::array<std::string_view, 5> kReports = {"report.md", "report.html", "ledger.svg",
                                                        "noise.md", "explain.md"};
  return std::ranges::count(kReports, std::string_view(path.filename().native())) > 0;
}

bool holds(const std::string& folder, const char* name) {
  return fs::exists(fs::path(folder) / name);
}

void remove_quietly(const std::string& folder, const char* name) {
  std::error_code ignored;
  fs::remove(fs::path(folder) / name, ignored);
}

// What cannot be read counts as measured: it is kept.
bool holds_measured(const std::string& folder) try {
  if (!holds(folder, kRecordingFile)) return !read_journal(folder).empty();
  return std::ranges::any_of(read_recording(folder).blocks, &Block::ok);
} catch (const std::exception&) {
  return true;
}

// Whether a run can go on there. Throws base::ReadError.
bool is_readable(const std::string& folder) try {
  read_recording(folder);
  read_journal(folder);
  return true;
} catch (const base::ReadError&) {
  throw;
} catch (const base::Error&) {
  return false;
}

// The plan of the run that writes or wrote there; empty: none is told.
std::string plan_in(const std::string& folder) {
  return holds(folder, kPlan) ? base::read_file(folder + "/" + kPlan) : "";
}

// The file `mark` goes last, so that a removal that is cut short is seen.
void clear_but(const std::string& folder, const char* mark) {
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().filename() != mark) fs::remove_all(entry.path());
}

// How finished a recording is.
int rank(RunStatus status) {
  if (status == RunStatus::complete) return 2;
  return status == RunStatus::incomplete ? 1 : 0;
}

// Of a folder; 0 where there is none, where nothing was measured, and of what is no recording.
// Throws base::ReadError and fs::filesystem_error: what the disk does not give may be finished.
int rank_in(const std::string& folder) try {
  if (!holds(folder, kRecordingFile)) return 0;
  const Recording recording = read_recording(folder);
  return std::ranges::any_of(recording.blocks, &Block::ok) ? rank(recording.status) : 0;
} catch (const base::ReadError&) {
  throw;
} catch (const base::Error&) {
  return 0;
}

// What a run or its report writes; the rest is the user's, and stays. The mark goes last, so that a
// removal that is cut short is seen.
void remove_recording(const std::string& folder) {
  base::write_file(folder + "/" + kReplaced, "");
  for (const auto& entry : fs::directory_iterator(folder))
    if ((is_own(entry.path()) || is_report(entry.path())) && entry.path().filename() != kReplaced)
      fs::remove_all(entry.path());
  fs::remove(fs::path(folder) / kReplaced);
  if (fs::is_empty(folder)) fs::remove(folder);
}

std::string absolute_folder(const std::string& folder) {
  std::string absolute = fs::absolute(folder).lexically_normal().string();
  while (absolute.size() > 1 && absolute.back() == '/') absolute.pop_back();
  return absolute;
}

bool is_inside(const std::string& path, const std::string& folder) {
  return path == folder || path.starts_with(folder + "/");
}

// Renaming neither a mount point nor what another file system holds is possible.
bool is_mount_point(const std::string& folder) {
  struct stat own {
  }, above{};
  return ::stat(folder.c_str(), &own) == 0 &&
         ::stat(fs::path(folder).parent_path().c_str(), &above) == 0 && own.st_dev != above.st_dev;
}

}  // namespace

RecordingFolder::RecordingFolder(const std::string& folder, FolderOwner owner, Untouched)
    : folder_(absolute_folder(folder)), partial_(folder_ + ".partial"), owner_(std::move(owner)) {
  check_target();
  check_unfinished();
}

void RecordingFolder::refuse_occupied(const std::string& folder, FolderOwner owner) try {
  RecordingFolder(folder, std::move(owner), Untouched{});
} catch (const fs::filesystem_error& error) {
  throw base::Error(folder, error.code().message());
}

RecordingFolder::RecordingFolder(const std::string& folder, FolderOwner owner) try
    : folder_(absolute_folder(folder)), partial_(folder_ + ".partial"), owner_(std::move(owner)) {
  check_target();
  check_unfinished();
  take_interrupted();
  fs::create_directories(partial_);
  if (!lock_) lock_.emplace(partial_, kMark);
  fs::remove(fs::path(folder_) / kReplaced);  // of a run that was killed before the exchange
  settle_partial();
  if (!goes_on_) base::write_file(partial_ + "/" + kPlan, owner_.plan);
} catch (const fs::filesystem_error& error) {
  throw base::Error(folder, error.code().message());
}

RecordingFolder::~RecordingFolder() {
  std::error_code ignored;
  if (lock_ && !kept_ && !holds_measured(partial_)) fs::remove_all(partial_, ignored);
}

void RecordingFolder::tell(const std::string& sentence) const {
  if (owner_.tell) owner_.tell(sentence);
}

void RecordingFolder::check_target() const {
  const bool there = fs::exists(folder_);
  check(!there || fs::is_directory(folder_), folder_, "not a folder");
  check(!there || fs::is_empty(folder_) || holds(folder_, kRecordingFile), folder_,
        "not empty and not a recording: name another folder");
  check(!there || !is_mount_point(folder_), folder_,
        "a mount point, which no recording can be moved to: name a folder in it");
  check(!there || !is_inside(fs::current_path().string(), folder_), folder_,
        "the working folder, and a recording is replaced as a whole: name another folder");
  check(!fs::exists(partial_) || (fs::is_directory(partial_) &&
                                  (fs::is_empty(partial_) || holds(partial_, kMark) ||
                                   holds(partial_, kReplaced) || holds(partial_, kRecordingFile))),
        partial_, "in the way, and not a left-over of a run: move it away");
}

// Before anything is measured that would have no place.
void RecordingFolder::check_unfinished() const {
  check(!owner_.named || owner_.force || rank_in(folder_) == 0 || goes_on_here(), folder_,
        "holds a finished recording: name another folder by --out, or replace it with --force");
}

// A run of this plan was killed.
bool RecordingFolder::goes_on_here() const {
  return plan_in(partial_) == owner_.plan && holds_measured(partial_);
}

// An interrupted recording of the same plan is gone on with as if its run had been killed.
// What is no recording stays where it is.
void RecordingFolder::take_interrupted() {
  if (owner_.force || !holds(folder_, kJournal)) return;
  if (fs::exists(partial_) && !fs::is_empty(partial_)) return;
  if (plan_in(folder_) != owner_.plan) return;
  if (!is_readable(folder_) || read_recording(folder_).status != RunStatus::interrupted) return;
  lock_.emplace(folder_, kMark);
  fs::rename(folder_, partial_);
}

void RecordingFolder::settle_partial() {
  if (holds(partial_, kReplaced)) finish_replacing();
  if (owner_.force || !holds_measured(partial_)) return clear_but(partial_, kMark);
  const std::string plan = plan_in(partial_);
  const bool same = plan == owner_.plan;
  goes_on_ = same && holds(partial_, kJournal) && is_readable(partial_);
  if (goes_on_) return;
  const std::string aside = move_aside(partial_);
  tell(fmt::format("{}: what an earlier run measured, {}, is kept here", aside,
                   same ? "which cannot be gone on with"
                        : "of another plan" + plan_difference(plan, owner_.plan)));
  fs::create_directories(partial_);
  lock_.emplace(partial_, kMark);
  remove_quietly(aside, kMark);
}

bool RecordingFolder::holds_recording() const { return holds(folder_, kRecordingFile); }

// Where that cannot be told, too.
bool RecordingFolder::keeps_earlier() const try {
  return !owner_.force && holds_recording() && holds_measured(folder_);
} catch (const fs::filesystem_error&) {
  return true;
}

// The names that are taken of those aside, the newest first, up to the first one that is free.
std::vector<std::string> RecordingFolder::aside() const {
  std::vector<std::string> names;
  std::string name = folder_ + ".previous";
  for (int number = 2; fs::exists(fs::symlink_status(name)); ++number) {
    names.push_back(name);
    name = folder_ + ".previous-" + std::to_string(number);
  }
  return names;
}

// The oldest moves first, so that each finds its name free.
std::string RecordingFolder::move_aside(const std::string& from) const {
  const std::string newest = folder_ + ".previous";
  const std::vector<std::string> older = aside();
  for (size_t i = older.size(); i > 0; --i)
    fs::rename(older[i - 1], folder_ + ".previous-" + std::to_string(i + 1));
  fs::rename(from, newest);
  return newest;
}

// Behind a finished recording, which is in its place.
void RecordingFolder::remove_oldest(RunStatus status) const try {
  std::vector<int> newer{rank(status)};
  for (const std::string& folder : aside()) {
    const int finished = rank_in(folder);
    const auto as_good = std::ranges::count_if(newer, [&](int other) { return other >= finished; });
    newer.push_back(finished);
    const bool cut_short = holds(folder, kReplaced);
    if (!cut_short && (finished == 0 || as_good < kKept)) continue;
    remove_recording(folder);
    tell(fmt::format("{}: removed, of finished recordings the last {} are kept", folder, kKept));
  }
} catch (const std::exception& error) {
  tell(fmt::format("{}.previous: an old recording could not be removed: {}", folder_,
                   base::message_of(error)));
}

// Where the old folder lies now. Without an exchange in one step, which not every file system has,
// the old one is moved aside before: both have a name at every moment, if not this one.
std::string RecordingFolder::exchange() {
  if (::renameat2(AT_FDCWD, partial_.c_str(), AT_FDCWD, folder_.c_str(), RENAME_EXCHANGE) == 0)
    return partial_;
  const std::string aside = move_aside(folder_);
  std::error_code error;
  fs::rename(partial_, folder_, error);
  if (!error) return aside;
  std::error_code also;
  fs::rename(aside, folder_, also);
  throw base::Error(also ? aside : folder_,
                    fmt::format("the earlier recording lies here, because the new one could not "
                                "take its place: {}",
                                error.message()));
}

void RecordingFolder::bring_others_from(const std::string& old) const {
  for (const auto& entry : fs::directory_iterator(old)) {
    const fs::path to = fs::path(folder_) / entry.path().filename();
    if (!is_own(entry.path()) && !fs::exists(fs::symlink_status(to))) fs::rename(entry.path(), to);
  }
}

// The exchange was made, and what the user has in the old folder may not be in the new one yet.
void RecordingFolder::finish_replacing() {
  if (holds(folder_, kRecordingFile)) {
    bring_others_from(partial_);
    clear_but(partial_, kReplaced);
  }
  fs::remove(fs::path(partial_) / kReplaced);
}

// Behind the exchange: the new recording has its place, whatever becomes of the old one.
void RecordingFolder::put_away(const std::string& old, bool aside) try {
  if (aside) {
    const std::string name = old == partial_ ? move_aside(old) : old;
    remove_quietly(name, kMark);
    return tell(fmt::format("{}: the earlier recording is kept here", name));
  }
  bring_others_from(old);
  clear_but(old, kReplaced);
  fs::remove_all(old);
} catch (const fs::filesystem_error& error) {
  tell(fmt::format("{}: of the earlier recording, which could not be {}: {}", old,
                   aside ? "moved aside" : "removed", error.code().message()));
}

void RecordingFolder::keep(RunStatus status) try {
  const bool aside = keeps_earlier();
  std::optional<FolderLock> lock;  // of the old folder, which gets the partial one's name
  if (!fs::exists(folder_) || fs::is_empty(folder_)) {
    fs::rename(partial_, folder_);
    kept_ = true;
  } else {
    lock.emplace(folder_, kMark);
    if (!aside) base::write_file(folder_ + "/" + kReplaced, "");
    const std::string old = exchange();
    kept_ = true;
    put_away(old, aside);
  }
  // An interrupted run can be gone on with.
  if (status != RunStatus::interrupted)
    for (const char* name : {kJournal, kPlan}) remove_quietly(folder_, name);
  remove_quietly(folder_, kMark);
  if (aside && rank(status) > 0) remove_oldest(status);
} catch (const std::exception& error) {
  throw base::Error(partial_, fmt::format("the recording lies here, because it could not be moved "
                                          "to its place: {}",
                                          base::message_of(error)));
}

}  // namespace winnow::profiles
