#include "cli/roofline.h"

#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "base/usable_cores.h"
#include "cli/peaks_file.h"
#include "cli/steady_peaks.h"
#include "profiles/machine/facts.h"
#include "profiles/process/program_file.h"
#include "scenarios/roofline.h"

namespace winnow::cli {
namespace {

using profiles::MeasuredRoofline;
using profiles::Roofline;

constexpr int64_t kBusyHolds_s = 600;  // peaks of a busy machine

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

int64_t now_s() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::seconds>(now).count();
}

// Empty: it cannot be read.
std::string this_boot() try {
  std::string id = base::read_file("/proc/sys/kernel/random/boot_id", 100);
  while (id.ends_with('\n')) id.pop_back();
  return id;
} catch (const base::Error&) {
  return "";
}

PeaksOf peaks_of_this_machine() {
  return {this_boot(), profiles::fact_value(profiles::machine_facts(), "cpu_model"),
          base::usable_cores(), profiles::program_file("/proc/self/exe").sha256.value_or("")};
}

Roofline roofline_now() {
  const scenarios::Roofline measured = scenarios::measure_roofline(scenarios::roofline_plan());
  Roofline roofline;
  roofline.cores = measured.cores;
  for (const auto& row : measured.rows)
    roofline.rows.push_back({row.isa, row.one_core_gmacs, row.all_cores_gmacs});
  roofline.one_core_read_gbs = measured.one_core_read_gbs;
  roofline.all_cores_read_gbs = measured.all_cores_read_gbs;
  roofline.method = measured.method;
  return roofline;
}

MeasuredRoofline told(const KeptPeaks& peaks) {
  MeasuredRoofline result{peaks.roofline, peaks.warning};
  const auto age_s = static_cast<double>(now_s() - peaks.measured_s);
  result.roofline.method = fmt::format("measured {}; {}", age_words(age_s), result.roofline.method);
  return result;
}

}  // namespace

MeasuredRoofline measured_roofline() {
  SteadyPeaks steady = steady_peaks(roofline_now);
  const KeptPeaks peaks{peaks_of_this_machine(), now_s(), std::move(steady.measured.roofline),
                        std::move(steady.measured.warning), steady.busy};
  keep_peaks(peaks_file(), peaks);
  return told(peaks);
}

MeasuredRoofline kept_roofline() {
  const auto kept = read_peaks(peaks_file(), peaks_of_this_machine());
  if (!kept) return measured_roofline();
  const int64_t age_s = now_s() - kept->measured_s;
  const bool holds = age_s >= 0 && (!kept->busy || age_s < kBusyHolds_s);
  return holds ? told(*kept) : measured_roofline();
}

std::string to_markdown(const Roofline& roofline) {
  std::string text = fmt::format(
      "| Peak | One core | All cores ({}) | Scaling |\n|---|---:|---:|---:|\n", roofline.cores);
  for (const auto& row : roofline.rows)
    text += line("int8, " + row.isa, row.one_core_gmacs, row.all_cores_gmacs, "GMAC/s");
  text += line("memory read", roofline.one_core_read_gbs, roofline.all_cores_read_gbs, "GB/s");
  return text + fmt::format("\n{}.\n", roofline.method);
}

}  // namespace winnow::cli
