#include "cli/run_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/file.h"
#include "cli/command_line.h"
#include "cli/progress.h"
#include "reports/comparison/comparison.h"
#include "reports/pages/html_page.h"
#include "reports/pages/ledger_svg.h"
#include "reports/pages/markdown.h"

namespace winnow::cli {

namespace fs = std::filesystem;

namespace {

// The report shows it by name; a report without a ledger does not.
void write_ledger_plot(const reports::Report& report, const std::string& folder) {
  const std::string svg = reports::ledger_svg(report.ledger);
  if (!svg.empty()) base::write_file((fs::path(folder) / reports::kLedgerPlot).string(), svg);
}

std::string page_file(const std::string& folder) {
  return (fs::path(folder) / "report.html").string();
}

void write_page(const profiles::Recording& recording, const reports::Report& report,
                const std::string& folder) {
  base::write_file(page_file(folder),
                   reports::to_html(report, reports::read_pictures(recording, folder)));
}

}  // namespace

int report_run(const profiles::RunPlan& plan, profiles::Recording recording, bool quick) {
  // A run without a good block did not replace what the folder held.
  const bool kept =
      std::ranges::any_of(recording.blocks, [](const auto& block) { return block.ok(); });
  const bool looked = quick && recording.status != profiles::RunStatus::invalid;
  if (looked) recording.missing.push_back({"", std::nullopt, "a quick look (--no-verdict)"});
  const reports::Report report = reports::make_report(recording);
  const std::string text = reports::to_markdown(report);
  print_before(text, [&] {
    if (!kept) return;
    if (looked) profiles::write_recording(plan.out_dir, recording);
    base::write_file((fs::path(plan.out_dir) / "report.md").string(), text);
    write_ledger_plot(report, plan.out_dir);
    write_page(recording, report, plan.out_dir);
  });
  if (kept) note("the report as a page: " + page_file(plan.out_dir));
  if (recording.status != profiles::RunStatus::complete)
    note(fmt::format("{}: {}", plan.out_dir, status_words(recording)));
  return exit_status_of(recording.status);
}

}  // namespace winnow::cli
