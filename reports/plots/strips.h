#pragma once

#include <optional>
#include <string>
#include <vector>

// Rows of values on one axis, as SVG within a page: positions are percentages, so that the text
// keeps its size on a narrow screen. Colours come from the page's style sheet (classes v0, v1,
// ...).
namespace winnow::reports {

struct StripRow {
  std::string name, text;  // two lines above the strip
  size_t colour = 0;
  std::vector<double> small{}, large{};  // dots
  std::optional<double> middle{}, low{}, high{};
};

struct StripPlot {
  std::string id;  // of the figure's heading, on which the ids within it build
  std::string title, description;
  std::string axis;  // "seconds"
  bool logarithmic =
      false;  // of ratios: 2 and 0.5 are as far from 1; others than these are left out
  std::optional<double> reference{};  // a line across all rows
  std::optional<double> band{};       // shaded to both sides of the reference, as a ratio: 1.05
  std::vector<StripRow> rows{};
};

// The figure with its caption; "unavailable" where no row has a value.
std::string html_figure(const StripPlot& plot);

}  // namespace winnow::reports
