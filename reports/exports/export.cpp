#include "reports/exports/export.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/error.h"
#include "reports/comparison/comparison.h"

namespace winnow::reports {

namespace {

constexpr std::array kFormats{
    Format{"markdown", ".md", false, Format::kReport, "a document to read (--kind)",
           export_markdown},
    Format{"summary", ".txt", false, Format::kReport, "the answer in a few lines, as on a terminal",
           export_summary},
    Format{"html", ".html", false, Format::kPictures, "one page that needs no network",
           export_html},
    Format{"json", ".json", false, Format::kReport,
           "every figure of the report (docs/report-schema.json)", export_json},
    Format{"csv", ".csv", false, Format::kReport, "every observation, one a row", export_csv},
    Format{"google-benchmark", ".json", false, Format::kReport,
           "Google Benchmark's JSON, for its compare.py", export_google_benchmark},
    Format{"benchfmt", ".txt", false, Format::kReport, "Go's benchmark lines, for benchstat",
           export_benchfmt},
    Format{"junit", ".xml", false, Format::kReport, "one test case for each comparison",
           export_junit},
    Format{"pprof", ".pb.gz", true, Format::kClock, "profile.proto of one variant (--clock)",
           export_pprof},
    Format{"speedscope", ".speedscope.json", false, Format::kStacks,
           "call stacks for www.speedscope.app", export_speedscope},
    Format{"collapsed", ".folded", false, Format::kClock,
           "folded stacks for flame graphs (--clock)", export_collapsed},
    Format{"perfetto", ".trace.json", false, Format::kTimelines,
           "the threads' timeline for ui.perfetto.dev", export_perfetto}};

}  // namespace

Export make_export(const profiles::Recording& recording) {
  Export source;
  source.measured = std::make_shared<const Measured>(baseline_first(recording));
  source.report = make_report(*source.measured);
  source.observations = observations_of(*source.measured);
  return source;
}

std::span<const Format> formats() { return kFormats; }

std::string list_of_formats() {
  std::string text;
  for (const Format& format : kFormats)
    text += fmt::format("  {:<17}{:<18}{}\n", format.name, format.extension, format.summary);
  return text;
}

const Format& format_named(const std::string& name) {
  std::string names;
  for (const Format& format : kFormats) {
    if (format.name == name) return format;
    names += fmt::format("{}{}", names.empty() ? "" : ", ", format.name);
  }
  throw base::UsageError("--format", name + " is none of " + names);
}

}  // namespace winnow::reports
