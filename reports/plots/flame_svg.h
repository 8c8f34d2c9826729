#pragma once

#include <string>
#include <vector>

#include "reports/plots/flame_tree.h"

namespace winnow::reports {

// A category of functions, and as the reader is told it.
struct FlameCategory {
  std::string category, name;
};

struct FlameFigure {
  std::string id;  // of the figure
  std::string title, description;
  std::string first, second;  // labels of the variants; without the second: one variant
  FlameWeight weight = FlameWeight::kSeconds;
  std::string share;  // what the amounts are of: "a text"
  // Of the frames, in the order of their colours, with the names of the key.
  std::vector<FlameCategory> categories{};
  bool icicle = false;  // the root on top
};

// What a grey frame of two variants says.
std::string same_words(FlameWeight weight);

// The tree, laid out, as a figure: every frame has its figures as a <title>, so that it can be read
// without scripts, which add zooming and searching. Colours come from the page's style sheet: by
// category, or, of two variants, red for what grew and blue for what shrank.
std::string html_figure(const FlameFigure& figure, const FlameNode& root);

}  // namespace winnow::reports
