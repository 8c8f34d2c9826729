#include "cli/steady_peaks.h"

#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <utility>

#include "profiles/machine/watch.h"
#include "profiles/recording/disturbance.h"

namespace winnow::cli {
namespace {

using profiles::Roofline;

constexpr double kFlat = 1.1;  // all cores of what one reaches
constexpr double kMinute_s = 60, kHour_s = 60 * kMinute_s, kDay_s = 24 * kHour_s;

double own_cpu_s() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

struct Attempt {
  Roofline roofline;
  std::string busy{};  // which other programs ran meanwhile; empty: none
};

Attempt attempt(const std::function<Roofline()>& measure, const std::string& root) {
  const profiles::MachineWatch watch(root);
  const double before_s = own_cpu_s();
  Attempt made{measure()};
  made.busy = profiles::disturbance(watch.state(own_cpu_s() - before_s), watch.cores());
  return made;
}

// The higher of two figures is nearer to the peak.
void take_higher(const Roofline& other, Roofline& roofline) {
  for (size_t i = 0; i < std::min(roofline.rows.size(), other.rows.size()); ++i) {
    auto& row = roofline.rows[i];
    row.one_core_gmacs = std::max(row.one_core_gmacs, other.rows[i].one_core_gmacs);
    row.all_cores_gmacs = std::max(row.all_cores_gmacs, other.rows[i].all_cores_gmacs);
  }
  roofline.one_core_read_gbs = std::max(roofline.one_core_read_gbs, other.one_core_read_gbs);
  roofline.all_cores_read_gbs = std::max(roofline.all_cores_read_gbs, other.all_cores_read_gbs);
}

std::string warning_of(const Attempt& made) {
  if (!made.busy.empty())
    return fmt::format(
        "the machine's peaks were measured on a busy machine ({}): they come out too low",
        made.busy);
  const std::string flat = why_flat(made.roofline);
  if (flat.empty()) return "";
  return fmt::format(
      "the machine's peaks look disturbed, measured twice: {}. They come out too low, unless these "
      "cores are hardware threads of one",
      flat);
}

}  // namespace

SteadyPeaks steady_peaks(const std::function<Roofline()>& measure, const std::string& root) {
  Attempt made = attempt(measure, root);
  if (!made.busy.empty() || !why_flat(made.roofline).empty()) {
    Attempt again = attempt(measure, root);
    take_higher(made.roofline, again.roofline);
    made = std::move(again);
  }
  std::string warning = warning_of(made);
  return {{std::move(made.roofline), std::move(warning)}, !made.busy.empty()};
}

std::string why_flat(const Roofline& roofline) {
  if (roofline.cores < 2) return "";
  for (const auto& row : roofline.rows)
    if (row.all_cores_gmacs < kFlat * row.one_core_gmacs)
      return fmt::format("{} cores reach {:.1f} GMAC/s with {}, one {:.1f}", roofline.cores,
                         row.all_cores_gmacs, row.isa, row.one_core_gmacs);
  return "";
}

std::string age_words(double seconds) {
  if (seconds < 2 * kMinute_s) return fmt::format("{:.0f} s ago", std::max(0.0, seconds));
  if (seconds < 2 * kHour_s) return fmt::format("{:.0f} min ago", seconds / kMinute_s);
  if (seconds < 2 * kDay_s) return fmt::format("{:.0f} h ago", seconds / kHour_s);
  return fmt::format("{:.0f} days ago", seconds / kDay_s);
}

}  // namespace winnow::cli
