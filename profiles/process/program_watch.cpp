#include "profiles/process/program_watch.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <sstream>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "profiles/process/loaded_libraries.h"
#include "profiles/process/program_file.h"

namespace winnow::profiles {
namespace {

namespace fs = std::filesystem;

constexpr int kDeepestChain = 8;

// Programs that become the one that is named among their words.
constexpr std::array<std::string_view, 12> kStarters{"env",     "nice",    "ionice",  "chrt",
                                                     "taskset", "numactl", "prlimit", "nohup",
                                                     "setsid",  "stdbuf",  "time",    "timeout"};
constexpr std::array<std::string_view, 5> kShells{"sh", "bash", "dash", "zsh", "ksh"};
constexpr std::array<std::string_view, 4> kReaders{"python", "perl", "ruby", "node"};
// Options of theirs behind which the script still comes.
constexpr std::array<std::string_view, 6> kHarmless{"-u", "-O", "-B", "-s", "-x", "-w"};

using Words = std::vector<std::string>;

bool is_file(const std::string& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}

Words words_in(const std::string& line) {
  std::istringstream stream(line);
  return {std::istream_iterator<std::string>(stream), {}};
}

// What `env` sets it to for the program.
std::optional<std::string> variable_in(const Words& command, const std::string& name) {
  for (const std::string& word : command)
    if (word.starts_with(name + "=")) return word.substr(name.size() + 1);
  return std::nullopt;
}

std::string library_path_of(const Words& command) {
  const char* own = std::getenv("LD_LIBRARY_PATH");
  return variable_in(command, "LD_LIBRARY_PATH").value_or(own ? own : "");
}

// Those of a list with colons or spaces that are no bare names.
Words paths_in(std::string list) {
  std::ranges::replace(list, ':', ' ');
  Words paths = words_in(list);
  std::erase_if(paths, [](const std::string& path) { return path.find('/') == std::string::npos; });
  return paths;
}

class Chain {
 public:
  explicit Chain(const std::string& folder) : folder_(folder) {}

  void add(const Words& words, int depth = 0) {
    if (words.empty() || depth > kDeepestChain) return;
    const std::string file = found_program(words.front(), folder_);
    if (!add_file(file)) return;
    add(interpreter_of(file), depth + 1);
    const std::string name = fs::path(words.front()).filename().string();
    if (std::ranges::count(kStarters, name) > 0)
      add_started(words, depth);
    else if (std::ranges::count(kShells, name) > 0 ||
             std::ranges::any_of(kReaders, [&](auto reader) { return name.starts_with(reader); }))
      add_script(words, std::ranges::count(kShells, name) > 0, depth);
  }

  std::vector<std::string> files() && { return std::move(files_); }

 private:
  // False: there is no such file.
  bool add_file(const std::string& file) {
    if (!is_file(file)) return false;
    if (std::ranges::count(files_, file) == 0) files_.push_back(file);
    return true;
  }

  // The first word that is a program; options, their values and variables are none.
  void add_started(const Words& words, int depth) {
    for (size_t i = 1; i < words.size(); ++i) {
      if (words[i].starts_with('-')) continue;
      const std::string file = found_program(words[i], folder_);
      const bool path = file != words[i] || words[i].find('/') != std::string::npos;
      if (path && is_file(file))
        return add({words.begin() + static_cast<ptrdiff_t>(i), words.end()}, depth + 1);
    }
  }

  void add_script(const Words& words, bool shell, int depth) {
    size_t i = 1;
    while (i < words.size() && std::ranges::count(kHarmless, words[i]) > 0) ++i;
    if (i >= words.size()) return;
    if (!words[i].starts_with('-')) {
      add_file((fs::path(folder_) / words[i]).string());
    } else if (shell && words[i] == "-c" && i + 1 < words.size()) {
      const Words line = words_in(words[i + 1]);
      if (!line.empty()) add({line.front()}, depth + 1);
    }
  }

  const std::string& folder_;
  std::vector<std::string> files_;
};

// Times are not enough: a second copy may have that of the first.
bool same_state(const struct stat& a, const struct stat& b) {
  const auto same_time = [](const timespec& x, const timespec& y) {
    return x.tv_sec == y.tv_sec && x.tv_nsec == y.tv_nsec;
  };
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino && a.st_size == b.st_size &&
         same_time(a.st_mtim, b.st_mtim) && same_time(a.st_ctim, b.st_ctim);
}

// In what two different files differ.
std::string difference(const ProgramFile& before, const ProgramFile& now) {
  std::string words = "the same size, other bytes";
  if (!before.sha256 || !now.sha256) words = "another inode or time of change";
  if (before.size_bytes != now.size_bytes)
    words = fmt::format("{} bytes before, {} now", before.size_bytes.value_or(0),
                        now.size_bytes.value_or(0));
  if (before.build_id && now.build_id && before.build_id != now.build_id)
    words += ", another build id";
  return words;
}

}  // namespace

std::vector<std::string> files_run_by(const std::vector<std::string>& command,
                                      const std::string& folder) {
  Chain chain(folder);
  chain.add(command);
  return std::move(chain).files();
}

ProgramWatch::ProgramWatch(std::vector<std::string> command, std::string folder,
                           std::vector<std::string> more)
    : command_(std::move(command)), folder_(std::move(folder)), more_(std::move(more)) {}

void ProgramWatch::note(const std::string& file) {
  const auto known = [&](const Watched& watched) { return watched.file.path == file; };
  struct stat state {};
  if (std::ranges::none_of(watched_, known) && ::stat(file.c_str(), &state) == 0)
    watched_.push_back({program_file(file), state});
}

// The libraries are those of all files, last of all.
void ProgramWatch::note_files_of(const std::vector<std::string>& command) {
  std::vector<std::string> files = files_run_by(command, folder_);
  for (const std::string& library : paths_in(variable_in(command, "LD_PRELOAD").value_or("")))
    files.push_back((fs::path(folder_) / library).string());
  for (const std::string& file : files) note(file);
  const std::string library_path = library_path_of(command);
  for (const std::string& file : files)
    for (const std::string& library : loaded_libraries(file, folder_, library_path)) note(library);
}

void ProgramWatch::note_files() {
  note_files_of(command_);
  for (const auto& command : beside_) note_files_of(command);
  for (const std::string& file : more_) note(file);
  const std::string first = command_.empty() ? "" : found_program(command_.front(), folder_);
  const bool found = !watched_.empty() && watched_.front().file.path == first;
  program_ = found ? watched_.front().file : program_file(first);
}

// Empty: it is the same.
std::string ProgramWatch::changed(Watched& watched) const {
  struct stat now {};
  if (::stat(watched.file.path.c_str(), &now) != 0)
    return errno == ENOENT || errno == ENOTDIR ? "deleted while it was measured"
                                               : "cannot be looked at any more";
  if (same_state(watched.state, now)) return "";
  const ProgramFile file = program_file(watched.file.path);
  if (watched.file.sha256 && file.sha256 == watched.file.sha256) {
    watched.state = now;
    return "";
  }
  return "replaced while it was measured: " + difference(watched.file, file);
}

void ProgramWatch::check() {
  if (!program_) return note_files();
  for (Watched& watched : watched_) {
    const std::string what = changed(watched);
    if (what.empty()) continue;
    const base::Error error(watched.file.path, what);
    change_ = error.what();
    throw error;
  }
}

}  // namespace winnow::profiles
