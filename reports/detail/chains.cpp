#include "reports/detail/chains.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

#include "reports/figures/format.h"

namespace winnow::reports {

using profiles::Recording;
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

bool only_allocates(const std::string& function) {
  for (const char* beginning :
       {"std::", "__gnu_cxx::", "operator new", "malloc", "calloc", "realloc", "posix_memalign",
        "aligned_alloc", "memalign", "[libtcmalloc", "tcmalloc::", "tc_", "void std::", "__libc_",
        "(anonymous namespace)::do_"})
    if (function.starts_with(beginning)) return true;
  return false;
}

// The function that asked for memory, rather than the library that got it.
std::string site_name(const Stacks& stacks, const Stack& stack) {
  for (int frame : stack.frames)
    if (!only_allocates(function_at(stacks, frame))) return function_at(stacks, frame);
  return function_at(stacks, stack.frames.front());
}

ByName summed(const Stacks& stacks, const Name& name, double per_text) {
  ByName sums;
  for (const Stack& stack : stacks.stacks) {
    Amounts& sum = sums[name(stacks, stack)];
    sum.samples += static_cast<double>(stack.samples);
    sum.value += (stacks.clock == profiles::ProfileClock::allocation
                      ? static_cast<double>(stack.bytes)
                      : static_cast<double>(stack.samples) * stacks.period_s) /
                 per_text;
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

// Poisson's scatter of both counts of samples, at 95 %.
bool noise(const Moved& each) {
  const auto variance = [](const Amounts& amounts) {
    return amounts.samples > 0 ? amounts.value * amounts.value / amounts.samples : 0;
  };
  return std::abs(each.difference()) <
         1.96 * std::sqrt(variance(each.before) + variance(each.after));
}

struct Sides {
  const Stacks *before = nullptr, *after = nullptr;
  double texts_before = 0, texts_after = 0;
};

Sides sides_of(const Recording& recording, const std::vector<VariantStacks>& stacks, size_t variant,
               profiles::ProfileClock clock) {
  Sides sides;
  if (stacks.size() <= variant) return sides;
  sides.before = stacks_of(stacks.front(), clock);
  sides.after = stacks_of(stacks[variant], clock);
  const double texts = recording.workload.texts_per_iteration;
  if (sides.before) sides.texts_before = texts * sides.before->iterations;
  if (sides.after) sides.texts_after = texts * sides.after->iterations;
  return sides;
}

Listing listing_of(const Recording& recording, const Sides& sides, Listing listing,
                   profiles::ProfileClock clock, size_t variant, const Name& name) {
  for (const auto& [stacks, which] : {std::pair(sides.before, size_t{0}), {sides.after, variant}})
    if (!stacks) listing.notes.push_back(no_stacks(recording, which, clock));
  if (!listing.notes.empty()) return listing;
  if (sides.texts_before <= 0 || sides.texts_after <= 0) {
    listing.notes.push_back("unavailable: the number of texts is not recorded");
    return listing;
  }
  const auto all = moved(summed(*sides.before, name, sides.texts_before),
                         summed(*sides.after, name, sides.texts_after));
  const bool allocation = clock == profiles::ProfileClock::allocation;
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
  listing.notes.push_back(fmt::format("The {} largest changes of {}, {} a text.",
                                      listing.rows.size(), all.size(),
                                      allocation ? "bytes" : "microseconds of sampled CPU time"));
  if (!allocation)
    listing.notes.push_back("Behind ~: within what counting samples at random explains at 95 %.");
  return listing;
}

}  // namespace

Listing chains_listing(const Recording& recording, const Report& report,
                       const std::vector<VariantStacks>& stacks, size_t variant) {
  Listing listing;
  listing.heading = "Moved Call Chains: " + report.variants[variant];
  listing.symbols = true;
  listing.columns = {"Call chain", report.variants.front(), report.variants[variant], "Change"};
  return listing_of(recording, sides_of(recording, stacks, variant, profiles::ProfileClock::cpu),
                    std::move(listing), profiles::ProfileClock::cpu, variant, chain_name);
}

Listing call_sites_listing(const Recording& recording, const Report& report,
                           const std::vector<VariantStacks>& stacks, size_t variant) {
  Listing listing;
  listing.heading = "Allocations by Call Site: " + report.variants[variant];
  listing.symbols = true;
  listing.columns = {"Function", report.variants.front(), report.variants[variant], "Change"};
  return listing_of(recording,
                    sides_of(recording, stacks, variant, profiles::ProfileClock::allocation),
                    std::move(listing), profiles::ProfileClock::allocation, variant, site_name);
}

}  // namespace winnow::reports
