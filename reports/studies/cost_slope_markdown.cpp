#include <fmt/format.h>

#include "reports/figures/format.h"
#include "reports/markup/markdown.h"
#include "reports/recorded/words.h"
#include "reports/studies/cost_slope.h"

namespace winnow::reports {

using profiles::InjectedCause;

namespace {

constexpr double kMicro = 1e6, kMilli = 1e3;

const char* word_of(CostSlope::Answer answer) {
  switch (answer) {
    case CostSlope::kAgrees:
      return "agrees";
    case CostSlope::kDisagrees:
      return "disagrees";
    case CostSlope::kNotDecided:
      return "not decided (~)";
    case CostSlope::kUnavailable:
      break;
  }
  return "unavailable";
}

bool spins(const CostSlope& slope) { return slope.cause == InjectedCause::region; }

// Wall time by a unit of cost: in µs by µs, or in µs by wake-up or thread.
std::string slope_text(const CostSlope& slope, double value) {
  const double shown = spins(slope) ? value : value * kMicro;
  return format_count(shown, shown > -100 && shown < 100 ? 1 : 0);
}

std::string amounts_text(const CostSlope& slope) {
  std::string text;
  for (const int64_t amount : slope.amounts)
    text += fmt::format("{}{}", text.empty() ? "" : ", ",
                        spins(slope) ? format_count(static_cast<double>(amount) / kMilli,
                                                    amount % 1000 == 0 ? 0 : 3)
                                     : format_count(static_cast<double>(amount)));
  return text + (spins(slope) ? " µs" : "");
}

std::string predicted_text(const CostSlope& slope) {
  const std::string low = slope_text(slope, slope.predicted_low);
  const std::string high = slope_text(slope, slope.predicted_high);
  return low == high ? low : low + " to " + high;
}

std::string measured_text(const CostSlope& slope) {
  if (slope.pairs == 0) return "unavailable";
  const std::string middle = slope_text(slope, slope.measured.middle);
  if (!slope.measured.low || !slope.measured.high) return middle + " (no interval)";
  return fmt::format("{} ({} to {})", middle, slope_text(slope, *slope.measured.low),
                     slope_text(slope, *slope.measured.high));
}

std::vector<std::string> row_of(const CostSlope& slope) {
  if (slope.answer == CostSlope::kUnavailable)
    return {escaped(slope.variant), "", "", "", "", "", "", "unavailable"};
  return {escaped(slope.variant),
          format_count(slope.regions, 0),
          format_count(slope.most_by_one_thread, 0),
          amounts_text(slope),
          fmt::format("{:.1f} ms", slope.iteration_s * kMilli),
          predicted_text(slope),
          measured_text(slope),
          bold(word_of(slope.answer))};
}

std::string sentence(const CostSlope& slope) {
  if (slope.answer == CostSlope::kUnavailable)
    return fmt::format("{}: unavailable: {}.", slope.variant, slope.reason);
  if (slope.answer == CostSlope::kNotDecided)
    return fmt::format("{}: not decided: {} ({} rounds).", slope.variant, slope.reason,
                       slope.pairs);
  const double most = (spins(slope) ? 1e-9 : 1.0) * static_cast<double>(slope.amounts.back());
  const std::string end =
      slope.answer == CostSlope::kAgrees ? "its regions take the time that their count says"
      : slope.measured.middle > slope.predicted_high
          ? "its wall time grows by more than was paid before its regions: the cost brings about "
            "others"
          : "its wall time does not follow from its counted regions: the cost is hidden behind "
            "work "
            "of other threads, or not paid at all";
  return fmt::format(
      "{}: at the highest cost an iteration was predicted to take {:.2f} to {:.2f} ms longer, and "
      "took {:.2f} ms longer ({:.2f} to {:.2f}, {} rounds): {}.",
      slope.variant, slope.predicted_low * most * kMilli, slope.predicted_high * most * kMilli,
      slope.measured.middle * most * kMilli, *slope.measured.low * most * kMilli,
      *slope.measured.high * most * kMilli, slope.pairs, end);
}

std::string unit_note(const CostSlope& slope) {
  const double shown = spins(slope) ? 1 : kMicro;
  const int digits = spins(slope) ? 3 : 1;
  const std::string what = spins(slope)                           ? "1 µs of cost"
                           : slope.cause == InjectedCause::wakeup ? "one wake-up with its answer"
                                                                  : "one thread";
  std::string text = fmt::format("{}: {} took ", slope.variant, what);
  if (slope.paid_unit_s > 0)
    text +=
        fmt::format("{:.{}f} µs before its regions (mean), ", slope.paid_unit_s * shown, digits);
  return text +
         fmt::format("{:.{}f} µs timed outside the region (median)", slope.unit_s * shown, digits);
}

}  // namespace

std::string cost_slopes_markdown(const profiles::Recording& recording,
                                 const std::vector<CostSlope>& slopes) {
  InjectedCause cause = InjectedCause::region;
  for (const CostSlope& slope : slopes) cause = slope.cause.value_or(cause);
  const Words words = words_of(recording);
  const std::string items = words.items.empty()
                                ? ""
                                : fmt::format("{} {} {}, ", recording.workload.items_per_iteration,
                                              escaped(words.items), escaped(words.an_iteration));
  std::string text = fmt::format(
      "# Proof of Cause: {}\n\nBefore each parallel region the thread that opens it {}. An "
      "iteration must then take longer by as much as the counted regions say.\n\n- "
      "**Workload:** {}: {}{}, {} of {} of each arm\n- **Recording:** "
      "{}\n\n",
      word(cause),
      cause == InjectedCause::region   ? "spins for a known time"
      : cause == InjectedCause::wakeup ? "wakes a helper thread and waits for its answer"
                                       : "creates threads and joins them",
      escaped(recording.workload.scenario), items,
      count_or_unknown(recording.workload.threads, "thread"),
      count_or_unknown(recording.workload.blocks, "block"),
      escaped(count_or_unknown(recording.workload.iterations_per_block, words.iteration)),
      word(recording.status));
  const std::string unit =
      cause == InjectedCause::region ? "µs by µs of cost" : "µs by one more in each region";
  text += table_head({"Variant", "Regions/iteration", "Most by one thread", "Cost in each region",
                      "Iteration without", "Predicted slope (" + unit + ")",
                      "Measured slope (99% interval)", "Answer"});
  for (const CostSlope& slope : slopes) text += table_line(row_of(slope));
  text += "\n";
  for (const CostSlope& slope : slopes) text += "- " + escaped(sentence(slope)) + "\n";
  text += "\n";
  for (const CostSlope& slope : slopes)
    if (slope.answer != CostSlope::kUnavailable) text += "- " + escaped(unit_note(slope)) + "\n";
  text +=
      "\nPredicted: counted regions by the cost of one payment; of wake-ups and threads, what was "
      "paid before the regions. Where several threads open regions at once, between all of it "
      "shared out evenly over the threads and that of the thread with the most. Measured: "
      "least-squares line through the arms of each round, Hodges-Lehmann estimate over the rounds "
      "with its signed-rank interval.\n";
  return text;
}

}  // namespace winnow::reports
