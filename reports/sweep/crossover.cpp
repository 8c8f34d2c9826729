#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "reports/recorded/words.h"
#include "reports/sweep/parts.h"

namespace winnow::reports {

using profiles::Condition;

namespace {

int proven_sign(const PairedRatio& ratio) {
  return ratio.above_one() ? 1 : ratio.below_one() ? -1 : 0;
}

// Where the log-ratio, linear in log2(batch) between measured sizes, first leaves the sign that it
// has at `from`.
double zero_between(const std::vector<BatchRatio>& ratios, size_t from, size_t to) {
  const double sign = std::log(*ratios[from].ratio.ratio);
  for (size_t i = from; i < to; ++i) {
    const double left = std::log(*ratios[i].ratio.ratio);
    const double right = std::log(*ratios[i + 1].ratio.ratio);
    if (right * sign > 0) continue;
    const double x = std::log2(ratios[i].batch), step = std::log2(ratios[i + 1].batch) - x;
    return std::exp2(x + step * left / (left - right));
  }
  return ratios[to].batch;
}

std::string at(const BatchRatio& point) {
  return fmt::format("{} at {}", ratio_words(estimate_of(point.ratio)), point.batch);
}

Crossover change(const Crossover& pair, const std::vector<BatchRatio>& ratios, size_t from,
                 size_t to) {
  Crossover result = pair;
  result.outcome = Crossover::kChange;
  result.low = ratios[from].batch;
  result.high = ratios[to].batch;
  result.batch = zero_between(ratios, from, to);
  const bool first_before = proven_sign(ratios[from].ratio) > 0;
  std::string open;
  for (size_t i = from + 1; i < to; ++i)
    open += fmt::format("{}{}", open.empty() ? "" : ", ", ratios[i].batch);
  result.words =
      fmt::format("{} is faster up to {}, {} from {} on; {} / {}: {}, {}{}",
                  first_before ? pair.first : pair.second, result.low,
                  first_before ? pair.second : pair.first, result.high, pair.first, pair.second,
                  at(ratios[from]), at(ratios[to]), open.empty() ? "" : "; ~ at " + open);
  return result;
}

// No change between two proven signs.
Crossover no_change(Crossover result, const std::vector<BatchRatio>& ratios) {
  const BatchRatio* proven = nullptr;
  bool intervals = false;
  std::string open;
  for (const BatchRatio& point : ratios) {
    intervals = intervals || point.ratio.low;
    if (proven_sign(point.ratio) != 0)
      proven = &point;
    else
      open += fmt::format("{}{}", open.empty() ? "" : ", ", point.batch);
  }
  if (!proven) {
    result.outcome = Crossover::kNoise;
    result.words = intervals ? "~ at every size: inside the noise"
                             : "~ at every size: too few pairs of blocks, an interval needs 6";
    return result;
  }
  result.outcome = Crossover::kNotWithin;
  result.words =
      fmt::format("not within the sweep: {} is faster {}; {} / {}: {}{}",
                  proven_sign(proven->ratio) > 0 ? result.first : result.second,
                  open.empty() ? "throughout" : "wherever a difference is proven", result.first,
                  result.second, at(*proven), open.empty() ? "" : "; ~ at " + open);
  return result;
}

bool has_word(const std::string& text, const std::string& word) {
  std::string lower = text;
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  const auto letter = [&](size_t at) {
    return at < lower.size() && lower[at] >= 'a' && lower[at] <= 'z';
  };
  for (size_t at = lower.find(word); at != std::string::npos; at = lower.find(word, at + 1))
    if (!letter(at + word.size()) && (at == 0 || !letter(at - 1))) return true;
  return false;
}

std::string grain_of(const profiles::Variant& variant) {
  for (const std::string& text : {variant.label, variant.summary}) {
    const bool fine = has_word(text, "fine"), coarse = has_word(text, "coarse");
    if (fine != coarse) return fine ? "fine" : "coarse";
  }
  return "";
}

std::optional<size_t> fastest_of(const SweepCells& cells, const std::string& grain,
                                 const Condition& condition) {
  std::optional<size_t> fastest;
  double most = 0;
  for (size_t variant = 0; variant < cells.variants().size(); ++variant) {
    if (grain_of(cells.variants()[variant]) != grain) continue;
    const Estimate throughput = cells.throughput(variant, condition);
    if (!throughput.value || *throughput.value <= most) continue;
    most = *throughput.value;
    fastest = variant;
  }
  return fastest;
}

// "Mix short on 2 threads"
std::string subject(const SweepWords& words, const SweepGrid& grid) {
  std::string text = title_case(words.mix(grid.mix));
  if (words.threads && grid.batch == 0) text += " on " + count_of(grid.threads, "thread");
  return text;
}

struct GrainPoint {
  BatchRatio fine_to_coarse;
  std::string fine, coarse;  // the fastest of each
};

std::string state_words(const GrainPoint& last, int sign, int from) {
  const std::string range = SweepWords().range(from, last.fine_to_coarse.batch);
  if (sign == 0) return "no proven difference for " + range;
  return fmt::format("{} ({}) for {}", sign > 0 ? "fine" : "coarse",
                     sign > 0 ? last.fine : last.coarse, range);
}

// "a, b and c"
std::string all_of(const std::vector<std::string>& parts) {
  if (parts.size() < 2) return parts.empty() ? "" : parts.front();
  return fmt::format("{} and {}", fmt::join(parts.begin(), parts.end() - 1, ", "), parts.back());
}

// Choices that lie side by side and say the same.
struct ChoiceRange {
  const Choice* choice = nullptr;
  std::string words;  // "batches of 1 to 4"
};

std::vector<ChoiceRange> ranges_of(const SweepWords& words, const std::vector<Choice>& choices) {
  std::vector<ChoiceRange> ranges;
  const auto kind = [](const Choice& choice) { return choice.clear ? choice.best : choice.reason; };
  for (size_t from = 0, to = 0; from < choices.size(); from = to) {
    while (to < choices.size() && kind(choices[to]) == kind(choices[from]) &&
           choices[to].best.empty() == choices[from].best.empty())
      ++to;
    ranges.push_back({&choices[from], words.range(choices[from].batch, choices[to - 1].batch)});
  }
  return ranges;
}

}  // namespace

std::vector<Crossover> crossovers(const std::string& first, const std::string& second,
                                  const std::vector<BatchRatio>& ratios) {
  Crossover pair;
  pair.first = first;
  pair.second = second;
  std::vector<BatchRatio> measured;
  for (const BatchRatio& point : ratios)
    if (point.ratio.ratio && point.batch > 0) measured.push_back(point);
  if (measured.empty()) {
    pair.words = "no batch size with a pair of blocks of both";
    return {pair};
  }
  std::vector<Crossover> found;
  std::optional<size_t> last;
  for (size_t i = 0; i < measured.size(); ++i) {
    const int sign = proven_sign(measured[i].ratio);
    if (sign == 0) continue;
    if (last && proven_sign(measured[*last].ratio) != sign)
      found.push_back(change(pair, measured, *last, i));
    last = i;
  }
  if (found.empty()) found.push_back(no_change(pair, measured));
  return found;
}

std::vector<Crossover> pair_crossovers(const SweepCells& cells, const SweepGrid& grid) {
  std::vector<Crossover> result;
  for (size_t first = 0; first < cells.variants().size(); ++first) {
    for (size_t second = first + 1; second < cells.variants().size(); ++second) {
      std::vector<BatchRatio> ratios;
      for (int batch : grid.points) {
        const Condition condition = condition_at(grid, batch);
        if (!cells.void_reason(condition).empty()) continue;
        ratios.push_back({batch, cells.ratio(first, second, condition)});
      }
      const auto found = crossovers(cells.labels()[first], cells.labels()[second], ratios);
      result.insert(result.end(), found.begin(), found.end());
    }
  }
  return result;
}

std::string fastest_sentence(const SweepWords& words, const SweepGrid& grid,
                             const std::vector<Choice>& choices) {
  std::vector<std::string> clear, open, missing;
  for (const ChoiceRange& range : ranges_of(words, choices)) {
    if (range.choice->clear)
      clear.push_back(range.choice->best + " for " + range.words);
    else if (!range.choice->best.empty())
      open.push_back(range.words);
    else
      missing.push_back(fmt::format("{} ({})", range.words, range.choice->reason));
  }
  std::string text = subject(words, grid) + ": ";
  if (choices.empty()) return text + "unavailable (nothing was measured).";
  if (clear.empty() && !open.empty())
    text += fmt::format("no {} is proven to be the fastest at any {}.", words.variant,
                        words.parameters);
  if (!clear.empty()) text += "the fastest is " + all_of(clear) + ".";
  if (!clear.empty() && !open.empty()) text += " No winner is proven for " + all_of(open) + ".";
  if (!missing.empty())
    text +=
        (text.ends_with('.') ? " Unavailable for " : "unavailable for ") + all_of(missing) + ".";
  return text;
}

bool has_grains(const SweepCells& cells) {
  const auto any = [&](const std::string& grain) {
    return std::ranges::count(cells.variants(), grain, grain_of) > 0;
  };
  return any("fine") && any("coarse");
}

std::string grain_sentence(const SweepCells& cells, const SweepGrid& grid) {
  std::vector<GrainPoint> points;
  std::string holes;
  for (int batch : grid.points) {
    const Condition condition = condition_at(grid, batch);
    const auto fine = fastest_of(cells, "fine", condition);
    const auto coarse = fastest_of(cells, "coarse", condition);
    PairedRatio ratio;
    if (fine && coarse && cells.void_reason(condition).empty())
      ratio = cells.ratio(*fine, *coarse, condition);
    if (ratio.ratio)
      points.push_back({{batch, ratio}, cells.labels()[*fine], cells.labels()[*coarse]});
    else
      holes += fmt::format("{}{}", holes.empty() ? "" : ", ", batch);
  }
  if (points.empty()) return "";
  std::string words;
  std::vector<BatchRatio> ratios;
  for (size_t from = 0, to = 0; from < points.size(); from = to) {
    const int sign = proven_sign(points[from].fine_to_coarse.ratio);
    while (to < points.size() && proven_sign(points[to].fine_to_coarse.ratio) == sign)
      ratios.push_back(points[to++].fine_to_coarse);
    words += (words.empty() ? "" : ", ") +
             state_words(points[to - 1], sign, points[from].fine_to_coarse.batch);
  }
  for (const Crossover& found : crossovers("fine", "coarse", ratios))
    if (found.outcome == Crossover::kChange)
      words += fmt::format("; they cross near {:.3g}, between {} and {}", *found.batch, found.low,
                           found.high);
  if (!holes.empty()) words += "; unavailable at " + holes;
  return fmt::format("Fine or coarse? {}.", title_case(words));
}

}  // namespace winnow::reports
