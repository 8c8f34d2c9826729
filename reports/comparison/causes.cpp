#include "reports/comparison/causes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>
#include <optional>

#include "reports/blocks/pairs.h"
#include "reports/comparison/behaviour.h"
#include "reports/comparison/counter_tests.h"
#include "reports/comparison/performance.h"
#include "reports/comparison/sampling_bias.h"
#include "reports/figures/format.h"
#include "reports/recorded/function_changes.h"
#include "reports/recorded/sampled.h"
#include "reports/statistics/median.h"
#include "reports/statistics/significance.h"
#include "reports/statistics/ties.h"
#include "reports/tables/threads.h"

namespace winnow::reports {

namespace {

constexpr size_t kNamedFunctions = 3;
constexpr double kNamedOfLargest = 0.1;  // smaller ones are left to the tables
constexpr double kMostOfDifference = 0.5;
constexpr double kTellingOfSaved = 0.1;
constexpr double kZ99OfSamples = 2.576;
constexpr double kBytesOfMegabyte = 1e6;

// "0.2% more scheduler overhead (...)"; empty: one of the two has no figure.
std::string known_bullet(const Row* row, size_t from, size_t to, const std::string& what,
                         const std::string& definition) {
  const auto delta = row ? change(*row, from, to) : std::nullopt;
  if (!delta) return "";
  const size_t candidate = std::max(from, to);  // the other one is the baseline
  if (!row->evidence.empty() && row->evidence[candidate] == Evidence::kNoise)
    return fmt::format(
        "{}: no difference beyond {} ({})", what,
        row->role == Role::kSubtotal ? "the sampling error" : "the noise of its blocks",
        definition);
  if (!row->evidence.empty() && row->evidence[candidate] == Evidence::kUnproven)
    return fmt::format("{}: no proven difference: too few pairs of blocks ({})", what, definition);
  if (delta->absolute == 0)
    return fmt::format("{}: {} ({})", what,
                       delta->equal ? "equal" : "differs by less than the last digit shown",
                       definition);
  const std::string size =
      delta->percent_text.empty() ? delta->size_text : delta->size_percent_text;
  return fmt::format("{} {} {} ({})", size, delta->absolute < 0 ? "less" : "more", what,
                     definition);
}

// Likewise, or that there is none.
std::string row_bullet(const Row* row, size_t from, size_t to, const std::string& what,
                       const std::string& definition) {
  const std::string bullet = known_bullet(row, from, to, what, definition);
  return bullet.empty() ? what + ": unavailable" : bullet;
}

// CPU time by the blocks of the time pass, which have a spread; by the cpu pass where these have
// none.
std::string cpu_bullet(const Tables& tables, const Words& words, size_t from, size_t to) {
  const Row* row = row_named(tables.performance, cpu_row_name(words));
  if (row && change(*row, from, to))
    return row_bullet(
        row, from, to, "CPU time",
        words.an_iteration + "'s, from the kernel, median over blocks of the time pass");
  return row_bullet(row_with(tables.cpu_total, Role::kTotal), from, to, "CPU time",
                    "the region's in the cpu pass, no spread measured");
}

// What the ledger says instead of the samples, where the two are apart.
std::string ledger_words(const Tables& tables, size_t from, size_t to) {
  const auto ratio = compute_ratio(tables, from, to);
  return ratio && ratio->apart ? "; by the ledger " + less_or_more(ratio->ledger) : "";
}

// How sure a difference between the samples of a function is.
enum class Sureness { kNone, kSpread, kSure };

// Sure: beyond all that was not sampled of the smaller one, as the tables ask for. In short
// processes much is not sampled; then it has to be beyond what the function would have of that, by
// its share in the larger one. Of synchronisation brief threads show too little for it.
Sureness sureness_of(const Profiles& cpu, size_t from, size_t to, const FunctionChange& change) {
  const size_t candidate = std::max(from, to);
  const auto sums = sums_of(cpu, change.name, false);
  if (std::min(from, to) == 0 && !within_sampling_error(cpu, candidate, sums[0], sums[candidate]))
    return Sureness::kSure;
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
    const double before_s = change.before.seconds / before.iterations;
    lines.push_back(fmt::format(
        "{}{}: {} {} CPU time {} ({}){}", change.name, where,
        iteration_seconds(std::abs(change.rise_s)), change.rise_s < 0 ? "less" : "more",
        arms.words().an_iteration,
        before_s > 0 ? fmt::format("{:+.1f}%", change.rise_s / before_s * 100)
                     : "no sample of it in " + arms[from].label,
        sure == Sureness::kSure ? "" : ", if what was not sampled is spread like the samples"));
  }
  return lines;
}

// Of the command, and of the servers that it loads.
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

// Calls that wait, of an iteration.
struct Waits {
  double count = 0, wall_s = 0;
};

std::optional<Waits> waits_of(const MeasuredArm& arm,
                              std::optional<profiles::Calls> profiles::SyncProfile::*calls) {
  const auto& sync = arm.sync();
  if (!sync || sync->iterations <= 0 || !((*sync).*calls)) return std::nullopt;
  const profiles::Calls& all = *((*sync).*calls);
  return Waits{static_cast<double>(all.count) / sync->iterations, all.wall_s / sync->iterations};
}

bool have_counter(const std::string& counter, const Behaviour& first, const Behaviour& second) {
  return first.counters.contains(counter) && second.counters.contains(counter) &&
         ranks_can_tell(first, second);
}

bool differs_provenly(const std::string& counter, const Behaviour& first, const Behaviour& second) {
  return have_counter(counter, first, second) &&
         p_of_counter(counter, first, second) <= kTogetherLevel;
}

// Few calls may be long ones: a thread that never gets the lock waits for it once.
bool differs_by_ranks(const std::string& counter, const Behaviour& first, const Behaviour& second) {
  return have_counter(counter, first, second) &&
         rank_p_of_counter(counter, first, second) <= kTogetherLevel;
}

std::string few_or_many(double count) {
  return format_count(count, count < 10 && count != std::floor(count) ? 1 : 0);
}

// How much of the time saved the cores stood idle; empty: not provenly most of it.
std::string idle_words(const Grounds& grounds, size_t from, size_t to) {
  const auto difference = ledger_difference(grounds.tables.ledger, from, to);
  if (!difference || difference->wall_s <= 0) return "";
  for (const LedgerPart& part : difference->parts)
    if (part.name == kIdleCores && part.proven() &&
        part.wall_s >= kMostOfDifference * difference->wall_s)
      return fmt::format("; cores that stood idle meanwhile are {} of the {} saved {}",
                         iteration_seconds(part.wall_s), iteration_seconds(difference->wall_s),
                         grounds.arms.words().an_iteration);
  return "";
}

double median_an_iteration(const Behaviour& behaviour, const char* counter) {
  std::vector<double> values;
  const auto& counts = behaviour.counters.at(counter).counts;
  for (size_t i = 0; i < counts.size(); ++i) values.push_back(counts[i] / behaviour.iterations[i]);
  return median(std::move(values));
}

// "waiting for locks: 0 contended locks a run instead of 62, ...": what the agent saw more of in
// the slower one than chance explains; else how often its threads waited at all.
std::vector<std::string> waiting_bullets(const Grounds& grounds, size_t from, size_t to) {
  const MeasuredArm &slow = grounds.arms[from], &fast = grounds.arms[to];
  const std::string& iteration = grounds.arms.words().an_iteration;
  std::vector<std::string> lines;
  const auto slow_calls = behaviour_of(slow), fast_calls = behaviour_of(fast);
  const double saved_s = grounds.compared.timings[from].iteration_s.value_or(0) -
                         grounds.compared.timings[to].iteration_s.value_or(0);
  const auto add = [&](const char* counter, auto calls, const char* cause) {
    const auto before = waits_of(slow, calls), after = waits_of(fast, calls);
    if (!before || !after || !slow_calls || !fast_calls || after->count >= before->count) return;
    if (!differs_provenly(counter, *slow_calls, *fast_calls) &&
        !(before->wall_s - after->wall_s >= kTellingOfSaved * saved_s &&
          differs_by_ranks(counter, *slow_calls, *fast_calls)))
      return;
    lines.push_back(fmt::format(
        "{}: {} {} {} instead of {}, in which threads waited {} instead of {} (thread-seconds of "
        "the sync pass)",
        cause, few_or_many(after->count), counter, iteration, few_or_many(before->count),
        iteration_seconds(after->wall_s), iteration_seconds(before->wall_s)));
  };
  add(kContendedLocks, &profiles::SyncProfile::mutex_contended, "waiting for locks");
  add(kConditionWaits, &profiles::SyncProfile::condition_wait, "waiting for conditions");
  add(kFutexWaits, &profiles::SyncProfile::futex_wait, "waiting for locks or other threads");
  if (lines.empty()) {
    const Behaviour before = behaviour_of_blocks(slow), after = behaviour_of_blocks(fast);
    if (differs_provenly(kSwitches, before, after)) {
      const double many = median_an_iteration(before, kSwitches),
                   few = median_an_iteration(after, kSwitches);
      if (few < many)
        lines.push_back(fmt::format(
            "waiting: threads gave up their core to wait {} times {} instead of {} (voluntary "
            "context switches, median over blocks of the time pass)",
            few_or_many(few), iteration, few_or_many(many)));
    }
  }
  if (!lines.empty()) lines.front() += idle_words(grounds, from, to);
  return lines;
}

// "allocation: 7 objects and 0.0048 MB a run instead of 300,007 and 76.8 MB (exact)"
std::string allocation_bullet(const Grounds& grounds, size_t from, size_t to) {
  const auto &before = grounds.arms[from].heap(), &after = grounds.arms[to].heap();
  if (!before || !after || !before->region_objects || !after->region_objects ||
      before->iterations <= 0 || after->iterations <= 0)
    return "";
  const bool exact = is_counted_exactly(*before) && is_counted_exactly(*after);
  const Allocated many = allocated_by(*before, exact), few = allocated_by(*after, exact);
  const auto megabytes = [](const Allocated& allocated) {
    return format_value(allocated.bytes / kBytesOfMegabyte, Unit::kMegabytes);
  };
  const std::string source = exact ? "exact counts" : "by the heap profiler";
  if (tied(many.objects, few.objects) && megabytes(many) == megabytes(few))
    return fmt::format("allocation: the same {} objects and {} MB {} ({})",
                       few_or_many(few.objects), megabytes(few), grounds.arms.words().an_iteration,
                       source);
  return fmt::format("allocation: {} objects and {} MB {} instead of {} and {} MB ({})",
                     few_or_many(few.objects), megabytes(few), grounds.arms.words().an_iteration,
                     few_or_many(many.objects), megabytes(many), source);
}

}  // namespace

