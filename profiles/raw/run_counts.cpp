#include "profiles/raw/run_counts.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <string_view>

#include "base/error.h"
#include "base/sums.h"
#include "profiles/recording/document.h"
#include "profiles/recording/fields.h"

namespace winnow::profiles {
namespace {

namespace fs = std::filesystem;

const Kind& counts_kind() {
  static const Kind kind{"counts of a process tree", {1}, {}, size_t{1} << 20};
  return kind;
}

template <class Profile>
Profile read_counts(const std::string& path) {
  Document document = open_document(path, counts_kind());
  Profile profile;
  read_fields(document, path, profile);
  return profile;
}

// Empty for what is no file: the program, which may name its own like this, waits for nobody.
std::ifstream opened_lines(const fs::path& file) {
  return fs::is_regular_file(file) ? std::ifstream(file) : std::ifstream();
}

// The number behind `key` at the begin of a line; -1: there is none.
int64_t number_behind(const fs::path& file, std::string_view key) {
  std::ifstream stream = opened_lines(file);
  for (std::string line; std::getline(stream, line);) {
    if (!line.starts_with(key)) continue;
    const char* end = line.data() + line.size();
    const char* at = line.data() + key.size();
    while (at != end && *at == ' ') ++at;
    int64_t value = -1;
    return std::from_chars(at, end, value).ec == std::errc{} ? value : -1;
  }
  return -1;
}

bool holds_text(const fs::path& file, std::string_view wanted) {
  std::ifstream stream = opened_lines(file);
  for (std::string line; std::getline(stream, line);)
    if (line.find(wanted) != std::string::npos) return true;
  return false;
}

// A process that was forked and did not become another program says nothing of its start.
bool tells_its_start(const fs::path& messages) {
  return holds_text(messages, "For interactive control");
}

}  // namespace

void write_counts(const std::string& path, const FutexProfile& futex) {
  write_document(path, counts_kind(), JsonWriter::to_json(futex));
}

void write_counts(const std::string& path, const InstructionProfile& count) {
  write_document(path, counts_kind(), JsonWriter::to_json(count));
}

FutexProfile read_futex_file(const std::string& path) { return read_counts<FutexProfile>(path); }

InstructionProfile read_instruction_file(const std::string& path) {
  return read_counts<InstructionProfile>(path);
}

void add_counts(const FutexProfile& runs, FutexProfile& sum) {
  base::add_to(sum.iterations, runs.iterations);
  base::add_to(sum.waits, runs.waits);
  base::add_to(sum.wakes, runs.wakes);
  base::add_to(sum.requeues, runs.requeues);
  base::add_to(sum.others, runs.others);
}

void add_counts(const InstructionProfile& runs, InstructionProfile& sum) {
  sum.fewest = sum.iterations == 0 ? runs.fewest : std::min(sum.fewest, runs.fewest);
  sum.most = std::max(sum.most, runs.most);
  base::add_to(sum.iterations, runs.iterations);
  base::add_to(sum.instructions, runs.instructions);
  base::add_to(sum.processes, runs.processes);
}

InstructionProfile read_callgrind(const std::string& folder) {
  InstructionProfile profile;
  profile.iterations = 1;
  int64_t forked = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with("callgrind.")) continue;
    const int64_t total = number_behind(entry.path(), "totals:");
    if (total < 0) throw base::Error("callgrind", "its file of a process has no total");
    base::add_to(profile.instructions, total);
    ++profile.processes;
    if (!tells_its_start(entry.path().parent_path() / ("valgrind." + name.substr(10)))) ++forked;
  }
  if (profile.processes == 0) throw base::Error("callgrind", "it wrote nothing");
  if (forked > 0)
    throw base::Error("callgrind",
                      fmt::format("it counts {} from the parent's start, not from {} own: forked "
                                  "without an exec",
                                  forked == 1 ? "a process" : fmt::format("{} processes", forked),
                                  forked == 1 ? "its" : "their"));
  profile.fewest = profile.most = profile.instructions;
  return profile;
}

}  // namespace winnow::profiles
