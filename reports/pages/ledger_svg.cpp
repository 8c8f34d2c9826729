#include "reports/pages/ledger_svg.h"

#include <fmt/format.h>

#include "reports/figures/format.h"
#include "reports/plots/bars.h"

namespace winnow::reports {

namespace {

Tone tone_of(LedgerKind kind) {
  switch (kind) {
    case LedgerKind::kWork:
      return Tone::kBlue;
    case LedgerKind::kScheduler:
      return Tone::kOrange;
    case LedgerKind::kWaiting:
      return Tone::kYellow;
    case LedgerKind::kIdle:
      return Tone::kGrey;
    case LedgerKind::kOthers:
      return Tone::kPurple;
    case LedgerKind::kUnexplained:
      return Tone::kRed;
  }
  return Tone::kGrey;
}

}  // namespace

std::string ledger_svg(const Ledger& ledger) {
  if (ledger.lines.empty()) return "";
  StackedBars bars;
  bars.title = fmt::format("Where the core-seconds of {} go", ledger.words.an_iteration);
  bars.axis = fmt::format("core-seconds {} (cores × wall)", ledger.words.an_iteration);
  for (size_t variant = 0; variant < ledger.columns.size(); ++variant) {
    const LedgerColumn& column = ledger.columns[variant];
    bars.bars.push_back(column.label);
    bars.description += (bars.description.empty() ? "" : " ") + column.label + ": ";
    if (!column.known()) {
      bars.description += "unavailable.";
      continue;
    }
    bars.description += format_value(column.capacity_s(), Unit::kIterationSeconds);
    for (const LedgerLine& line : ledger.lines)
      if (line.amounts[variant].core_s > 0)
        bars.description +=
            fmt::format(", {} {}", line.name,
                        format_value(line.amounts[variant].core_s, Unit::kIterationSeconds));
    bars.description += ".";
  }
  for (const LedgerLine& line : ledger.lines) {
    Stack stack{line.name, tone_of(line.kind)};
    for (size_t variant = 0; variant < ledger.columns.size(); ++variant)
      stack.values.push_back(ledger.columns[variant].known() ? line.amounts[variant].core_s : 0);
    bars.stacks.push_back(std::move(stack));
  }
  return svg(bars);
}

}  // namespace winnow::reports
