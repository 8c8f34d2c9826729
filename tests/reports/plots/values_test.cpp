#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "reports/comparison/comparison.h"
#include "reports/pages/html_plots.h"
#include "reports/pages/html_timeline.h"
#include "reports/pages/ledger_svg.h"
#include "reports/plots/bars.h"
#include "reports/plots/flame_svg.h"
#include "reports/plots/lines.h"
#include "reports/plots/paired_stacks.h"
#include "reports/plots/strips.h"
#include "reports/sweep/plots.h"
#include "reports/sweep/sweep_report.h"
#include "tests/catch.h"
#include "tests/reports/pages/html_reader.h"
#include "tests/reports/samples/samples.h"
#include "tests/reports/samples/sweep_samples.h"
#include "tests/text.h"

// Every plot with every kind of figure that a recording may hold.
namespace winnow::reports {

namespace {

using Values = std::vector<double>;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr size_t kMany = 100'000;

struct NamedValues {
  std::string name;
  Values values;
};

std::vector<NamedValues> kinds_of_values() {
  Values many, many_equal(kMany, 0.25);
  for (size_t i = 0; i < kMany; ++i) many.push_back(static_cast<double>(i % 977) / 7 + 1);
  return {{"none", {}},
          {"one", {0.25}},
          {"zero", {0}},
          {"all equal", {0.25, 0.25, 0.25}},
          {"all zero", {0, 0}},
          {"equal but for the last bit", {1, std::nextafter(1, 2)}},
          {"subnormal", {5e-324, 1e-310}},
          {"infinite", {kInfinity, -kInfinity}},
          {"some infinite", {1, kInfinity, 2}},
          {"no number", {std::nan(""), 1}},
          {"1e308", {1e308, 1e308}},
          {"from -1e308 to 1e308", {-1e308, 1, 1e308}},
          {"the largest that are drawn", {1e15, 1e15, -1e15}},
          {"negative", {-1, -2, -3}},
          {"from 1e-300 to 1e300", {1e-300, 1, 1e300}},
          {"100,000", std::move(many)},
          {"100,000 equal", std::move(many_equal)}};
}

// Every number within tags is one that a picture can have; neither there nor in texts stands one
// that is none.
std::string fault_of_numbers(const std::string& drawn) {
  bool in_tag = false;
  for (size_t i = 0; i < drawn.size(); ++i) {
    const char c = drawn[i];
    if (c == '<' || c == '>') in_tag = c == '<';
    const bool starts =
        i == 0 || !(std::isalnum(static_cast<unsigned char>(drawn[i - 1])) || drawn[i - 1] == '.');
    if (!starts) continue;
    if (c == 'n' || c == 'i')
      for (const char* word : {"nan", "inf"})
        if (drawn.compare(i, 3, word) == 0 &&
            !std::isalpha(static_cast<unsigned char>(drawn[i + 3])))
          return drawn.substr(i < 60 ? 0 : i - 60, 80);
    if (!in_tag || !std::isdigit(static_cast<unsigned char>(c))) continue;
    if (std::strtod(drawn.c_str() + i, nullptr) > 1e7) return drawn.substr(i < 60 ? 0 : i - 60, 80);
  }
  return "";
}

Plot line_plot(const Values& values, Scale scale, double PlotPoint::*which) {
  Plot plot;
  plot.x_scale = plot.y_scale = scale;
  PlotSeries series{"series", {}};
  for (const double value : values) {
    PlotPoint point{1, 1, std::nullopt, std::nullopt};
    point.*which = value;
    series.points.push_back(point);
  }
  plot.series.push_back(std::move(series));
  return plot;
}

std::string whiskers(const Values& values) {
  Plot plot = line_plot(Values(values.size(), 2), Scale::kLinear, &PlotPoint::y);
  for (size_t i = 0; i < values.size(); ++i) {
    plot.series[0].points[i].low = values[i];
    plot.series[0].points[i].high = values[values.size() - 1 - i];
  }
  return svg(plot);
}

std::string curves(const Values& values) {
  Plot plot = line_plot({1}, Scale::kLinear, &PlotPoint::y);
  for (const double value : values) plot.series[0].curve.emplace_back(value, value);
  return svg(plot);
}

std::string many_series(const Values& values) {
  Plot plot;
  for (const double value : values) plot.series.push_back({"series", {{1, value, {}, {}}}});
  return svg(plot);
}

std::string strips_of_dots(const Values& values) {
  StripPlot plot;
  plot.rows = {{"small", "", 0, values, {}}, {"large", "", 1, {}, values}};
  return html_figure(plot);
}

std::string strips_of_intervals(const Values& values) {
  StripPlot plot;
  for (const double value : values) {
    StripRow row;
    row.middle = value;
    row.low = -value;
    row.high = value;
    plot.rows.push_back(row);
  }
  return html_figure(plot);
}

std::string strips_of_ratios(const Values& values) {
  StripPlot plot;
  plot.logarithmic = true;
  plot.reference = 1;
  plot.rows = {{"small", "", 0, values, {}}, {"large", "", 1, {}, values}};
  return html_figure(plot);
}

std::string strips_with_reference(const Values& values) {
  std::string text;
  for (size_t i = 0; i < std::min<size_t>(values.size(), 5); ++i) {
    StripPlot plot;
    plot.id = "strip" + std::to_string(i);
    plot.reference = values[i];
    plot.band = values[values.size() - 1 - i];
    plot.rows = {{"row", "", 0, {1}, {}}};
    text += html_figure(plot);
  }
  return text;
}

std::string many_bars(const Values& values) {
  StackedBars bars;
  bars.bars.assign(values.size(), "bar");
  bars.stacks = {{"one", Tone::kBlue, values}, {"two", Tone::kBlue, values}};
  return svg(bars);
}

std::string many_stacks(const Values& values) {
  StackedBars bars;
  bars.bars = {"bar"};
  for (const double value : values) bars.stacks.push_back({"stack", Tone::kRed, {value}});
  return svg(bars);
}

profiles::Stacks stacks_of(const Values& values, double period_s) {
  profiles::Stacks stacks;
  stacks.iterations = 1;
  stacks.period_s = period_s;
  for (size_t i = 0; i < values.size(); ++i) {
    stacks.frames.push_back({"function_" + std::to_string(i), "", "compute"});
    profiles::Stack stack{{static_cast<int>(i)}};
    // Whole numbers: as far as the type reaches.
    const double whole = std::clamp(values[i], -9e18, 9e18);
    stack.samples = stack.bytes = std::isnan(whole) ? 0 : static_cast<int64_t>(whole);
    stacks.stacks.push_back(std::move(stack));
  }
  return stacks;
}

std::string flames(const Values& values, double period_s, FlameWeight weight, bool two,
                   const std::string& id = "flame") {
  FlameFigure figure;
  figure.id = id;
  figure.weight = weight;
  FlameScale scale;
  scale.weight = weight;
  const profiles::Stacks first = stacks_of(values, period_s);
  if (!two) return html_figure(figure, flame_tree(scale, first));
  figure.second = "second";
  const PairedStacks paired =
      paired_stacks(weight, first, stacks_of({values.rbegin(), values.rend()}, period_s));
  return html_figure(figure, flame_tree(scale, paired.first, &paired.second));
}

// Each value is the period.
std::string flames_by_period(const Values& values) {
  std::string text;
  for (size_t i = 0; i < std::min<size_t>(values.size(), 5); ++i)
    text +=
        flames({1, 2}, values[i], FlameWeight::kSeconds, i % 2 == 1, "flame" + std::to_string(i));
  return text;
}

// A thread for each value, whose end it is; all begin at once.
std::string timeline(const Values& values) {
  Report report;
  report.variants = {"variant"};
  PagePictures pictures;
  pictures.variants.emplace_back();
  profiles::Timeline& timeline = pictures.variants[0].timeline.data.emplace();
  constexpr double kLongest_ns = 4e15;  // as far as a recording's timeline may reach
  timeline.end_ns = 1;
  for (const double value : values) {
    const double end_ns = std::isnan(value) ? 0 : std::clamp(value * 1000, 0.0, kLongest_ns);
    profiles::TimelineLane lane;
    lane.thread = "thread";
    lane.events = {{0, profiles::ThreadState::kComputing},
                   {static_cast<int64_t>(end_ns), profiles::ThreadState::kEnded}};
    timeline.end_ns = std::max(timeline.end_ns, lane.events[1].begin_ns);
    timeline.lanes.push_back(std::move(lane));
  }
  timeline.iteration_begin_ns = {0};
  return timeline_section(report, pictures);
}

Report sample_report() {
  static const Report report = make_report(realistic_recording());
  return report;
}

std::string ledger(const Values& values) {
  Report report = sample_report();
  for (LedgerLine& line : report.ledger.lines)
    for (size_t i = 0; i < line.amounts.size(); ++i)
      line.amounts[i].core_s = values.empty() ? 0 : values[i % values.size()];
  return ledger_svg(report.ledger);
}

std::string page_plots(const Values& values) {
  Report report = sample_report();
  for (size_t i = 0; i < report.timings.size(); ++i) {
    Timing& timing = report.timings[i];
    timing.blocks_s = {values, {}};
    timing.blocks_items_per_s = values;
    std::optional<double> value;
    if (!values.empty()) value = values[i % values.size()];
    timing.median_s = timing.items_per_s = timing.items_per_s_low = timing.items_per_s_high = value;
    Pairs& pairs = report.pairs[i];
    pairs.ratio = pairs.low = pairs.high = value;
    report.noise.wall_effect = value;
    report.noise.wall.ratio = report.noise.wall.low = report.noise.wall.high = value;
  }
  return speed_figure(report) + throughput_figure(report) + latency_figure(report);
}

std::string sweep_plots_of(const Values& values) {
  SweepReport report = make_sweep_report(realistic_sweep());
  const auto fill = [&](std::vector<Estimate>& estimates) {
    for (size_t i = 0; i < estimates.size(); ++i) {
      Estimate& estimate = estimates[i];
      estimate.value.reset();
      if (!values.empty()) estimate.value = values[i % values.size()];
      estimate.low = estimate.high = estimate.value;
    }
  };
  const auto fill_grid = [&](SweepGrid& grid) {
    for (SweepLine& line : grid.lines) {
      fill(line.throughput);
      fill(line.latency_ms);
    }
  };
  for (MixAnswer& mix : report.mixes) fill_grid(mix.grid);
  for (Scaling& scaling : report.scaling) {
    fill_grid(scaling.grid);
    for (auto& line : scaling.lines)
      if (line.usl && !values.empty()) {
        line.usl->one_thread = values.front();
        line.usl->sigma.value = line.usl->kappa.value = values.back();
      }
  }
  std::string text;
  for (const SvgFile& file : sweep_plots(report)) text += file.text;
  return text;
}

struct NamedPlot {
  std::string name;
  std::function<std::string(const Values&)> draw;
  bool html = false;         // markup whose faults are looked for
  size_t bytes_a_value = 0;  // that a value may add; 0: a picture has a bound, however many come
};

std::vector<NamedPlot> all_plots() {
  const auto line = [](Scale scale, double PlotPoint::*which) {
    return [=](const Values& values) { return svg(line_plot(values, scale, which)); };
  };
  const auto flame = [](FlameWeight weight, bool two) {
    return [=](const Values& values) {
      return flames(values, weight == FlameWeight::kSeconds ? 0.01 : 0, weight, two);
    };
  };
  return {
      {"lines by y", line(Scale::kLinear, &PlotPoint::y)},
      {"lines by x", line(Scale::kLinear, &PlotPoint::x)},
      {"lines by y, logarithmic", line(Scale::kLog2, &PlotPoint::y)},
      {"lines by x, logarithmic", line(Scale::kLog2, &PlotPoint::x)},
      {"lines on a telephone",
       [](const Values& values) {
         return svg(line_plot(values, Scale::kLinear, &PlotPoint::y), PlotWidth::kTelephone);
       }},
      {"whiskers", whiskers},
      {"curves", curves},
      {"a line each", many_series, false, 800},
      {"strips of dots", strips_of_dots, true},
      {"strips of intervals", strips_of_intervals, false, 1500},
      {"strips of ratios", strips_of_ratios, true},
      {"strips with a reference", strips_with_reference, true},
      {"bars", many_bars, false, 800},
      {"stacks", many_stacks, false, 800},
      {"flames of seconds", flame(FlameWeight::kSeconds, false), true},
      {"flames of bytes", flame(FlameWeight::kBytes, false), true},
      {"flames of seconds, compared", flame(FlameWeight::kSeconds, true), true},
      {"flames of bytes, compared", flame(FlameWeight::kBytes, true), true},
      {"flames by period", flames_by_period, true},
      {"timeline", timeline, true},
      {"ledger", ledger},
      {"the page's plots", page_plots, true},
      {"a sweep's plots", sweep_plots_of},
  };
}

}  // namespace

TEST_CASE("every plot draws every kind of figures, in bounds", "[plot_values]") {
  const std::vector<NamedValues> kinds = kinds_of_values();
  for (const NamedPlot& plot : all_plots())
    for (const NamedValues& kind : kinds) {
      CAPTURE(plot.name, kind.name);
      const std::string drawn = plot.draw(kind.values);
      CHECK(fault_of_numbers(drawn) == "");
      CHECK(drawn.size() < 3'000'000 + plot.bytes_a_value * kind.values.size());
      if (plot.html) CHECK(markup_faults(drawn).empty());
    }
}

TEST_CASE("the check of a picture's numbers finds planted faults", "[plot_values]") {
  CHECK(fault_of_numbers("<circle cx=\"12.5%\"/>text 1e9") == "");
  CHECK(fault_of_numbers("<circle cx=\"-nan%\"/>") != "");
  CHECK(fault_of_numbers("<text>inf</text>") != "");
  CHECK(fault_of_numbers("<circle cx=\"-12345678.0\"/>") != "");
  CHECK(fault_of_numbers("<text>information, nanoseconds</text>") == "");
}

TEST_CASE("equal values stand in the middle of an axis of which no two ticks read alike",
          "[plot_values]") {
  StripPlot plot;
  plot.rows = {{"row", "", 0, {0.25, 0.25}, {}}};
  const std::string drawn = html_figure(plot);
  CHECK(has(drawn, "cx=\"50.00%\""));
  for (const double value : {1.0, 0.25, 1e-12, 4e14, -3.0})
    for (const double high : {value, value + std::abs(value) * 1e-9, value + std::abs(value)}) {
      CAPTURE(value, high);
      const std::vector<double> ticks = round_ticks(value, high, 5);
      std::vector<std::string> texts;
      for (const double tick : ticks) texts.push_back(tick_text(tick, ticks[1] - ticks[0]));
      CHECK(std::ranges::adjacent_find(texts) == texts.end());
    }
}

TEST_CASE("on a logarithmic axis half and twice as much lie equally far from one",
          "[plot_values]") {
  StripPlot plot;
  plot.logarithmic = true;
  plot.reference = 1;
  plot.rows = {{"row", "", 0, {0.5, 2, 0, -1}, {1}}};
  const std::string drawn = html_figure(plot);
  CHECK(has(drawn, "class=\"small\" cx=\"2.00%\""));
  CHECK(has(drawn, "class=\"small\" cx=\"98.00%\""));
  CHECK(has(drawn, "class=\"large\" cx=\"50.00%\""));
  CHECK(has(drawn, "class=\"reference\" x1=\"50.00%\""));
  CHECK_FALSE(has(drawn, "inf"));
  struct Case {
    double low, high;
    std::vector<std::string> ticks;
  };
  for (const Case& each : std::vector<Case>{{0.87, 1.6, {"1.0", "1.2", "1.4", "1.6"}},
                                            {0.9, 2.6, {"1", "1.5", "2"}},
                                            {0.4, 30, {"0.5", "1", "2", "5", "10", "20"}},
                                            {1, 9600, {"1", "10", "100", "1,000"}}}) {
    plot.rows = {{"row", "", 0, {each.low, each.high}, {}}};
    const std::string figure = html_figure(plot);
    CAPTURE(figure);
    size_t at = 0;
    for (const std::string& tick : each.ticks) {
      at = figure.find(">" + tick + "</text>", at);
      CHECK(at != std::string::npos);
    }
    size_t lines = 0;
    for (size_t grid = 0; (grid = figure.find("class=\"grid\"", grid)) != std::string::npos; ++grid)
      ++lines;
    CHECK(lines == each.ticks.size());
  }
}

TEST_CASE("threads beyond those that a picture has room for are counted, not drawn",
          "[plot_values]") {
  CHECK(has(timeline(Values(kMany, 1)), "; 64 of 100000 lanes are shown"));
}

}  // namespace winnow::reports
