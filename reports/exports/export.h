#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "reports/comparison/report.h"
#include "reports/detail/detail.h"
#include "reports/detail/variant_stacks.h"
#include "reports/exports/observations.h"
#include "reports/pages/pictures.h"
#include "reports/recorded/measured.h"

// The formats in which other tools open a report. Renderers compute nothing: every figure that two
// formats share comes from the same place.
namespace winnow::reports {

// All that a format may show. Vectors "per variant" are in the report's order.
struct Export {
  std::shared_ptr<const Measured> measured;  // of the recording, the baseline first
  Report report;
  std::vector<Observation> observations;
  std::vector<VariantStacks> stacks;  // per variant; only those that the format needs
  Detail detail;                      // likewise
  PagePictures pictures;              // likewise
  bool detailed = false;              // Markdown: the detailed kind
  std::optional<size_t> variant;      // the only one asked for
  profiles::ProfileClock clock =
      profiles::ProfileClock::cpu;  // the profile asked for, where a file holds one

  const profiles::Recording& recording() const { return measured->recording(); }
};

Export make_export(const profiles::Recording& recording);

struct Format {
  const char* name;
  const char* extension;
  bool binary;
  // Beside recording.json: the stacks of the clock asked for or of all, the timelines, or both.
  enum Needs { kReport, kClock, kStacks, kTimelines, kPictures } needs;
  const char* summary;
  std::string (*render)(const Export&);
};

std::span<const Format> formats();
// Throws base::UsageError that lists the formats.
const Format& format_named(const std::string& name);
// A line for each format.
std::string list_of_formats();

// One function a format. They throw base::Error where the recording has nothing that the format
// could hold, and base::UsageError where it holds one variant and none was chosen.
std::string export_markdown(const Export& source);
std::string export_summary(const Export& source);
std::string export_html(const Export& source);
std::string export_json(const Export& source);
std::string export_csv(const Export& source);
std::string export_google_benchmark(const Export& source);
std::string export_benchfmt(const Export& source);
std::string export_pprof(const Export& source);
std::string export_speedscope(const Export& source);
std::string export_collapsed(const Export& source);
std::string export_junit(const Export& source);
std::string export_perfetto(const Export& source);

}  // namespace winnow::reports
