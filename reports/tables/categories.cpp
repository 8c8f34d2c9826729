#include "reports/tables/categories.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reports/figures/format.h"

namespace winnow::reports {

using profiles::SampledProfile;

namespace {

constexpr double kZ95 = 1.96;

// Did the samples exceed the kernel's CPU time by more than counting at random explains, at 95%?
bool oversampled(const SampledProfile& profile) {
  const auto samples = static_cast<double>(profile.samples.value_or(0));
  if (samples <= 0) return true;
  return oversampled_s(profile) > kZ95 * profile.sampled_s / std::sqrt(samples);
}

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

// The rows of the categories that occur; returns their sums.
std::vector<Sampled> add_categories(Table& table, const Profiles& all) {
  auto named = zeros(all);
  for (const std::string& category : categories_of(all)) {
    const auto sums = flat_sum(all, of_category(category));
    add_sums(named, sums);
    const std::string name = title_case(all.words.category(category)) + " functions";
    table.rows.push_back(row_of(all, name, sums));
  }
  return named;
}

// What was sampled beyond the named categories, listed or not.
double rest_s(const SampledProfile& profile, const Sampled& named) {
  const double rest = profile.sampled_s - named.seconds.value_or(0);
  return std::abs(rest) < 1e-9 * profile.sampled_s ? 0 : rest;  // rounding of the sum
}

// Its samples: none where nothing is left; empty: they were not counted.
std::optional<double> rest_samples(const SampledProfile& profile, const Sampled& named,
                                   double rest) {
  if (rest <= 0) return 0;
  if (!profile.samples || !named.samples) return std::nullopt;
  return std::max(0.0, static_cast<double>(*profile.samples) - *named.samples);
}

// Why the row "unsampled" is empty, or there is one of the overlap; empty: neither is so.
std::string unsampled_note(const SampledProfile& profile, const std::string& label) {
  if (!profile.total_s)
    return label +
           ": unsampled: unavailable: the region's CPU time from the kernel is not recorded; "
           "shares are of the sampled time.";
  if (oversampled_s(profile) == 0) return "";
  return fmt::format(
      "{}: the samples stand for more CPU time than the kernel counted, {} the sampling error: "
      "what is beyond is a row of its own, and shares are of the sampled time.",
      label, oversampled(profile) ? "by more than" : "within");
}

void add_row(Table& table, const Profiles& all, const char* name, const std::vector<Sampled>& sums,
             Role role) {
  Row row = row_of(all, name, sums);
  row.role = role;
  if (role != Role::kRest) row.evidence.clear();  // not sampled
  table.rows.push_back(std::move(row));
}

// What the named categories leave, so that the rows add up to the whole.
void add_rest(Table& table, const Profiles& all, const std::vector<Sampled>& named,
              std::vector<std::string>& warnings) {
  std::vector<Sampled> other(all.profiles.size()), unsampled = other, beyond = other, total = other;
  bool overlap = false;
  for (size_t variant = 0; variant < all.profiles.size(); ++variant) {
    if (!all.profiles[variant]) continue;
    const SampledProfile& profile = *all.profiles[variant];
    const double rest = rest_s(profile, named[variant]);
    other[variant] = {std::max(0.0, rest), rest_samples(profile, named[variant], rest)};
    beyond[variant].seconds = oversampled_s(profile) + std::max(0.0, -rest);
    overlap = overlap || *beyond[variant].seconds > 0;
    if (rest < -1e-6 * profile.sampled_s)
      warnings.push_back(all.labels[variant] +
                         ": the flat rows of the cpu profile add up to more than was sampled.");
    if (profile.total_s) unsampled[variant].seconds = unsampled_s(profile);
    total[variant].seconds = profile.total_s.value_or(profile.sampled_s);
    if (std::string note = unsampled_note(profile, all.labels[variant]); !note.empty())
      table.notes.push_back(std::move(note));
  }
  add_row(table, all, "Other functions", other, Role::kRest);
  add_row(table, all, "unsampled", unsampled, Role::kUnsampled);
  if (overlap) add_row(table, all, kOverlapName, beyond, Role::kOverlap);
  add_row(table, all, "Total CPU time", total, Role::kTotal);
}

}  // namespace

Table category_total_table(const Profiles& all, const std::vector<Pairs>& cpu_pairs,
                           std::vector<std::string>& warnings) {
  Table table = table_for(all, "CPU Time by Category");
  table.first_column = "Category";
  if (!all.any()) return table;
  add_rest(table, all, add_categories(table, all), warnings);
  table.notes.push_back(
      fmt::format("CPU seconds {}. unsampled = the region's CPU time from the kernel - sampled "
                  "time, at least 0. {}",
                  all.basis.words, sampling_note(all)));
  if (std::string note = outside_note(all); !note.empty()) table.notes.push_back(std::move(note));
  judge_total(table, cpu_pairs);
  return table;
}

}  // namespace winnow::reports
