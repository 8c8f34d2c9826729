#include "cli/measure_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "cli/texts.h"
#include "kernels/kernels.h"
#include "reports/recorded/raw_commands.h"

namespace winnow::cli {

std::string isa_help() {
  std::string names = "auto";
  for (const auto& row : kernels::matmul_rows()) names.append(", ").append(row.name);
  return names + " (winnow list: which this machine has)";
}

Arguments command_line(const std::string& command, const Arguments& arguments) {
  Arguments words{command};
  words.insert(words.end(), arguments.begin(), arguments.end());
  return words;
}

std::string asked_with(const RecordingOptions& options, const std::string& option, int value,
                       char letter) {
  const std::string brief = letter == '\0' ? option : fmt::format("-{}", letter);
  Arguments words{"winnow"};
  bool replaced = false;
  for (size_t i = 0; i < options.asked.size(); ++i) {
    const std::string& word = options.asked[i];
    const bool alone = word == option || word == brief;
    if (!alone && !word.starts_with(option + "=") &&
        (letter == '\0' || !word.starts_with(brief) || word.starts_with("--"))) {
      words.push_back(word);
      continue;
    }
    if (alone) ++i;
    if (!std::exchange(replaced, true)) words.insert(words.end(), {option, std::to_string(value)});
  }
  // Behind the command's name: a "--" may follow.
  if (!replaced)
    words.insert(words.begin() + std::min<ptrdiff_t>(2, std::ssize(words)),
                 {option, std::to_string(value)});
  return reports::shell_line(words);
}

Options process_options(MeasureOptions& options) {
  return {
      {"model=FILE", &options.model, kModelHelp},
      {"affinity=WHERE", &options.affinity, "where the threads run: none, compact, spread"},
      {"spin-us=N", &options.spin_us,
       "microseconds that a thread without work spins before it sleeps"},
      {"grain=N", &options.grain,
       "items a thread takes at once from a shared loop (0: the strategy's choice)"},
      {"isa=NAME", &options.isa, isa_help()},
      {"seed=N", &options.seed, "of the order of the blocks (random)"},
      {"force", &options.force, kForceHelp},
      {"dry-run", &options.dry_run, kDryRunHelp},
      {"time-limit=SECONDS", &options.time_limit_s, "seconds a process may take"},
  };
}

}  // namespace winnow::cli
