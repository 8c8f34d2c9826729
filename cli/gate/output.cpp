#include "cli/gate/output.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "base/message.h"
#include "base/program_error.h"
#include "cli/command_line.h"
#include "cli/terminal.h"
#include "profiles/process/descriptor.h"
#include "reports/gate/json.h"
#include "reports/gate/renderers.h"

namespace winnow::cli {

namespace fs = std::filesystem;

namespace {

const char* environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0' ? value : nullptr;
}

constexpr const char* kVerdictFile = "verdict.json";
constexpr const char* kJUnitFile = "junit.xml";
constexpr const char* kSummaryFile = "summary.md";

void write_files(const reports::GateReport& report, const fs::path& out) {
  if (out.empty()) return;
  std::error_code error;
  fs::create_directories(out, error);
  if (error) throw base::Error(out.string(), error.message());
  base::write_file((out / kVerdictFile).string(), reports::gate_json(report));
  base::write_file((out / kJUnitFile).string(), reports::gate_junit(report));
  base::write_file((out / kSummaryFile).string(), reports::gate_markdown(report));
}

std::string on_terminal(const reports::GateReport& report, const fs::path& out) {
  std::vector<std::pair<std::string, std::string>> places;
  if (!out.empty()) places.emplace_back("Report", (out / kSummaryFile).string());
  std::error_code ignored;  // a gate of recordings measures none
  if (report.mode != "recordings" && fs::exists(out / "run/recording.json", ignored))
    places.emplace_back("Recording", (out / "run").string());
  return reports::gate_summary(report, terminal_columns(), places);
}

bool holds_verdict(const fs::path& out) {
  std::error_code ignored;
  return !out.empty() && fs::exists(out / kVerdictFile, ignored);
}

// What the folder held before the gate, for one that was asked for wrongly.
class Before {
 public:
  explicit Before(const fs::path& out) : out_(out) {
    if (out.empty()) return;
    std::error_code ignored;
    had_folder_ = fs::exists(out, ignored);
    for (const char* name : {kVerdictFile, kJUnitFile, kSummaryFile}) {
      const fs::path path = out / name;
      if (!fs::exists(path, ignored)) files_.emplace_back(path, std::nullopt);
      if (fs::is_regular_file(path, ignored))
        files_.emplace_back(path, base::read_file(path.string()));
    }
  }
  void put_back() const {
    std::error_code ignored;
    for (const auto& [path, text] : files_)
      if (text)
        base::write_file(path.string(), *text);
      else
        fs::remove(path, ignored);
    if (!had_folder_) fs::remove(out_, ignored);  // where nothing else is in it
  }

 private:
  fs::path out_;
  bool had_folder_ = false;
  std::vector<std::pair<fs::path, std::optional<std::string>>> files_;  // no text: was not there
};

reports::GateReport invalid_because(reports::GateReport begun, const std::string& sentence) {
  begun.outcome = reports::GateOutcome::kInvalid;
  begun.sentence = sentence;
  return begun;
}

// True of a gate that ended, too, where others wrote behind it.
constexpr const char* kBegunText =
    "A winnow gate began. Where no verdict of it follows, it did not come to its end.\n";

// Errors on the way to telling another one are told behind it, in its line.
class WithOthers : public base::Error {
 public:
  WithOthers(std::string_view first, const std::string& others, int status)
      : Error(first.substr(0, first.find(": ")), problem_of(first) + others), status_(status) {}
  int exit_status() const noexcept override { return status_; }

 private:
  static std::string problem_of(std::string_view text) {
    const size_t colon = text.find(": ");
    return std::string(colon == std::string_view::npos ? "" : text.substr(colon + 2));
  }

  int status_;
};

// In a handler of `first`.
class OthersOf {
 public:
  explicit OthersOf(const std::exception& first) : first_(first) {}

