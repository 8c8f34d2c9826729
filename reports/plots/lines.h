#pragma once

#include <optional>
#include <string>
#include <vector>

// Line plots as SVG: the same bytes for the same plot, readable on light and dark pages, with a
// title and a description for screen readers.
namespace winnow::reports {

struct PlotPoint {
  double x = 0, y = 0;
  std::optional<double> low, high;  // whiskers
};

struct PlotSeries {
  std::string name;
  std::vector<PlotPoint> points;  // by ascending x; points that cannot be drawn are left out
  std::vector<std::pair<double, double>> curve{};  // a fitted curve, dashed; else points are joined
};

enum class Scale { kLinear, kLog2 };

struct Plot {
  std::string title, description;
  std::string x_label, y_label;
  Scale x_scale = Scale::kLinear;
  Scale y_scale = Scale::kLinear;  // linear: from zero on
  std::vector<PlotSeries> series;
};

// kTelephone: 364 pixels wide, of which the text keeps its size; the series' names follow below,
// and the title is left to the page.
enum class PlotWidth { kPage, kTelephone };

std::string svg(const Plot& plot, PlotWidth width = PlotWidth::kPage);

// What a plot can show, of either sign: beyond, a figure is no measurement. Others are left out.
bool plottable(double value);

// Of so many values every so many are drawn, so that a picture has a few thousand marks at most.
size_t drawn_step(size_t values);

// A value on an axis whose ticks have this step: no two of its ticks read alike.
std::string tick_text(double value, double step);

// Round values (1, 2 or 5 times a power of ten) from `low` or below to `high` or above, about
// `count` of them.
std::vector<double> round_ticks(double low, double high, int count);

}  // namespace winnow::reports
