#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "cli/commands.h"
#include "cli/roofline.h"
#include "profiles/machine.h"

namespace winnow::cli {

namespace po = boost::program_options;

namespace {

// "governor  unknown (no cpufreq here)"
std::string facts_text(const std::vector<profiles::MachineFact>& facts) {
  size_t width = 0;
  for (const auto& fact : facts) width = std::max(width, fact.name.size());
  std::string text;
  for (const auto& fact : facts)
    text += fmt::format("{:<{}}  {}{}\n", fact.name, width,
                        base::printable(fact.value.empty() ? "unknown" : fact.value),
                        fact.note.empty() ? "" : " (" + base::printable(fact.note) + ")");
  return text;
}

}  // namespace

int doctor_command(const Arguments& arguments) {
  const Help help{
      "winnow doctor [--roofline]",
      "Prints what this machine and its state tell about how far a measurement can be trusted;\n"
      "what cannot be read is \"unknown\", with the reason. With --roofline it measures, in about\n"
      "2 s, what the machine can do at most, and prints that instead as a Markdown table: int8\n"
      "multiply-accumulates of each instruction set (GMAC/s, 10^9 a second) and memory read\n"
      "(GB/s), with one core and with all. Other programs should be idle then.\n\n"
      "Examples:\n"
      "  winnow doctor\n"
      "  winnow doctor --roofline >> notes.md\n"};
  po::options_description options;
  options.add_options()("roofline", "measure the peaks");
  const auto values = parse(help, options, arguments, {});
  if (!values) return base::kOk;
  print(values->count("roofline") > 0 ? to_markdown(measured_roofline())
                                      : facts_text(profiles::machine_facts()));
  return base::kOk;
}

}  // namespace winnow::cli
