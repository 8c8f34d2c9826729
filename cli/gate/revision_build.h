#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "profiles/process/folder_lock.h"

namespace winnow::cli {

// A build folder of the project, or an installed one: where its programs lie.
class BuildFolder {
 public:
  // Throws base::UsageError unless it holds a measured program.
  explicit BuildFolder(std::string folder);

  std::string engine(const std::string& variant) const;  // throws base::Error: there is none
  const std::string& folder() const { return folder_; }

 private:
  std::string folder_;
};

// The project at a revision, checked out and built in a temporary folder, which is gone when this
// object is, or of a gate that was killed when the next one begins; with the options that the
// head's build folder was set up with, so that the two differ by their source. Throws
// base::UsageError for a revision that is none, base::Error when the build fails: what the tool
// printed is in `log` then.
class RevisionBuild {
 public:
  RevisionBuild(const std::string& revision, const std::vector<std::string>& variants,
                const std::string& head_build, const std::string& log);
  ~RevisionBuild();
  RevisionBuild(const RevisionBuild&) = delete;
  RevisionBuild& operator=(const RevisionBuild&) = delete;

  const std::string& commit() const { return commit_; }
  std::string build_folder() const { return folder_ + "/source/build"; }

 private:
  void remove() noexcept;

  std::string folder_, repository_, commit_;
  std::optional<profiles::FolderLock> lock_;  // tells that the folder is in use
};

}  // namespace winnow::cli
