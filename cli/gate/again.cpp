#include "cli/gate/again.h"

#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <string_view>

#include "base/error.h"
#include "cli/tool.h"

namespace winnow::cli {

namespace fs = std::filesystem;

namespace {

bool is_plain(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) ||
         std::string_view("_@%+=:,./-").find(c) != std::string_view::npos;
}

std::string quoted(const std::string& word) {
  if (!word.empty() && std::ranges::all_of(word, is_plain)) return word;
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

bool is_commit(const std::string& text) {
  return text.size() >= 7 && text.size() <= 64 &&
         std::ranges::all_of(text, [](unsigned char c) { return std::isxdigit(c) != 0; });
}

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
  std::string text = "winnow gate";
  for (const std::string& word : words) text += " " + quoted(word);
  return text;
}

std::string subject_of(const std::string& commit) {
  constexpr std::string_view kDirty = "-dirty";
  const std::string clean =
      commit.ends_with(kDirty) ? commit.substr(0, commit.size() - kDirty.size()) : commit;
  if (!is_commit(clean)) return "";
  std::string file = (fs::temp_directory_path() / "winnow-subject-XXXXXX").string();
  const int opened = ::mkstemp(file.data());
  if (opened < 0) return "";
  ::close(opened);
  std::string subject;
  const auto remove = [&] {
    std::error_code ignored;
    fs::remove(file, ignored);
  };
  try {
    subject = first_line(run_tool(
        {"git log", {"git", "log", "-1", "--format=%s", "--end-of-options", clean}, file}));
  } catch (const Interrupted&) {
    remove();
    throw;
  } catch (const base::Error&) {  // no repository, or not its commit
  }
  remove();
  return subject;
}

}  // namespace winnow::cli