std::vector<std::string> cause_bullets(const Grounds& grounds, size_t winner, size_t rival) {
  const Tables& tables = grounds.tables;
  const Words& words = grounds.arms.words();
  std::vector<std::string> lines;
  const auto add = [&](const std::string& what, const std::string& bullet) {
    if (!bullet.empty())
      lines.push_back(bullet);
    else if (tables.ledger.accounts)
      lines.push_back(what + ": unavailable");
  };
  const auto add_row = [&](const Row* row, const std::string& what, const std::string& definition) {
    add(what, known_bullet(row, rival, winner, what, definition));
  };
  if (const auto difference = ledger_difference(tables.ledger, rival, winner))
    lines.push_back(explanation_words(*difference));
  lines.push_back(cpu_bullet(tables, words, rival, winner));
  const std::vector<std::string> functions = function_bullets(grounds, rival, winner);
  lines.insert(lines.end(), functions.begin(), functions.end());
  if (!words.computes)
    std::ranges::move(waiting_bullets(grounds, rival, winner), std::back_inserter(lines));
  add_row(row_with(tables.scheduler, Role::kSubtotal), words.overhead,
          fmt::format("CPU time sampled in {0} functions, row All {0} functions", words.scheduler));
  add("thread creations",
      creations_compared(tables.threads.creations[rival], tables.threads.creations[winner], words));
  const std::string allocation = words.computes ? "" : allocation_bullet(grounds, rival, winner);
  if (!allocation.empty())
    lines.push_back(allocation);
  else
    add_row(row_with(tables.memory, Role::kTotal), "memory allocation",
            "bytes allocated in the region");
  add_row(row_with(tables.compute, Role::kSubtotal),
          fmt::format("CPU time in {}{}", words.work_functions,
                      grounds.compared.same_work.for_the_same()),
          "row " + words.all_work + ledger_words(tables, rival, winner));
  return lines;
}

