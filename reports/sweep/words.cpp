#include "reports/sweep/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "reports/figures/format.h"

namespace winnow::reports {

std::string sweep_number(double value) {
  if (value == 0) return "0";
  const int digits = 3 - static_cast<int>(std::floor(std::log10(std::abs(value))));
  return format_count(value, std::clamp(digits, 0, 6));
}

std::string sweep_percent(double share) { return format_percent(share * 100); }

std::string estimate_text(const Estimate& estimate, std::string (*format)(double)) {
  if (!estimate.value) return "unavailable";
  if (!estimate.low || !estimate.high) return "~" + format(*estimate.value);
  return fmt::format("{} [{}, {}]", format(*estimate.value), format(*estimate.low),
                     format(*estimate.high));
}

void Holes::note(const Estimate& estimate, const std::string& where) {
  if (!estimate.value) add(where, estimate.reason);
}

void Holes::add(const std::string& where, const std::string& reason) {
  const auto [place, is_new] = places_.emplace(reason, reasons_.size());
  if (is_new) reasons_.emplace_back(reason, "");
  std::string& places = reasons_[place->second].second;
  places += (places.empty() ? "" : "; ") + where;
}

std::vector<std::string> Holes::lines() const {
  std::vector<std::string> lines;
  for (const auto& [reason, places] : reasons_)
    lines.push_back(fmt::format("{}: unavailable: {}", places, reason));
  return lines;
}

bool compared(const Choice& choice) { return !choice.best.empty(); }

std::string margin_text(const Choice& choice) {
  if (!compared(choice)) return "unavailable";
  return estimate_text(choice.margin, format_ratio) + " of " + choice.second;
}

std::vector<std::string> choice_columns(const SweepWords& words) {
  return {words.parameter_title, "Fastest " + words.variant, "By how much (throughput)",
          "Its throughput (" + words.rate + ")", "Pairs"};
}

std::vector<std::string> choice_remarks(const std::vector<Choice>& choices,
                                        const SweepWords& words) {
  std::vector<std::string> remarks;
  std::map<std::string, std::string> open;  // reasons, and where
  for (const Choice& choice : choices) {
    if (!compared(choice)) continue;
    if (!choice.clear) {
      std::string& where = open[choice.reason];
      where += fmt::format("{} {}", where.empty() ? words.parameter : ",", choice.batch);
    }
    if (!choice.left_out.empty())
      remarks.push_back(fmt::format("{} {}: without {}, which has no figure there", words.parameter,
                                    choice.batch, fmt::join(choice.left_out, ", ")));
  }
  for (const auto& [reason, where] : open)
    remarks.push_back(fmt::format("~ at {}: {}", where, reason));
  return remarks;
}

std::string peak_text(const UslFit& fit) {
  return fit.peak_threads ? sweep_number(*fit.peak_threads) + " threads" : "no limit (kappa is 0)";
}

std::string fastest_text(const Choice& choice) {
  if (!compared(choice)) return "unavailable: " + choice.reason;
  return fmt::format("{} ({})", choice.best, choice.clear ? "clear" : choice.reason);
}

std::string recommendation_title(const MixAnswer& mix, const SweepWords& words) {
  std::string title = "Recommendation: " + words.mix(mix.mix);
  if (words.threads && mix.grid.batch == 0) title += ", " + count_of(mix.grid.threads, "thread");
  return title;
}

std::string scaling_title(const SweepGrid& grid, const SweepWords& words) {
  if (words.parameter == "threads") return words.mix(grid.mix);
  return fmt::format("{}, {} {}", words.mix(grid.mix), words.parameter, grid.batch);
}

std::string no_scaling(const SweepWords& words) {
  return words.programs ? "unavailable: no program was measured at two thread counts"
                        : "unavailable: no mix and batch size was measured at two thread counts";
}

std::string sweep_legend() {
  return "Figures are medians over fresh processes, in brackets their 95% intervals; ~ marks a "
         "figure with too few blocks for an interval, or a choice that noise does not allow. Each "
         "interval holds by itself: of twenty equal pairs one may look different.";
}

}  // namespace winnow::reports