  void try_to(const std::function<void()>& write) try {
    write();
  } catch (const std::exception& error) {
    const std::string what = base::message_of(error);
    if (what != first_.what() && others_.find(what) == std::string::npos) others_ += "; " + what;
  }
  [[noreturn]] void rethrow() const {
    if (others_.empty()) throw;
    const auto* known = dynamic_cast<const base::Error*>(&first_);
    throw WithOthers(first_.what(), others_, known ? known->exit_status() : base::kFailed);
  }

 private:
  const std::exception& first_;
  std::string others_;
};

// The file behind $GITHUB_STEP_SUMMARY, to which every program of a step appends.
class StepSummary {
 public:
  StepSummary() : path_(environment("GITHUB_STEP_SUMMARY")) {}

  // For as long as the gate runs. A file that is none has no end to go back to, and may wait for
  // its reader.
  void begin(const std::string& text) {
    if (!path_) return;
    std::error_code ignored;
    if (!fs::exists(path_, ignored) || fs::is_regular_file(path_, ignored)) put(text);
  }
  // In the place of what begin() wrote; behind it where others have written since.
  void put(const std::string& text) {
    if (!path_) return;
    const profiles::Descriptor file{::open(path_, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666)};
    struct stat found {};
    if (file.number < 0 || ::fstat(file.number, &found) != 0) fail(errno);
    if (end_ == found.st_size && ::ftruncate(file.number, begin_) == 0) found.st_size = begin_;
    const ssize_t written = ::write(file.number, text.data(), text.size());
    if (written != static_cast<ssize_t>(text.size())) fail(written < 0 ? errno : EIO);
    begin_ = found.st_size;
    end_ = begin_ + written;
  }

 private:
  [[noreturn]] void fail(int error) const { throw base::Error(path_, std::strerror(error)); }

  const char* path_;
  off_t begin_ = 0, end_ = -1;  // of what it wrote last
};

}  // namespace

reports::GateReport invalid_gate(reports::GateReport begun, const std::exception& error) {
  reports::GateReport report = invalid_because(std::move(begun), base::message_of(error) + ".");
  if (const auto* known = dynamic_cast<const base::Error*>(&error))
    report.exit_status = known->exit_status();
  if (const auto* failed = dynamic_cast<const base::ProgramError*>(&error))
    report.failures.push_back({failed->program(), failed->why(), failed->said()});
  return report;
}

void leave_no_verdict(const std::string& out, const std::exception& error) {
  const reports::GateReport report = invalid_gate({}, error);
  OthersOf others(error);
  others.try_to([&] {
    if (holds_verdict(out)) write_files(report, out);
  });
  others.try_to([&] { StepSummary().begin(reports::gate_markdown(report)); });
  others.rethrow();
}

int write_gate(const std::string& out, Print printed, const reports::GateReport& begun,
               const std::function<reports::GateReport()>& judge) {
  const bool first = !holds_verdict(out);
  const Before before(first ? out : "");
  StepSummary summary;
  reports::GateReport report;
  try {
    write_files(
        invalid_because(begun, "The gate did not come to its end: it still runs, or was killed."),
        out);
    summary.begin(kBegunText);
    report = judge();
  } catch (const std::exception& error) {
    report = invalid_gate(begun, error);
    OthersOf others(error);
    others.try_to([&] {
      if (first && dynamic_cast<const base::UsageError*>(&error) != nullptr)
        before.put_back();
      else
        write_files(report, out);
    });
    others.try_to([&] { summary.put(reports::gate_markdown(report)); });
    if (environment("GITHUB_ACTIONS"))
      others.try_to([&] { print(reports::gate_annotations(report)); });
    others.rethrow();
  }
  // What was measured stays, whatever cannot be written of it.
  const std::string text = reports::gate_markdown(report);
  print_before(printed == Print::kReport ? text : on_terminal(report, out), [&] {
    write_files(report, out);
    summary.put(text);
  });
  if (environment("GITHUB_ACTIONS")) print(reports::gate_annotations(report));
  return reports::exit_status_of(report.outcome);
}

}  // namespace winnow::cli
