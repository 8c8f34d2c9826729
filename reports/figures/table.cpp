#include "reports/figures/table.h"

#include <algorithm>
#include <cmath>

namespace winnow::reports {

const Row* row_with(const Table& table, Role role) {
  const auto found = std::ranges::find(table.rows, role, &Row::role);
  return found == table.rows.end() ? nullptr : &*found;
}

const Row* row_named(const Table& table, const std::string& name) {
  const auto found = std::ranges::find(table.rows, name, &Row::name);
  return found == table.rows.end() ? nullptr : &*found;
}

Figure measured(double value) {
  Figure figure;
  if (std::isfinite(value)) figure.value = value;
  return figure;
}

Figure measured(double value, double whole) {
  Figure figure = measured(value);
  const double share = value / whole;
  if (figure.value && whole > 0 && std::isfinite(share)) figure.share = share;
  return figure;
}

Figure estimated(double value) {
  Figure figure = measured(value);
  figure.estimate = true;
  return figure;
}

}  // namespace winnow::reports
