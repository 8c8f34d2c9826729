#include "reports/markup/markdown.h"

#include <fmt/format.h>

#include <algorithm>

#include "reports/gate/accept.h"
#include "reports/gate/renderers.h"
#include "reports/gate/words.h"

namespace winnow::reports {

namespace {

constexpr size_t kMostText = 2000;  // of one sentence or note
constexpr size_t kMostNotes = 50;
constexpr size_t kMostKernels = 10, kMostUnproven = 3;
constexpr size_t kRoomForRest = 200;  // for the line that counts what does not fit

std::string shortened(std::string text) {
  if (text.size() <= kMostText) return text;
  size_t end = kMostText;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end) + "...";
}

std::string plain(const std::string& text) { return escaped(shortened(text)); }

std::string with_unit(const std::string& figure, const std::string& unit) {
  return unit.empty() || figure == "-" ? figure : figure + " " + unit;
}

std::string row_line(const GateRow& row) {
  return table_line({status_name(row.status), plain(row.variant), code_span(row.metric),
                     plain(with_unit(baseline_text(row), row.unit)),
                     plain(with_unit(candidate_text(row), row.unit)), plain(change_text(row)),
                     plain(row.limit), plain(row.note)});
}

std::string kernel_line(const GateKernel& kernel) {
  const bool is_new = kernel.is_new();
  return table_line({bold(rise_text(kernel)), plain(kernel.variant),
                     code_span(kernel.function) + plain(place_text(kernel.file, kernel.line)),
                     plain(kernel.category),
                     is_new ? "no sample" : fmt::format("{:.4g} {}", kernel.baseline, kernel.unit),
                     fmt::format("{:.4g} {}", kernel.candidate, kernel.unit), ratio_text(kernel),
                     is_new ? "-" : limits_text(kernel)});
}

// Those whose rise is proven; where there is none, the largest that were seen.
void add_kernels(const GateReport& report, std::string& text) {
  if (report.kernels.empty()) return;
  const auto proven = static_cast<size_t>(
      std::ranges::count_if(report.kernels, [](const auto& kernel) { return kernel.risen(); }));
  if (proven > 0)
    text += "\n### Where the CPU time rose\n\n";
  else
    text +=
        "\n### CPU time by function\n\nNo function's rise is proven. The largest that were "
        "seen:\n\n";
  text += table_head(
      {"Rise", "Variant", "Function", "Category", "Baseline", "Candidate", "Change", "95%"});
  const size_t rows = proven > 0 ? proven : report.kernels.size();
  const size_t shown = std::min(rows, proven > 0 ? kMostKernels : kMostUnproven);
  for (size_t i = 0; i < shown; ++i) text += kernel_line(report.kernels[i]);
  if (rows > shown) text += fmt::format("\n{} more; verdict.json lists all.\n", rows - shown);
  if (const size_t more = report.kernels.size() - rows; more > 0)
    text += fmt::format("\nOf {} more function{} a rise was seen, and is not proven.\n", more,
                        more == 1 ? "" : "s");
}

void add_sites(const GateReport& report, std::string& text) {
  if (report.sites.empty()) return;
  text += "\n### Where allocations rose\n\n";
  text += table_head({"Rise", "Variant", "Function"});
  const size_t shown = std::min(kMostKernels, report.sites.size());
  for (size_t i = 0; i < shown; ++i) {
    const GateSite& site = report.sites[i];
    text += table_line({bold(rise_text(site)), plain(site.variant),
                        code_span(site.function) + plain(place_text(site.file, site.line)) +
                            (site.is_new ? ", new" : "")});
  }
  if (report.sites.size() > shown)
    text += fmt::format("\n{} more; verdict.json lists all.\n", report.sites.size() - shown);
}

void add_failures(const GateReport& report, std::string& text) {
  if (report.failures.empty()) return;
  text += "\n### What failed\n";
  for (const GateFailure& failure : report.failures) {
    text += fmt::format("\n{}: {}\n", plain(failure.program), plain(failure.why));
    if (!failure.said.empty())
      text += "\nIts last lines:\n\n" + code_block(shortened(failure.said));
  }
}

void add_facts(const GateReport& report, std::string& text) {
  const auto facts = facts_of(report);
  if (!facts.empty()) text += "\n";
  for (const auto& [name, value] : facts) text += fmt::format("- {}: {}\n", name, plain(value));
  if (report.command.empty()) return;
  text += report.mode == "recordings" ? "\nThe command that judges it again"
                                      : "\nThe command that measures it again";
  // To be copied, so whole or not at all.
  text += report.command.size() <= kMostText ? ":\n\n" + code_block(report.command, "sh")
                                             : " is long; verdict.json has it.\n";
}

// How a change that is made on purpose passes.
std::string accepting(const GateReport& report) {
  const std::string rules = accepting_rules(report);
  if (rules.empty()) return "";
  std::string then;
  if (report.mode == "recordings")
    then = "\nOr take the candidate's recording as the new baseline, in the same commit.\n";
  if (report.mode == "builds")
    then = "\nThe rules are needed until the change is merged: then the base has it.\n";
  return "\n### To accept this on purpose\n\nAdd to the end of the file of --rules:\n\n" +
         code_block(rules, "toml") + then;
}

std::string notes_of(const GateReport& report) {
  std::string text;
  if (!report.noise.empty()) text = "\n- Smallest detectable effect: " + plain(report.noise);
  for (size_t i = 0; i < std::min(kMostNotes, report.notes.size()); ++i)
    text += "\n- " + escaped(shortened(report.notes[i]).substr(0, 300));
  if (report.notes.size() > kMostNotes)
    text += fmt::format("\n- and {} more notes", report.notes.size() - kMostNotes);
  return text.empty() ? "" : text + "\n";
}

// Names may be of any length.
std::string fitting(std::string text) {
  if (text.size() <= kMostSummaryBytes) return text;
  text.resize(text.rfind('\n', kMostSummaryBytes - kRoomForRest) + 1);
  return text + "\n\nThe rest is too long for a summary; verdict.json has all.\n";
}

}  // namespace

std::string gate_markdown(const GateReport& report) {
  std::string text = fmt::format("## Winnow gate: {}\n\n{}\n", outcome_name(report.outcome),
                                 plain(whole_sentence(report)));
  for (const std::string& warning : warnings_of(report))
    text += fmt::format("\n**Warning:** {}\n", plain(warning));
  add_facts(report, text);
  add_failures(report, text);
  add_kernels(report, text);
  add_sites(report, text);
  const std::string notes = accepting(report) + notes_of(report);
  const std::string head =
      "\n### What moved\n\n" + table_head({"Status", "Variant", "Metric", "Baseline", "Candidate",
                                           "Change", "Allowed", "Note"});
  size_t moved = 0, left_out = 0;
  for (const GateRow& row : report.rows) {
    if (!row.moved()) continue;
    const std::string line = (moved == 0 ? head : "") + row_line(row);
    if (left_out > 0 || text.size() + line.size() + notes.size() + kRoomForRest > kMostSummaryBytes)
      ++left_out;
    else
      text += line;
    ++moved;
  }
  if (left_out > 0)
    text += fmt::format("\n{} further rows moved; verdict.json lists all.\n", left_out);
  if (moved == 0 && !report.rows.empty())
    text += fmt::format("\nNone of {} metrics moved.\n", report.rows.size());
  return fitting(text + notes);
}

}  // namespace winnow::reports
