#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "profiles/recording/recording.h"
#include "reports/figures/table.h"
#include "reports/recorded/side_by_side.h"

// The sampled profiles of all variants side by side: what the tables of samples are made of.
namespace winnow::reports {

// Flat or cumulative seconds of the functions, and how many samples they stand for.
struct Sampled {
  std::optional<double> seconds;
  std::optional<double> samples;

  void add(const std::optional<double>& more_seconds, const std::optional<int64_t>& more_samples) {
    if (!more_seconds) return;
    const bool counted = !seconds || samples;  // all summands so far had samples
    seconds = seconds.value_or(0) + *more_seconds;
    samples = counted && more_samples
                  ? std::optional(samples.value_or(0) + static_cast<double>(*more_samples))
                  : std::nullopt;
  }
};

using Profiles = SideBySide<profiles::SampledProfile>;

// Of the cpu or the wall pass.
Profiles profiles_for(const Measured& arms, Pass pass);
// Of the servers beside the runs of the cpu pass.
Profiles server_profiles(const Measured& arms);

// What shares are shares of, so that no sum of samples exceeds it: the region's CPU time from the
// kernel where it is known and not less than what was sampled.
double whole_of(const profiles::SampledProfile& profile);

// The region's CPU time that no sample stands for; zero where the kernel's figure is not known.
double unsampled_s(const profiles::SampledProfile& profile);

// What the samples stand for beyond the region's CPU time from the kernel, where that is known.
double oversampled_s(const profiles::SampledProfile& profile);

// Whether two sampled sums may be equal: they differ by less than counting samples at random
// explains, at 95%, plus all that was not sampled of the variant with the smaller sum.
bool within_sampling_error(const Profiles& all, size_t from, size_t to, const Sampled& first,
                           const Sampled& second);

// Seconds of all iterations that a function took at most (95%), of which there is no sample; 0:
// not known.
double most_without_sample_s(const profiles::SampledProfile& profile);

Row row_of(const Profiles& all, const std::string& name, const std::vector<Sampled>& sums);

using Choose = std::function<bool(const profiles::Function&)>;

Choose of_category(const std::string& category);
bool is_scheduler(const profiles::Function& function);
// What counts as the program's own work (Words::computes).
Choose work_of(const Words& words);
// Those that have a sample, but for "other": general ones in the order of the tables, others by
// name.
std::vector<std::string> categories_of(const Profiles& all);

// Names of the functions that `choose` takes in any variant, the costliest first.
std::vector<std::string> names_by_cost(const Profiles& all, const Choose& choose, bool cumulative);

// The function's seconds per variant. A profile that does not list it has no sample of it.
std::vector<Sampled> sums_of(const Profiles& all, const std::string& name, bool cumulative);
std::vector<Sampled> zeros(const Profiles& all);
void add_sums(std::vector<Sampled>& total, const std::vector<Sampled>& more);
// Sum of the flat rows that `choose` takes.
std::vector<Sampled> flat_sum(const Profiles& all, const Choose& choose);

inline constexpr size_t kShownFunctions = 8;

Table table_for(const Profiles& all, const std::string& heading);
// The largest functions one by one, the rest in one row.
void add_functions(Table& table, const Profiles& all, const Choose& choose,
                   const std::string& rest_name);
std::string sampling_note(const Profiles& all);
// How much of the CPU time is the kernel's, where the profiler may not see it; empty: it may.
std::string kernel_note(const Profiles& all);
// "[libz.so.1]", a program or library without symbols; not what is no file: "[kernel]".
bool is_nameless_file(const profiles::Function& function);
// Those that have 5% or more of a variant's samples, and what would give their functions names;
// empty: there are none.
std::string nameless_note(const Profiles& all);
// How much of it no profiler counts, of each variant where that is 1% or more; empty: of none.
std::string outside_note(const Profiles& all);

}  // namespace winnow::reports
