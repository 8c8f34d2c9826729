#include "cli/run_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "base/file.h"
#include "cli/command_line.h"
#include "cli/progress.h"
#include "cli/terminal.h"
#include "reports/comparison/comparison.h"
#include "reports/pages/html_page.h"
#include "reports/pages/ledger_svg.h"
#include "reports/pages/markdown.h"
#include "reports/pages/summary.h"

namespace winnow::cli {

namespace fs = std::filesystem;

namespace {

// The report shows it by name; a report without a ledger does not.
void write_ledger_plot(const reports::Report& report, const std::string& folder) {
  const std::string svg = reports::ledger_svg(report.ledger);
  if (!svg.empty()) base::write_file((fs::path(folder) / reports::kLedgerPlot).string(), svg);
}

std::string report_file(const std::string& folder) {
  return (fs::path(folder) / "report.md").string();
}

std::string page_file(const std::string& folder) {
  return (fs::path(folder) / "report.html").string();
}

void write_page(const profiles::Recording& recording, const reports::Report& report,
                const std::string& folder) {
  base::write_file(page_file(folder),
                   reports::to_html(report, reports::read_pictures(recording, folder)));
}

// The summary, and where all of it lies.
std::string summary(const reports::Report& report, const std::string& folder, bool kept) {
  std::vector<reports::Fact> places;
  if (kept) places = {{"Report", report_file(folder)}, {"Page", page_file(folder)}};
  return reports::to_summary(report, terminal_columns(), places);
}

}  // namespace

Print print_of(const std::optional<std::string>& option) {
  if (!option) return prints_to_terminal() ? Print::kSummary : Print::kReport;
  if (*option == "summary") return Print::kSummary;
  if (*option == "report") return Print::kReport;
  throw base::UsageError("--print", *option + " is none of summary, report");
}

int report_run(const profiles::RunPlan& plan, profiles::Recording recording, bool quick,
               Print printed) {
  // A run without a good block did not replace what the folder held.
  const bool kept =
      std::ranges::any_of(recording.blocks, [](const auto& block) { return block.ok(); });
  const bool looked = quick && recording.status != profiles::RunStatus::invalid;
  if (looked) recording.missing.push_back({"", std::nullopt, "a quick look (--no-verdict)"});
  const reports::Report report = reports::make_report(recording);
  const std::string text = reports::to_markdown(report);
  print_before(printed == Print::kReport ? text : summary(report, plan.out_dir, kept), [&] {
    if (!kept) return;
    if (looked) profiles::write_recording(plan.out_dir, recording);
    base::write_file(report_file(plan.out_dir), text);
    write_ledger_plot(report, plan.out_dir);
    write_page(recording, report, plan.out_dir);
  });
  if (kept && printed == Print::kReport) note("the report as a page: " + page_file(plan.out_dir));
  if (recording.status != profiles::RunStatus::complete)
    note(fmt::format("{}: {}", plan.out_dir, status_words(recording)));
  const bool different = report.same_work.status == reports::SameWork::kDifferent;
  if (recording.status == profiles::RunStatus::complete && different && !quick)
    return base::kFailed;
  return exit_status_of(recording.status);
}

}  // namespace winnow::cli
