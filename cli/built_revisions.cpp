#include "cli/built_revisions.h"

#include <fmt/format.h>

#include <filesystem>

#include "base/error.h"
#include "base/file.h"
#include "cli/command_line.h"
#include "cli/tool.h"
#include "profiles/recording/sha256.h"

namespace winnow::cli {

namespace fs = std::filesystem;

namespace {

constexpr size_t kShortCommit = 12, kShortHash = 8;

std::string ask_git(const std::vector<std::string>& question, const fs::path& cache,
                    const std::string& subject, const std::string& problem) {
  std::vector<std::string> command{"git", "rev-parse"};
  command.insert(command.end(), question.begin(), question.end());
  try {
    return first_line(run_tool({"git", command, (cache / "output.txt").string()}));
  } catch (const Interrupted&) {
    throw;
  } catch (const base::Error&) {
    throw base::UsageError(subject, problem);
  }
}

// Written when the build has ended well: without it what lies there is half made.
constexpr const char* kBuilt = "winnow-built";

void check_out_and_build(const BuiltRevision& revision, const std::string& repository,
                         const std::string& build, const fs::path& cache) {
  const fs::path done = revision.folder + "." + kBuilt;
  if (fs::exists(done) && fs::is_directory(revision.folder)) return;
  const std::string output = (cache / "output.txt").string();
  fs::remove_all(revision.folder);
  note(fmt::format("building {} in {}", revision.name, revision.folder));
  run_tool({"git worktree", {"git", "-C", repository, "worktree", "prune"}, output});
  run_tool(
      {"git worktree",
       {"git", "-C", repository, "worktree", "add", "--detach", revision.folder, revision.commit},
       output});
  if (!build.empty())
    run_tool({"build of " + revision.name,
              {"sh", "-c", build},
              output,
              revision.folder + ".log",
              revision.folder});
  base::write_file(done.string(), build + "\n");
}

}  // namespace

std::vector<BuiltRevision> build_revisions(const std::vector<std::string>& revisions,
                                           const std::string& build, const std::string& cache) {
  const fs::path folder = fs::absolute(cache);
  fs::create_directories(folder);
  const std::string repository =
      ask_git({"--show-toplevel"}, folder, "git", "the working folder lies in no git repository");
  std::vector<BuiltRevision> built;
  for (const std::string& name : revisions) {
    BuiltRevision revision;
    revision.commit = ask_git({"--verify", "--quiet", "--end-of-options", name + "^{commit}"},
                              folder, name, "no commit here");
    const std::string short_commit = revision.commit.substr(0, kShortCommit);
    revision.name = revision.commit.starts_with(name) ? short_commit
                                                      : fmt::format("{} ({})", name, short_commit);
    const std::string hash = profiles::sha256(build).substr(0, kShortHash);
    revision.folder = (folder / (short_commit + "-" + hash)).string();
    check_out_and_build(revision, repository, build, folder);
    built.push_back(std::move(revision));
  }
  return built;
}

}  // namespace winnow::cli
