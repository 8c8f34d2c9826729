#include "profiles/run/remaining_work.h"

#include <algorithm>

#include "profiles/process/pass.h"

namespace winnow::profiles {

namespace {

constexpr double kSlowPassGuess = 2;  // how much longer, before the first process of such a pass

}  // namespace

void RemainingWork::plan(Pass pass, int processes) { planned_[pass] = processes; }

void RemainingWork::plan_at_most(Pass pass, int processes) {
  planned_[pass] = std::min(planned_[pass], processes);
}

void RemainingWork::end(Pass pass) { planned_[pass] = 0; }

void RemainingWork::end_all() {
  if (planned_.empty()) planned_[Pass::time] = 0;
  for (auto& [pass, processes] : planned_) processes = 0;
}

void RemainingWork::note_done(Pass pass) { ++taken_[pass].done; }

void RemainingWork::note_measured(Pass pass, double seconds) {
  Taken& taken = taken_[pass];
  ++taken.done;
  ++taken.measured;
  taken.seconds += seconds;
}

int RemainingWork::done() const {
  int all = 0;
  for (const auto& [pass, taken] : taken_) all += taken.done;
  return all;
}

int RemainingWork::total() const {
  if (planned_.empty()) return 0;
  int all = done();
  for (const auto& [pass, processes] : planned_) all += left(pass, processes);
  return all;
}

std::optional<double> RemainingWork::seconds() const {
  const auto measured = [](const auto& pass) { return pass.second.measured > 0; };
  if (std::ranges::none_of(taken_, measured)) return std::nullopt;
  double all_s = 0;
  for (const auto& [pass, processes] : planned_) {
    double pass_s = left(pass, processes) * process_s(pass);
    if (pass == Pass::cpu || pass == Pass::wall)
      pass_s = std::min(pass_s, std::max(0.0, sampled_limit_s_ - taken_by(pass).seconds));
    all_s += pass_s;
  }
  return all_s;
}

RemainingWork::Taken RemainingWork::taken_by(Pass pass) const {
  const auto found = taken_.find(pass);
  return found == taken_.end() ? Taken{} : found->second;
}

int RemainingWork::left(Pass pass, int planned) const {
  return std::max(0, planned - taken_by(pass).done);
}

// As in the pass so far; before its first process as in the passes before it, and longer where the
// pass slows a program down.
double RemainingWork::process_s(Pass pass) const {
  const Taken own = taken_by(pass);
  if (own.measured > 0) return own.seconds / own.measured;
  Taken all;
  for (const auto& [before, taken] : taken_) {
    all.measured += taken.measured;
    all.seconds += taken.seconds;
  }
  return all.seconds / std::max(all.measured, 1) * (interferes(pass) ? kSlowPassGuess : 1);
}

}  // namespace winnow::profiles
