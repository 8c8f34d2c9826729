#pragma once

#include <map>
#include <optional>

#include "profiles/recording/words.h"

namespace winnow::profiles {

inline constexpr double kSampledPassLimit_s = 60;  // at most: no further round begins after this

// How many processes a run has taken, and what is left of its passes, at most: what is told to be
// left never grows.
class RemainingWork {
 public:
  void plan(Pass pass, int processes);          // of the whole pass
  void plan_at_most(Pass pass, int processes);  // unless fewer were planned
  void limit_sampled_passes(double seconds) { sampled_limit_s_ = seconds; }
  double sampled_limit_s() const { return sampled_limit_s_; }  // of each
  void end(Pass pass);  // what it did not need is left no more
  void end_all();

  void note_done(Pass pass);  // without being measured: of an earlier run, or left out
  void note_measured(Pass pass, double seconds);

  int done() const;
  int total() const;  // 0: the plan is not made yet
  // By the time taken so far; empty: nothing tells it yet.
  std::optional<double> seconds() const;

 private:
  struct Taken {
    int done = 0, measured = 0;  // processes
    double seconds = 0;          // of those that were measured
  };
  Taken taken_by(Pass pass) const;
  int left(Pass pass, int planned) const;
  double process_s(Pass pass) const;

  double sampled_limit_s_ = kSampledPassLimit_s;
  std::map<Pass, int> planned_;
  std::map<Pass, Taken> taken_;
};

}  // namespace winnow::profiles
