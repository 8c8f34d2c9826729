#include "reports/detail/chains.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

#include "reports/figures/format.h"
#include "reports/recorded/allocation_site.h"

namespace winnow::reports {

using profiles::Stack;
using profiles::Stacks;

namespace {

constexpr size_t kShown = 15;
constexpr size_t kShownFrames = 5;  // of a chain

struct Amounts {
  double value = 0, samples = 0;
};
using ByName = std::map<std::string, Amounts>;
using Name = std::function<std::string(const Stacks&, const Stack&)>;

const std::string& function_at(const Stacks& stacks, int frame) {
  return stacks.frames[static_cast<size_t>(frame)].function;
}

// Outermost first, as a program calls: the frames nearest the leaf.
std::string chain_name(const Stacks& stacks, const Stack& stack) {
  std::string name = stack.frames.size() > kShownFrames ? "... > " : "";
  for (size_t i = std::min(stack.frames.size(), kShownFrames); i-- > 0;)
    name += function_at(stacks, stack.frames[i]) + (i > 0 ? " > " : "");
  return name;
}

std::string site_name(const Stacks& stacks, const Stack& stack) {
  return function_at(stacks, allocation_site(stacks, stack));
}

ByName summed(const Stacks& stacks, const Name& name, double shares) {
  ByName sums;
  for (const Stack& stack : stacks.stacks) {
    Amounts& sum = sums[name(stacks, stack)];
    sum.samples += static_cast<double>(stack.samples);
    sum.value += (stacks.clock == profiles::ProfileClock::allocation
                      ? static_cast<double>(stack.bytes)
                      : static_cast<double>(stack.samples) * stacks.period_s) /
                 shares;
  }
  return sums;
}

struct Moved {
  std::string name;
  Amounts before, after;
  double difference() const { return after.value - before.value; }
};

std::vector<Moved> moved(const ByName& before, const ByName& after) {
  std::map<std::string, Moved> all;
  for (const auto& [name, amounts] : before) all[name].before = amounts;
  for (const auto& [name, amounts] : after) all[name].after = amounts;
  std::vector<Moved> result;
  for (auto& [name, each] : all) {
    each.name = name;
    if (each.difference() != 0) result.push_back(std::move(each));
  }
  std::ranges::stable_sort(result, std::greater{},
                           [](const Moved& each) { return std::abs(each.difference()); });
  return result;
}

// Poisson's scatter of both counts of samples, at 95%.
bool noise(const Moved& each) {
  const auto variance = [](const Amounts& amounts) {
    return amounts.samples > 0 ? amounts.value * amounts.value / amounts.samples : 0;
  };
  return std::abs(each.difference()) <
         1.96 * std::sqrt(variance(each.before) + variance(each.after));
}

struct Sides {
  const Stacks *before = nullptr, *after = nullptr;
  double shares_before = 0, shares_after = 0;
};

Sides sides_of(const Measured& arms, const std::vector<VariantStacks>& stacks, size_t variant,
               ProfileClock clock) {
  Sides sides;
  if (stacks.size() <= variant) return sides;
  sides.before = stacks_of(stacks.front(), clock);
  sides.after = stacks_of(stacks[variant], clock);
  const double shares = arms.words().shares;
  if (sides.before) sides.shares_before = shares * sides.before->iterations;
  if (sides.after) sides.shares_after = shares * sides.after->iterations;
  return sides;
}

// What is listed: which stacks, by what name.
struct About {
  const char* heading;
  const char* first_column;
  ProfileClock clock;
  Name name;
};

Listing listing_of(const Measured& arms, const std::vector<VariantStacks>& stacks, size_t variant,
                   const About& about) {
  Listing listing;
  listing.heading = fmt::format("{}: {}", about.heading, arms[variant].label);
  listing.symbols = true;
  listing.columns = {about.first_column, arms[0].label, arms[variant].label, "Change"};
  const ProfileClock clock = about.clock;
  const Sides sides = sides_of(arms, stacks, variant, clock);
  for (const auto& [side, which] : {std::pair(sides.before, size_t{0}), {sides.after, variant}})
    if (!side) listing.notes.push_back(no_stacks(arms[which], clock));
  if (!listing.notes.empty()) return listing;
  if (sides.shares_before <= 0 || sides.shares_after <= 0) {
    const Words& words = arms.words();
    listing.notes.push_back(fmt::format("unavailable: the number of {} is not recorded",
                                        words.item.empty() ? words.iterations : words.items));
    return listing;
  }
  const auto all = moved(summed(*sides.before, about.name, sides.shares_before),
                         summed(*sides.after, about.name, sides.shares_after));
  const bool allocation = clock == ProfileClock::allocation;
  const auto words = [&](double value) {
    return allocation ? format_count(value, 1) : fmt::format("{:.1f}", value * 1e6);
  };
  for (size_t i = 0; i < std::min(all.size(), kShown); ++i) {
    const Moved& each = all[i];
    listing.rows.push_back({each.name, words(each.before.value), words(each.after.value),
                            (!allocation && noise(each) ? "~ " : "") +
                                std::string(each.difference() > 0 ? "+" : "-") +
                                words(std::abs(each.difference()))});
  }
  listing.notes.push_back(
      fmt::format("The {} largest changes of {}, {} {}.", listing.rows.size(), all.size(),
                  allocation ? "bytes" : "microseconds of sampled CPU time", arms.words().share));
  if (!allocation)
    listing.notes.push_back("Behind ~: within what counting samples at random explains at 95%.");
  return listing;
}

}  // namespace

Listing chains_listing(const Measured& arms, const std::vector<VariantStacks>& stacks,
                       size_t variant) {
  return listing_of(arms, stacks, variant,
                    {"Moved Call Chains", "Call chain", ProfileClock::cpu, chain_name});
}

Listing call_sites_listing(const Measured& arms, const std::vector<VariantStacks>& stacks,
                           size_t variant) {
  return listing_of(arms, stacks, variant,
                    {"Allocations by Call Site", "Function", ProfileClock::allocation, site_name});
}

}  // namespace winnow::reports
