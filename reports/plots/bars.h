#pragma once

#include <string>
#include <vector>

// Horizontal stacked bars as SVG, one bar under the other with a key below: the same bytes for the
// same figures, readable on light and dark pages, with a title and a description for screen
// readers.
namespace winnow::reports {

// Neighbours of one tone differ in brightness.
enum class Tone { kBlue, kOrange, kYellow, kGrey, kPurple, kRed };

struct Stack {  // the same part of every bar
  std::string name;
  Tone tone = Tone::kGrey;
  std::vector<double> values{};  // per bar; what cannot be drawn is left out
};

struct StackedBars {
  std::string title, description;
  std::string axis;  // "core-seconds"
  std::vector<std::string> bars{};
  std::vector<Stack> stacks{};
};

std::string svg(const StackedBars& bars);

}  // namespace winnow::reports
