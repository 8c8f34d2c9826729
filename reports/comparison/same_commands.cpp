#include "reports/comparison/same_commands.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "reports/blocks/pairs.h"
#include "reports/comparison/behaviour.h"
#include "reports/comparison/counter_tests.h"
#include "reports/figures/format.h"
#include "reports/recorded/function_changes.h"
#include "reports/statistics/significance.h"
#include "reports/statistics/student.h"
#include "reports/statistics/ties.h"

namespace winnow::reports {

using profiles::InstructionProfile;
using profiles::TreeProfile;

namespace {

constexpr double kCpuLimit = 1.05;  // beyond it commands may differ without a proof
constexpr int64_t kFewestSamplesToTell = 200;

// What speaks for and against two commands behaving alike.
struct Resemblance {
  const MeasuredArm &first, &second;
  bool differs = false;
  bool same_instructions = false;
  std::vector<double> p{};  // of each test
  std::vector<std::string> compared{}, not_compared{};
  std::string doubt{};  // why it cannot be told; empty: it can
};

std::string both(double a, double b, int decimals = 0) {
  const std::string one = format_count(a, decimals), other = format_count(b, decimals);
  return one == other ? one : one + " and " + other;
}

// True: both have it. One that has what the other lacks is another one.
template <class Profile>
bool have_both(Resemblance& like, const std::optional<Profile>& a, const std::optional<Profile>& b,
               const std::string& what) {
  if (a && b) return true;
  if (a || b)
    like.differs = true;
  else if (!what.empty())
    like.not_compared.push_back(what);
  return false;
}

void compare_outputs(Resemblance& like) {
  const auto writes = [](const MeasuredArm& arm) {
    return std::ranges::any_of(arm.blocks(Pass::tree), [](const profiles::Block* block) {
      return !block->checksum.empty();
    });
  };
  // Different outputs are different work, which ends before this.
  if (writes(like.first) != writes(like.second))
    like.differs = true;
  else
    (writes(like.first) ? like.compared : like.not_compared).push_back("standard output");
}

// Exact where every run of a command made as many.
void compare_tree_count(Resemblance& like, const std::string& name, int64_t TreeProfile::*member) {
  const TreeProfile &a = *like.first.tree(), &b = *like.second.tree();
  const auto is_whole = [&](const TreeProfile& tree) {
    return tree.*member % tree.iterations == 0;
  };
  const ExactRatio one{a.*member, a.iterations}, other{b.*member, b.iterations};
  like.differs = like.differs || sums_differ(one, other);
  like.compared.push_back(name + " " +
                          both(one.value(), other.value(), is_whole(a) && is_whole(b) ? 0 : 1));
}

void compare_trees(Resemblance& like) {
  compare_tree_count(like, "processes created", &TreeProfile::processes);
  compare_tree_count(like, "programs executed", &TreeProfile::execs);
  compare_tree_count(like, "threads created", &TreeProfile::threads);
}

bool allocate_the_same(const profiles::HeapProfile& a, const profiles::HeapProfile& b) {
  if (is_counted_exactly(a) && is_counted_exactly(b))
    return ExactRatio{*a.exact_objects, a.iterations} ==
               ExactRatio{*b.exact_objects, b.iterations} &&
           ExactRatio{*a.exact_bytes, a.iterations} == ExactRatio{*b.exact_bytes, b.iterations};
  const Allocated one = allocated_by(a, is_counted_exactly(a)),
                  other = allocated_by(b, is_counted_exactly(b));
  return tied(one.objects, other.objects) && tied(one.bytes, other.bytes);
}

void compare_allocations(Resemblance& like) {
  const auto &a = like.first.heap(), &b = like.second.heap();
  if (!have_both(like, a, b, "allocations")) return;
  if (a->iterations <= 0 || b->iterations <= 0) {
    like.not_compared.push_back("allocations");
    return;
  }
  const Allocated one = allocated_by(*a, is_counted_exactly(*a)),
                  other = allocated_by(*b, is_counted_exactly(*b));
  like.differs = like.differs || !allocate_the_same(*a, *b);
  like.compared.push_back(fmt::format("allocations {} with {} bytes",
                                      both(one.objects, other.objects),
                                      both(one.bytes, other.bytes)));
}

// By the scatter between processes, or blocks.
void compare_counters(Resemblance& like, const Behaviour& a, const Behaviour& b) {
  const bool as_many = std::ranges::equal(
      a.counters, b.counters, {}, [](const auto& counter) { return counter.first; },
      [](const auto& counter) { return counter.first; });
  if (!as_many) like.differs = true;
  if (like.differs || a.counters.empty()) return;
  if (!ranks_can_tell(a, b)) {
    like.doubt = "too few processes were counted to know how their counts scatter";
    return;
  }
  for (const auto& [name, counter] : a.counters) like.p.push_back(p_of_counter(name, a, b));
  if (const std::string words = evidence(a, b); !words.empty()) like.compared.push_back(words);
}

void compare_synchronisation(Resemblance& like) {
  auto a = behaviour_of(like.first), b = behaviour_of(like.second);
  if (!have_both(like, a, b, "synchronisation")) return;
  a->cores.clear();  // the times tell more
  b->cores.clear();
  // Told by the blocks, without the agent.
  a->counters.erase(kSwitches);
  b->counters.erase(kSwitches);
  compare_counters(like, *a, *b);
}

void compare_instructions(Resemblance& like) {
  const auto &a = like.first.count(), &b = like.second.count();
  if (!have_both(like, a, b, "") || a->iterations <= 0 || b->iterations <= 0) return;
  const auto mean = [](const InstructionProfile& profile) {
    return static_cast<double>(profile.instructions) / profile.iterations;
  };
  like.same_instructions = !instructions_differ(*a, *b);
  like.differs = like.differs || !like.same_instructions;
  like.compared.push_back("instructions " + both(mean(*a), mean(*b)));
}

void compare_futexes(Resemblance& like) {
  const auto &a = like.first.futex(), &b = like.second.futex();
  if (!have_both(like, a, b, "") || a->iterations <= 0 || b->iterations <= 0) return;
  const double first = static_cast<double>(a->waits + a->wakes),
               second = static_cast<double>(b->waits + b->wakes);
  like.differs = like.differs || is_material(first, second, a->iterations, b->iterations);
  like.compared.push_back("futex calls " + both(first / a->iterations, second / b->iterations, 1));
}

Pairs pairs_by(const Measured& arms, const Resemblance& like, Measure measure) {
  return compare_all(arms, {{&like.first, &like.second}}, measure).front();
}

void compare_cpu_time(const Measured& arms, Resemblance& like) {
  const Pairs pairs = pairs_by(arms, like, Measure::kCpu);
  if (pairs.evidence == Evidence::kProven) like.differs = true;
  const bool within = pairs.low && *pairs.low >= 1 / kCpuLimit && *pairs.high <= kCpuLimit;
  if (pairs.evidence == Evidence::kUnproven)
    like.doubt = "too few pairs of blocks compare their CPU time";
  else if (!within && !like.same_instructions)
    like.doubt = fmt::format(
        "the noise leaves room for a difference in CPU time: {}; more blocks or the count pass "
        "would tell",
        ratio_words(pairs));
  like.compared.push_back("CPU time " + ratio_words(pairs));
}

void compare_wall_time(const Measured& arms, Resemblance& like) {
  const auto before = block_seconds(like.first, Measure::kWall);
  std::vector<double> differences;
  for (const auto& [index, seconds] : block_seconds(like.second, Measure::kWall))
    if (const auto other = before.find(index); other != before.end())
      if (const double log = std::log(seconds / other->second); std::isfinite(log))
        differences.push_back(log);
  like.p.push_back(paired_t_p(differences));
  like.compared.push_back("wall time " + ratio_words(pairs_by(arms, like, Measure::kWall)));
}

// Their shares: how much CPU time it is altogether was compared in the time pass.
void compare_functions(Resemblance& like) {
  const auto &a = *like.first.cpu(), &b = *like.second.cpu();
  const int64_t fewer = std::min(a.samples.value_or(0), b.samples.value_or(0));
  if (fewer < kFewestSamplesToTell) {
    like.doubt = fmt::format("{} samples of the CPU time do not tell its functions apart",
                             format_whole(fewer));
    return;
  }
  const FunctionCount how{
      kTogetherLevel, {}, [&](const std::string&) { return std::pair(a.sampled_s, b.sampled_s); }};
  const auto changes = function_changes(a, b, how);
  like.differs = like.differs || std::ranges::any_of(changes, [](const FunctionChange& change) {
                   return change.rose() || change.fell();
                 });
  like.compared.push_back(
      fmt::format("shares of {} functions in the CPU time, by {} samples", changes.size(),
                  both(static_cast<double>(*a.samples), static_cast<double>(*b.samples))));
}

bool is_followed(const MeasuredArm& arm) {
  return !arm.about->command.empty() && arm.about->server.empty() && arm.tree() &&
         arm.tree()->iterations > 0 && arm.tree()->unseen_ends == 0 && arm.cpu() &&
         arm.cpu()->iterations > 0 && !arm.blocks(Pass::time).empty();
}

Resemblance resemblance(const Measured& arms, size_t first, size_t second) {
  Resemblance like{arms[first], arms[second]};
  compare_outputs(like);
  compare_trees(like);
  compare_allocations(like);
  compare_synchronisation(like);
  compare_counters(like, behaviour_of_blocks(like.first), behaviour_of_blocks(like.second));
  compare_instructions(like);
  compare_futexes(like);
  compare_functions(like);
  compare_cpu_time(arms, like);
  compare_wall_time(arms, like);
  like.differs = like.differs || std::ranges::min(holm(like.p)) <= kTogetherLevel;
  return like;
}

std::string alike_words(const Resemblance& like, const std::string& iteration) {
  const std::string names = like.first.label + " and " + like.second.label;
  const std::string compared =
      fmt::format("per {}: {}{}", iteration, fmt::join(like.compared, "; "),
                  like.not_compared.empty()
                      ? ""
                      : fmt::format(". Not compared: {}", fmt::join(like.not_compared, ", ")));
  if (!like.doubt.empty())
    return fmt::format(
        "Whether {} behave identically cannot be told: {}. Nothing else that was compared differs "
        "({}).",
        names, like.doubt, compared);
  return fmt::format(
      "{} behave identically: nothing that was compared differs by more than chance explains ({}). "
      "This is evidence, not proof. Any difference in time between them is noise or memory layout.",
      names, compared);
}

}  // namespace

std::vector<SameBehaviour> same_commands(const Grounds& grounds) {
  const Measured& arms = grounds.arms;
  std::vector<SameBehaviour> found;
  if (!grounds.compared.same_work.holds()) return found;
  for (size_t i = 0; i < arms.size(); ++i)
    for (size_t j = i + 1; j < arms.size(); ++j) {
      if (!is_followed(arms[i]) || !is_followed(arms[j]) || arms[i].run != arms[j].run) continue;
      const Resemblance like = resemblance(arms, i, j);
      if (!like.differs)
        found.push_back({i, j, like.doubt.empty(), alike_words(like, arms.words().iteration)});
    }
  return found;
}

}  // namespace winnow::reports
