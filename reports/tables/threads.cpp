#include "reports/tables/threads.h"

#include <fmt/format.h>

#include <algorithm>
#include <type_traits>

#include "base/sums.h"
#include "reports/figures/format.h"
#include "reports/recorded/seen.h"
#include "reports/recorded/words.h"
#include "reports/tables/scheduler.h"

namespace winnow::reports {

using profiles::SyncProfile;
using profiles::ThreadAccount;
using profiles::ThreadTerm;

namespace {

constexpr size_t kShownThreads = 12;  // of each variant

Figure counted(const std::optional<int64_t>& count) {
  return count ? measured(static_cast<double>(*count)) : Figure{};
}

std::string term_words(const ThreadTerm& term, const Measured& arms) {
  const Words& about = arms.words();
  std::string words = fmt::format("{} {}", format_whole(term.threads), term.name);
  if (!term.for_each.empty())
    words += fmt::format(" × {} {}", format_whole(term.times), term.for_each);
  if (term.per_item)
    words +=
        fmt::format(" × {} {}", count_or_unknown(arms.recording().workload.items_per_iteration),
                    about.item.empty() ? "items" : about.items);
  if (term.once) words += ", which the formula counts anew in each " + about.iteration;
  return words;
}

std::string formula_words(const std::vector<ThreadTerm>& terms, const Measured& arms) {
  std::string words;
  for (const ThreadTerm& term : terms)
    if (term.threads > 0) words += (words.empty() ? "" : " + ") + term_words(term, arms);
  return words.empty() ? "no threads by design" : words;
}

double threads_an_iteration(const std::vector<ThreadTerm>& terms, double items) {
  double sum = 0;
  for (const ThreadTerm& term : terms)
    sum += static_cast<double>(term.threads) * static_cast<double>(term.times) *
           (term.per_item ? items : 1);
  return sum;
}

// The tree pass counts them in all processes of a command, the agent in the first.
bool by_tree(const MeasuredArm& arm) { return arm.tree() && arm.tree()->iterations > 0; }

Creations creations_of(const Measured& arms, size_t variant) {
  const auto& about = *arms[variant].about;
  const auto& sync = arms[variant].sync();
  Creations row;
  row.variant = arms[variant].label;
  const bool tree = by_tree(arms[variant]);
  int64_t iterations = tree ? arms[variant].tree()->iterations : sync ? sync->iterations : 0;
  if (tree)
    row.total = counted(arms[variant].tree()->threads);
  else if (sync && sync->thread_create)
    row.total = counted(sync->thread_create->count);
  if (row.total.value && iterations > 0)
    row.per_iteration = measured(*row.total.value / static_cast<double>(iterations));
  if (!about.thread_terms) {
    row.notes = "no formula recorded";
    return row;
  }
  row.notes = formula_words(*about.thread_terms, arms);
  const bool shared = std::ranges::any_of(*about.thread_terms, &ThreadTerm::per_item);
  const int items = arms.recording().workload.items_per_iteration;
  if (shared && items <= 0) return row;
  if (iterations == 0)
    for (const auto* block : arms[variant].blocks(Pass::time))
      iterations += static_cast<int64_t>(block->iteration_wall_ns.size());
  const double each = threads_an_iteration(*about.thread_terms, items);
  row.formula_per_iteration = estimated(each);
  if (iterations > 0) row.formula_total = estimated(each * static_cast<double>(iterations));
  return row;
}

std::string reduction(const std::vector<Creations>& creations, const Words& words) {
  std::string text, word;
  for (size_t variant = 1; variant < creations.size(); ++variant) {
    const std::string compared = creations_compared(creations[0], creations[variant], words);
    if (compared.empty()) continue;
    const auto per_iteration = [&](const Creations& row) {
      const bool counted =
          creations[0].per_iteration.value && creations[variant].per_iteration.value;
      return *(counted ? row.per_iteration : row.formula_per_iteration).value;
    };
    const double before = per_iteration(creations[0]), after = per_iteration(creations[variant]);
    word = after < before ? "Reduction" : after > before ? "Increase" : "No difference";
    if (!text.empty()) text += "; ";
    text += creations.size() > 2 ? creations[variant].variant + ": " + compared : compared;
  }
  if (text.empty()) return "";
  return (creations.size() > 2 ? "Against " + creations[0].variant : word) + ": " + text;
}

// Sums all threads from the one at `first` on into one row.
ThreadAccount sum_of(const std::vector<ThreadAccount>& threads, size_t first) {
  ThreadAccount sum;
  sum.name = "further threads";
  sum.thread_count = 0;
  sum.run_queue_s = 0;
  sum.voluntary_switches = sum.involuntary_switches = 0;
  const auto add = [](auto& total, const auto& more) {
    if (!total || !more) return total.reset();
    if constexpr (std::is_integral_v<std::decay_t<decltype(*total)>>)
      base::add_to(*total, *more);
    else
      *total += *more;
  };
  for (size_t i = first; i < threads.size(); ++i) {
    const ThreadAccount& thread = threads[i];
    base::add_to(sum.thread_count, thread.thread_count);
    sum.wall_s += thread.wall_s;
    sum.cpu_s += thread.cpu_s;
    add(sum.run_queue_s, thread.run_queue_s);
    add(sum.voluntary_switches, thread.voluntary_switches);
    add(sum.involuntary_switches, thread.involuntary_switches);
    sum.computing_s += thread.computing_s;
    sum.searching_s += thread.searching_s;
    sum.waiting_s += thread.waiting_s;
    sum.signalling_s += thread.signalling_s;
  }
  return sum;
}

ThreadRow row_of(const std::string& label, const ThreadAccount& thread, bool marked) {
  ThreadRow row;
  row.variant = label;
  row.thread = thread.name;
  row.count = thread.thread_count;
  row.wall = measured(thread.wall_s);
  row.cpu = measured(thread.cpu_s);
  if (thread.run_queue_s) row.run_queue = measured(*thread.run_queue_s);
  row.voluntary_switches = counted(thread.voluntary_switches);
  row.involuntary_switches = counted(thread.involuntary_switches);
  if (!marked) return row;
  row.computing = measured(thread.computing_s);
  row.searching = measured(thread.searching_s);
  row.waiting = measured(thread.waiting_s);
  row.signalling = measured(thread.signalling_s);
  return row;
}

void add_threads(ThreadAnalysis& analysis, const Measured& arms, size_t variant) {
  const std::string label = arms[variant].label;
  const auto& sync = arms[variant].sync();
  if (!sync) {
    analysis.thread_notes.push_back(arms[variant].unavailable(Pass::sync));
    return;
  }
  if (sync->threads.empty()) {
    analysis.thread_notes.push_back(label + ": unavailable: accounts of threads not recorded");
    return;
  }
  const bool marked = sync->computing || sync->searching || sync->waiting || sync->signalling;
  if (!marked && !sync->seen)
    analysis.thread_notes.push_back(fmt::format(
        "{}: {} states: unavailable: the program set no marks", label, arms.words().scheduler));
  const bool all = sync->threads.size() <= kShownThreads;
  const size_t shown = all ? sync->threads.size() : kShownThreads - 1;
  for (size_t i = 0; i < shown; ++i)
    analysis.threads.push_back(row_of(label, sync->threads[i], marked));
  if (!all) analysis.threads.push_back(row_of(label, sum_of(sync->threads, shown), marked));
}

std::vector<std::string> creation_columns(const Words& words, bool formulas) {
  const std::string each = "Threads/" + title_case(words.iteration);
  std::vector<std::string> columns{"Configuration", each + " (measured)", "Total (measured)"};
  if (formulas)
    columns.insert(columns.end(), {each + " (formula)", "Total (formula)", "Notes on the formula"});
  return columns;
}

// Where the creations come from that no agent counted.
std::string tree_words(const MeasuredArm& arm, const Words& words) {
  const profiles::TreeProfile& tree = *arm.tree();
  const double processes =
      1 + static_cast<double>(tree.processes) / static_cast<double>(tree.iterations);
  return fmt::format(
      "{}: exact, from the tree pass, {}: threads besides the first of each process; processes "
      "started {}, the first included: {}.",
      arm.label, count_of(tree.iterations, words.iteration), words.an_iteration,
      format_value(processes, Unit::kCount));
}

std::vector<std::string> creation_notes(const Measured& arms) {
  std::vector<std::string> notes;
  bool estimates = false;
  for (size_t variant = 0; variant < arms.size(); ++variant) {
    const auto& about = *arms[variant].about;
    const std::string label = arms[variant].label;
    const std::string works = !about.calling_thread_works   ? "unavailable (not recorded)"
                              : *about.calling_thread_works ? "yes"
                                                            : "no, it waits";
    if (about.calling_thread_works || arms.words().computes)
      notes.push_back(
          fmt::format("{}: the calling thread takes a share of a parallel loop: {}; threads "
                      "outlive the loop: {}.",
                      label, works, about.persistent_threads ? "yes" : "no"));
    const auto& sync = arms[variant].sync();
    if (by_tree(arms[variant]))
      notes.push_back(tree_words(arms[variant], arms.words()));
    else if (!sync && !arms[variant].not_run(Pass::sync))
      notes.push_back(arms[variant].unavailable(Pass::sync));
    else if (sync && !sync->thread_create)
      notes.push_back(label + ": creations: unavailable: not counted in the sync pass");
    else if (sync)
      if (const auto seen = seen_words(label, sync->seen, sync->iterations, arms.words());
          !seen.empty())
        notes.push_back(seen);
    estimates = estimates || about.thread_terms.has_value();
  }
  if (estimates)
    notes.push_back(
        fmt::format("The formula is arithmetic on the {}'s design. Measured creations are "
                    "those inside the region, counted one by one.",
                    arms.words().variant));
  return notes;
}

}  // namespace

ThreadAnalysis thread_analysis(const Measured& arms, const SameWork& same_work) {
  ThreadAnalysis analysis;
  for (size_t variant = 0; variant < arms.size(); ++variant) {
    analysis.formulas = analysis.formulas || arms[variant].about->thread_terms;
    analysis.creations.push_back(creations_of(arms, variant));
    add_threads(analysis, arms, variant);
  }
  analysis.creation_columns = creation_columns(arms.words(), analysis.formulas);
  analysis.creation_notes = creation_notes(arms);
  if (same_work.holds()) analysis.reduction = reduction(analysis.creations, arms.words());
  if (!analysis.threads.empty())
    analysis.thread_notes.push_back(fmt::format(
        "Thread-seconds of the sync pass. Run-queue delay: ready to run, but without a core. "
        "Switches: context switches, voluntary (it blocked) and involuntary (it was preempted). "
        "Computing to signalling: wall seconds by the {}'s own marks; the rest of the wall time "
        "lies outside its marks.",
        arms.words().computes ? "scheduler" : "program"));
  analysis.metrics = scheduler_metrics(arms);
  return analysis;
}

std::string creations_compared(const Creations& from, const Creations& to, const Words& words) {
  const bool counts = from.per_iteration.value && to.per_iteration.value;
  const Figure& first = counts ? from.per_iteration : from.formula_per_iteration;
  const Figure& second = counts ? to.per_iteration : to.formula_per_iteration;
  if (!first.value || !second.value) return "";
  const std::string mark = counts ? "" : "~";
  const std::string source = counts ? "measured" : "estimate by formula, not measured";
  const double a = *first.value, b = *second.value;
  if (a == b) return fmt::format("as many thread creations ({})", source);
  if (a == 0 || b == 0) {
    return fmt::format("{}{} thread creations {} instead of {}{} ({})", mark,
                       format_value(b, Unit::kCount), words.an_iteration, mark,
                       format_value(a, Unit::kCount), source);
  }
  return b < a
             ? fmt::format("{}{} fewer thread creations ({})", mark, format_ratio(a / b), source)
             : fmt::format("{}{} as many thread creations ({})", mark, format_ratio(b / a), source);
}

}  // namespace winnow::reports
