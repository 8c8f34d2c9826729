#include "reports/gate/exact.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/sums.h"
#include "reports/figures/format.h"
#include "reports/recorded/measured.h"
#include "reports/recorded/words.h"

namespace winnow::reports {

using profiles::Block;
using profiles::Recording;
using profiles::SyncProfile;

namespace {

// Any good block: all of one variant count the same work.
const Block* any_block(const MeasuredArm& variant) {
  for (const Pass pass :
       {Pass::time, Pass::sync, Pass::cpu, Pass::wall, Pass::heap, Pass::exact, Pass::tree})
    for (const Block* block : variant.blocks(pass)) return block;
  return nullptr;
}

std::optional<int64_t> sum(const std::optional<profiles::Calls>& a,
                           const std::optional<profiles::Calls>& b,
                           const std::optional<profiles::Calls>& c = profiles::Calls{}) {
  if (!a || !b || !c) return std::nullopt;
  return base::added(base::added(a->count, b->count), c->count);
}

ExactCounter shared_out(std::string metric, const std::string& unit, int64_t count, int64_t per) {
  return {std::move(metric), unit, {count, per}};
}

void add_work(const Block& block, const Words& words, ExactCounters& result) {
  const auto iterations = static_cast<int64_t>(block.iteration_wall_ns.size());
  for (const auto& [name, count] : block.work)
    result.counters.push_back(shared_out("work." + name, words.an_iteration, count, iterations));
  if (block.work.empty()) result.unavailable.push_back("work counters: not recorded");
  result.checksum = block.checksum;
  result.isa = block.isa;
}

void add_regions(const Recording& recording, const std::string& variant, const Words& words,
                 ExactCounters& result) {
  for (const Block& block : recording.blocks) {
    if (block.variant != variant || !block.ok() || !block.dispatch) continue;
    for (const auto& [name, loop] : *block.dispatch)
      result.counters.push_back(
          shared_out("regions." + name, words.an_iteration, loop.per_iteration, 1));
    return;
  }
  result.unavailable.push_back("regions: the program told no loops");
}

void add_sync(const SyncProfile& sync, const Words& words, ExactCounters& result) {
  const auto add = [&](const char* metric, const std::string& unit,
                       const std::optional<int64_t>& count, int64_t divisor) {
    if (count)
      result.counters.push_back(shared_out(metric, unit, *count, divisor));
    else
      result.unavailable.push_back(fmt::format("{}: not counted", metric));
  };
  const int64_t iterations = sync.iterations;
  const auto shares = static_cast<int64_t>(words.shares);
  if (shares > 0) {
    add("allocations", words.share, sync.allocations, iterations * shares);
    add("allocated_bytes", "bytes " + words.share, sync.allocated_bytes, iterations * shares);
  } else {
    result.unavailable.push_back(
        fmt::format("allocations: the number of {} is not recorded", words.items));
  }
  const std::string& each = words.an_iteration;
  const profiles::Calls none;
  add("thread_creations", each, sum(sync.thread_create, none), iterations);
  add("waits", each, sum(sync.condition_wait, sync.futex_wait), iterations);
  add("wakeups", each, sum(sync.condition_signal, sync.condition_broadcast, sync.futex_wake),
      iterations);
  add("contended_mutexes", each, sum(sync.mutex_contended, none), iterations);
  add("yields", each, sum(sync.yield, none), iterations);
}

// Of commands, over all runs of the pass. A count is exact where each run had as many: of a sum
// over ten runs that vary seldom a multiple comes out, and only one of both sides would be
// compared.
void add_tree(const profiles::TreeProfile& tree, const Words& words, ExactCounters& result) {
  const auto add = [&](const char* metric, int64_t count) {
    result.counters.push_back(shared_out(metric, words.an_iteration, count, tree.iterations));
    result.counters.back().may_vary = count % tree.iterations != 0;
  };
  add("thread_creations", tree.threads);
  add("process_creations", tree.processes);
  add("execs", tree.execs);
}

// What commands write is hashed in the tree pass.
std::string checksum_of_output(const MeasuredArm& arm) {
  for (const Block* block : arm.blocks(Pass::tree))
    if (!block->checksum.empty()) return block->checksum;
  return "";
}

std::string limit_words(const GateLimits& limits, bool work) {
  if (work) return limits.may_change ? "any change" : "no change";
  std::string words;
  if (limits.rise > 0) words = fmt::format("a rise of {:.6g}", limits.rise);
  if (limits.rise_percent > 0)
    words += fmt::format("{}{:.6g}%", words.empty() ? "a rise of " : " or ", limits.rise_percent);
  if (limits.range)
    words += fmt::format("{}{:.6g} to {:.6g}", words.empty() ? "" : "; ", limits.range->first,
                         limits.range->second);
  return words.empty() ? "no rise" : words;
}

GateStatus compare(const ExactCounter& before, const ExactCounter& after, const GateLimits& limits,
                   bool work) {
  if (!limits.check) return GateStatus::kUnchecked;
  if (after.value == before.value) return GateStatus::kEqual;
  if (work) return limits.may_change ? GateStatus::kAllowed : GateStatus::kChanged;
  if (!limits.allow(before.value.value(), after.value.value(),
                    difference(after.value, before.value)))
    return GateStatus::kRegression;
  if (after.value > before.value || limits.varies) return GateStatus::kAllowed;
  return GateStatus::kImproved;
}

// Counters whose difference a double loses are shown as they were counted.
void show_counts(const ExactRatio& before, const ExactRatio& after, GateRow& row) {
  const auto text = [](const ExactRatio& counter) {
    const auto count = static_cast<int64_t>(counter.count);
    return counter.per == 1 ? std::to_string(count)
                            : fmt::format("{} in {}", count, static_cast<int64_t>(counter.per));
  };
  constexpr double kLost = 1e-3;  // of the difference
  row.difference = difference(after, before);
  const double lost = std::abs(after.value() - before.value() - *row.difference);
  if (lost <= kLost * std::abs(*row.difference)) return;
  row.baseline_text = text(before);
  row.candidate_text = text(after);
}

const ExactCounter* find(const ExactCounters& counters, const std::string& metric) {
  const auto found = std::ranges::find(counters.counters, metric, &ExactCounter::metric);
  return found == counters.counters.end() ? nullptr : &*found;
}

// Loops of a kind that the other side does not have are none, not unknown.
bool counts_regions(const ExactCounters& counters) {
  return std::ranges::any_of(counters.counters, [](const ExactCounter& counter) {
    return counter.metric.starts_with("regions.");
  });
}

GateRow row_of(const std::string& variant, const ExactCounter& named, const ExactCounters& baseline,
               const ExactCounters& candidate, std::span<const GateRule> rules) {
  const bool work = named.metric.starts_with("work.");
  const bool region = named.metric.starts_with("regions.");
  const auto counted = [&](const ExactCounters& counters) -> std::optional<ExactCounter> {
    if (const ExactCounter* counter = find(counters, named.metric)) return *counter;
    return region && counts_regions(counters) ? std::optional(ExactCounter{}) : std::nullopt;
  };
  const auto before = counted(baseline), after = counted(candidate);
  const GateLimits limits = limits_of(rules, named.metric, variant);
  GateRow row;
  row.variant = variant;
  row.metric = named.metric;
  row.unit = named.unit;
  if (before) row.baseline = before->value.value();
  if (after) row.candidate = after->value.value();
  row.limit = limits.check ? limit_words(limits, work) : "not checked";
  const auto varies = [](const std::optional<ExactCounter>& counter) {
    return counter && counter->may_vary;
  };
  if (limits.varies || varies(before) || varies(after)) row.note = "varies from run to run";
  if (!row.baseline) {
    row.status = GateStatus::kUnchecked;
    row.note = "the baseline did not count it";
  } else if (!row.candidate) {
    row.status = limits.check ? GateStatus::kUnmeasured : GateStatus::kUnchecked;
    row.note = "the candidate did not count it";
  } else {
    row.status = varies(before) || varies(after) ? GateStatus::kUnchecked
                                                 : compare(*before, *after, limits, work);
    show_counts(before->value, after->value, row);
  }
  return row;
}

GateRow checksum_row(const std::string& variant, const ExactCounters& baseline,
                     const ExactCounters& candidate, std::span<const GateRule> rules) {
  const GateLimits limits = limits_of(rules, "checksum", variant);
  GateRow row;
  row.variant = variant;
  row.metric = "checksum";
  row.baseline_text = baseline.checksum;
  row.candidate_text = candidate.checksum;
  row.limit = limits.check ? limit_words(limits, true) : "not checked";
  if (!limits.check) row.status = GateStatus::kUnchecked;
  if (!limits.check || baseline.checksum == candidate.checksum) return row;
  row.status = limits.may_change ? GateStatus::kAllowed : GateStatus::kChanged;
  if (baseline.checksum.empty()) {
    row.status = GateStatus::kUnchecked;
    row.note = "the baseline has none";
  } else if (candidate.checksum.empty()) {
    row.status = GateStatus::kUnmeasured;
    row.note = "the candidate has none";
  } else if (baseline.isa != candidate.isa) {
    row.status = GateStatus::kUnchecked;
    row.note =
        fmt::format("not compared: instruction set {} against {}", baseline.isa, candidate.isa);
  }
  return row;
}

void add_rows(const Recording& baseline, const Recording& candidate, const std::string& variant,
              std::span<const GateRule> rules, std::vector<GateRow>& rows) {
  const ExactCounters before = exact_counters(baseline, variant);
  const ExactCounters after = exact_counters(candidate, variant);
  for (const ExactCounter& counter : before.counters)
    rows.push_back(row_of(variant, counter, before, after, rules));
  for (const ExactCounter& counter : after.counters)
    if (!find(before, counter.metric))
      rows.push_back(row_of(variant, counter, before, after, rules));
  if (!before.checksum.empty() || !after.checksum.empty())
    rows.push_back(checksum_row(variant, before, after, rules));
}

}  // namespace

ExactCounters exact_counters(const Recording& recording, const std::string& variant) {
  ExactCounters result;
  const Words words = words_of(recording);
  const MeasuredArm arm(recording, variant);
  if (const Block* block = any_block(arm)) {
    if (block->iteration_wall_ns.empty())
      throw base::Error("variant " + variant, "a block without iterations");
    add_work(*block, words, result);
    add_regions(recording, variant, words, result);
  } else {
    result.unavailable.push_back(fmt::format("work counters: {}", arm.reason(Pass::time)));
  }
  if (result.checksum.empty()) result.checksum = checksum_of_output(arm);
  if (const auto& sync = arm.sync()) {
    if (sync->iterations <= 0)
      throw base::Error("variant " + variant, "a sync pass without iterations");
    add_sync(*sync, words, result);
  } else if (const auto& tree = arm.tree()) {
    if (tree->iterations <= 0)
      throw base::Error("variant " + variant, "a tree pass without iterations");
    add_tree(*tree, words, result);
  } else {
    result.unavailable.push_back(
        fmt::format("allocations and threads: {}", arm.reason(Pass::sync)));
  }
  return result;
}

std::vector<GateRow> exact_rows(const Recording& baseline, const Recording& candidate,
                                std::span<const GateRule> rules) {
  std::vector<GateRow> rows;
  for (const auto& variant : baseline.variants)
    if (std::ranges::count(candidate.variants, variant.name, &profiles::Variant::name) > 0)
      add_rows(baseline, candidate, variant.name, rules, rows);
  return rows;
}

}  // namespace winnow::reports
