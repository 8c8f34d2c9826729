#include <filesystem>

#include "base/error.h"
#include "base/file.h"
#include "cli/commands.h"
#include "cli/sweep_command.h"
#include "profiles/recording.h"
#include "reports/comparison.h"
#include "reports/html_page.h"
#include "reports/ledger_table.h"
#include "reports/markdown.h"

namespace winnow::cli {

namespace po = boost::program_options;

namespace {

// Beside the report, which shows them by name.
std::string plot_folder(const Values& values) {
  if (values.count("output") == 0) return values["recording"].as<std::string>();
  const auto folder = std::filesystem::path(values["output"].as<std::string>()).parent_path();
  return folder.empty() ? "." : folder.string();
}

// A printed report shows the picture that the run wrote into the recording's folder.
std::string recording_report(const std::string& folder, const Values& values) {
  const auto recording = profiles::read_recording(folder);
  const reports::Report report = reports::make_report(recording);
  if (values["format"].as<std::string>() == "html")
    return reports::to_html(report, reports::read_pictures(recording, folder));
  const std::string svg = reports::ledger_svg(report.ledger);
  if (values.count("output") > 0 && !svg.empty())
    base::write_file((std::filesystem::path(plot_folder(values)) / reports::kLedgerPlot).string(),
                     svg);
  return reports::to_markdown(report);
}

}  // namespace

int report_command(const Arguments& arguments) {
  const Help help{
      "winnow report DIR [--format html] [--output FILE]",
      "Prints the recording or the sweep in the folder DIR, as `winnow run` wrote it, as a\n"
      "Markdown report. The plots of a sweep are written beside the report, or into DIR; the\n"
      "picture of a recording's ledger beside a report that is written to a file.\n\n"
      "Examples:\n"
      "  winnow report out/batch32\n"
      "  winnow report out/batch32 --output report.md\n"
      "  winnow report out/sweep\n"};
  po::options_description options;
  options.add_options()("output,o", po::value<std::string>(), "write to this file instead")(
      "format", po::value<std::string>()->default_value("markdown"),
      "markdown, or html: one page that needs no network");
  const auto values = parse(help, options, arguments, {"recording"});
  if (!values) return base::kOk;
  if (values->count("recording") == 0)
    throw base::UsageError("report", "name the recording's folder, such as out/batch32");
  const auto folder = (*values)["recording"].as<std::string>();
  const auto format = (*values)["format"].as<std::string>();
  if (format != "markdown" && format != "html")
    throw base::UsageError("--format", format + " is neither markdown nor html");
  if (format == "html" && holds_sweep(folder))
    throw base::UsageError("--format", "a sweep is reported in Markdown only");
  const std::string text = holds_sweep(folder)
                               ? sweep_report(profiles::read_sweep(folder), plot_folder(*values))
                               : recording_report(folder, *values);
  if (values->count("output") > 0)
    base::write_file((*values)["output"].as<std::string>(), text);
  else
    print(text);
  return base::kOk;
}

}  // namespace winnow::cli
