#include <fmt/format.h>

#include "base/error.h"
#include "reports/export.h"

namespace winnow::reports {

namespace {

// A field ends at a space, a key of a name at a slash.
std::string word(const std::string& text) {
  std::string result;
  for (char c : base::printable(text)) result += c == ' ' || c == '/' ? '_' : c;
  return result.empty() ? "unnamed" : result;
}

}  // namespace

std::string export_benchfmt(const Export& source) {
  const auto& recording = source.recording;
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
  text += "\n";
  const auto runs = benchmark_runs(recording);
  const auto allocations = allocation_runs(recording);
  if (runs.empty() && allocations.empty())
    throw base::Error("benchfmt", "unavailable: the recording has neither timings nor allocations");
  for (const BenchmarkRun& run : runs) {
    if (!wanted(run.variant)) continue;
    text += fmt::format("{} {} {} ns/op", name(run.variant), run.iterations, run.wall_ns);
    if (run.cpu_ns) text += fmt::format(" {} cpu-ns/op", *run.cpu_ns);
    if (run.texts_s) text += fmt::format(" {} texts/s", *run.texts_s);
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
