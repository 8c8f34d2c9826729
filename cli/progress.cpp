#include "cli/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "base/error.h"
#include "profiles/recording/failure.h"

namespace winnow::cli {
namespace {

constexpr double kMostGrowth = 1.1;  // of a remaining time that was told

std::atomic<bool> stop_requested{false};

void on_signal(int signal) {
  stop_requested = true;
  std::signal(signal, SIG_DFL);
}

std::string clock_text(double seconds) {
  const auto whole = static_cast<int64_t>(seconds);
  if (whole < 3600) return fmt::format("{}:{:02}", whole / 60, whole % 60);
  return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

void show_progress(const profiles::Progress& progress) {
  const bool ended = progress.text.empty() || progress.done == progress.total;
  std::fputs(ended ? "\r\x1b[K" : ("\r\x1b[K" + progress_words(progress)).c_str(), stderr);
  std::fflush(stderr);
}

// Where nothing can be written over, a line now and then.
class ProgressLines {
 public:
  void operator()(const profiles::Progress& progress) {
    if (progress.elapsed_s < told_s_) told_s_ = 0;  // another run
    if (progress.elapsed_s - told_s_ < kEvery_s) return;
    told_s_ = progress.elapsed_s;
    std::string line = fmt::format("winnow: {}", progress.done);
    if (progress.total > 0) line += fmt::format(" of {}", progress.total);
    line += " processes";
    if (progress.eta_s) line += fmt::format(", about {} left", clock_text(*progress.eta_s));
    line += ": " + base::printable(progress.text) + "\n";
    std::fputs(line.c_str(), stderr);
  }

 private:
  static constexpr double kEvery_s = 10;
  double told_s_ = 0;
};

}  // namespace

const std::atomic<bool>* watch_signals() {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) std::signal(signal, on_signal);
  return &stop_requested;
}

bool takes_control_sequences(const char* terminal, const char* no_color) {
  const std::string_view kind = terminal == nullptr ? "" : terminal;
  return !kind.empty() && kind != "dumb" && (no_color == nullptr || *no_color == '\0');
}

profiles::Progress SteadyProgress::operator()(profiles::Progress progress) {
  if (progress.elapsed_s < elapsed_s_) *this = {};
  elapsed_s_ = progress.elapsed_s;
  if (progress.total > 0) {
    if (total_ > 0) progress.total = std::min(progress.total, total_);
    total_ = progress.total = std::max(progress.total, progress.done);
  }
  if (progress.eta_s) {
    if (least_s_) progress.eta_s = std::min(*progress.eta_s, *least_s_ * kMostGrowth);
    least_s_ = std::min(*progress.eta_s, least_s_.value_or(*progress.eta_s));
  }
  return progress;
}

std::string progress_words(const profiles::Progress& progress) {
  std::string words = fmt::format("[{}", progress.done);
  if (progress.total > 0) words += fmt::format("/{}", progress.total);
  words += "] " + base::printable(progress.text);
  if (progress.eta_s) words += fmt::format(", {} left", clock_text(*progress.eta_s));
  return words;
}

std::function<void(const profiles::Progress&)> progress_line() {
  if (::isatty(STDERR_FILENO) == 0 ||
      !takes_control_sequences(std::getenv("TERM"), std::getenv("NO_COLOR")))
    return [steady = SteadyProgress(), lines = ProgressLines()](
               const profiles::Progress& progress) mutable { lines(steady(progress)); };
  return [steady = SteadyProgress()](const profiles::Progress& progress) mutable {
    show_progress(steady(progress));
  };
}

std::string status_words(const profiles::Recording& recording) {
  const std::string status = "this run is " + word(recording.status);
  if (const std::string why = profiles::why_invalid(recording); !why.empty())
    return status + ": " + why;
  const std::string failures = base::printable(profiles::failures_in_short(recording));
  return status + (failures.empty() ? "" : ": " + failures) + "; the report says what is missing";
}

int exit_status_of(profiles::RunStatus status) {
  using profiles::RunStatus;
  if (status == RunStatus::interrupted) return base::kInterrupted;
  return status == RunStatus::complete ? base::kOk : base::kFailed;
}

}  // namespace winnow::cli
