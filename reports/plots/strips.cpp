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
constexpr double kEdgePercent = 5;  // within which of an end a tick's text begins or ends there
constexpr size_t kColourCount = 8;
constexpr double kLeastRatio = 1e-9;   // below, a ratio is no measurement
constexpr int kMostDecades = 8;        // with a tick each
constexpr double kLeastSpread = 1e-6;  // of an axis, of its values' size

struct Tick {
  double value = 0;
  std::string text;
};

struct PercentAxis {
  bool logarithmic = false;
  double low = 0, high = 1;
  std::vector<Tick> ticks{};
  double position(double value) const {
    const auto scaled = [this](double v) { return logarithmic ? std::log(v) : v; };
    const double begin = scaled(low), end = scaled(high);
    return kLeftPercent + (kRightPercent - kLeftPercent) * (scaled(value) - begin) / (end - begin);
  }
};

// Without what cannot be drawn.
StripPlot drawable_part(StripPlot plot) {
  const auto drawn = [least = plot.logarithmic ? kLeastRatio : -HUGE_VAL](double value) {
    return plottable(value) && value >= least;
  };
  const auto check = [&](std::optional<double>& value) {
    if (value && !drawn(*value)) value.reset();
  };
  for (StripRow& row : plot.rows) {
    for (auto* values : {&row.small, &row.large})
      std::erase_if(*values, [&](double value) { return !drawn(value); });
    for (auto* value : {&row.middle, &row.low, &row.high}) check(*value);
  }
  check(plot.reference);
  const double from = plot.reference.value_or(0) / plot.band.value_or(1);
  const double to = plot.reference.value_or(0) * plot.band.value_or(1);
  if (!drawn(from) || !drawn(to) || plot.band < 1) plot.band.reset();
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

std::vector<Tick> even_ticks(double low, double high) {
  const std::vector<double> values = round_ticks(low, high, 5);
  std::vector<Tick> ticks;
  for (const double value : values)
    ticks.push_back({value, tick_text(value, values[1] - values[0])});
  return ticks;
}

// Between two values above 0: even ones where they lie close, else round ones of each decade.
std::vector<Tick> ratio_ticks(double low, double high) {
  std::vector<Tick> ticks;
  const double decades = std::log10(high / low);
  if (high <= 2 * low) {
    ticks = even_ticks(low, high);
  } else {
    std::vector<double> steps{1};
    if (decades <= 1)
      steps = {1, 1.5, 2, 3, 5, 7};
    else if (decades <= 2.5)
      steps = {1, 2, 5};
    const int each = static_cast<int>(decades) / kMostDecades + 1;
    const int first = static_cast<int>(std::floor(std::log10(low)));
    for (int power = first; power <= first + static_cast<int>(decades) + 2; ++power)
      for (const double step : steps)
        if (power % each == 0)
          ticks.push_back({step * std::pow(10, power),
                           tick_text(step * std::pow(10, power),
                                     std::pow(10, power) * (step == 1.5 ? 0.5 : 1))});
  }
  std::erase_if(ticks, [&](const Tick& tick) {
    return tick.value < low * (1 - 1e-9) || tick.value > high * (1 + 1e-9);
  });
  return ticks;
}

PercentAxis percent_axis(const StripPlot& plot, std::vector<double> values) {
  if (plot.reference) {
    values.push_back(*plot.reference);
    if (plot.band) values.push_back(*plot.reference * *plot.band);
  }
  auto [low, high] = std::ranges::minmax(values);
  if (plot.logarithmic) {
    if (high < low * (1 + kLeastSpread)) low /= 1.05, high *= 1.05;
    return {true, low, high, ratio_ticks(low, high)};
  }
  if (low == high) {  // values in the middle of an axis that reads well
    const double around = low == 0 ? 1 : std::abs(low) / 20;
    low -= around;
    high += around;
  }
  PercentAxis axis;
  axis.ticks = even_ticks(low, high);
  axis.low = axis.ticks.front().value;
  axis.high = axis.ticks.back().value;
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
  for (const Tick& tick : axis.ticks) {
    const double x = axis.position(tick.value);
    const char* anchor = x < kEdgePercent ? "start" : x > 100 - kEdgePercent ? "end" : "middle";
    text += fmt::format(
        "<line class=\"grid\" x1=\"{0:.2f}%\" x2=\"{0:.2f}%\" y1=\"0\" y2=\"{1:.0f}\"/>"
        "<text class=\"tick\" x=\"{0:.2f}%\" y=\"{2:.0f}\" text-anchor=\"{3}\">{4}</text>\n",
        x, bottom, bottom + 16, anchor, tick.text);
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
