#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>

#include "profiles/process/plan.h"

// What a user sees and does while something is measured.
namespace winnow::cli {

// From now on Ctrl-C and its like end the run in order: the flag becomes true. A second one ends
// the program at once.
const std::atomic<bool>* watch_signals();

// May a program colour text there, or write over it? By $TERM and $NO_COLOR
// (https://no-color.org); null: not set.
bool takes_control_sequences(const char* terminal, const char* no_color);

// What was told before holds: no total and no remaining time grows, but that time by a tenth. A
// process more than were told is one of the total. With the next run it begins anew.
class SteadyProgress {
 public:
  profiles::Progress operator()(profiles::Progress progress);

 private:
  double elapsed_s_ = 0;
  std::optional<double> least_s_;  // that was told to remain
  int total_ = 0;                  // 0: none was told
};

// "[3/24] time pass, block 2, pool, 1:20 left"; without what is not known.
std::string progress_words(const profiles::Progress& progress);

// On standard error: one line that is written over again, or where that is no terminal, or may not
// be written over, one every ten seconds.
std::function<void(const profiles::Progress&)> progress_line();

// How the run ended, of one that is not complete: "this run is invalid: ./bench: replaced while
// ..."
std::string status_words(const profiles::Recording& recording);

// Of a recording or a sweep with this status.
int exit_status_of(profiles::RunStatus status);

}  // namespace winnow::cli
