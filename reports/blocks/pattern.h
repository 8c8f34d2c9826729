#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "reports/recorded/measured.h"
#include "reports/recorded/words.h"

// What the blocks of one variant look like: outliers, two modes, or all alike; and what is recorded
// of the blocks that goes with it.
namespace winnow::reports {

// A figure that goes with a longer or a shorter time.
struct Accompanying {
  std::string figure;  // "minor page faults"
  std::string unit;    // "count/iteration", "percent of all cores", ...
  double value = 0;    // of the outlier, or the slower mode's median
  double usual = 0;    // the median of all blocks, or the faster mode's
  std::string words;   // "minor page faults 4,312 an iteration instead of 120"
};

// A block whose time is far from the others' (statistics/shape.h, of logarithms).
struct OutlierBlock {
  int block = 0;      // its index
  int64_t order = 0;  // its place in the whole run
  double seconds = 0, usual_s = 0, score = 0;
  std::string disturbed;                 // by what; empty: it was not
  int others = 0, others_disturbed = 0;  // the variant's other blocks
  std::vector<Accompanying> differs{};   // figures as far out, in the direction of the time
  // A disturbance that most of the others had, too, tells nothing.
  bool explained() const {
    return !differs.empty() || (!disturbed.empty() && 2 * others_disturbed <= others);
  }
};

struct Mode {
  int blocks = 0;
  double share = 0;  // of the blocks that are no outliers; 1 is all
  double median_s = 0;
};

struct Modes {
  Mode fast{}, slow{};
  // What is larger, or later, in nearly all of the slow blocks: of a slow and a fast block drawn at
  // random the slow one has more in nine of ten draws, and p by the Mann-Whitney test is at most
  // kLevel for each by itself.
  std::vector<Accompanying> separated_by{};
};

struct Pattern {
  int blocks = 0;                        // that have a time
  std::vector<std::string> recorded{};   // the figures that were looked at, for what goes with it
  bool identical = false;                // several, and all took the same time to the last digit
  std::vector<OutlierBlock> outliers{};  // by index
  std::optional<Modes> modes{};
  bool judged() const;  // there were enough blocks to look for outliers and modes
};

Pattern pattern_of(const MeasuredArm& arm, const Words& words);

}  // namespace winnow::reports
