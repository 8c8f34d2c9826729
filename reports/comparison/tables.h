#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "reports/blocks/compared.h"
#include "reports/figures/table.h"
#include "reports/ledger/ledger.h"
#include "reports/recorded/measured.h"
#include "reports/tables/threads.h"

namespace winnow::reports {

struct Tables {
  Table performance{};
  Table pattern{};  // outliers and modes
  Table metrics{};
  Table servers{}, server_functions{};
  Table scheduler{}, compute{}, kernels{}, cpu_total{}, cumulative{};
  Table wall{};
  Table memory{};
  ThreadAnalysis threads{};
  Table processes{};
  Table counts{};
  Table dispatch{};
  Ledger ledger{};
  Table ledger_table{};
};

// In the order of the report, those below "Top CPU Hotspots" and below "Thread Analysis", where the
// creations and the threads stand before them.
std::vector<const Table*> hotspot_tables(const Tables& tables);
std::vector<const Table*> thread_tables(const Tables& tables);

// What sentences and verdict stand on.
struct Grounds {
  const Measured& arms;
  const Compared& compared;
  const Tables& tables;
  const std::string& label(size_t variant) const { return arms[variant].label; }
};

// Every row and its notes, without the sentences that are computed from them (insights.h). Figures
// of different work have no difference to show.
Tables make_tables(const Measured& arms, const Compared& compared,
                   std::vector<std::string>& warnings);

}  // namespace winnow::reports
