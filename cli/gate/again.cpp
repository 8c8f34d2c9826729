#include "cli/gate/again.h"

#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <system_error>

#include "base/error.h"
#include "cli/tool.h"
#include "reports/recorded/raw_commands.h"

namespace winnow::cli {

namespace fs = std::filesystem;

namespace {

bool is_commit(const std::string& text) {
  return text.size() >= 7 && text.size() <= 64 &&
         std::ranges::all_of(text, [](unsigned char c) { return std::isxdigit(c) != 0; });
}

// Removed at its end; an empty path: it cannot be made.
struct TemporaryFile {
  std::string path;

  TemporaryFile() {
    std::error_code nowhere;
    path = (fs::temp_directory_path(nowhere) / "winnow-subject-XXXXXX").string();
    const int opened = ::mkstemp(path.data());
    if (opened < 0)
      path.clear();
    else
      ::close(opened);
  }
  ~TemporaryFile() { ::unlink(path.c_str()); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
};

// The value of the option, given as one word or as two, becomes the commit.
void pin(Arguments& words, const std::string& option, const std::string& commit) {
  if (!is_commit(commit)) return;
  for (size_t i = 0; i < words.size(); ++i) {
    if (words[i] == option && i + 1 < words.size()) words[i + 1] = commit;
    if (words[i].starts_with(option + "=")) words[i] = option + "=" + commit;
  }
}

}  // namespace

std::string command_again(const Arguments& arguments, const reports::GateReport& report) {
  Arguments words = arguments;
  pin(words, "--base", report.baseline.commit);
  pin(words, "--head", report.candidate.commit);
  return "winnow gate " + reports::shell_line(words);
}

std::string subject_of(const std::string& commit) {
  constexpr std::string_view kDirty = "-dirty";
  const std::string clean =
      commit.ends_with(kDirty) ? commit.substr(0, commit.size() - kDirty.size()) : commit;
  if (!is_commit(clean)) return "";
  const TemporaryFile output;
  if (output.path.empty()) return "";
  try {
    // A signature would stand in a line before, a warning among what it prints.
    return first_line(run_tool({.what = "git log",
                                .arguments = {"git", "-c", "log.showSignature=false", "log", "-1",
                                              "--format=%s", "--end-of-options", clean},
                                .output = output.path,
                                .errors = "/dev/null"}));
  } catch (const Interrupted&) {
    throw;
  } catch (const base::Error&) {
    return "";  // no repository, or not its commit
  }
}

}  // namespace winnow::cli
