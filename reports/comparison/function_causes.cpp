#include "reports/comparison/function_causes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>

#include "reports/comparison/counter_tests.h"
#include "reports/figures/format.h"
#include "reports/recorded/function_changes.h"
#include "reports/recorded/sampled.h"
#include "reports/statistics/significance.h"

namespace winnow::reports {

namespace {

constexpr size_t kNamedFunctions = 3;
constexpr double kNamedOfLargest = 0.1;  // smaller ones are left to the tables
constexpr double kMostOfDifference = 0.5;
constexpr double kZ99OfSamples = 2.576;

// How sure a difference between the samples of a function is.
enum class Sureness { kNone, kSpread, kSure };

// Sure: beyond all that was not sampled of the smaller one, as the tables ask for. In short
// processes much is not sampled; then it has to be beyond what the function would have of that, by
// its share in the larger one. Of synchronisation brief threads show too little for it.
Sureness sureness_of(const Profiles& cpu, size_t from, size_t to, const FunctionChange& change) {
  const auto sums = sums_of(cpu, change.name, false);
  if (!within_sampling_error(cpu, from, to, sums[from], sums[to])) return Sureness::kSure;
  if (change.category() == "scheduler") return Sureness::kNone;
  const profiles::SampledProfile &before = *cpu.profiles[from], &after = *cpu.profiles[to];
  const bool less = change.rise_s < 0;
  const profiles::SampledProfile &smaller = less ? after : before, &larger = less ? before : after;
  const double share = (less ? change.before : change.after).seconds / larger.sampled_s;
  const double first_s = change.before.seconds / before.iterations,
               second_s = change.after.seconds / after.iterations;
  const double error_s =
      kZ99OfSamples * std::hypot(first_s / std::sqrt(std::max(1.0, change.before.count)),
                                 second_s / std::sqrt(std::max(1.0, change.after.count)));
  return std::abs(change.rise_s) > error_s + share * unsampled_s(smaller) / smaller.iterations
             ? Sureness::kSpread
             : Sureness::kNone;
}

// Where too little of the cheaper one was seen for a profile: functions in which the dearer one
// spends at least half of what it takes more.
std::vector<std::string> bullets_of_dearer(const Grounds& grounds, size_t dearer, size_t cheaper) {
  const MeasuredArm &dear = grounds.arms[dearer], &cheap = grounds.arms[cheaper];
  const profiles::SampledProfile& profile = *dear.cpu();
  const auto &most_s = grounds.compared.timings[dearer].cpu_s,
             &least_s = grounds.compared.timings[cheaper].cpu_s;
  std::vector<std::string> lines;
  if (!most_s || !least_s || *most_s <= *least_s || profile.iterations <= 0) return lines;
  for (const profiles::Function& function : profile.functions) {
    const double seconds = function.flat_s.value_or(0) / profile.iterations;
    if (seconds < kMostOfDifference * (*most_s - *least_s)) continue;
    lines.push_back(fmt::format("{}: {} CPU time {} in {} ({} of its CPU time); {}", function.name,
                                iteration_seconds(seconds), grounds.arms.words().an_iteration,
                                dear.label, format_share(*function.flat_s / whole_of(profile)),
                                cheap.unavailable(Pass::cpu)));
  }
  return lines;
}

// "-50.2%"; of a function without a sample in one of the two, what that leaves to say.
std::string relative_words(const Measured& arms, const Profiles& cpu, size_t from, size_t to,
                           const FunctionChange& change) {
  const profiles::SampledProfile &before = *cpu.profiles[from], &after = *cpu.profiles[to];
  const double before_s = change.before.seconds / before.iterations;
  if (!(before_s > 0)) return "no sample of it in " + arms[from].label;
  if (change.after.count > 0) return format_change(1 + change.rise_s / before_s);
  const double least = 1 - most_without_sample_s(after) / after.iterations / before_s;
  const std::string none = "no sample of it in " + arms[to].label;
  return least > 0 ? fmt::format("at least {} less: {}", format_percent(least * 100), none) : none;
}

// Of both profiles those functions whose CPU time differs most, beyond the sampling error: "mix:
// 41.6ms less CPU time a run (-50.2%)".
std::vector<std::string> change_bullets(const Measured& arms, const Profiles& cpu, size_t from,
                                        size_t to, const std::string& where) {
  const profiles::SampledProfile &before = *cpu.profiles[from], &after = *cpu.profiles[to];
  std::vector<std::string> lines;
  std::vector<std::pair<FunctionChange, Sureness>> changes;
  for (FunctionChange& change : function_changes(before, after, {kLevel}))
    if (change.rose() || change.fell())
      if (const Sureness sure = sureness_of(cpu, from, to, change); sure != Sureness::kNone)
        changes.emplace_back(std::move(change), sure);
  const auto size_s = [](const auto& change) { return std::abs(change.first.rise_s); };
  std::ranges::stable_sort(changes, std::greater<>(), size_s);
  for (size_t i = 0; i < std::min(kNamedFunctions, changes.size()); ++i) {
    if (size_s(changes[i]) < kNamedOfLargest * size_s(changes.front())) break;
    const auto& [change, sure] = changes[i];
    lines.push_back(fmt::format(
        "{}{}: {} {} CPU time {} ({}){}", change.name, where,
        iteration_seconds(std::abs(change.rise_s)), change.rise_s < 0 ? "less" : "more",
        arms.words().an_iteration, relative_words(arms, cpu, from, to, change),
        sure == Sureness::kSure ? "" : ", if what was not sampled is spread like the samples"));
  }
  return lines;
}

}  // namespace

std::vector<std::string> function_bullets(const Grounds& grounds, size_t from, size_t to) {
  const Measured& arms = grounds.arms;
  std::vector<std::string> lines;
  if (arms[from].server() && arms[to].server())
    lines = change_bullets(arms, server_profiles(arms), from, to, " in the server");
  const bool seen_before = arms[from].cpu().has_value(), seen_after = arms[to].cpu().has_value();
  if (seen_before && seen_after)
    std::ranges::move(change_bullets(arms, profiles_for(arms, Pass::cpu), from, to, ""),
                      std::back_inserter(lines));
  else if (seen_before)
    std::ranges::move(bullets_of_dearer(grounds, from, to), std::back_inserter(lines));
  else if (seen_after)
    std::ranges::move(bullets_of_dearer(grounds, to, from), std::back_inserter(lines));
  return lines;
}

}  // namespace winnow::reports
