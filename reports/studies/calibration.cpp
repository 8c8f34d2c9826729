#include "reports/studies/calibration.h"

#include <fmt/format.h>

#include <cmath>

#include "base/error.h"
#include "reports/blocks/block_times.h"
#include "reports/blocks/same_work.h"
#include "reports/figures/format.h"
#include "reports/markup/markdown.h"
#include "reports/recorded/words.h"
#include "reports/statistics/median.h"
#include "reports/statistics/paired_ratio.h"
#include "reports/statistics/significance.h"

namespace winnow::reports {

using profiles::Recording;

namespace {

constexpr double kEffects[] = {0.01, 0.02, 0.05, 0.10};
constexpr double kSpikeMads = 5;        // median absolute deviations, scaled to a sigma
constexpr double kMadToSigma = 1.4826;  // of a normal distribution
constexpr size_t kFewestForDrift = 6;

int count_spikes(const std::map<int, double>& seconds) {
  std::vector<double> logs, distances;
  for (const auto& [index, value] : seconds) logs.push_back(std::log(value));
  if (logs.empty()) return 0;
  const double middle = median(logs);
  for (double log : logs) distances.push_back(std::abs(log - middle));
  const double limit = middle + kSpikeMads * kMadToSigma * median(std::move(distances));
  int spikes = 0;
  for (double log : logs) spikes += log > limit ? 1 : 0;
  return spikes;
}

// `rounds`: logarithms of the rounds' times, in order.
std::optional<double> drift_of(const std::vector<double>& rounds) {
  if (rounds.size() < kFewestForDrift) return std::nullopt;
  const auto third = static_cast<std::ptrdiff_t>(rounds.size() / 3);
  const double first = median({rounds.begin(), rounds.begin() + third});
  return std::expm1(median({rounds.end() - third, rounds.end()}) - first);
}

Scatter scatter_of(const Measured& arms, Measure measure) {
  Scatter scatter;
  const auto first = block_seconds(arms[0], measure);
  const auto second = block_seconds(*arms.twin(), measure);
  std::vector<double> ratios, rounds;
  for (const auto& [index, seconds] : first) {
    const auto other = second.find(index);
    if (other == second.end() || seconds <= 0 || other->second <= 0) continue;
    ratios.push_back(std::log(seconds) - std::log(other->second));
    rounds.push_back((std::log(seconds) + std::log(other->second)) / 2);
  }
  scatter.pairs = static_cast<int>(ratios.size());
  scatter.sigma = sigma_of(ratios);
  scatter.drift = drift_of(rounds);
  scatter.blocks = static_cast<int>(first.size() + second.size());
  scatter.spikes = count_spikes(first) + count_spikes(second);
  if (!scatter.sigma) return scatter;
  for (double effect : kEffects)
    scatter.needed.push_back({effect, pairs_to_detect(effect, scatter.sigma->sigma, scatter.pairs),
                              pairs_to_detect(effect, scatter.sigma->low, scatter.pairs),
                              pairs_to_detect(effect, scatter.sigma->high, scatter.pairs)});
  return scatter;
}

std::string cell(const Scatter& scatter, const std::string& what) {
  const std::string unavailable = fmt::format("unavailable ({} pairs)", scatter.pairs);
  const auto percent = [](double value) { return format_percent(value * 100); };
  if (what == "sigma" && !scatter.sigma) return unavailable;
  if (what == "sigma")
    return fmt::format("{} ({} to {})", percent(scatter.sigma->sigma), percent(scatter.sigma->low),
                       percent(scatter.sigma->high));
  if (what == "spikes" && scatter.blocks == 0) return unavailable;
  if (what == "spikes") return fmt::format("{} of {} blocks", scatter.spikes, scatter.blocks);
  if (!scatter.drift) return unavailable;
  return fmt::format("{}{}", *scatter.drift < 0 ? "-" : "+", percent(*scatter.drift));
}

// A comparison takes no more pairs than kMostPairs.
std::string pairs_words(int pairs) {
  constexpr int kMost = static_cast<int>(kMostPairs);
  return pairs > kMost ? "more than " + format_count(kMost) : format_count(pairs);
}

std::string needed_cell(const Scatter& scatter, size_t row) {
  if (scatter.needed.empty()) return fmt::format("unavailable ({} pairs)", scatter.pairs);
  const PairsToDetect& needed = scatter.needed[row];
  return fmt::format("{} ({} to {})", pairs_words(needed.pairs), pairs_words(needed.low),
                     pairs_words(needed.high));
}

}  // namespace

Calibration calibrate(const Recording& recording) {
  if (recording.variants.empty() || recording.twin.empty())
    throw base::Error("calibrate", "expected a recording of a variant and its A/A arm");
  const Measured arms(recording);
  if (const SameWork work = check_same_work(arms); !work.holds())
    throw base::Error("calibrate", work.sentence);
  Calibration calibration;
  const auto& workload = recording.workload;
  const Words& words = arms.words();
  calibration.subject = recording.variants.front().name + ", " + workload.scenario + ": ";
  if (!words.items.empty())
    calibration.subject +=
        words.items_words(workload.items_per_iteration) + " " + words.an_iteration + " on ";
  calibration.subject +=
      fmt::format("{}, {} a block", count_or_unknown(workload.threads, "thread"),
                  count_or_unknown(workload.iterations_per_block, words.iteration));
  calibration.wall = scatter_of(arms, Measure::kWall);
  calibration.cpu = scatter_of(arms, Measure::kCpu);
  return calibration;
}

std::string to_markdown(const Calibration& calibration) {
  std::string text = fmt::format("# Noise of This Machine\n\nTwo copies of {}; {} pairs.\n\n",
                                 escaped(calibration.subject), calibration.wall.pairs);
  text += table_head({"Noise", "Wall time", "CPU time"});
  const std::pair<const char*, const char*> rows[] = {
      {"sigma", "Scatter of a pair (99% interval)"}, {"drift", "Drift"}, {"spikes", "Spikes"}};
  for (const auto& [what, name] : rows)
    text += table_line({name, cell(calibration.wall, what), cell(calibration.cpu, what)});
  text += "\n" + table_head({"To detect", "Pairs, by wall time", "Pairs, by CPU time"});
  for (size_t row = 0; row < std::size(kEffects); ++row)
    text += table_line({fmt::format("{:.0f}%", kEffects[row] * 100),
                        needed_cell(calibration.wall, row), needed_cell(calibration.cpu, row)});
  const std::string fewest = std::to_string(pairs_needed(kLevel, 1));
  return text +
         "\n- Scatter: of the log-ratios of the two copies' blocks with the same index, the "
         "standard deviation of a normal distribution whose interval by signed ranks is as wide. "
         "It takes " +
         fewest +
         " pairs.\n"
         "- Drift: the last third of the rounds against the first, by medians. Pairs cancel it.\n" +
         fmt::format(
             "- Spikes: blocks more than {:.0f} scaled median absolute deviations above the "
             "median of their copy.\n",
             kSpikeMads) +
         "- Pairs: for one comparison by signed ranks at 99% confidence and 90% power, from a "
         "simulation of that test; in brackets by the ends of the scatter's interval. At least " +
         fewest + ": with fewer no test reaches 99%.\n";
}

}  // namespace winnow::reports
