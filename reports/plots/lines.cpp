#include "reports/plots/lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "reports/figures/format.h"
#include "reports/markup/svg.h"

namespace winnow::reports {

namespace {

// Where the parts of a plot lie.
struct Layout {
  double width = 760, height = 420;
  double left = 76, right = 570, top = 44, bottom = 362;
  bool names_below = false;  // else beside the ends of their lines
};

constexpr Layout kTelephone{364, 0, 72, 352, 10, 250, true};
constexpr double kFirstName = 68, kNameHeight = 20;  // below the bottom
constexpr double kLabelHeight = 15;                  // of a series' name beside its line
constexpr size_t kLongestLabel = 22;
constexpr size_t kMostLargeLabels = 21;        // that have room one above the other
constexpr size_t kStyles = 3;                  // of a colour
constexpr double kMost = 1e15, kLeast = 1e-9;  // beyond, a figure is no measurement
constexpr double kMostTick = 1e300;
constexpr double kLeastRange = 1e-6;  // of an axis, of its values' size
constexpr size_t kMostMarks = 2000;   // of a series
constexpr int kMostTickDecimals = 9;

// Distinguishable with colour-blind eyes on a light and on a dark page (Okabe and Ito); beyond
// eight series the lines are dashed and the marks of another shape, in turn.
constexpr std::array<std::pair<const char*, const char*>, 8> kColours{{{"#0072b2", "#56b4e9"},
                                                                       {"#d55e00", "#ff8a3d"},
                                                                       {"#007f5c", "#2fd0a0"},
                                                                       {"#b0307c", "#f08cc8"},
                                                                       {"#8a6d00", "#f0e442"},
                                                                       {"#5b3fb5", "#b3a0ff"},
                                                                       {"#b00020", "#ff7a8a"},
                                                                       {"#444444", "#cccccc"}}};

// Plain rules without variables, which viewers outside browsers do not know.
std::string colours(const char* page, const char* ink, const char* grid, bool dark) {
  std::string rules =
      fmt::format(".page{{fill:{}}}text{{fill:{}}}.grid{{stroke:{}}}\n", page, ink, grid);
  for (size_t i = 0; i < kColours.size(); ++i)
    rules +=
        fmt::format(".s{0} .line,.s{0} .whisker{{stroke:{1}}}.s{0} .mark,.s{0} .name{{fill:{1}}}\n",
                    i, dark ? kColours[i].second : kColours[i].first);
  return rules;
}

std::string style() {
  return "<style>\n"
         "text{font-family:sans-serif;font-size:13px}.title{font-size:15px;font-weight:600}"
         ".name{font-weight:600}.many .name{font-size:10px}"
         ".d1 .line{stroke-dasharray:12 3}.d2 .line{stroke-dasharray:3 3}"
         ".line.curve{stroke-dasharray:6 4}"
         ".line{fill:none;stroke-width:2}"
         ".whisker{fill:none;stroke-width:1.5}\n" +
         colours("#ffffff", "#1f2328", "#d1d9e0", false) + "@media (prefers-color-scheme:dark){\n" +
         colours("#0d1117", "#e6edf3", "#3d444d", true) + "}\n</style>\n";
}

struct Axis {
  Scale scale = Scale::kLinear;
  double low = 0, high = 1;  // of the values
  double from = 0, to = 0;   // in the picture
  std::vector<double> ticks{};

