#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "base/error.h"
#include "reports/exports/export.h"

// https://go.dev/design/14313-benchmark-format, and the lines "Unit" that benchstat reads.
namespace winnow::reports {

namespace {

// The code points beyond ASCII that Unicode calls white space.
constexpr std::string_view kSpaces[] = {"\u00a0", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003",
                                        "\u2004", "\u2005", "\u2006", "\u2007", "\u2008", "\u2009",
                                        "\u200a", "\u2028", "\u2029", "\u202f", "\u205f", "\u3000"};

// A field ends at white space of any kind, a key of a name at a slash.
std::string word(const std::string& text) {
  std::string result = base::printable(text);
  for (const std::string_view space : kSpaces)
    for (size_t at = 0; (at = result.find(space, at)) != std::string::npos;)
      result.replace(at, space.size(), "_");
  std::ranges::replace(result, ' ', '_');
  std::ranges::replace(result, '/', '_');
  return result.empty() ? "unnamed" : result;
}

}  // namespace

std::string export_benchfmt(const Export& source) {
  const auto& recording = source.recording();
  const auto wanted = [&](const std::string& variant) {
    return !source.variant || variant == recording.variants[*source.variant].name;
  };
  const auto name = [&](const std::string& variant) {
    return fmt::format("BenchmarkWinnow/workload={}/variant={}-{}",
                       word(recording.workload.scenario), word(variant),
                       std::max(recording.workload.threads, 1));
  };
  std::string text;
  for (const Fact& fact : source.report.facts)
    if (fact.name == "Machine" || fact.name == "Commit" || fact.name == "Model")
      text += fmt::format("winnow-{}: {}\n",
                          fact.name == "Machine"  ? "machine"
                          : fact.name == "Commit" ? "commit"
                                                  : "model",
                          base::printable(fact.value));
  const std::string& items = source.measured->words().items;
  const std::string rate = word(items) + "/s";
  text += "\nUnit cpu-ns/op better=lower\n";
  if (!items.empty()) text += fmt::format("Unit {} better=higher\n", rate);
  text += "\n";
  const auto runs = benchmark_runs(*source.measured);
  const auto allocations = allocation_runs(*source.measured);
  if (runs.empty() && allocations.empty())
    throw base::Error("benchfmt", "unavailable: the recording has neither timings nor allocations");
  for (const BenchmarkRun& run : runs) {
    if (!wanted(run.variant)) continue;
    text += fmt::format("{} {} {} ns/op", name(run.variant), run.iterations, run.wall_ns);
    if (run.cpu_ns) text += fmt::format(" {} cpu-ns/op", *run.cpu_ns);
    if (run.items_s) text += fmt::format(" {} {}", *run.items_s, rate);
    text += "\n";
  }
  for (const AllocationRun& run : allocations) {
    if (!wanted(run.variant)) continue;
    text += fmt::format("{} {} {} B/op", name(run.variant), run.iterations, *run.bytes);
    if (run.objects) text += fmt::format(" {} allocs/op", *run.objects);
    text += "\n";
  }
  return text;
}

}  // namespace winnow::reports
