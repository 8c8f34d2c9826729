#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/json.h"
#include "cli/commands.h"
#include "cli/roofline.h"
#include "profiles/machine/facts.h"

namespace winnow::cli {

namespace {

std::string state_word(const profiles::MachineFact& fact) {
  return fact.state ? word(*fact.state) : "";
}

// "warn     governor  powersave (...)", and what to do on a line below.
std::string facts_text(const std::vector<profiles::MachineFact>& facts) {
  size_t width = 0;
  for (const auto& fact : facts) width = std::max(width, fact.name.size());
  std::string text;
  for (const auto& fact : facts) {
    text += fmt::format("{:<7}  {:<{}}  {}{}\n", state_word(fact), fact.name, width,
                        base::printable(fact.value.empty() ? "unknown" : fact.value),
                        fact.note.empty() ? "" : " (" + base::printable(fact.note) + ")");
    if (!fact.advice.empty()) text += fmt::format("{:>9}{:<{}}  {}\n", "", "", width, fact.advice);
  }
  return text;
}

std::string facts_json(const std::vector<profiles::MachineFact>& facts) {
  base::Json rows = base::Json::array();
  for (const auto& fact : facts)
    rows.push_back({{"name", fact.name},
                    {"state", state_word(fact)},
                    {"value", fact.value},
                    {"note", fact.note},
                    {"advice", fact.advice}});
  return base::Json{{"facts", rows}}.text(2) + "\n";
}

}  // namespace

int doctor_command(const Arguments& arguments) {
  const Help help{
      "winnow doctor [--json | --roofline]",
      "Prints what this machine and its state tell about how far a measurement can be trusted:\n"
      "each fact is ok, warn (with what to do) or unknown (with the reason). With --json for\n"
      "programs. With --roofline it measures, in about 2 s, what the machine can do at most, and\n"
      "prints that instead as a Markdown table: int8 multiply-accumulates of each instruction set\n"
      "(GMAC/s, 10^9 a second) and memory read (GB/s), with one core and with all. Other programs\n"
      "should be idle then. winnow run keeps these peaks until the machine starts again, in\n"
      "$XDG_CACHE_HOME/winnow (~/.cache/winnow), and its report says how long ago they were\n"
      "measured.\n\n"
      "Examples:\n"
      "  winnow doctor\n"
      "  winnow doctor --json | jq '.facts[] | select(.state == \"warn\")'\n"
      "  winnow doctor --roofline >> notes.md\n"};
  bool json = false, roofline = false;
  if (!parse(help,
             {{"json", &json, "print the facts as JSON"},
              {"roofline", &roofline, "measure the peaks"}},
             arguments))
    return base::kOk;
  if (json && roofline) throw base::UsageError("--json", "not together with --roofline");
  if (roofline) {
    const auto peaks = measured_roofline();
    print(to_markdown(peaks.roofline));
    if (!peaks.warning.empty()) note(peaks.warning);
    return base::kOk;
  }
  const auto facts = profiles::machine_facts();
  print(json ? facts_json(facts) : facts_text(facts));
  return base::kOk;
}

}  // namespace winnow::cli
