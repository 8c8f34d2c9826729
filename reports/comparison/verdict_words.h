#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "reports/comparison/contest.h"
#include "reports/comparison/outcome.h"
#include "reports/comparison/standings.h"

// Parts of a verdict in words, which winners and ties share.
namespace winnow::reports {

// "batches of 32 texts on 4 threads", "these commands"
std::string short_workload_words(const Measured& arms);

// "a, b and c"; `last` is the word before the last one.
std::string listed(const std::vector<std::string>& names, const char* last);
std::string listed(const Grounds& grounds, const std::vector<size_t>& variants, const char* last);

// "1.62 to 1.71x", or "1.62x" where both ends read the same. Of at least one ratio.
std::string range_words(const std::vector<double>& ratios);

// Of each of the best.
std::vector<double> ratios_of(const std::vector<Lead>& best, Pairs Lead::*pairs);

// "1.34x as fast (...) by Hodges-Lehmann, ...; signed ranks: p = 0.002 over 10 pairs of blocks"
std::string ratio_bullet(const Contest& contest, const Pairs& pairs);

// The rival stands behind all of the variants in the order of the standings.
std::vector<Lead> leads_of(const Grounds& grounds, const Standings& standings,
                           const std::vector<size_t>& variants, size_t rival);

// By how much it leads: if only probably and by wall time, by CPU time first.
std::vector<std::string> size_bullets(const Grounds& grounds, const Contest& contest,
                                      const Lead& lead, size_t rival, Confidence confidence);

// ", on a busy machine"; empty: the doubts are others.
std::string machine_state(const Doubts& doubts);

// What would remove the doubts, a sentence behind another one.
std::string second_try(const Doubts& doubts);

// Which to use: one, or any of several equals. The baseline is kept.
std::string recommendation(const Measured& arms, const std::vector<size_t>& best);

// Why `fastest` is not proven to be better than `other`. `pairs`: other's blocks against its.
std::string open_question(const Grounds& grounds, const Contest& contest, size_t fastest,
                          size_t other, const Pairs& pairs);

}  // namespace winnow::reports
