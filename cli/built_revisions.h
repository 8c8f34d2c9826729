#pragma once

#include <string>
#include <vector>

namespace winnow::cli {

struct Revision {
  std::string name;    // as the user wrote it, and the commit where that does not tell it
  std::string commit;  // whole
  std::string folder;  // of its worktree, where the build command runs
  std::string repository{};
  bool built = false;  // the folder is there, and the build ended well
};

// Commits of the repository in which the working folder lies, and where below `cache` each will be
// built. Touches nothing. Throws base::UsageError for a revision that is none.
std::vector<Revision> find_revisions(const std::vector<std::string>& names,
                                     const std::string& build, const std::string& cache);

// Checks each out in a worktree of its own and builds it there by a shell's command (empty: nothing
// to build). A worktree is kept: the same commit with the same build command is found again. Throws
// base::Error when a build fails: what it printed is in a log in the cache.
void build_revisions(std::vector<Revision>& revisions, const std::string& build,
                     const std::string& cache);

}  // namespace winnow::cli
