#include "reports/plots/strips.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reports/figures/format.h"
#include "reports/markup/html.h"
#include "reports/plots/lines.h"

namespace winnow::reports {

namespace {

constexpr double kRowHeight = 70, kStrip = 20, kStripTop = 36, kAxisHeight = 24;
constexpr double kLeftPercent = 2, kRightPercent = 98;  // percent
constexpr size_t kColourCount = 8;

struct PercentAxis {
  double low = 0, high = 1;
  std::vector<double> ticks{};
  double position(double value) const {
    return kLeftPercent + (kRightPercent - kLeftPercent) * (value - low) / (high - low);
  }
};

// Without what cannot be drawn.
StripPlot drawable_part(StripPlot plot) {
  const auto check = [](std::optional<double>& value) {
    if (value && !plottable(*value)) value.reset();
  };
  for (StripRow& row : plot.rows) {
    for (auto* values : {&row.small, &row.large})
      std::erase_if(*values, [](double value) { return !plottable(value); });
    for (auto* value : {&row.middle, &row.low, &row.high}) check(*value);
  }
  check(plot.reference);
  const double from = plot.reference.value_or(0) / plot.band.value_or(1);
  const double to = plot.reference.value_or(0) * plot.band.value_or(1);
  if (!plottable(from) || !plottable(to) || plot.band < 1) plot.band.reset();
  return plot;
}

std::vector<double> values_of(const StripPlot& plot) {
  std::vector<double> values;
  for (const StripRow& row : plot.rows) {
    values.insert(values.end(), row.small.begin(), row.small.end());
    values.insert(values.end(), row.large.begin(), row.large.end());
    for (const auto& value : {row.middle, row.low, row.high})
      if (value) values.push_back(*value);
  }
  return values;
}

PercentAxis percent_axis(const StripPlot& plot, std::vector<double> values) {
  if (plot.reference) {
    values.push_back(*plot.reference);
    if (plot.band) values.push_back(*plot.reference * *plot.band);
  }
  auto [low, high] = std::ranges::minmax(values);
  if (low == high) {  // values in the middle of an axis that reads well
    const double around = low == 0 ? 1 : std::abs(low) / 20;
    low -= around;
    high += around;
  }
  PercentAxis axis;
  axis.ticks = round_ticks(low, high, 5);
  axis.low = axis.ticks.front();
  axis.high = axis.ticks.back();
  return axis;
}

std::string axis_svg(const StripPlot& plot, const PercentAxis& axis, double bottom) {
  std::string text;
  if (plot.reference && plot.band) {
    const double one = axis.position(*plot.reference / *plot.band);
    const double other = axis.position(*plot.reference * *plot.band);
    const double left = std::clamp(std::min(one, other), 0.0, 100.0);
    const double right = std::clamp(std::max(one, other), 0.0, 100.0);
    text += fmt::format(
        "<rect class=\"band\" x=\"{:.2f}%\" y=\"0\" width=\"{:.2f}%\" height=\"{:.0f}\"/>\n", left,
        right - left, bottom);
  }
  const double step = axis.ticks[1] - axis.ticks[0];
  for (size_t i = 0; i < axis.ticks.size(); ++i) {
    const double x = axis.position(axis.ticks[i]);
    const char* anchor = i == 0 ? "start" : i + 1 == axis.ticks.size() ? "end" : "middle";
    text += fmt::format(
        "<line class=\"grid\" x1=\"{0:.2f}%\" x2=\"{0:.2f}%\" y1=\"0\" y2=\"{1:.0f}\"/>"
        "<text class=\"tick\" x=\"{0:.2f}%\" y=\"{2:.0f}\" text-anchor=\"{3}\">{4}</text>\n",
        x, bottom, bottom + 16, anchor, tick_text(axis.ticks[i], step));
  }
  if (plot.reference)
    text += fmt::format(
        "<line class=\"reference\" x1=\"{0:.2f}%\" x2=\"{0:.2f}%\" y1=\"0\" y2=\"{1:.0f}\"/>\n",
        axis.position(*plot.reference), bottom);
  return text;
}

// Dots of one value lie beside each other: each has a place of its own across the strip.
std::string dots(const std::vector<double>& values, const PercentAxis& axis, double top,
                 const char* css_class, double radius) {
  std::string text;
  for (size_t i = 0; i < values.size(); i += drawn_step(values.size())) {
    const double across = static_cast<double>(i * 7 % 11) / 10;  // even, without order
    text += fmt::format("<circle class=\"{}\" cx=\"{:.2f}%\" cy=\"{:.1f}\" r=\"{}\"/>", css_class,
                        axis.position(values[i]), top + kStrip * across, radius);
  }
  return text + "\n";
}

std::string interval(const StripRow& row, const PercentAxis& axis, double top) {
  std::string text;
  const double middle = top + kStrip / 2;
  if (row.low && row.high) {
    const double low = axis.position(*row.low), high = axis.position(*row.high);
    text += fmt::format(
        "<line class=\"interval\" x1=\"{0:.2f}%\" x2=\"{1:.2f}%\" y1=\"{2:.1f}\" y2=\"{2:.1f}\"/>"
        "<line class=\"cap\" x1=\"{0:.2f}%\" x2=\"{0:.2f}%\" y1=\"{3:.1f}\" y2=\"{4:.1f}\"/>"
        "<line class=\"cap\" x1=\"{1:.2f}%\" x2=\"{1:.2f}%\" y1=\"{3:.1f}\" y2=\"{4:.1f}\"/>\n",
        low, high, middle, middle - 7, middle + 7);
  }
  if (row.middle)
    text += fmt::format("<circle class=\"middle\" cx=\"{:.2f}%\" cy=\"{:.1f}\" r=\"6\"/>\n",
                        axis.position(*row.middle), middle);
  return text;
}

std::string rows_svg(const StripPlot& plot, const PercentAxis& axis) {
  std::string text;
  double y = 0;
  for (const StripRow& row : plot.rows) {
    text += fmt::format(
        "<g class=\"v{0}\"><title>{1}: {2}</title>\n"
        "<text class=\"name\" x=\"{3}%\" y=\"{4:.0f}\">{1}</text>"
        "<text class=\"value\" x=\"{3}%\" y=\"{5:.0f}\">{2}</text>\n",
        row.colour % kColourCount, html_escaped(without_middle(row.name, 40)),
        html_escaped(row.text), kLeftPercent, y + 14, y + 29);
    text += dots(row.small, axis, y + kStripTop, "small", 2.2) +
            dots(row.large, axis, y + kStripTop, "large", 4) + interval(row, axis, y + kStripTop) +
            "</g>\n";
    y += kRowHeight;
  }
  return text;
}

}  // namespace

std::string html_figure(const StripPlot& asked) {
  const StripPlot plot = drawable_part(asked);
  std::string result = fmt::format(
      "<figure id=\"{}\">\n<figcaption><strong>{}</strong> {}"
      "</figcaption>\n",
      plot.id, html_escaped(plot.title), html_escaped(plot.description));
  const auto values = values_of(plot);
  if (values.empty())
    return result + "<p class=\"unavailable\">unavailable: no figures</p></figure>\n";
  const PercentAxis axis = percent_axis(plot, values);
  const double bottom = kRowHeight * static_cast<double>(plot.rows.size());
  return result +
         fmt::format(
             "<svg class=\"strip\" width=\"100%\" height=\"{:.0f}\" role=\"img\" "
             "aria-label=\"{}\">\n",
             bottom + kAxisHeight, html_escaped(plot.title)) +
         axis_svg(plot, axis, bottom) + rows_svg(plot, axis) + "</svg>\n" +
         fmt::format("<p class=\"axis\">{}</p>\n</figure>\n", html_escaped(plot.axis));
}

}  // namespace winnow::reports
