#include "reports/comparison/tables.h"

#include "reports/comparison/metrics.h"
#include "reports/comparison/performance.h"
#include "reports/comparison/servers.h"
#include "reports/ledger/table.h"
#include "reports/recorded/sampled.h"
#include "reports/tables/categories.h"
#include "reports/tables/counts.h"
#include "reports/tables/dispatch.h"
#include "reports/tables/functions.h"
#include "reports/tables/kernels.h"
#include "reports/tables/memory.h"
#include "reports/tables/pattern.h"
#include "reports/tables/processes.h"
#include "reports/tables/wall.h"

namespace winnow::reports {

namespace {

// The table as a report has it: of different work, its differences are void.
Table judged(Table table, const SameWork& same_work) {
  if (!same_work.holds())
    for (Row& row : table.rows) row.evidence.assign(row.figures.size(), Evidence::kVoid);
  return table;
}

}  // namespace

Tables make_tables(const Measured& arms, const Compared& compared,
                   std::vector<std::string>& warnings) {
  const SameWork& same_work = compared.same_work;
  const Profiles cpu = profiles_for(arms, Pass::cpu);
  CpuTables functions = cpu_tables(cpu);
  Tables tables;
  tables.performance = performance_table(arms, compared);
  tables.pattern = pattern_table(compared);
  tables.servers = judged(server_table(arms, compared), same_work);
  tables.server_functions = judged(server_functions(arms), same_work);
  tables.metrics = judged(metric_table(compared), same_work);
  tables.scheduler = judged(std::move(functions.scheduler), same_work);
  tables.compute = judged(std::move(functions.compute), same_work);
  tables.cumulative = judged(std::move(functions.cumulative), same_work);
  tables.kernels = judged(kernel_table(arms, cpu, same_work), same_work);
  tables.cpu_total = judged(category_total_table(cpu, compared.cpu_pairs, warnings), same_work);
  tables.wall = judged(wall_table(profiles_for(arms, Pass::wall)), same_work);
  tables.memory = judged(memory_table(arms, warnings), same_work);
  tables.threads = thread_analysis(arms, same_work);
  tables.threads.metrics = judged(std::move(tables.threads.metrics), same_work);
  tables.processes = judged(process_table(arms), same_work);
  tables.counts = judged(count_table(arms), same_work);
  tables.dispatch = judged(dispatch_table(arms, compared.timings), same_work);
  tables.ledger = make_ledger(arms, warnings);
  tables.ledger_table = judged(ledger_table(tables.ledger), same_work);
  return tables;
}

}  // namespace winnow::reports
