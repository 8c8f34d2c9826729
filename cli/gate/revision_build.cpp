#include "cli/gate/revision_build.h"

#include <fmt/format.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <sstream>

#include "base/error.h"
#include "base/file.h"
#include "cli/command_line.h"
#include "cli/tool.h"
#include "profiles/process/child.h"

namespace winnow::cli {

namespace fs = std::filesystem;

namespace {

// The programs lie in a folder of their own, where they were built and where they were installed.
std::string engine_path(const std::string& folder, const std::string& variant) {
  const std::string name = "winnow-engine-" + variant;
  for (const char* place : {"scenarios", "", "libexec/winnow"}) {
    const fs::path path = fs::path(folder) / place / name;
    if (fs::exists(path)) return fs::absolute(path).string();
  }
  return "";
}

// The options that a meson build folder was set up with, as arguments; none where it is no such
// folder. Meson keeps them under "[options]", one "name = value" a line.
std::vector<std::string> meson_options(const std::string& build) {
  const fs::path told = fs::path(build) / "meson-private/cmd_line.txt";
  // The folder of the programs lies in the build folder.
  const fs::path file =
      fs::exists(told) ? told : fs::path(build).parent_path() / "meson-private/cmd_line.txt";
  std::vector<std::string> options;
  if (!fs::exists(file)) return options;
  std::istringstream lines(base::read_file(file.string()));
  bool in_options = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('[')) in_options = line == "[options]";
    const size_t equals = line.find(" = ");
    if (in_options && equals != std::string::npos)
      options.push_back(fmt::format("-D{}={}", line.substr(0, equals), line.substr(equals + 3)));
  }
  return options;
}

constexpr const char* kFolderName = "winnow-gate-";
constexpr const char* kLock = "in-use";
constexpr const char* kRepository = "repository";  // a file of its path
constexpr size_t kLongestPath = 4096;

void remove_build(const std::string& repository, const std::string& folder) {
  profiles::Command command;
  command.arguments = {"git",    "-C",      repository,        "worktree",
                       "remove", "--force", folder + "/source"};
  command.output_file = folder + "/output.txt";
  profiles::run_child(command, nullptr);
  std::error_code error;
  fs::remove_all(folder, error);
}

// The repository of a folder that a gate of this user was killed in; empty: it is none.
std::string left_over_of(const fs::path& folder) try {
  struct stat status {};
  if (::lstat(folder.c_str(), &status) != 0 || !S_ISDIR(status.st_mode) ||
      status.st_uid != ::geteuid() || !fs::exists(folder / kRepository))
    return "";
  const profiles::FolderLock lock(folder.string(), kLock);
  return base::read_file((folder / kRepository).string(), kLongestPath);
} catch (const base::Error&) {
  return "";  // it is in use
}

// What is in nobody's way is no reason to measure nothing.
void remove_left_overs(const fs::path& place) try {
  for (const auto& entry : fs::directory_iterator(place)) {
    if (!entry.path().filename().string().starts_with(kFolderName)) continue;
    const std::string repository = left_over_of(entry.path());
    if (!repository.empty()) remove_build(repository, entry.path().string());
  }
} catch (const std::exception&) {
}

}  // namespace

BuildFolder::BuildFolder(std::string folder) : folder_(std::move(folder)) {
  std::error_code error;
  if (!fs::is_directory(folder_, error))
    throw base::UsageError(folder_, "no folder; name a build folder");
}

std::string BuildFolder::engine(const std::string& variant) const {
  const std::string path = engine_path(folder_, variant);
  if (path.empty())
    throw base::Error(folder_, fmt::format("winnow-engine-{} was not built here", variant));
  return path;
}

RevisionBuild::RevisionBuild(const std::string& revision, const std::vector<std::string>& variants,
                             const std::string& head_build, const std::string& log) {
  remove_left_overs(fs::temp_directory_path());
  std::string name = (fs::temp_directory_path() / kFolderName).string() + "XXXXXX";
  if (::mkdtemp(name.data()) == nullptr) throw base::Error(name, "cannot be created");
  folder_ = name;
  const std::string output = folder_ + "/output.txt", source = folder_ + "/source";
  try {
    lock_.emplace(folder_, kLock);
    const auto ask_git = [&](const std::vector<std::string>& question, const std::string& problem) {
      std::vector<std::string> command{"git", "rev-parse"};
      command.insert(command.end(), question.begin(), question.end());
      try {
        return first_line(run_tool({"--base", command, output}));
      } catch (const base::Error&) {
        throw base::UsageError("--base", problem);
      }
    };
    repository_ = ask_git({"--show-toplevel"}, "the working folder lies in no git repository");
    base::write_file(folder_ + "/" + kRepository, repository_);
    commit_ = ask_git({"--verify", "--quiet", "--end-of-options", revision + "^{commit}"},
                      revision + " is no commit here");
    note(fmt::format("building {} in {}", commit_.substr(0, 12), folder_));
    run_tool({"git worktree",
              {"git", "-C", repository_, "worktree", "add", "--detach", source, commit_},
              output});
    std::vector<std::string> setup{"meson", "setup", build_folder(), source};
    for (const std::string& option : meson_options(head_build)) setup.push_back(option);
    run_tool({"meson setup", setup, output, log});
    std::vector<std::string> ninja{"ninja", "-C", build_folder()};
    for (const std::string& variant : variants)
      ninja.push_back("scenarios/winnow-engine-" + variant);
    run_tool({"ninja", ninja, output, log});
  } catch (...) {
    remove();
    throw;
  }
}

RevisionBuild::~RevisionBuild() { remove(); }

void RevisionBuild::remove() noexcept try {
  if (!commit_.empty()) return remove_build(repository_, folder_);
  std::error_code error;
  fs::remove_all(folder_, error);
} catch (...) {  // a folder that stays behind is no reason to hide the verdict
}

}  // namespace winnow::cli
