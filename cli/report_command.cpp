#include <fmt/format.h>

#include <filesystem>

#include "base/error.h"
#include "base/file.h"
#include "cli/commands.h"
#include "cli/exports.h"
#include "cli/sweep_command.h"
#include "profiles/recording/recording.h"
#include "reports/exports/export.h"
#include "reports/ledger/table.h"
#include "reports/sweep/report.h"

namespace winnow::cli {

namespace po = boost::program_options;

namespace {

// Beside the report, which shows them by name.
std::string plot_folder(const std::string& folder, const Values& values) {
  if (values.count("output") == 0) return folder;
  const auto parent = std::filesystem::path(values["output"].as<std::string>()).parent_path();
  return parent.empty() ? "." : parent.string();
}

std::string sweep_text(const std::string& folder, const Values& values) {
  const auto format = values["format"].as<std::string>();
  const std::string_view name = reports::format_named(format).name;
  if (name != "html" && name != "markdown")
    throw base::UsageError(folder, "a sweep is reported as markdown or html only");
  const auto report = reports::make_sweep_report(profiles::read_sweep(folder));
  return name == "html" ? reports::sweep_html(report)
                        : sweep_report(report, plot_folder(folder, values));
}

std::string recording_text(const std::vector<std::string>& folders, const Values& values) {
  const reports::Format& format = reports::format_named(values["format"].as<std::string>());
  const auto kind = values["kind"].as<std::string>(), named = values["clock"].as<std::string>();
  if (kind != "quick" && kind != "detailed")
    throw base::UsageError("kind " + kind, "no such kind; there are quick and detailed");
  const auto clock = profiles::find_word<profiles::ProfileClock>(named);
  if (!clock)
    throw base::UsageError("clock " + named, "no such clock; there are cpu, wall and allocation");
  const bool detailed = kind == "detailed";
  if (detailed && format.name != std::string_view("markdown"))
    throw base::UsageError("kind detailed", "is a kind of the format markdown");
  Wanted wanted{detailed ? reports::Format::kStacks : format.needs, {}, *clock, detailed};
  if (values.count("variant") > 0) wanted.variant = values["variant"].as<std::string>();
  const reports::Export source = export_of(folders, wanted);
  // A printed report shows the picture that the run wrote into the recording's folder.
  const std::string svg = reports::ledger_svg(source.report.ledger);
  if (format.name == std::string_view("markdown") && values.count("output") > 0 && !svg.empty())
    base::write_file(
        (std::filesystem::path(plot_folder("", values)) / reports::kLedgerPlot).string(), svg);
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
  const Help help{"winnow report DIR[:VARIANT]... [--format FORMAT] [--variant NAME] [--out FILE]",
                  text};
  po::options_description options;
  options.add_options()("format,f", po::value<std::string>()->default_value("markdown"),
                        "one of those above")(
      "kind", po::value<std::string>()->default_value("quick"), "of markdown: quick or detailed")(
      "variant", po::value<std::string>(), "only this variant, in formats that list them")(
      "clock", po::value<std::string>()->default_value("cpu"),
      "of pprof and collapsed: cpu, wall or allocation")("output,o", po::value<std::string>(),
                                                         "write to this file instead (also --out)");
  const auto values = parse(help, options, arguments, {"recording..."});
  if (!values) return base::kOk;
  if (values->count("recording") == 0)
    throw base::UsageError("report", "name the recording's folder, such as out/batch32");
  const auto folders = (*values)["recording"].as<std::vector<std::string>>();
  const std::string report = folders.size() == 1 && holds_sweep(folders.front())
                                 ? sweep_text(folders.front(), *values)
                                 : recording_text(folders, *values);
  if (values->count("output") > 0)
    base::write_file((*values)["output"].as<std::string>(), report);
  else
    print(report);
  return base::kOk;
}

}  // namespace winnow::cli
