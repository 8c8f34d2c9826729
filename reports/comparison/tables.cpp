#include "reports/comparison/tables.h"

#include <algorithm>
#include <initializer_list>

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

bool has_figure(const Creations& row) {
  return row.per_iteration.value || row.total.value || row.formula_per_iteration.value;
}

// What passes would have shown that were not run.
void leave_out_not_run(Tables& tables, const Measured& arms) {
  const auto leave_out = [&](Pass pass, std::initializer_list<Table*> all) {
    for (Table* table : all) table->not_run = arms.not_run(pass) && table->rows.empty();
  };
  ThreadAnalysis& threads = tables.threads;
  leave_out(Pass::cpu, {&tables.scheduler, &tables.compute, &tables.kernels, &tables.cpu_total,
                        &tables.cumulative});
  leave_out(Pass::wall, {&tables.wall});
  leave_out(Pass::heap, {&tables.memory});
  leave_out(Pass::sync, {&threads.metrics});
  threads.threads_not_run = arms.not_run(Pass::sync) && threads.threads.empty();
  threads.creations_not_run =
      arms.not_run(Pass::sync) && std::ranges::none_of(threads.creations, has_figure);
  const bool for_ledger = arms.not_run(Pass::cpu) || arms.not_run(Pass::sync);
  tables.ledger_table.not_run = for_ledger && tables.ledger_table.rows.empty();
}

}  // namespace

std::vector<const Table*> hotspot_tables(const Tables& tables) {
  return {&tables.server_functions, &tables.scheduler,  &tables.compute, &tables.kernels,
          &tables.cpu_total,        &tables.cumulative, &tables.wall};
}

std::vector<const Table*> thread_tables(const Tables& tables) {
  return {&tables.threads.metrics, &tables.processes, &tables.counts, &tables.dispatch};
}

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
  leave_out_not_run(tables, arms);
  return tables;
}

}  // namespace winnow::reports
