#include <fmt/format.h>

#include <cstdlib>

#include "base/error.h"
#include "cli/commands.h"
#include "cli/debug_package.h"
#include "cli/exports.h"
#include "cli/progress.h"
#include "cli/terminal.h"
#include "reports/detail/top.h"
#include "reports/detail/uncategorized.h"

namespace winnow::cli {

namespace {

constexpr int kMostFunctions = 1'000'000;

bool wants_colour() {
  return prints_to_terminal() &&
         takes_control_sequences(std::getenv("TERM"), std::getenv("NO_COLOR"));
}

struct TopCommand {
  std::vector<std::string> recordings;
  std::optional<std::string> only, functions, categories;
  bool uncategorized = false;
};

Options table_of(TopCommand& options) {
  return {
      {"variant=NAME", &options.only, "only this variant"},
      {"number,n=N", &options.functions, "functions to show (20)"},
      {"uncategorized", &options.uncategorized,
       "functions that no rule takes, of all recordings together, and a rule for them"},
      {"categories=FILE", &options.categories,
       "TOML rules for the categories of functions, in place of the recorded ones"},
  };
}

std::string hotspots(const reports::Export& source, std::optional<size_t> only, size_t functions) {
  const reports::TopOptions shown{functions, terminal_columns(), wants_colour()};
  std::string text;
  for (size_t variant = 0; variant < source.report.variants.size(); ++variant) {
    if (only && variant != *only) continue;
    if (!text.empty()) text += '\n';
    text += reports::top(*source.measured, source.report, variant, shown);
  }
  return text;
}

// Files without symbols, and what helps.
std::string nameless(const std::vector<reports::SampledTime>& files) {
  constexpr double kLeastShare = 0.01;
  std::string text;
  for (const auto& [name, seconds, share] : files) {
    if (share < kLeastShare) break;
    text += fmt::format("{:>8.1f}%  {}: {}\n", share * 100, base::printable(name),
                        how_to_get_symbols(base::printable(name.substr(1, name.size() - 2))));
  }
  return text.empty() ? "" : "\nFiles without symbols, whose functions have no names:\n" + text;
}

std::string uncategorized(const reports::Export& source, std::optional<size_t> only,
                          size_t functions) {
  const auto found = reports::find_uncategorized(*source.measured, only);
  const bool terminal = prints_to_terminal();
  return reports::to_text(found, functions, terminal ? terminal_columns() : 0) +
         nameless(found.nameless);
}

}  // namespace

int top_command(const Arguments& arguments) {
  const Help help{"winnow top DIR[:VARIANT]... [--variant NAME] [-n N] [--uncategorized]",
                  "Prints the functions in which a recording's CPU time was spent, each with its\n"
                  "share of the samples, the interval at 95% and a bar.\n\n"
                  "Examples:\n"
                  "  winnow top out/batch32\n"
                  "  winnow top out/batch32 --variant pool -n 10\n"
                  "  winnow top out/compare --uncategorized\n"
                  "  winnow top out/before out/after --uncategorized --categories my.toml\n"};
  TopCommand options;
  if (!parse(help, table_of(options), arguments, {{"recording", &options.recordings, ""}}))
    return base::kOk;
  if (options.recordings.empty())
    throw base::UsageError(
        "top", "name the recording's folder, such as out/batch32; see winnow top --help");
  const auto functions =
      static_cast<size_t>(parse_number("--number", options.functions, 1, 20, kMostFunctions));
  Wanted wanted;
  wanted.categories = options.categories;
  const auto source = export_of(options.recordings, wanted);
  std::optional<size_t> only;
  if (options.only) only = variant_named(source, *options.only);
  print(options.uncategorized ? uncategorized(source, only, functions)
                              : hotspots(source, only, functions));
  return base::kOk;
}

}  // namespace winnow::cli
