#include "reports/sweep/plots.h"

#include <fmt/format.h>

#include "reports/plots/lines.h"
#include "reports/statistics/usl.h"
#include "reports/sweep/words.h"

namespace winnow::reports {

namespace {

constexpr int kCurvePoints = 48;

std::vector<PlotPoint> points_of(const std::vector<int>& xs, const std::vector<Estimate>& figures) {
  std::vector<PlotPoint> points;
  for (size_t i = 0; i < xs.size(); ++i)
    if (figures[i].value && plottable(*figures[i].value))
      points.push_back(
          {static_cast<double>(xs[i]), *figures[i].value, figures[i].low, figures[i].high});
  return points;
}

// What a screen reader says: each line's first and last figure.
std::string description(const Plot& plot) {
  std::string text = fmt::format("{} against {}.", plot.y_label, plot.x_label);
  for (const PlotSeries& series : plot.series) {
    if (series.points.empty()) continue;
    const PlotPoint &first = series.points.front(), &last = series.points.back();
    text += fmt::format(" {}: {:.4g} at {}, {:.4g} at {}.", series.name, first.y, first.x, last.y,
                        last.x);
  }
  return text;
}

Plot grid_plot(const SweepGrid& grid, std::vector<Estimate> SweepLine::*figures) {
  Plot plot;
  for (const SweepLine& line : grid.lines)
    plot.series.push_back({line.variant, points_of(grid.points, line.*figures)});
  return plot;
}

std::string plot_title(const std::string& figure, const MixAnswer& mix, const SweepWords& words) {
  std::string title = fmt::format("{} by {}: {}", figure, words.parameters, words.mix(mix.mix));
  const bool told = words.threads && mix.grid.batch == 0;
  return told ? title + ", " + count_of(mix.grid.threads, "thread") : title;
}

SvgFile throughput_plot(const MixAnswer& mix, const SweepWords& words, size_t index,
                        PlotWidth width) {
  Plot plot = grid_plot(mix.grid, &SweepLine::throughput);
  plot.title = plot_title("Throughput", mix, words);
  plot.x_label = words.parameter_label;
  plot.y_label = words.rate;
  plot.x_scale = Scale::kLog2;
  plot.description = description(plot);
  return {throughput_plot_name(index), svg(plot, width)};
}

SvgFile latency_plot(const MixAnswer& mix, const SweepWords& words, size_t index, PlotWidth width) {
  Plot plot = grid_plot(mix.grid, &SweepLine::latency_ms);
  plot.title = plot_title(words.time, mix, words);
  plot.x_label = words.parameter_label;
  plot.y_label = words.time_unit;
  plot.x_scale = plot.y_scale = Scale::kLog2;
  plot.description = description(plot);
  return {latency_plot_name(index), svg(plot, width)};
}

SvgFile scaling_plot(const Scaling& scaling, const SweepWords& words, size_t index,
                     PlotWidth width) {
  Plot plot = grid_plot(scaling.grid, &SweepLine::throughput);
  const double most = scaling.grid.points.empty() ? 1 : scaling.grid.points.back();
  for (size_t variant = 0; variant < scaling.lines.size(); ++variant) {
    if (!scaling.lines[variant].usl) continue;
    const UslFit& fit = *scaling.lines[variant].usl;
    for (int i = 0; i <= kCurvePoints; ++i) {
      const double threads = 1 + (most - 1) * i / kCurvePoints;
      plot.series[variant].curve.emplace_back(
          threads, fit.one_thread * usl_speedup(*fit.sigma.value, *fit.kappa.value, threads));
    }
  }
  plot.title = fmt::format("Throughput by threads: {} (dashed: fitted law)",
                           scaling_title(scaling.grid, words));
  plot.x_label = "threads";
  plot.y_label = words.rate;
  plot.description = description(plot);
  return {scaling_plot_name(index), svg(plot, width)};
}

}  // namespace

std::string throughput_plot_name(size_t mix) { return fmt::format("throughput_{}.svg", mix + 1); }
std::string latency_plot_name(size_t mix) { return fmt::format("latency_{}.svg", mix + 1); }
std::string scaling_plot_name(size_t scaling) { return fmt::format("scaling_{}.svg", scaling + 1); }

std::vector<SvgFile> sweep_plots(const SweepReport& report, PlotWidth width) {
  std::vector<SvgFile> files;
  for (size_t i = 0; i < report.mixes.size(); ++i) {
    if (report.mixes[i].grid.points.empty()) continue;
    files.push_back(throughput_plot(report.mixes[i], report.words, i, width));
    files.push_back(latency_plot(report.mixes[i], report.words, i, width));
  }
  for (size_t i = 0; i < report.scaling.size(); ++i)
    files.push_back(scaling_plot(report.scaling[i], report.words, i, width));
  return files;
}

}  // namespace winnow::reports