std::vector<std::string> cost_bullets(const Grounds& grounds) {
  std::vector<std::string> lines;
  const Compared& compared = grounds.compared;
  if (!compared.same_work.holds()) return lines;
  for (size_t variant = 1; variant < compared.cpu_pairs.size(); ++variant) {
    const Pairs& pairs = compared.cpu_pairs[variant];
    const auto &first = compared.timings[0].cpu_s, &second = compared.timings[variant].cpu_s;
    if (pairs.evidence != Evidence::kProven || !first || !second) continue;
    const bool less = *second < *first;
    const size_t cheap = less ? variant : 0, dear = less ? 0 : variant;
    lines.push_back(fmt::format(
        "{} takes {} less CPU time {} than {} ({} and {}; {} against {}: {}, {}: {})",
        grounds.label(cheap), iteration_seconds(std::abs(*first - *second)),
        grounds.arms.words().an_iteration, grounds.label(dear),
        iteration_seconds(less ? *second : *first), iteration_seconds(less ? *first : *second),
        grounds.label(0), grounds.label(variant), ratio_words(pairs), test_name(pairs),
        format_p(pairs.adjusted_p)));
    std::ranges::move(function_bullets(grounds, dear, cheap), std::back_inserter(lines));
  }
  return lines;
}

}  // namespace winnow::reports
