#include "reports/tables/wall.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reports/figures/format.h"

namespace winnow::reports {

using profiles::Function;

Table wall_table(const Profiles& all) {
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
  return table;
}

}  // namespace winnow::reports
