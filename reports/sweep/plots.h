#pragma once

#include <string>
#include <vector>

#include "reports/plots/lines.h"
#include "reports/sweep/report.h"

namespace winnow::reports {

// File names of the plots, beside the Markdown: by position, for names of mixes may be anything.
std::string throughput_plot_name(size_t mix);
std::string latency_plot_name(size_t mix);
std::string scaling_plot_name(size_t scaling);

// The plots that the Markdown shows, to be written beside it.
struct SvgFile {
  std::string name, text;
};
std::vector<SvgFile> sweep_plots(const SweepReport& report, PlotWidth width = PlotWidth::kPage);

}  // namespace winnow::reports
