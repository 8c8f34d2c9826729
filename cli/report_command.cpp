#include <fmt/format.h>

#include <filesystem>

#include "base/error.h"
#include "base/file.h"
#include "cli/commands.h"
#include "cli/exports.h"
#include "cli/sweep_command.h"
#include "profiles/recording/recording.h"
#include "reports/exports/export.h"
#include "reports/pages/ledger_svg.h"
#include "reports/sweep/renderers.h"
#include "reports/sweep/sweep_report.h"

namespace winnow::cli {

namespace {

struct ReportOptions {
  std::vector<std::string> recordings;
  std::string format = "markdown", kind = "quick", clock = "cpu";
  std::optional<std::string> variant, output, categories;
};

Options table_of(ReportOptions& options) {
  return {
      {"format,f=NAME", &options.format, "one of those above"},
      {"kind=NAME", &options.kind, "of markdown: quick or detailed"},
      {"variant=NAME", &options.variant, "only this variant, in formats that list them"},
      {"clock=NAME", &options.clock, "of pprof and collapsed: cpu, wall or allocation"},
      {"categories=FILE", &options.categories,
       "TOML rules for the categories of functions, in place of the recorded ones"},
      {"out,o=FILE", &options.output, "write to this file instead"},
  };
}

// Beside the report, which shows them by name.
std::string plot_folder(const std::string& folder, const ReportOptions& options) {
  if (!options.output) return folder;
  const auto parent = std::filesystem::path(*options.output).parent_path();
  return parent.empty() ? "." : parent.string();
}

std::string sweep_text(const std::string& folder, const ReportOptions& options) {
  const std::string_view name = reports::format_named(options.format).name;
  if (options.categories)
    throw base::UsageError("--categories", "a sweep has no functions: it measures durations only");
  if (name != "html" && name != "markdown")
    throw base::UsageError("--format", "a sweep is reported as markdown or html only");
  const auto report = reports::make_sweep_report(profiles::read_sweep(folder));
  return name == "html" ? reports::sweep_html(report)
                        : sweep_report(report, plot_folder(folder, options));
}

std::string recording_text(const ReportOptions& options) {
  const reports::Format& format = reports::format_named(options.format);
  const std::string& kind = options.kind;
  if (kind != "quick" && kind != "detailed")
    throw base::UsageError("--kind", kind + " is none of quick, detailed");
  const auto clock = profiles::find_word<profiles::ProfileClock>(options.clock);
  if (!clock)
    throw base::UsageError("--clock", options.clock + " is none of cpu, wall, allocation");
  const bool detailed = kind == "detailed";
  if (detailed && format.name != std::string_view("markdown"))
    throw base::UsageError("--kind", "detailed is a kind of the format markdown");
  const Wanted wanted{detailed ? reports::Format::kStacks : format.needs, options.variant, *clock,
                      detailed, options.categories};
  const reports::Export source = export_of(options.recordings, wanted);
  // A printed report shows the picture that the run wrote into the recording's folder.
  const std::string svg = reports::ledger_svg(source.report.ledger);
  if (format.name == std::string_view("markdown") && options.output && !svg.empty())
    base::write_file(
        (std::filesystem::path(plot_folder("", options)) / reports::kLedgerPlot).string(), svg);
  return format.render(source);
}

}  // namespace

int report_command(const Arguments& arguments) {
  const std::string text = fmt::format(
      "Prints the recording in the folder DIR, as `winnow run` wrote it, or a sweep. Formats:\n\n"
      "{}\n"
      "Several recordings stand side by side, the first as the baseline; DIR:VARIANT takes one\n"
      "variant of a recording. The plots of a sweep are written beside the report, or into DIR;\n"
      "the picture of a recording's ledger beside a report that is written to a file.\n\n"
      "Examples:\n"
      "  winnow report out/batch32\n"
      "  winnow report out/batch32 --kind detailed --out report.md\n"
      "  winnow report out/batch32 --format pprof --variant pool --out pool.pb.gz\n"
      "  winnow report out/before:spawn out/after:pool\n"
      "  winnow report out/sweep --format html --out sweep.html\n",
      reports::list_of_formats());
  const Help help{"winnow report DIR[:VARIANT]... [--format NAME] [--variant NAME] [--out FILE]",
                  text};
  ReportOptions options;
  if (!parse(help, table_of(options), renamed(arguments, "--output", "--out"),
             {{"recording", &options.recordings, ""}}))
    return base::kOk;
  const std::vector<std::string>& folders = options.recordings;
  if (folders.empty())
    throw base::UsageError(
        "report", "name the recording's folder, such as out/batch32; see winnow report --help");
  const std::string report = folders.size() == 1 && holds_sweep(folders.front())
                                 ? sweep_text(folders.front(), options)
                                 : recording_text(options);
  if (options.output)
    base::write_file(*options.output, report);
  else
    print(report);
  return base::kOk;
}

}  // namespace winnow::cli
