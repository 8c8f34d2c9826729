#include "reports/recorded/seen.h"

#include <fmt/format.h>

#include "reports/figures/format.h"

namespace winnow::reports {

namespace {

constexpr double kWholeTree = 0.95;

}  // namespace

bool stands_for_all(const std::optional<profiles::SeenShare>& seen) {
  return !seen || seen->share() >= kWholeTree;
}

std::string seen_words(const std::string& label, const std::optional<profiles::SeenShare>& seen,
                       int runs, const Words& words) {
  if (!seen) return "";
  const std::string share = format_percent(100 * seen->share());
  if (seen->child_processes > 0 && runs > 0) {
    const double children = static_cast<double>(seen->child_processes) / runs;
    return fmt::format(
        "{}: of the first process alone, which used {} of the CPU time of its process tree; {} "
        "makes {} child {}, not counted here.",
        label, share, words.an_iteration, format_value(children, Unit::kCount),
        children == 1 ? "process" : "processes");
  }
  if (stands_for_all(seen)) return "";
  return fmt::format(
      "{}: this pass saw {} of the CPU time: not the start and the end of a process.", label,
      share);
}

}  // namespace winnow::reports
