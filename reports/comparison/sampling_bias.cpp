#include "reports/comparison/sampling_bias.h"

#include <algorithm>
#include <cmath>

namespace winnow::reports {

namespace {

constexpr double kTelling = 0.03;  // of a logarithm: about per cent

// Seconds of an iteration, and their error.
struct Compute {
  double seconds = 0, variance = 0;
};

// Of the lines of what computes; of a program without such lines, of all its work.
std::optional<Compute> by_ledger(const Ledger& ledger, size_t variant) {
  const auto computes = [](const LedgerLine& line) { return line.name.starts_with("compute: "); };
  const bool all = std::ranges::none_of(ledger.lines, computes);
  if (variant >= ledger.columns.size() || !ledger.columns[variant].known()) return std::nullopt;
  Compute compute;
  for (const LedgerLine& line : ledger.lines) {
    if (line.kind != LedgerKind::kWork || !(all || computes(line))) continue;
    const LedgerAmount& amount = line.amounts[variant];
    if (!amount.error_s) return std::nullopt;
    compute.seconds += amount.core_s;
    compute.variance += *amount.error_s * *amount.error_s;
  }
  if (!(compute.seconds > 0)) return std::nullopt;
  return compute;
}

}  // namespace

std::optional<ComputeRatio> compute_ratio(const Tables& tables, size_t from, size_t to) {
  if (!tables.ledger.accounts) return std::nullopt;  // it knows no more than the samples
  const Row* sum = row_with(tables.compute, Role::kSubtotal);
  const auto before = by_ledger(tables.ledger, from), after = by_ledger(tables.ledger, to);
  if (!sum || !before || !after) return std::nullopt;
  const auto& first = sum->figures[from].value;
  const auto& second = sum->figures[to].value;
  if (first.value_or(0) <= 0 || second.value_or(0) <= 0) return std::nullopt;
  ComputeRatio ratio{*second / *first, after->seconds / before->seconds};
  const double error = std::hypot(std::sqrt(before->variance) / before->seconds,
                                  std::sqrt(after->variance) / after->seconds);
  ratio.apart = std::abs(std::log(ratio.sampled / ratio.ledger)) > std::max(error, kTelling);
  return ratio;
}

}  // namespace winnow::reports
