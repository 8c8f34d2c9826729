#include "cli/built_revisions.h"

#include <fmt/format.h>
#include <unistd.h>

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

// Of what git prints; gone with it.
struct ScratchFile {
  fs::path path = fs::temp_directory_path() / fmt::format("winnow-git-{}.txt", ::getpid());
  ~ScratchFile() {
    std::error_code ignored;
    fs::remove(path, ignored);
  }
};

std::string ask_git(const std::vector<std::string>& question, const std::string& subject,
                    const std::string& problem) {
  std::vector<std::string> command{"git", "rev-parse"};
  command.insert(command.end(), question.begin(), question.end());
  const ScratchFile output;
  try {
    return first_line(run_tool({"git", command, output.path.string()}));
  } catch (const Interrupted&) {
    throw;
  } catch (const base::Error&) {
    throw base::UsageError(subject, problem);
  }
}

// Written when the build has ended well: without it what lies there is half made.
constexpr const char* kBuilt = "winnow-built";

void check_out_and_build(const Revision& revision, const std::string& build,
                         const fs::path& cache) {
  const fs::path done = revision.folder + "." + kBuilt;
  if (fs::exists(done) && fs::is_directory(revision.folder)) return;
  const std::string output = (cache / "output.txt").string();
  fs::remove_all(revision.folder);
  note(fmt::format("building {} in {}", revision.name, revision.folder));
  run_tool({"git worktree", {"git", "-C", revision.repository, "worktree", "prune"}, output});
  run_tool({"git worktree",
            {"git", "-C", revision.repository, "worktree", "add", "--detach", revision.folder,
             revision.commit},
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

std::vector<Revision> find_revisions(const std::vector<std::string>& names,
                                     const std::string& build, const std::string& cache) {
  const std::string repository =
      ask_git({"--show-toplevel"}, "git", "the working folder lies in no git repository");
  const std::string hash = profiles::sha256(build).substr(0, kShortHash);
  std::vector<Revision> revisions;
  for (const std::string& name : names) {
    Revision revision;
    revision.repository = repository;
    revision.commit = ask_git({"--verify", "--quiet", "--end-of-options", name + "^{commit}"}, name,
                              "no commit here");
    const std::string short_commit = revision.commit.substr(0, kShortCommit);
    revision.name = revision.commit.starts_with(name) ? short_commit
                                                      : fmt::format("{} ({})", name, short_commit);
    revision.folder = (fs::absolute(cache) / (short_commit + "-" + hash)).string();
    revisions.push_back(std::move(revision));
  }
  return revisions;
}

void build_revisions(std::vector<Revision>& revisions, const std::string& build,
                     const std::string& cache) {
  const fs::path folder = fs::absolute(cache);
  fs::create_directories(folder);
  for (Revision& revision : revisions) {
    check_out_and_build(revision, build, folder);
    revision.built = true;
  }
}

}  // namespace winnow::cli
