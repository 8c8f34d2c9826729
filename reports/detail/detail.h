#pragma once

#include <string>
#include <vector>

#include "profiles/recording/recording.h"
#include "profiles/recording/stacks.h"
#include "reports/comparison/report.h"

// What the detailed report says beyond the quick one, as plain data.
namespace winnow::reports {

struct VariantStacks;

// An answer is a list of sentences, chosen and filled by figures.
struct Answer {
  std::string question;
  std::vector<std::string> sentences{};
};

// A table whose cells are words already.
struct Listing {
  std::string heading;
  std::vector<std::string> columns{};
  std::vector<std::vector<std::string>> rows{};
  bool symbols = false;  // the first cell of a row is a function or a call chain
  std::vector<std::string> notes{};
};

struct Detail {
  std::vector<Answer> answers{};
  std::vector<Listing> listings{};
};

Detail make_detail(const profiles::Recording& recording, const Report& report,
                   const std::vector<VariantStacks>& stacks);

}  // namespace winnow::reports
