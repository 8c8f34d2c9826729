#pragma once

#include <string>
#include <vector>

namespace winnow::cli {

struct BuiltRevision {
  std::string name;    // as the user wrote it, and the commit where that does not tell it
  std::string commit;  // whole
  std::string folder;  // of its worktree, where the build command ran
};

// Commits of the repository in which the working folder lies, each checked out in a worktree of its
// own below `cache` and built there by a shell's command (empty: nothing to build). A worktree is
// kept: the same commit with the same build command is found again. Throws base::UsageError for a
// revision that is none, base::Error when a build fails: what it printed is in a log in the cache.
std::vector<BuiltRevision> build_revisions(const std::vector<std::string>& revisions,
                                           const std::string& build, const std::string& cache);

}  // namespace winnow::cli
