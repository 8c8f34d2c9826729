#include "reports/recorded/sampled.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <set>
#include <string_view>

#include "reports/figures/format.h"

namespace winnow::reports {

using profiles::Function;
using profiles::SampledProfile;

namespace {

constexpr double kZ95 = 1.96;
constexpr double kMostUnseen = 3;  // samples: of a Poisson count of 0, the upper limit at 95%

double one_sample_s(const SampledProfile& profile) {
  return profile.samples && *profile.samples > 0
             ? profile.sampled_s / static_cast<double>(*profile.samples)
             : profile.period_s.value_or(0);
}

// Seconds of the basis that a sample stands for.
double sample_s(const Profiles& all, size_t variant) {
  return one_sample_s(*all.profiles[variant]) / all.basis.divisor(variant);
}

Figure figure_of(const Profiles& all, size_t variant, const std::optional<double>& seconds) {
  const double divisor = all.basis.divisor(variant);
  if (!seconds || divisor <= 0) return {};
  return measured(*seconds / divisor, whole_of(*all.profiles[variant]) / divisor);
}

const Function* find(const SampledProfile& profile, const std::string& name) {
  const auto found = std::ranges::find(profile.functions, name, &Function::name);
  return found == profile.functions.end() ? nullptr : &*found;
}

}  // namespace

Profiles profiles_for(const Measured& arms, Pass pass) {
  return side_by_side(arms, pass, pass == Pass::cpu ? &MeasuredArm::cpu : &MeasuredArm::wall);
}

Profiles server_profiles(const Measured& arms) {
  return side_by_side(arms, Pass::cpu, &MeasuredArm::server);
}

double whole_of(const SampledProfile& profile) {
  return std::max(profile.total_s.value_or(profile.sampled_s), profile.sampled_s);
}

double unsampled_s(const SampledProfile& profile) {
  return std::max(0.0, profile.total_s.value_or(profile.sampled_s) - profile.sampled_s);
}

double oversampled_s(const SampledProfile& profile) {
  return std::max(0.0, profile.sampled_s - profile.total_s.value_or(profile.sampled_s));
}

double most_without_sample_s(const SampledProfile& profile) {
  return kMostUnseen * one_sample_s(profile);
}

bool within_sampling_error(const Profiles& all, size_t from, size_t to, const Sampled& first,
                           const Sampled& second) {
  if (!first.seconds || !second.seconds || !all.profiles[from] || !all.profiles[to]) return false;
  if (all.basis.divisor(from) <= 0 || all.basis.divisor(to) <= 0) return false;
  const double difference =
      *first.seconds / all.basis.divisor(from) - *second.seconds / all.basis.divisor(to);
  const size_t smaller = difference > 0 ? to : from;
  const double unsampled = unsampled_s(*all.profiles[smaller]) / all.basis.divisor(smaller);
  if (!first.samples || !second.samples) return unsampled > 0 && std::abs(difference) <= unsampled;
  const double before_s = sample_s(all, from), after_s = sample_s(all, to);
  const double variance =
      *first.samples * before_s * before_s + *second.samples * after_s * after_s;
  return std::abs(difference) <= kZ95 * std::sqrt(variance) + unsampled;
}

Row row_of(const Profiles& all, const std::string& name, const std::vector<Sampled>& sums) {
  Row row;
  row.name = name;
  for (size_t variant = 0; variant < sums.size(); ++variant) {
    Figure figure = figure_of(all, variant, sums[variant].seconds);
    if (figure.value && *figure.value == 0 && sums[variant].samples == 0) {
      figure.below = kMostUnseen * sample_s(all, variant);
      if (*figure.below <= 0) figure.text = "0 samples";
    }
    row.figures.push_back(figure);
    row.evidence.push_back(variant > 0 &&
                                   within_sampling_error(all, 0, variant, sums[0], sums[variant])
                               ? Evidence::kNoise
                               : Evidence::kNone);
  }
  return row;
}

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

std::vector<std::string> names_by_cost(const Profiles& all, const Choose& choose, bool cumulative) {
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

std::vector<Sampled> flat_sum(const Profiles& all, const Choose& choose) {
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

void add_functions(Table& table, const Profiles& all, const Choose& choose,
                   const std::string& rest_name) {
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

Choose of_category(const std::string& category) {
  return [category](const Function& function) { return function.category == category; };
}

bool is_scheduler(const Function& function) { return function.category == "scheduler"; }

Choose work_of(const Words& words) {
  if (words.computes) return of_category("compute");
  return [](const Function& function) { return !is_scheduler(function); };
}

std::vector<std::string> categories_of(const Profiles& all) {
  std::set<std::string> found;
  for (const SampledProfile* profile : all.profiles)
    if (profile)
      for (const Function& function : profile->functions)
        if (function.flat_s.value_or(0) > 0) found.insert(function.category);
  std::vector<std::string> categories;
  for (const char* first : {"scheduler", "compute", "memory"})
    if (found.erase(first) > 0) categories.push_back(first);
  const bool kernel = found.erase("kernel") > 0;
  found.erase("other");
  categories.insert(categories.end(), found.begin(), found.end());
  if (kernel) categories.push_back("kernel");
  return categories;
}

std::string kernel_note(const Profiles& all) {
  std::string shares;
  for (size_t variant = 0; variant < all.profiles.size(); ++variant) {
    const SampledProfile* profile = all.profiles[variant];
    if (!profile || !profile->unseen_kernel_s || !(whole_of(*profile) > 0)) continue;
    shares += fmt::format("{}{}: {}", shares.empty() ? "" : "; ", all.labels[variant],
                          format_share(*profile->unseen_kernel_s / whole_of(*profile)));
  }
  if (shares.empty()) return "";
  return fmt::format(
      "Time in the kernel is in no function, because the profiler may not see it. It is this share "
      "of the CPU time: {}. It is seen by root, and where kernel.perf_event_paranoid is 1 or less.",
      shares);
}

bool is_nameless_file(const Function& function) {
  static constexpr std::string_view kNoFiles[] = {"[kernel]",           "[unknown]", "[truncated]",
                                                  "[anonymous memory]", "[vdso]",    "[vsyscall]"};
  const std::string& name = function.name;
  return name.size() > 2 && name.front() == '[' && name.back() == ']' &&
         std::ranges::find(kNoFiles, name) == std::end(kNoFiles);
}

std::string nameless_note(const Profiles& all) {
  constexpr double kToName = 0.05;
  std::map<std::string, double> files;  // the largest share of each
  for (const SampledProfile* profile : all.profiles) {
    if (!profile || !(profile->sampled_s > 0)) continue;
    for (const Function& function : profile->functions) {
      const double share = function.flat_s.value_or(0) / profile->sampled_s;
      if (share < kToName || !is_nameless_file(function)) continue;
      double& largest = files[function.name.substr(1, function.name.size() - 2)];
      largest = std::max(largest, share);
    }
  }
  std::string names;
  for (const auto& [file, share] : files)
    names += fmt::format("{}{} ({} of the samples)", names.empty() ? "" : ", ", file,
                         format_percent(share * 100));
  if (names.empty()) return "";
  return fmt::format(
      "Without symbols, so that its functions have no names: {}. A build with -g that is not "
      "stripped has them, or the package of its debugging symbols, which winnow top "
      "--uncategorized names.",
      names);
}

std::string outside_note(const Profiles& all) {
  constexpr double kToName = 0.01;
  std::string shares;
  for (size_t variant = 0; variant < all.profiles.size(); ++variant) {
    const SampledProfile* profile = all.profiles[variant];
    if (!profile || profile->unseen_kernel_s || !(whole_of(*profile) > 0)) continue;
    const double share = profile->outside_events_s.value_or(0) / whole_of(*profile);
    if (share < kToName) continue;
    shares += fmt::format("{}{}: {}", shares.empty() ? "" : "; ", all.labels[variant],
                          format_share(share));
  }
  if (shares.empty()) return "";
  return fmt::format(
      "Of what was not sampled this share of the CPU time is the kernel's, to start and end "
      "processes and to switch between threads, where no profiler counts: {}.",
      shares);
}

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
    else if (!profile->total_s && profile->clock == ProfileClock::cpu)
      text += "; how much was not sampled is unknown";
  }
  return "Sampling error at 95%: " + text + ".";
}

}  // namespace winnow::reports
