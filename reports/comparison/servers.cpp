#include "reports/comparison/servers.h"

#include <fmt/format.h>

#include <algorithm>

#include "reports/comparison/performance.h"
#include "reports/figures/format.h"
#include "reports/recorded/raw_commands.h"
#include "reports/recorded/sampled.h"
#include "reports/statistics/median.h"

namespace winnow::reports {

namespace {

using profiles::Block;
using profiles::ServerFigures;

constexpr double kServerNanosecond = 1e-9;

// Median over the blocks of the time pass that have it.
template <class Value>
Figure over_servers(const MeasuredArm& variant, const Value& value) {
  std::vector<double> values;
  for (const Block* block : variant.blocks(Pass::time))
    if (block->server)
      if (const std::optional<double> one = value(*block, *block->server)) values.push_back(*one);
  return values.empty() ? Figure{} : measured(median(std::move(values)));
}

template <class Value>
Row server_row(const Measured& arms, const std::string& name, Unit unit, const Value& value) {
  Row row;
  row.name = name;
  row.unit = unit;
  for (const MeasuredArm& variant : arms.variants())
    row.figures.push_back(over_servers(variant, value));
  return row;
}

}  // namespace

Table server_table(const Measured& arms, const Compared& compared) {
  Table table;
  if (compared.server_pairs.empty()) return table;
  table.heading = "Server and Load";
  table.first_column = "Metric";
  table.columns = compared.variants;
  const std::string run = title_case(compared.words.iteration);
  Row server = judged_row("Server CPU Time/" + run, Unit::kIterationSeconds, compared.server_pairs);
  for (const MeasuredArm& variant : arms.variants())
    server.figures.push_back(over_servers(variant, [](const Block& block, const ServerFigures&) {
      return block_seconds(block, Measure::kServerCpu);
    }));
  add_ratios(server, compared.server_pairs);
  Row load = judged_row("Load CPU Time/" + run, Unit::kIterationSeconds, compared.cpu_pairs);
  for (const Timing& timing : compared.timings)
    load.figures.push_back(timing.cpu_s ? measured(*timing.cpu_s) : Figure{});
  add_ratios(load, compared.cpu_pairs);
  table.rows = {std::move(server), std::move(load)};
  table.rows.push_back(server_row(
      arms, "Server cores busy", Unit::kCores, [](const Block& block, const ServerFigures& of) {
        if (!block.region || block.region->wall_ns <= 0) return std::optional<double>();
        return std::optional(static_cast<double>(of.cpu_ns) /
                             static_cast<double>(block.region->wall_ns));
      }));
  table.rows.push_back(server_row(arms, "Time until the server is ready", Unit::kIterationSeconds,
                                  [](const Block&, const ServerFigures& of) {
                                    return std::optional(static_cast<double>(of.ready_ns) *
                                                         kServerNanosecond);
                                  }));
  table.rows.push_back(server_row(
      arms, "Peak memory of the server (MB)", Unit::kMegabytes,
      [](const Block&, const ServerFigures& of) {
        return of.peak_rss_bytes
                   ? std::optional(static_cast<double>(*of.peak_rss_bytes) / kBytesOfMegabyte)
                   : std::nullopt;
      }));
  for (size_t variant = 0; variant < arms.size(); ++variant)
    if (!arms[variant].about->server.empty())
      table.notes.push_back(fmt::format("{}: the server is {}", compared.variants[variant],
                                        shell_line(arms[variant].about->server)));
  table.notes.push_back(fmt::format(
      "A server is started for each block and ends behind it; its CPU time is that of its whole "
      "process tree while the load ran, its peak memory that of its first process. Medians over "
      "blocks of the time pass. All tables but this and Functions of the Server are of the load: "
      "of "
      "{} alone.",
      compared.words.an_iteration));
  return table;
}

Table server_functions(const Measured& arms) {
  const bool none = std::ranges::all_of(
      arms.variants(), [](const MeasuredArm& variant) { return variant.about->server.empty(); });
  if (none) return {};
  const Profiles all = server_profiles(arms);
  Table table = table_for(all, "Functions of the Server");
  if (!all.any()) return table;
  const Choose any = [](const profiles::Function&) { return true; };
  add_functions(table, all, any, "other functions");
  Row sum = row_of(all, "All functions", flat_sum(all, any));
  sum.role = Role::kSubtotal;
  table.rows.push_back(std::move(sum));
  table.notes.push_back(fmt::format(
      "CPU seconds of the server's whole process tree while its load ran, {}: sampled in "
      "the function itself (flat), summed over threads; in brackets the share of the "
      "server's CPU time.",
      all.basis.words));
  table.notes.push_back(sampling_note(all));
  return table;
}

}  // namespace winnow::reports
