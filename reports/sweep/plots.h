#pragma once

#include <string>

namespace winnow::reports {

// File names of the plots, beside the Markdown: by position, for names of mixes may be anything.
std::string throughput_plot_name(size_t mix);
std::string latency_plot_name(size_t mix);
std::string scaling_plot_name(size_t scaling);

}  // namespace winnow::reports
