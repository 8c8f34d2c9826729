#include "reports/sampled_tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "reports/format.h"
#include "reports/recorded.h"

namespace winnow::reports {

using profiles::Function;
using profiles::Recording;
using profiles::SampledProfile;

namespace {

constexpr size_t kShownFunctions = 8;
constexpr double kZ95 = 1.96;

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

// One profile kind of all variants.
struct Profiles {
  std::vector<const SampledProfile*> profiles;  // per variant; null: not there
  Basis basis;
  std::vector<std::string> labels;
  std::vector<std::string> unavailable;

  bool any() const { return unavailable.size() < profiles.size(); }
};

Profiles profiles_for(const Recording& recording, const std::string& pass) {
  Profiles result;
  result.labels = labels(recording);
  std::vector<int> iterations;
  for (size_t variant = 0; variant < recording.variants.size(); ++variant) {
    const auto& kinds = profiles_of(recording, recording.variants[variant].name);
    const auto& profile = pass == "cpu" ? kinds.cpu : kinds.wall;
    result.profiles.push_back(profile ? &*profile : nullptr);
    iterations.push_back(profile ? profile->iterations : 0);
    if (!profile) result.unavailable.push_back(unavailable(recording, variant, pass));
  }
  result.basis = basis_of(pass, std::move(iterations));
  return result;
}

// What shares are shares of: the region's CPU time from the kernel where it is known.
double whole_of(const SampledProfile& profile) {
  return profile.total_s.value_or(profile.sampled_s);
}

Figure figure_of(const Profiles& all, size_t variant, const std::optional<double>& seconds) {
  const double divisor = all.basis.divisor(variant);
  if (!seconds || divisor <= 0) return {};
  return measured(*seconds / divisor, whole_of(*all.profiles[variant]) / divisor);
}

// The region's CPU time that no sample stands for; zero where the kernel's figure is not known.
double unsampled_s(const SampledProfile& profile) {
  return std::max(0.0, profile.total_s.value_or(profile.sampled_s) - profile.sampled_s);
}

// Whether two sampled sums may be equal: they differ by less than counting samples at random
// explains, at 95 %, plus all that was not sampled of the variant with the smaller sum.
bool within_sampling_error(const Profiles& all, size_t variant, const Sampled& first,
                           const Sampled& second) {
  if (!first.seconds || !second.seconds || !all.profiles[0] || !all.profiles[variant]) return false;
  if (all.basis.divisor(0) <= 0 || all.basis.divisor(variant) <= 0) return false;
  const double difference =
      *first.seconds / all.basis.divisor(0) - *second.seconds / all.basis.divisor(variant);
  const size_t smaller = difference > 0 ? variant : 0;
  const double unsampled = unsampled_s(*all.profiles[smaller]) / all.basis.divisor(smaller);
  if (!first.samples || !second.samples) return unsampled > 0 && std::abs(difference) <= unsampled;
  const auto period = [&](size_t index) {
    const SampledProfile& profile = *all.profiles[index];
    const double each = profile.samples && *profile.samples > 0
                            ? profile.sampled_s / static_cast<double>(*profile.samples)
                            : profile.period_s.value_or(0);
    return each / all.basis.divisor(index);
  };
  const double variance =
      *first.samples * period(0) * period(0) + *second.samples * period(variant) * period(variant);
  return std::abs(difference) <= kZ95 * std::sqrt(variance) + unsampled;
}

Row row_of(const Profiles& all, const std::string& name, const std::vector<Sampled>& sums) {
  Row row;
  row.name = name;
  for (size_t variant = 0; variant < sums.size(); ++variant) {
    Figure figure = figure_of(all, variant, sums[variant].seconds);
    if (figure.value && *figure.value == 0 && sums[variant].samples == 0) figure.text = "0 samples";
    row.figures.push_back(figure);
    row.evidence.push_back(variant > 0 &&
                                   within_sampling_error(all, variant, sums[0], sums[variant])
                               ? Evidence::kNoise
                               : Evidence::kNone);
  }
  return row;
}

const Function* find(const SampledProfile& profile, const std::string& name) {
  const auto found = std::ranges::find(profile.functions, name, &Function::name);
  return found == profile.functions.end() ? nullptr : &*found;
}

using Choose = bool (*)(const Function&);

// The function's seconds per variant. A profile that does not list it has no sample of it.
std::vector<Sampled> sums_of(const Profiles& all, const std::string& name, bool cumulative) {
  std::vector<Sampled> sums(all.profiles.size());
  for (size_t variant = 0; variant < sums.size(); ++variant) {
    if (!all.profiles[variant]) continue;
    const Function* function = find(*all.profiles[variant], name);
    if (!function)
      sums[variant].add(0.0, 0);
    else if (cumulative)
      sums[variant].add(function->cumulative_s, function->cumulative_samples);
    else
      sums[variant].add(function->flat_s, function->flat_samples);
  }
  return sums;
}

// Names of the functions that `choose` takes in any variant, the costliest first.
std::vector<std::string> names_by_cost(const Profiles& all, Choose choose, bool cumulative) {
  std::set<std::string> names;
  for (const SampledProfile* profile : all.profiles) {
    if (!profile) continue;
    for (const Function& function : profile->functions)
      if (choose(function) &&
          (cumulative ? function.cumulative_s : function.flat_s).value_or(0) > 0)
        names.insert(function.name);
  }
  std::vector<std::pair<double, std::string>> costs;
  for (const std::string& name : names) {
    double most = 0;
    for (const Sampled& sum : sums_of(all, name, cumulative))
      most = std::max(most, sum.seconds.value_or(0));
    costs.emplace_back(-most, name);
  }
  std::ranges::sort(costs);
  std::vector<std::string> sorted;
  for (const auto& [cost, name] : costs) sorted.push_back(name);
  return sorted;
}

void add_sums(std::vector<Sampled>& total, const std::vector<Sampled>& more) {
  for (size_t variant = 0; variant < total.size(); ++variant) {
    const auto& [seconds, samples] = more[variant];
    total[variant].add(seconds,
                       samples ? std::optional(static_cast<int64_t>(*samples)) : std::nullopt);
  }
}

std::vector<Sampled> zeros(const Profiles& all) {
  std::vector<Sampled> sums(all.profiles.size());
  for (size_t variant = 0; variant < sums.size(); ++variant)
    if (all.profiles[variant]) sums[variant].add(0.0, 0);
  return sums;
}

// Sum of the flat rows that `choose` takes.
std::vector<Sampled> flat_sum(const Profiles& all, Choose choose) {
  auto total = zeros(all);
  for (const std::string& name : names_by_cost(all, choose, false))
    add_sums(total, sums_of(all, name, false));
  return total;
}

Table table_for(const Profiles& all, const std::string& heading) {
  Table table;
  table.heading = heading;
  table.first_column = "Function";
  table.columns = all.labels;
  table.unavailable = all.unavailable;
  return table;
}

void note_noise(Table& table) {
  for (const Row& row : table.rows)
    if (std::ranges::count(row.evidence, Evidence::kNoise) > 0) {
      table.notes.push_back(
          "A difference behind ~ is within the sampling error: the random error (95 %) plus what "
          "was not sampled of the variant with the smaller figure.");
      return;
    }
}

// The largest functions one by one, the rest in one row, then their sum.
void add_functions(Table& table, const Profiles& all, Choose choose, const std::string& rest_name) {
  const auto names = names_by_cost(all, choose, false);
  for (size_t i = 0; i < std::min(names.size(), kShownFunctions); ++i) {
    Row row = row_of(all, names[i], sums_of(all, names[i], false));
    row.symbol = true;
    table.rows.push_back(std::move(row));
  }
  if (names.size() <= kShownFunctions) return;
  auto rest = zeros(all);
  for (size_t i = kShownFunctions; i < names.size(); ++i)
    add_sums(rest, sums_of(all, names[i], false));
  Row row = row_of(all, fmt::format("{} ({})", rest_name, names.size() - kShownFunctions), rest);
  row.role = Role::kRest;
  table.rows.push_back(std::move(row));
}

Table category_table(const Profiles& all, const std::string& heading, const std::string& category,
                     Choose choose) {
  Table table = table_for(all, heading);
  if (!all.any()) return table;
  add_functions(table, all, choose, "other " + category + " functions");
  Row sum = row_of(all, fmt::format("All {} functions", category), flat_sum(all, choose));
  sum.role = Role::kSubtotal;
  table.rows.push_back(std::move(sum));
  table.notes.push_back(fmt::format(
      "CPU seconds sampled in the function itself (flat), summed over threads, {}; in brackets "
      "the share of the region's CPU time.",
      all.basis.words));
  note_noise(table);
  return table;
}

bool is_scheduler(const Function& function) { return function.category == "scheduler"; }
bool is_compute(const Function& function) { return function.category == "compute"; }
bool is_memory(const Function& function) { return function.category == "memory"; }
bool is_tokenization(const Function& function) { return function.category == "tokenization"; }
bool is_kernel(const Function& function) { return function.category == "kernel"; }

std::string sampling_note(const Profiles& all) {
  std::string text;
  for (size_t variant = 0; variant < all.profiles.size(); ++variant) {
    const SampledProfile* profile = all.profiles[variant];
    if (!profile) continue;
    if (!text.empty()) text += "; ";
    text += all.labels[variant] + ": ";
    if (!profile->samples || *profile->samples <= 0) {
      text += "number of samples unavailable (not recorded)";
      continue;
    }
    const auto samples = static_cast<double>(*profile->samples);
    text += fmt::format("{} samples, random error of shares ± {:.1f} points", format_count(samples),
                        kZ95 * std::sqrt(0.25 / samples) * 100);
    if (unsampled_s(*profile) > 0)
      text += fmt::format("; besides, {} was not sampled",
                          format_share(unsampled_s(*profile) / *profile->total_s));
    else if (!profile->total_s && profile->clock == "cpu")
      text += "; how much was not sampled is unknown";
  }
  return "Sampling error at 95 %: " + text + ".";
}

// Did the samples exceed the kernel's CPU time by more than counting at random explains, at 95 %?
bool oversampled(const SampledProfile& profile) {
  const auto samples = static_cast<double>(profile.samples.value_or(0));
  if (samples <= 0) return true;
  const double error_s = kZ95 * profile.sampled_s / std::sqrt(samples);
  return profile.sampled_s - profile.total_s.value_or(profile.sampled_s) > error_s;
}

// Other functions are what the profile sampled beyond the named categories, listed or not, so that
// the rows add up to the whole.
// The kernel's CPU time of the cpu pass has no spread of its own: where the blocks of the time pass
// do not show that the variants differ in CPU time, neither does the total.
void judge_total(Table& table, const std::vector<Pairs>& cpu_pairs) {
  const auto open = [](const Pairs& pairs) {
    return pairs.count() > 0 &&
           (pairs.evidence == Evidence::kNoise || pairs.evidence == Evidence::kUnproven);
  };
  auto& evidence = table.rows.back().evidence;
  evidence.assign(cpu_pairs.size(), Evidence::kNone);
  for (size_t variant = 1; variant < cpu_pairs.size(); ++variant)
    if (open(cpu_pairs[variant])) evidence[variant] = Evidence::kNoise;
  if (std::ranges::count(evidence, Evidence::kNoise) > 0)
    table.notes.push_back(
        "A total behind ~: the blocks of the time pass do not prove a difference in CPU time.");
}

Table total_table(const Profiles& all, const std::vector<Pairs>& cpu_pairs,
                  std::vector<std::string>& warnings) {
  Table table = table_for(all, "CPU Time by Category");
  table.first_column = "Category";
  if (!all.any()) return table;
  const std::pair<const char*, Choose> categories[] = {{"Scheduler functions", is_scheduler},
                                                       {"Compute functions", is_compute},
                                                       {"Memory functions", is_memory},
                                                       {"Tokenization functions", is_tokenization},
                                                       {"Kernel functions", is_kernel}};
  auto named = zeros(all);
  for (const auto& [name, choose] : categories) {
    if (names_by_cost(all, choose, false).empty()) continue;
    const auto sums = flat_sum(all, choose);
    add_sums(named, sums);
    table.rows.push_back(row_of(all, name, sums));
  }
  std::vector<Sampled> other(all.profiles.size()), unsampled = other, total = other;
  for (size_t variant = 0; variant < all.profiles.size(); ++variant) {
    const SampledProfile* profile = all.profiles[variant];
    if (!profile) continue;
    double rest = profile->sampled_s - named[variant].seconds.value_or(0);
    if (std::abs(rest) < 1e-9 * profile->sampled_s) rest = 0;  // rounding of the sum
    if (rest < -1e-6 * profile->sampled_s)
      warnings.push_back(all.labels[variant] +
                         ": the flat rows of the cpu profile add up to more than was sampled.");
    other[variant].seconds = rest;
    if (profile->total_s) unsampled[variant].seconds = *profile->total_s - profile->sampled_s;
    total[variant].seconds = whole_of(*profile);
    if (!profile->total_s)
      table.notes.push_back(all.labels[variant] +
                            ": unsampled: unavailable: the region's CPU time from the kernel is "
                            "not recorded; shares are of the sampled time.");
    else if (*profile->total_s < profile->sampled_s)
      table.notes.push_back(fmt::format(
          "{}: unsampled is negative: the profiler counted more than the kernel, {} the sampling "
          "error.",
          all.labels[variant], oversampled(*profile) ? "by more than" : "within"));
  }
  const auto add = [&](const char* name, const std::vector<Sampled>& sums, Role role) {
    Row row = row_of(all, name, sums);
    row.role = role;
    if (role != Role::kRest) row.evidence.clear();  // not sampled
    table.rows.push_back(std::move(row));
  };
  add("Other functions", other, Role::kRest);
  add("unsampled", unsampled, Role::kUnsampled);
  add("Total CPU time", total, Role::kTotal);
  table.notes.push_back(fmt::format(
      "CPU seconds {}. unsampled = the region's CPU time from the kernel - sampled time. {}",
      all.basis.words, sampling_note(all)));
  note_noise(table);
  judge_total(table, cpu_pairs);
  return table;
}

Table cumulative_table(const Profiles& all) {
  Table table = table_for(all, "Cumulative Time");
  if (!all.any()) return table;
  const Choose beyond_flat = [](const Function& function) {
    return (is_scheduler(function) || is_compute(function)) && function.cumulative_s &&
           *function.cumulative_s > function.flat_s.value_or(0);
  };
  const auto names = names_by_cost(all, beyond_flat, true);
  for (size_t i = 0; i < std::min(names.size(), kShownFunctions); ++i) {
    Row row = row_of(all, names[i], sums_of(all, names[i], true));
    row.symbol = true;
    table.rows.push_back(std::move(row));
  }
  if (names.empty())
    table.unavailable.push_back(
        "unavailable: no scheduler or compute function has callees in the profile");
  else
    table.notes.push_back(
        fmt::format("CPU seconds {}, in the function and all that it calls: the "
                    "rows contain each other and must not be added, neither to "
                    "one another nor to the flat rows above.",
                    all.basis.words));
  note_noise(table);
  return table;
}

}  // namespace

CpuTables cpu_tables(const Recording& recording, const std::vector<Pairs>& cpu_pairs,
                     std::vector<std::string>& warnings) {
  const Profiles all = profiles_for(recording, "cpu");
  return {category_table(all, "Scheduler Overhead", "scheduler", is_scheduler),
          category_table(all, "Compute Functions", "compute", is_compute),
          total_table(all, cpu_pairs, warnings), cumulative_table(all)};
}

Table wall_table(const Recording& recording) {
  const Profiles all = profiles_for(recording, "wall");
  Table table = table_for(all, "Wall Profile");
  if (!all.any()) return table;
  const Choose everything = [](const Function&) { return true; };
  add_functions(table, all, everything, "Other functions");
  auto unlisted = zeros(all), total = zeros(all);
  const auto listed = flat_sum(all, everything);
  bool rest = false;
  for (size_t variant = 0; variant < all.profiles.size(); ++variant) {
    if (!all.profiles[variant]) continue;
    total[variant] = {whole_of(*all.profiles[variant]), std::nullopt};
    unlisted[variant] = {*total[variant].seconds - listed[variant].seconds.value_or(0),
                         std::nullopt};
    rest = rest || std::abs(*unlisted[variant].seconds) > 1e-6 * *total[variant].seconds;
  }
  if (rest) {
    table.rows.push_back(row_of(all, "not in a function", unlisted));
    table.rows.back().role = Role::kRest;
  }
  table.rows.push_back(row_of(all, "Total", total));
  table.rows.back().role = Role::kTotal;
  table.notes.push_back(fmt::format(
      "Thread-seconds sampled on the wall clock, waiting included, over all threads, {}. {}",
      all.basis.words, sampling_note(all)));
  note_noise(table);
  return table;
}

}  // namespace winnow::reports
