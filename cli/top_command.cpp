#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>

#include "base/error.h"
#include "cli/commands.h"
#include "cli/exports.h"
#include "reports/detail/top.h"

namespace winnow::cli {

namespace {

constexpr int kMostFunctions = 1'000'000;

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
  std::optional<std::string> recording, only, functions;
  if (!parse(help,
             {{"variant", &only, "only this variant"},
              {"number,n", &functions, "functions to show (20)"}},
             arguments, {{"recording", &recording, ""}}))
    return base::kOk;
  if (!recording) throw base::UsageError("top", "name the recording's folder, such as out/batch32");
  reports::TopOptions shown;
  shown.functions = static_cast<size_t>(parse_number("--number", functions, 1, 20, kMostFunctions));
  shown.columns = terminal_columns();
  shown.colour = wants_colour();
  const auto source = export_of({*recording}, {});
  std::string text;
  for (size_t variant = 0; variant < source.report.variants.size(); ++variant) {
    if (only && variant != variant_named(source, *only)) continue;
    if (!text.empty()) text += '\n';
    text += reports::top(*source.measured, source.report, variant, shown);
  }
  print(text);
  return base::kOk;
}

}  // namespace winnow::cli
