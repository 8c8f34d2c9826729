#include "cli/roofline.h"

#include <fmt/format.h>

#include "scenarios/roofline.h"

namespace winnow::cli {
namespace {

std::string line(const std::string& name, std::optional<double> one_core,
                 std::optional<double> all_cores, const char* unit) {
  const auto cell = [&](std::optional<double> figure) {
    return figure ? fmt::format("{:.1f} {}", *figure, unit) : "unavailable";
  };
  const std::string scaling = one_core && all_cores && *one_core > 0
                                  ? fmt::format("{:.2f}x", *all_cores / *one_core)
                                  : "unavailable";
  return fmt::format("| {} | {} | {} | {} |\n", name, cell(one_core), cell(all_cores), scaling);
}

}  // namespace

profiles::Roofline measured_roofline() {
  const scenarios::Roofline measured = scenarios::measure_roofline(scenarios::roofline_plan());
  profiles::Roofline roofline;
  roofline.cores = measured.cores;
  for (const auto& row : measured.rows)
    roofline.rows.push_back({row.isa, row.one_core_gmacs, row.all_cores_gmacs});
  roofline.one_core_read_gbs = measured.one_core_read_gbs;
  roofline.all_cores_read_gbs = measured.all_cores_read_gbs;
  roofline.method = measured.method;
  return roofline;
}

std::string to_markdown(const profiles::Roofline& roofline) {
  std::string text = fmt::format(
      "| Peak | One core | All cores ({}) | Scaling |\n|---|---:|---:|---:|\n", roofline.cores);
  for (const auto& row : roofline.rows)
    text += line("int8, " + row.isa, row.one_core_gmacs, row.all_cores_gmacs, "GMAC/s");
  text += line("memory read", roofline.one_core_read_gbs, roofline.all_cores_read_gbs, "GB/s");
  return text + fmt::format("\n{}.\n", roofline.method);
}

}  // namespace winnow::cli
