#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reports/recorded/measured.h"

namespace winnow::reports {

// A sampled function and its flat CPU time, summed over the variants asked for.
struct SampledTime {
  std::string function;
  double seconds = 0;
  double share = 0;  // of all that was sampled of these variants
};

// What the rules of categories leave out.
struct Uncategorized {
  double sampled_s = 0;                  // CPU time sampled of these variants, all functions
  size_t variants = 0;                   // that have a profile
  std::vector<SampledTime> functions{};  // that no rule takes, the largest first
  // Programs and libraries without symbols, "[libz.so.1]", in a category or not: the largest first.
  std::vector<SampledTime> nameless{};
  std::vector<std::string> unavailable{};  // variants without a profile, and why
};

// Of the cpu pass. `only`: the index of one variant.
Uncategorized find_uncategorized(const Measured& arms, std::optional<size_t> only);

// Plain text: the `most` largest functions, their names cut to `columns` in all (0: never), and a
// rule for them that can be pasted into a rules file.
std::string to_text(const Uncategorized& found, size_t most, size_t columns);

// An expression of a rule, in TOML's quotes, that matches this function's name: "'^main$'".
std::string rule_expression(const std::string& function);

}  // namespace winnow::reports
