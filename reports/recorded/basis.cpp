#include "reports/recorded/basis.h"

#include <fmt/format.h>

#include <algorithm>

#include "reports/figures/format.h"

namespace winnow::reports {

Basis basis_of(profiles::Pass pass, std::vector<int> iterations, const Words& words) {
  Basis basis{false, std::move(iterations), ""};
  std::vector<int> known;
  for (int count : basis.iterations)
    if (count > 0) known.push_back(count);
  basis.per_iteration = std::ranges::adjacent_find(known, std::not_equal_to{}) != known.end();
  if (known.empty()) {
    basis.words = fmt::format("over the {} of the {} pass, whose number is not recorded",
                              words.iterations, word(pass));
  } else if (!basis.per_iteration) {
    basis.words = fmt::format("over {} {} of the {} pass", format_count(known.front()),
                              known.front() == 1 ? words.iteration : words.iterations, word(pass));
  } else {
    std::string counts;
    for (int count : known) counts += (counts.empty() ? "" : " and ") + format_count(count);
    basis.words =
        fmt::format("per {}, because the variants ran different numbers of {} of the {} pass: {}",
                    words.iteration, words.iterations, word(pass), counts);
  }
  return basis;
}

}  // namespace winnow::reports
