#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>

#include "base/error.h"
#include "cli/commands.h"
#include "cli/exports.h"
#include "cli/run_options.h"
#include "reports/detail/top.h"

namespace winnow::cli {

namespace po = boost::program_options;

namespace {

size_t terminal_columns() {
  winsize size{};
  return ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 100;
}

// https://no-color.org
bool wants_colour() {
  const char* const refused = std::getenv("NO_COLOR");
  return ::isatty(STDOUT_FILENO) == 1 && !(refused && *refused);
}

}  // namespace

int top_command(const Arguments& arguments) {
  const Help help{"winnow top DIR [--variant NAME] [-n N]",
                  "Prints the functions in which a recording's CPU time was spent, each with its\n"
                  "share of the samples, the interval at 95 % and a bar.\n\n"
                  "Examples:\n"
                  "  winnow top out/batch32\n"
                  "  winnow top out/batch32 --variant pool -n 10\n"};
  po::options_description options;
  options.add_options()("variant", po::value<std::string>(), "only this variant")(
      "number,n", po::value<std::string>(), "functions to show (20)");
  const auto values = parse(help, options, arguments, {"recording"});
  if (!values) return base::kOk;
  if (values->count("recording") == 0)
    throw base::UsageError("top", "name the recording's folder, such as out/batch32");
  reports::TopOptions shown;
  shown.functions = static_cast<size_t>(number(*values, "number", 1, 20));
  shown.columns = terminal_columns();
  shown.colour = wants_colour();
  const auto source = export_of({(*values)["recording"].as<std::string>()}, {});
  std::string text;
  for (size_t variant = 0; variant < source.report.variants.size(); ++variant) {
    if (values->count("variant") > 0 &&
        variant != variant_named(source, (*values)["variant"].as<std::string>()))
      continue;
    if (!text.empty()) text += '\n';
    text += reports::top(source.recording, source.report, variant, shown);
  }
  print(text);
  return base::kOk;
}

}  // namespace winnow::cli
