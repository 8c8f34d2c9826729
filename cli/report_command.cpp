#include "base/error.h"
#include "base/file.h"
#include "cli/commands.h"
#include "profiles/recording.h"
#include "reports/comparison.h"
#include "reports/markdown.h"

namespace winnow::cli {

namespace po = boost::program_options;

int report_command(const Arguments& arguments) {
  const Help help{
      "winnow report DIR [--output FILE]",
      "Prints the recording in the folder DIR, as `winnow run` wrote it, as a Markdown\n"
      "report.\n\n"
      "Examples:\n"
      "  winnow report out/batch32\n"
      "  winnow report out/batch32 --output report.md\n"};
  po::options_description options;
  options.add_options()("output,o", po::value<std::string>(), "write to this file instead");
  const auto values = parse(help, options, arguments, {"recording"});
  if (!values) return base::kOk;
  if (values->count("recording") == 0)
    throw base::UsageError("report", "name the recording's folder, such as out/batch32");
  const auto recording = profiles::read_recording((*values)["recording"].as<std::string>());
  const std::string text = reports::to_markdown(reports::make_report(recording));
  if (values->count("output") > 0)
    base::write_file((*values)["output"].as<std::string>(), text);
  else
    print(text);
  return base::kOk;
}

}  // namespace winnow::cli
