#pragma once

#include <string>
#include <vector>

#include "reports/comparison/report.h"
#include "reports/recorded/measured.h"

namespace winnow::reports {

// An answer is a list of sentences, chosen and filled by figures.
struct Answer {
  std::string question;
  std::vector<std::string> sentences{};
};

Answer scheduler_answer(const Report& report);
Answer threads_answer(const Report& report);
Answer allocations_answer(const Measured& arms, const Report& report);
Answer hotspots_answer(const Measured& arms, const Report& report);
Answer gain_answer(const Report& report);

}  // namespace winnow::reports
