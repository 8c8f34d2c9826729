#pragma once

#include <string>

#include "reports/plots/flame_tree.h"

namespace winnow::reports {

struct FlameFigure {
  std::string id;  // of the figure
  std::string title, description;
  std::string first, second;  // labels of the variants; without the second: one variant
  FlameWeight weight = FlameWeight::kSeconds;
  bool icicle = false;  // the root on top
};

// The tree, laid out, as a figure: every frame has its figures as a <title>, so that it can be read
// without scripts, which add zooming and searching. Colours come from the page's style sheet: by
// category, or, of two variants, red for what grew and blue for what shrank.
std::string html_figure(const FlameFigure& figure, const FlameNode& root);

}  // namespace winnow::reports
