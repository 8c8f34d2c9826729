#include "reports/comparison/counter_causes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>
#include <utility>

#include "reports/comparison/behaviour.h"
#include "reports/comparison/counter_tests.h"
#include "reports/comparison/sampling_bias.h"
#include "reports/figures/format.h"
#include "reports/ledger/ledger.h"
#include "reports/recorded/allocation_scatter.h"
#include "reports/statistics/median.h"
#include "reports/statistics/ties.h"
#include "reports/tables/threads.h"

namespace winnow::reports {

using profiles::Calls;
using profiles::SyncProfile;

namespace {

constexpr size_t kNamedCounters = 5;
constexpr double kTellingOfSaved = 0.1;
constexpr double kMostOfSavedIdle = 0.5;
constexpr double kTellingAllocation = 0.5;  // percent

// A count that differs.
struct CounterCause {
  std::string sentence;
  double fall = 0;     // logarithm of before / after; negative: it rose
  double saved_s = 0;  // thread-seconds of an iteration, by the agent; 0: not known
  bool waiting = false;
};

using Causes = std::vector<CounterCause>;

double fall_of(double before, double after) { return std::log((before + 0.5) / (after + 0.5)); }

std::string few_or_many(double count) {
  return format_count(count, count < 10 && count != std::floor(count) ? 1 : 0);
}

// Calls of an iteration, and the time that threads were in them.
struct CallsOfOne {
  double count = 0, wall_s = 0;
};

std::optional<CallsOfOne> calls_of(const MeasuredArm& arm,
                                   std::optional<Calls> SyncProfile::*calls) {
  const auto& sync = arm.sync();
  if (!sync || sync->iterations <= 0 || !((*sync).*calls)) return std::nullopt;
  const Calls& all = *((*sync).*calls);
  return CallsOfOne{static_cast<double>(all.count) / sync->iterations,
                    all.wall_s / sync->iterations};
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

// Wall seconds of an iteration; not positive: none was saved.
double saved_wall_s(const Grounds& grounds, size_t from, size_t to) {
  const auto& timings = grounds.compared.timings;
  return timings[from].iteration_s.value_or(0) - timings[to].iteration_s.value_or(0);
}

// How much of the time saved the cores stood idle; empty: not provenly most of it.
std::string idle_words(const Grounds& grounds, size_t from, size_t to) {
  const auto difference = ledger_difference(grounds.tables.ledger, from, to);
  if (!difference || difference->wall_s <= 0) return "";
  for (const LedgerPart& part : difference->parts)
    if (part.name == kIdleCores && part.proven() &&
        part.wall_s >= kMostOfSavedIdle * difference->wall_s)
      return fmt::format("; cores that stood idle meanwhile are {} of the {} saved {}",
                         iteration_seconds(part.wall_s), iteration_seconds(difference->wall_s),
                         grounds.arms.words().an_iteration);
  return "";
}

struct CallCause {
  const char* counter;
  std::optional<Calls> SyncProfile::*calls;
  const char* what;
  bool waiting;
};

constexpr CallCause kCallCauses[] = {
    {kContendedLocks, &SyncProfile::mutex_contended, "waiting for locks", true},
    {kConditionWaits, &SyncProfile::condition_wait, "waiting for conditions", true},
    {kFutexWaits, &SyncProfile::futex_wait, "waiting for locks or other threads", true},
    {kSignals, &SyncProfile::condition_signal, "waking threads", false},
    {kBroadcasts, &SyncProfile::condition_broadcast, "waking threads", false},
    {kFutexWakes, &SyncProfile::futex_wake, "waking threads", false}};

// "waiting for locks: 0 contended locks a run instead of 62, ...": what the agent saw more of in
// the slower one than chance explains.
void add_calls(const Grounds& grounds, size_t from, size_t to, Causes& causes) {
  const MeasuredArm &slow = grounds.arms[from], &fast = grounds.arms[to];
  const auto slow_calls = behaviour_of(slow), fast_calls = behaviour_of(fast);
  if (!slow_calls || !fast_calls) return;
  const double wall_s = saved_wall_s(grounds, from, to);
  for (const CallCause& cause : kCallCauses) {
    const auto before = calls_of(slow, cause.calls), after = calls_of(fast, cause.calls);
    if (!before || !after || after->count >= before->count) continue;
    const double saved_s = before->wall_s - after->wall_s;
    const bool few_but_long = cause.waiting && wall_s > 0 && saved_s >= kTellingOfSaved * wall_s &&
                              differs_by_ranks(cause.counter, *slow_calls, *fast_calls);
    if (!few_but_long && !differs_provenly(cause.counter, *slow_calls, *fast_calls)) continue;
    causes.push_back(
        {fmt::format("{}: {} {} {} instead of {}, {} {} instead of {} (thread-seconds of the sync "
                     "pass)",
                     cause.what, few_or_many(after->count), cause.counter,
                     grounds.arms.words().an_iteration, few_or_many(before->count),
                     cause.waiting ? "in which threads waited" : "which took",
                     iteration_seconds(after->wall_s), iteration_seconds(before->wall_s)),
         fall_of(before->count, after->count), saved_s, cause.waiting});
  }
}

double median_an_iteration(const Behaviour& behaviour, const char* counter) {
  return median(per_iteration(behaviour.counters.at(counter), behaviour));
}

// By the kernel's accounts of the time pass, which disturb nothing. How often threads waited is
// told where no call tells what for.
void add_kernel_counts(const Grounds& grounds, size_t from, size_t to, Causes& causes) {
  const Behaviour before = behaviour_of_blocks(grounds.arms[from]),
                  after = behaviour_of_blocks(grounds.arms[to]);
  const std::string& iteration = grounds.arms.words().an_iteration;
  const auto add = [&](const char* counter, auto sentence, bool waiting) {
    if (!differs_provenly(counter, before, after)) return;
    const double many = median_an_iteration(before, counter),
                 few = median_an_iteration(after, counter);
    if (few < many)
      causes.push_back(
          {sentence(few_or_many(few), few_or_many(many)), fall_of(many, few), 0, waiting});
  };
  if (std::ranges::none_of(causes, &CounterCause::waiting))
    add(
        kSwitches,
        [&](const std::string& few, const std::string& many) {
          return fmt::format(
              "waiting: threads gave up their core to wait {} times {} instead of {} (voluntary "
              "context switches, median over blocks of the time pass)",
              few, iteration, many);
        },
        true);
  add(
      kPageFaults,
      [&](const std::string& few, const std::string& many) {
        return fmt::format("page faults: {} {} instead of {} (median over blocks of the time pass)",
                           few, iteration, many);
      },
      false);
}

bool has_tree(const MeasuredArm& arm) { return arm.tree() && arm.tree()->iterations > 0; }

bool tree_count_differs(const MeasuredArm& first, const MeasuredArm& second,
                        int64_t profiles::TreeProfile::*member) {
  const auto &a = *first.tree(), &b = *second.tree();
  return sums_differ({a.*member, a.iterations}, {b.*member, b.iterations});
}

// Counted by the tree pass or the agent; by the design's formula where they were not counted.
bool creations_differ(const MeasuredArm& first, const MeasuredArm& second, const Creations& before,
                      const Creations& after) {
  if (!before.per_iteration.value || !after.per_iteration.value)
    return before.formula_per_iteration.value && after.formula_per_iteration.value &&
           !tied(*before.formula_per_iteration.value, *after.formula_per_iteration.value);
  if (has_tree(first) && has_tree(second))
    return tree_count_differs(first, second, &profiles::TreeProfile::threads);
  const auto a = behaviour_of(first), b = behaviour_of(second);
  if (a && b && have_counter(kCreations, *a, *b)) return differs_provenly(kCreations, *a, *b);
  return !tied(*before.per_iteration.value, *after.per_iteration.value);
}

void add_creations(const Grounds& grounds, size_t from, size_t to, CounterCauses& found,
                   Causes& causes) {
  const MeasuredArm &first = grounds.arms[from], &second = grounds.arms[to];
  const Creations &before = grounds.tables.threads.creations[from],
                  &after = grounds.tables.threads.creations[to];
  const std::string sentence = creations_compared(before, after, grounds.arms.words());
  if (sentence.empty()) {
    found.unknown.push_back(kCreations);
    return;
  }
  if (!creations_differ(first, second, before, after)) return;
  const bool counted = before.per_iteration.value && after.per_iteration.value;
  CounterCause cause{
      sentence,
      counted ? fall_of(*before.per_iteration.value, *after.per_iteration.value)
              : fall_of(*before.formula_per_iteration.value, *after.formula_per_iteration.value)};
  const auto dear = calls_of(first, &SyncProfile::thread_create),
             cheap = calls_of(second, &SyncProfile::thread_create);
  if (dear && cheap) cause.saved_s = dear->wall_s - cheap->wall_s;
  causes.push_back(std::move(cause));
}

// Processes started; the programs that they execute, where these alone differ.
void add_started(const Grounds& grounds, size_t from, size_t to, Causes& causes) {
  const MeasuredArm &first = grounds.arms[from], &second = grounds.arms[to];
  if (!has_tree(first) || !has_tree(second)) return;
  const auto add = [&](const char* what, int64_t profiles::TreeProfile::*member, double leader) {
    if (!tree_count_differs(first, second, member)) return false;
    const auto of_one = [&](const MeasuredArm& arm) {
      return leader + static_cast<double>(*arm.tree().*member) / arm.tree()->iterations;
    };
    const double before = of_one(first), after = of_one(second);
    causes.push_back({fmt::format("{}: {} {} instead of {} (measured)", what, few_or_many(after),
                                  grounds.arms.words().an_iteration, few_or_many(before)),
                      fall_of(before, after)});
    return true;
  };
  if (!add("processes started", &profiles::TreeProfile::processes, 1))
    add("programs executed", &profiles::TreeProfile::execs, 0);
}

// "allocation: 7 objects and 4.80 kB a run instead of 300,007 and 76.8 MB (exact counts)"
void add_objects(const Grounds& grounds, size_t from, size_t to, Causes& causes) {
  const profiles::HeapProfile &before = *grounds.arms[from].heap(),
                              &after = *grounds.arms[to].heap();
  const bool exact = is_counted_exactly(before) && is_counted_exactly(after);
  const Allocated many = allocated_by(before, exact), few = allocated_by(after, exact);
  // Runs of one command may lie apart: what differs by no more is no cause.
  const auto apart = [&](double AllocationScatter::*figure) {
    double sum = 0;
    for (const size_t arm : {from, to})
      if (const auto scatter = allocation_scatter(grounds.arms[arm])) sum += (*scatter).*figure;
    return kApart * sum;
  };
  const double objects_apart = apart(&AllocationScatter::objects),
               bytes_apart = apart(&AllocationScatter::bytes);
  const auto moved = [](double a, double b, double least) {
    return std::abs(a - b) * 100 >= kTellingAllocation * std::max(a, b) && !tied(a, b) &&
           std::abs(a - b) > least;
  };
  const bool differs =
      exact ? moved(many.objects, few.objects, objects_apart) ||
                  moved(many.bytes, few.bytes, bytes_apart)
            : is_material(many.objects * before.iterations, few.objects * after.iterations,
                          before.iterations, after.iterations);
  if (!differs) return;
  causes.push_back(
      {fmt::format("allocation: {} objects and {} {} instead of {} and {} ({})",
                   few_or_many(few.objects), format_bytes(few.bytes),
                   grounds.arms.words().an_iteration, few_or_many(many.objects),
                   format_bytes(many.bytes), exact ? "exact counts" : "by the heap profiler"),
       fall_of(many.objects, few.objects)});
}

void add_allocation(const Grounds& grounds, size_t from, size_t to, CounterCauses& found,
                    Causes& causes) {
  const auto &before = grounds.arms[from].heap(), &after = grounds.arms[to].heap();
  if (!grounds.arms.words().computes && before && after && before->region_objects &&
      after->region_objects && before->iterations > 0 && after->iterations > 0) {
    add_objects(grounds, from, to, causes);
    return;
  }
  const Row* row = row_with(grounds.tables.memory, Role::kTotal);
  const auto delta = row ? change(*row, from, to) : std::nullopt;
  if (!delta) {
    found.unknown.push_back("memory allocation");
    return;
  }
  if (delta->absolute == 0 || (delta->percent && std::abs(*delta->percent) < kTellingAllocation))
    return;
  causes.push_back(
      {fmt::format("{} memory allocation (bytes allocated in the region)", less_or_more(*delta)),
       fall_of(*row->figures[from].value, *row->figures[to].value)});
}

// Of the passes that are run on request.
void add_requested(const Grounds& grounds, size_t from, size_t to, Causes& causes) {
  const auto add = [&](const char* what, double before, double after, const char* pass) {
    if (after < before)
      causes.push_back({fmt::format("{}: {} {} instead of {} ({} pass)", what, few_or_many(after),
                                    grounds.arms.words().an_iteration, few_or_many(before), pass),
                        fall_of(before, after)});
  };
  const auto &before = grounds.arms[from].count(), &after = grounds.arms[to].count();
  if (before && after && before->iterations > 0 && after->iterations > 0 &&
      instructions_differ(*before, *after))
    add("instructions", static_cast<double>(before->instructions) / before->iterations,
        static_cast<double>(after->instructions) / after->iterations, "count");
  const auto &many = grounds.arms[from].futex(), &few = grounds.arms[to].futex();
  if (!many || !few || many->iterations <= 0 || few->iterations <= 0) return;
  const auto calls = [](const profiles::FutexProfile& futex) {
    return static_cast<double>(futex.waits + futex.wakes);
  };
  if (is_material(calls(*many), calls(*few), many->iterations, few->iterations))
    add("futex calls", calls(*many) / many->iterations, calls(*few) / few->iterations, "futex");
}

}  // namespace

CounterCauses counter_causes(const Grounds& grounds, size_t from, size_t to) {
  CounterCauses found;
  Causes causes;
  add_calls(grounds, from, to, causes);
  add_kernel_counts(grounds, from, to, causes);
  add_creations(grounds, from, to, found, causes);
  add_started(grounds, from, to, causes);
  add_allocation(grounds, from, to, found, causes);
  add_requested(grounds, from, to, causes);
  const double telling_s = kTellingOfSaved * std::max(0.0, saved_wall_s(grounds, from, to));
  const auto rank = [&](const CounterCause& cause) {
    return std::pair(cause.saved_s > 0 && cause.saved_s >= telling_s ? cause.saved_s : 0,
                     cause.fall);
  };
  std::ranges::stable_sort(causes, std::greater<>(), rank);
  const auto waiting = std::ranges::find_if(causes, &CounterCause::waiting);
  if (waiting != causes.end()) waiting->sentence += idle_words(grounds, from, to);
  for (size_t i = 0; i < std::min(kNamedCounters, causes.size()); ++i)
    found.sentences.push_back(std::move(causes[i].sentence));
  return found;
}

}  // namespace winnow::reports
