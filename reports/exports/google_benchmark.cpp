#include "base/error.h"
#include "base/json.h"
#include "reports/exports/export.h"

namespace winnow::reports {

using base::Json;

namespace {

Json context(const Export& source) {
  Json context = {{"date", source.recording().created},
                  {"host_name", "unavailable"},
                  {"executable", "winnow " + source.recording().winnow_version},
                  {"library_build_type", "release"}};
  for (const auto& fact : source.recording().machine) {
    if (fact.name == "cores" && !fact.value.empty())
      context["num_cpus"] = std::atoi(fact.value.c_str());
    if (fact.name == "cpu_model") context["cpu_model"] = fact.value;
  }
  return context;
}

}  // namespace

std::string export_google_benchmark(const Export& source) {
  const auto& recording = source.recording();
  Json runs = Json::array();
  const auto all = benchmark_runs(*source.measured);
  for (const BenchmarkRun& run : all) {
    if (source.variant && run.variant != recording.variants[*source.variant].name) continue;
    // Its readers take both times for granted.
    if (!run.cpu_ns)
      throw base::Error("google-benchmark",
                        "unavailable: the CPU time of variant " + run.variant + " is not recorded");
    const std::string name = recording.workload.scenario + "/" + run.variant;
    const auto repetitions = std::count_if(all.begin(), all.end(), [&](const BenchmarkRun& other) {
      return other.variant == run.variant;
    });
    Json entry = {{"name", name},
                  {"run_name", name},
                  {"run_type", "iteration"},
                  {"repetitions", repetitions},
                  {"repetition_index", run.block},
                  {"threads", recording.workload.threads},
                  {"iterations", run.iterations},
                  {"real_time", run.wall_ns},
                  {"cpu_time", *run.cpu_ns},
                  {"time_unit", "ns"}};
    if (run.items_s) entry["items_per_second"] = *run.items_s;
    runs.push_back(std::move(entry));
  }
  if (runs.elements().empty())
    throw base::Error("google-benchmark", "unavailable: the recording has no timings");
  return Json{{"context", context(source)}, {"benchmarks", std::move(runs)}}.text(2) + "\n";
}

}  // namespace winnow::reports
