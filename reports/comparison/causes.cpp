#include "reports/comparison/causes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>

#include "reports/blocks/pairs.h"
#include "reports/comparison/counter_causes.h"
#include "reports/comparison/function_causes.h"
#include "reports/comparison/performance.h"
#include "reports/comparison/sampling_bias.h"
#include "reports/figures/format.h"
#include "reports/recorded/sampled.h"

namespace winnow::reports {

namespace {

// What is said of a figure that may be a cause.
struct Said {
  std::string bullet;  // empty: it is not proven to differ
  bool known = true;   // both variants have the figure
};

// "0.2% more scheduler overhead (...)", of a row that is proven to differ.
Said differing_row(const Row* row, size_t from, size_t to, bool proven, const std::string& what,
                   const std::string& definition) {
  const auto delta = row ? change(*row, from, to) : std::nullopt;
  if (!delta) return {"", false};
  if (!proven || delta->absolute == 0) return {};
  return {fmt::format("{} {} ({})", less_or_more(*delta), what, definition)};
}

bool is_open(Evidence evidence) {
  return evidence == Evidence::kNoise || evidence == Evidence::kUnproven ||
         evidence == Evidence::kVoid;
}

// Of all functions that `choose` takes.
Said sampled_row(const Grounds& grounds, const Table& table, const Choose& choose, size_t from,
                 size_t to, const std::string& what, const std::string& definition) {
  const Profiles cpu = profiles_for(grounds.arms, Pass::cpu);
  const auto sums = flat_sum(cpu, choose);
  return differing_row(row_with(table, Role::kSubtotal), from, to,
                       !within_sampling_error(cpu, from, to, sums[from], sums[to]), what,
                       definition);
}

// As compared with the baseline among all variants; two others by themselves.
bool cpu_differs(const Grounds& grounds, size_t from, size_t to) {
  const auto& with_baseline = grounds.compared.cpu_pairs;
  const size_t candidate = std::max(from, to);
  if (std::min(from, to) == 0 && candidate < with_baseline.size())
    return with_baseline[candidate].evidence == Evidence::kProven;
  const Measured& arms = grounds.arms;
  return compare_all(arms, {{&arms[from], &arms[to]}}, Measure::kCpu).front().evidence ==
         Evidence::kProven;
}

// CPU time by the blocks of the time pass, which have a spread; by the cpu pass where these have
// none.
Said cpu_time(const Grounds& grounds, size_t from, size_t to) {
  const Words& words = grounds.arms.words();
  const Said by_blocks = differing_row(
      row_named(grounds.tables.performance, cpu_row_name(words)), from, to,
      cpu_differs(grounds, from, to), "CPU time",
      words.an_iteration + "'s, from the kernel, median over blocks of the time pass");
  if (by_blocks.known) return by_blocks;
  const Row* total = row_with(grounds.tables.cpu_total, Role::kTotal);
  const size_t candidate = std::max(from, to);
  const bool open =
      total && candidate < total->evidence.size() && is_open(total->evidence[candidate]);
  return differing_row(total, from, to, !open, "CPU time",
                       "the region's in the cpu pass, no spread measured");
}

// What the ledger says instead of the samples, where the two are apart.
std::string ledger_words(const Tables& tables, size_t from, size_t to) {
  const auto ratio = compute_ratio(tables, from, to);
  return ratio && ratio->apart ? "; by the ledger " + less_or_more(ratio->ledger) : "";
}

void append(std::vector<std::string> more, std::vector<std::string>& lines) {
  std::ranges::move(more, std::back_inserter(lines));
}

}  // namespace

std::vector<std::string> cause_bullets(const Grounds& grounds, size_t winner, size_t rival) {
  const Tables& tables = grounds.tables;
  const Words& words = grounds.arms.words();
  std::vector<std::string> lines, unknown;
  const auto add = [&](Said said, const std::string& what) {
    if (!said.known)
      unknown.push_back(what);
    else if (!said.bullet.empty())
      lines.push_back(std::move(said.bullet));
  };
  if (const auto difference = ledger_difference(tables.ledger, rival, winner))
    lines.push_back(explanation_words(*difference));
  CounterCauses counters = counter_causes(grounds, rival, winner);
  append(std::move(counters.sentences), lines);
  add(cpu_time(grounds, rival, winner), "CPU time");
  append(function_bullets(grounds, rival, winner), lines);
  add(sampled_row(
          grounds, tables.scheduler, is_scheduler, rival, winner, words.overhead,
          fmt::format("CPU time sampled in {0} functions, row All {0} functions", words.scheduler)),
      words.overhead);
  const std::string work = "CPU time in " + words.work_functions;
  add(sampled_row(grounds, tables.compute, work_of(words), rival, winner,
                  work + grounds.compared.same_work.for_the_same(),
                  "row " + words.all_work + ledger_words(tables, rival, winner)),
      work);
  if (lines.empty())
    lines.push_back(
        "no cause is proven: neither a part of the ledger, nor a count, nor a function differs by "
        "more than it scatters");
  append(std::move(counters.unknown), unknown);
  if (tables.ledger.accounts && !unknown.empty())
    lines.push_back(
        fmt::format("unavailable, so that it is no reason: {}", fmt::join(unknown, ", ")));
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
    append(counter_causes(grounds, dear, cheap).sentences, lines);
    append(function_bullets(grounds, dear, cheap), lines);
  }
  return lines;
}

}  // namespace winnow::reports
