#include "reports/gate/sites.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "reports/gate/words.h"
#include "reports/recorded/allocation_site.h"
#include "reports/recorded/words.h"

namespace winnow::reports {

namespace {

// Shares of it, by the function's name.
std::map<std::string, GateSite> sites_of(const profiles::Stacks& stacks, double shares) {
  std::map<std::string, GateSite> sites;
  for (const profiles::Stack& stack : stacks.stacks) {
    if (stack.frames.empty()) continue;
    const profiles::Frame& frame =
        stacks.frames[static_cast<size_t>(allocation_site(stacks, stack))];
    GateSite& site = sites[frame.function];
    site.function = frame.function;
    site.file = frame.file;
    site.line = frame.line;
    site.allocations += static_cast<double>(stack.objects) / shares;
    site.bytes += static_cast<double>(stack.bytes) / shares;
  }
  return sites;
}

bool is_risen(const GateRow& row) {
  return row.status == GateStatus::kRegression && is_of_allocations(row);
}

}  // namespace

bool allocations_rose(const GateReport& report) {
  return std::ranges::any_of(report.rows, is_risen);
}

bool allocations_rose(const GateReport& report, const std::string& variant) {
  return std::ranges::any_of(
      report.rows, [&](const GateRow& row) { return is_risen(row) && row.variant == variant; });
}

std::vector<GateSite> risen_sites(const profiles::Recording& recording, const std::string& variant,
                                  const profiles::Stacks& baseline,
                                  const profiles::Stacks& candidate) {
  std::vector<GateSite> risen;
  const Words words = words_of(recording);
  if (baseline.iterations <= 0 || candidate.iterations <= 0 || words.shares <= 0) return risen;
  const auto before = sites_of(baseline, words.shares * baseline.iterations);
  for (auto& [name, site] : sites_of(candidate, words.shares * candidate.iterations)) {
    const auto other = before.find(name);
    GateSite rise = site;
    if (other != before.end()) {
      rise.allocations -= other->second.allocations;
      rise.bytes -= other->second.bytes;
    }
    rise.is_new = other == before.end();
    rise.variant = variant;
    rise.each = words.share;
    if (rise.allocations > 0 || rise.bytes > 0) risen.push_back(std::move(rise));
  }
  std::ranges::stable_sort(risen, std::greater{}, [](const GateSite& site) {
    return std::tuple(site.allocations, site.bytes);
  });
  return risen;
}

}  // namespace winnow::reports