  double position(double value) const {
    const auto scaled = [&](double v) { return scale == Scale::kLog2 ? std::log2(v) : v; };
    const double begin = scaled(low), end = scaled(high);
    return from + (to - from) * (scaled(value) - begin) / (end - begin);
  }
};

bool drawable(double value) { return value >= kLeast && value <= kMost; }

// Powers of two, at most about eight of them.
Axis log_axis(double low, double high, double from, double to) {
  const int first = static_cast<int>(std::floor(std::log2(low)));
  const int last = std::max(first + 1, static_cast<int>(std::ceil(std::log2(high))));
  Axis axis{Scale::kLog2, std::exp2(first), std::exp2(last), from, to, {}};
  const int step = (last - first + 7) / 8;
  for (int power = first; power <= last; power += step) axis.ticks.push_back(std::exp2(power));
  return axis;
}

Axis linear_axis(double high, double from, double to) {
  Axis axis{Scale::kLinear, 0, high, from, to, round_ticks(0, high, 6)};
  axis.high = axis.ticks.back();
  return axis;
}

Axis axis_of(Scale scale, const std::vector<double>& values, double from, double to) {
  if (values.empty()) return linear_axis(1, from, to);
  const auto [low, high] = std::ranges::minmax(values);
  return scale == Scale::kLog2 ? log_axis(low, high, from, to) : linear_axis(high, from, to);
}

std::string short_tick_text(double value) {
  if (value == 0) return "0";
  if (value < 1e-6) return fmt::format("{:g}", value);
  const int digits = 2 - static_cast<int>(std::floor(std::log10(value)));
  std::string text = format_count(value, std::clamp(digits, 0, 9));
  if (text.find('.') == std::string::npos) return text;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

// Thread and batch counts are whole numbers: no ticks between them.
std::string x_axis(const Plot& plot, const Axis& axis, const Layout& at) {
  std::string text;
  for (double tick : axis.ticks) {
    if (tick != std::floor(tick) && axis.scale == Scale::kLinear) continue;
    const double x = axis.position(tick);
    text += fmt::format(
        "<line class=\"grid\" x1=\"{0:.1f}\" y1=\"{1:.1f}\" x2=\"{0:.1f}\" y2=\"{2:.1f}\"/>\n"
        "<text x=\"{0:.1f}\" y=\"{3:.1f}\" text-anchor=\"middle\">{4}</text>\n",
        x, at.top, at.bottom, at.bottom + 18, short_tick_text(tick));
  }
  return text + fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">{}</text>\n",
                            (at.left + at.right) / 2, at.bottom + 42, escaped_xml(plot.x_label));
}

std::string y_axis(const Plot& plot, const Axis& axis, const Layout& at) {
  std::string text;
  for (double tick : axis.ticks) {
    const double y = axis.position(tick);
    text += fmt::format(
        "<line class=\"grid\" x1=\"{1:.1f}\" y1=\"{0:.1f}\" x2=\"{2:.1f}\" y2=\"{0:.1f}\"/>\n"
        "<text x=\"{3:.1f}\" y=\"{4:.1f}\" text-anchor=\"end\">{5}</text>\n",
        y, at.left, at.right, at.left - 8, y + 4, short_tick_text(tick));
  }
  return text + fmt::format(
                    "<text transform=\"translate(18 {:.1f}) rotate(-90)\" "
                    "text-anchor=\"middle\">{}</text>\n",
                    (at.top + at.bottom) / 2, escaped_xml(plot.y_label));
}

std::string polyline(const std::vector<std::pair<double, double>>& points, const Axis& x,
                     const Axis& y, const char* classes) {
  std::string path;
  for (const auto& [at, value] : points)
    path +=
        fmt::format("{}{:.1f},{:.1f}", path.empty() ? "" : " ", x.position(at), y.position(value));
  return fmt::format("<polyline class=\"{}\" points=\"{}\"/>\n", classes, path);
}

std::string whisker(double x, double low, double high) {
  return fmt::format(
      "<path class=\"whisker\" d=\"M{0:.1f},{2:.1f}V{3:.1f}M{1:.1f},{2:.1f}h8M{1:.1f},{3:.1f}h8\"/>"
      "\n",
      x, x - 4, low, high);
}

// Which of the styles that a colour has: of its line and of its marks.
size_t style_of(size_t index) { return index / kColours.size() % kStyles; }

// Circles, squares and diamonds in turn.
std::string mark(size_t index, double x, double y) {
  if (style_of(index) == 0)
    return fmt::format("<circle class=\"mark\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"3.5\"/>\n", x, y);
  const char* shape = style_of(index) == 1 ? "h7v7h-7z" : "l5,5l-5,5l-5,-5z";
  const double dx = style_of(index) == 1 ? 3.5 : 0;
  return fmt::format("<path class=\"mark\" d=\"M{:.1f},{:.1f}{}\"/>\n", x - dx,
                     y - (dx > 0 ? 3.5 : 5), shape);
}

std::vector<PlotPoint> drawable_points(const PlotSeries& series) {
  std::vector<PlotPoint> points;
  for (size_t i = 0; i < series.points.size(); i += drawn_step(series.points.size())) {
    PlotPoint point = series.points[i];
    if (!drawable(point.x) || !drawable(point.y)) continue;
    if (!point.low || !point.high || !drawable(*point.low) || !drawable(*point.high))
      point.low.reset(), point.high.reset();
    points.push_back(point);
  }
  return points;
}

std::vector<std::pair<double, double>> drawable_curve(const PlotSeries& series) {
  std::vector<std::pair<double, double>> curve;
  for (size_t i = 0; i < series.curve.size(); i += drawn_step(series.curve.size()))
    if (const auto& at = series.curve[i]; drawable(at.first) && drawable(at.second))
      curve.push_back(at);
  return curve;
}

// Names stand beside the ends of their lines, moved apart where they would overlap.
std::vector<double> label_positions(const std::vector<double>& wanted, const Layout& at) {
  const double height = std::min(
      kLabelHeight, (at.bottom - at.top) / static_cast<double>(std::max<size_t>(wanted.size(), 1)));
  std::vector<size_t> order(wanted.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::stable_sort(order, {}, [&](size_t i) { return wanted[i]; });
  std::vector<double> placed = wanted;
  for (size_t i = 1; i < order.size(); ++i)
    placed[order[i]] = std::max(placed[order[i]], placed[order[i - 1]] + height);
  double lowest = at.bottom;
  for (size_t i = order.size(); i-- > 0; lowest -= height)
    placed[order[i]] = std::min(placed[order[i]], lowest);
  return placed;
}

std::string series_marks(size_t index, const PlotSeries& series, const Axis& x, const Axis& y) {
  const auto points = drawable_points(series);
  const auto curve = drawable_curve(series);
  std::string text;
  if (!curve.empty()) {
    text += polyline(curve, x, y, "line curve");
  } else {
    std::vector<std::pair<double, double>> joined;
    for (const PlotPoint& point : points) joined.emplace_back(point.x, point.y);
    text += polyline(joined, x, y, "line");
  }
  for (const PlotPoint& point : points) {
    const double at = x.position(point.x);
    if (point.low) text += whisker(at, y.position(*point.low), y.position(*point.high));
    text += mark(index, at, y.position(point.y));
  }
  return text;
}

// `end`: of its line.
std::string name_beside(const PlotSeries& series, size_t index, std::pair<double, double> end,
                        double label, const Layout& at) {
  return fmt::format(
             "<path class=\"whisker\" stroke-opacity=\"0.5\" "
             "d=\"M{:.1f},{:.1f}L{:.1f},{:.1f}\"/>\n",
             end.first + 6, end.second, at.right + 10, label) +
         mark(index, at.right + 14, label) +
         fmt::format("<text class=\"name\" x=\"{:.1f}\" y=\"{:.1f}\">{}</text>\n", at.right + 22,
                     label + 4, escaped_xml(shortened(series.name, kLongestLabel)));
}

std::string name_below(const PlotSeries& series, size_t index, size_t row, const Layout& at) {
  const double y = at.bottom + kFirstName + kNameHeight * static_cast<double>(row);
  return mark(index, at.left + 4, y - 4) +
         fmt::format("<text class=\"name\" x=\"{:.1f}\" y=\"{:.1f}\">{}</text>\n", at.left + 16, y,
                     escaped_xml(shortened(series.name, kLongestLabel)));
}

std::string drawn_series(const Plot& plot, const Axis& x, const Axis& y, const Layout& at) {
  std::vector<size_t> drawn;
  std::vector<double> ends;
  for (size_t i = 0; i < plot.series.size(); ++i) {
    const auto points = drawable_points(plot.series[i]);
    if (points.empty()) continue;
    drawn.push_back(i);
    ends.push_back(y.position(points.back().y));
  }
  const std::vector<double> labels = label_positions(ends, at);
  std::string text;
  for (size_t i = 0; i < drawn.size(); ++i) {
    const PlotSeries& series = plot.series[drawn[i]];
    const double end = x.position(drawable_points(series).back().x);
    text += fmt::format("<g class=\"s{} d{}{}\"><title>{}</title>\n", drawn[i] % kColours.size(),
                        style_of(drawn[i]), drawn.size() > kMostLargeLabels ? " many" : "",
                        escaped_xml(series.name));
    text += series_marks(drawn[i], series, x, y);
    text += at.names_below ? name_below(series, drawn[i], i, at)
                           : name_beside(series, drawn[i], {end, ends[i]}, labels[i], at);
    text += "</g>\n";
  }
  if (drawn.empty())
    text += fmt::format(
        "<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">unavailable: no "
        "figures</text>\n",
        (at.left + at.right) / 2, (at.top + at.bottom) / 2);
  return text;
}

}  // namespace

bool plottable(double value) { return std::abs(value) <= kMost; }

size_t drawn_step(size_t values) { return values / kMostMarks + 1; }

std::string tick_text(double value, double step) {
  const double decimals = std::max(0.0, std::ceil(-std::log10(step) - 1e-9));
  if (decimals <= kMostTickDecimals && std::abs(value) <= kMost)
    return format_count(value, static_cast<int>(decimals));
  return fmt::format("{:.8g}", value);
}

std::vector<double> round_ticks(double low, double high, int count) {
  const auto bounded = [](double end) {
    return std::isnan(end) ? 0 : std::clamp(end, -kMostTick, kMostTick);
  };
  low = bounded(low);
  high = std::max(low, bounded(high));
  // Steps that are lost in the rounding of the values would never arrive at `high`.
  const double magnitude = std::max(std::abs(low), std::abs(high));
  const double raw =
      std::max({high - low, magnitude * kLeastRange, 1e-300}) / std::max(count - 1, 1);
  const double power = std::pow(10, std::floor(std::log10(raw)));
  const double times = raw / power;
  const double step = power * (times <= 1 ? 1 : times <= 2 ? 2 : times <= 5 ? 5 : 10);
  const double first = std::floor(low / step);
  const double last = std::max(std::ceil(high / step), first + 1);
  std::vector<double> ticks;
  for (double i = first; i <= last; ++i) ticks.push_back(i * step);
  return ticks;
}

std::string svg(const Plot& plot, PlotWidth width) {
  Layout at;
  if (width == PlotWidth::kTelephone) {
    at = kTelephone;
    at.height = at.bottom + kFirstName + kNameHeight * static_cast<double>(plot.series.size());
  }
  std::vector<double> xs, ys;
  for (const PlotSeries& series : plot.series) {
    for (const PlotPoint& point : drawable_points(series)) {
      xs.push_back(point.x);
      ys.push_back(point.y);
      if (point.low) ys.insert(ys.end(), {*point.low, *point.high});
    }
    for (const auto& [along, value] : drawable_curve(series)) {
      xs.push_back(along);
      ys.push_back(value);
    }
  }
  const Axis x = axis_of(plot.x_scale, xs, at.left, at.right);
  const Axis y = axis_of(plot.y_scale, ys, at.bottom, at.top);
  return fmt::format(
             "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" "
             "width=\"{0}\" height=\"{1}\" role=\"img\" aria-labelledby=\"title desc\">\n"
             "<title id=\"title\">{2}</title>\n<desc id=\"desc\">{3}</desc>\n",
             at.width, at.height, escaped_xml(plot.title), escaped_xml(plot.description)) +
         style() +
         fmt::format("<rect class=\"page\" width=\"{}\" height=\"{}\"/>\n", at.width, at.height) +
         (at.names_below ? ""
                         : fmt::format("<text class=\"title\" x=\"{:.1f}\" y=\"24\">{}</text>\n",
                                       at.left, escaped_xml(plot.title))) +
         x_axis(plot, x, at) + y_axis(plot, y, at) + drawn_series(plot, x, y, at) + "</svg>\n";
}

}  // namespace winnow::reports
