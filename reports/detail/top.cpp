#include "reports/detail/top.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "reports/detail/listings.h"
#include "reports/figures/format.h"
#include "reports/markup/svg.h"
#include "reports/recorded/words.h"

namespace winnow::reports {

using profiles::Function;

namespace {

constexpr size_t kBar = 20;
constexpr size_t kFigures = 52;  // columns before the name
constexpr size_t kShortestName = 20;

const char* colour_of(const std::string& category) {
  if (category == "compute") return "\x1b[32m";
  if (category == "scheduler") return "\x1b[31m";
  if (category == "memory") return "\x1b[33m";
  return "\x1b[36m";
}

std::string bar(double share, double largest) {
  const auto filled = static_cast<size_t>(
      std::clamp<long>(std::lround(share / largest * kBar), 0, static_cast<long>(kBar)));
  std::string text;
  for (size_t i = 0; i < kBar; ++i) text += i < filled ? "█" : " ";
  return text;
}

}  // namespace

std::string top(const Measured& arms, const Report& report, size_t variant,
                const TopOptions& options) {
  const auto& cpu = arms[variant].cpu();
  const std::string title = base::printable(report.variants[variant]);
  if (!cpu || !cpu->samples || *cpu->samples <= 0)
    return cpu ? title + ": unavailable: no samples were counted\n"
               : base::printable(arms[variant].unavailable(Pass::cpu)) + "\n";
  const auto whole = static_cast<double>(*cpu->samples);
  std::string text =
      fmt::format("{}: {} CPU samples over {}\n", title, format_count(whole),
                  base::printable(count_of(cpu->iterations, report.words.iteration)));
  const size_t width = std::max(options.columns, kFigures + kShortestName) - kFigures;
  double largest = 0;
  size_t shown = 0;
  for (const Function& function : cpu->functions) {
    const auto count = static_cast<double>(function.flat_samples.value_or(0));
    if (count <= 0 || shown++ == options.functions) break;
    const Share share = share_of(count, whole);
    largest = std::max(largest, share.share);
    const std::string painted = bar(share.share, largest);
    text += fmt::format("{:>8} {:>17} {}{}{} {}\n", format_share(share.share),
                        fmt::format("{:.1f} to {:.1f}%", share.low * 100, share.high * 100),
                        options.colour ? colour_of(function.category) : "", painted,
                        options.colour ? "\x1b[0m" : "", shortened(function.name, width));
  }
  return text;
}

}  // namespace winnow::reports
