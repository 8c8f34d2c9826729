#include "reports/pages/html_verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "reports/blocks/noise_floor.h"
#include "reports/blocks/pairs.h"
#include "reports/comparison/verdict_words.h"
#include "reports/figures/format.h"
#include "reports/markup/html.h"
#include "reports/pages/html_ledger.h"
#include "reports/pages/html_plots.h"
#include "reports/recorded/words.h"

namespace winnow::reports {

namespace {

bool compares_two(const Verdict& verdict) {
  return verdict.decided() || verdict.outcome == Verdict::kNoClearWinner ||
         verdict.outcome == Verdict::kUnproven;
}

std::string paragraph(const char* css, const std::string& text) {
  return fmt::format("<p class=\"{}\">{}</p>\n", css, html_escaped(text));
}

std::string interval_text(const Pairs& pairs) {
  const std::string interval =
      pairs.low ? fmt::format("99% confidence interval {} to {}", format_ratio(*pairs.low),
                              format_ratio(*pairs.high))
                : "too few pairs of blocks for an interval";
  return fmt::format("{}; {}, {}", interval, format_p(pairs.adjusted_p), blocks_words(pairs));
}

std::string best_labels(const Report& report) {
  std::vector<std::string> names;
  for (const Lead& lead : report.verdict.best) names.push_back(report.variants[lead.variant]);
  return listed(names, "and");
}

// "packed: " where there are several.
std::string subject(const Report& report, const Lead& lead) {
  return report.verdict.best.size() > 1 ? report.variants[lead.variant] + ": " : "";
}

// "~ ": nothing is proven by what the ratio is of.
std::string unproven_mark(const Verdict& verdict) {
  const bool proven = verdict.cpu_leads()
                          ? std::ranges::all_of(verdict.best,
                                                [](const Lead& lead) {
                                                  return lead.cpu.evidence == Evidence::kProven;
                                                })
                          : verdict.decided();
  return proven ? "" : "~ ";
}

std::string ratio_text(const Verdict& verdict) {
  if (!verdict.decided()) return format_ratio(*verdict.pairs.ratio);
  return range_words(ratios_of(verdict.best, verdict.cpu_leads() ? &Lead::cpu : &Lead::pairs));
}

// What the ratio is of: "as fast as Fine-Grained".
std::string against_words(const Report& report) {
  const Verdict& verdict = report.verdict;
  const std::string& rival = report.variants[verdict.rival];
  if (verdict.cpu_leads()) return "the CPU time: " + rival + " against " + best_labels(report);
  return (verdict.by.empty() ? "as fast as " : "by " + verdict.by + " against ") + rival;
}

std::string figure_line(const Report& report) {
  return fmt::format("<p class=\"figure\">{}<b>{}</b> <span>{}</span></p>\n",
                     unproven_mark(report.verdict), html_escaped(ratio_text(report.verdict)),
                     html_escaped(against_words(report)));
}

// Of a winner that is only probable: CPU time first, wall time and what is left of it below.
std::string cpu_figure(const Report& report) {
  const Verdict& verdict = report.verdict;
  std::string text = figure_line(report);
  for (const Lead& lead : verdict.best) {
    text += paragraph("interval", subject(report, lead) + interval_text(lead.cpu));
    text += paragraph("interval",
                      fmt::format("{}Wall time: {} as fast; {}", subject(report, lead),
                                  format_ratio(*lead.pairs.ratio), interval_text(lead.pairs)));
    if (lead.adjusted)
      text += paragraph("interval",
                        fmt::format("{}Adjusted, less the time that others took: {} as fast",
                                    subject(report, lead), format_ratio(lead.adjusted->ratio())));
  }
  return text;
}

// What a reader takes away from across the room.
std::string big_figure(const Report& report) {
  const Verdict& verdict = report.verdict;
  if (!compares_two(verdict) || !verdict.pairs.ratio) return "";
  if (verdict.cpu_leads()) return cpu_figure(report);
  if (verdict.pairs.identical)
    return fmt::format("<p class=\"figure\"><b>identical</b> <span>to {}</span></p>\n",
                       html_escaped(report.variants[verdict.rival])) +
           paragraph("interval", ratio_words(verdict.pairs));
  std::string text = figure_line(report);
  if (!verdict.decided()) return text + paragraph("interval", interval_text(verdict.pairs));
  for (const Lead& lead : verdict.best)
    text += paragraph("interval", subject(report, lead) + interval_text(lead.pairs));
  return text;
}

std::string tile(const char* name, const std::string& value, const std::string& text) {
  return fmt::format("<div class=\"tile\"><dt>{}</dt><dd><b>{}</b>{}</dd></div>\n", name,
                     html_escaped(value), html_escaped(text));
}

std::string noise_tiles(const Report& report) {
  const NoiseFloor& noise = report.noise;
  const bool measured = noise.wall.count() > 0;
  const std::string arm = measured ? ratio_words(noise.wall) : "unavailable";
  const size_t comma = arm.find(", ");
  std::string interval = comma == std::string::npos ? "" : arm.substr(comma + 2) + ". ";
  interval += "The baseline and a second copy of it: ";
  interval +=
      !measured                  ? "not measured."
      : twin_differs(noise.wall) ? "they differ, which no difference up to that size survives."
      : noise.wall.decided()
          ? "no difference proven over wall and CPU time together, but none up to that size counts."
      : report.rounds.on_busy_machine()
          ? "no difference found, which tells little: the machine was busy."
          : "no difference found, as it should be.";
  return tile("A/A arm", arm.substr(0, comma), interval) +
         tile("Smallest detectable effect",
              noise.wall_effect ? format_percent(*noise.wall_effect * 100) : "unavailable",
              noise.sentence);
}

std::string same_work(const Report& report) {
  const SameWork& check = report.same_work;
  if (check.holds())
    return "<p><strong>Same-work check:</strong> " + html_escaped(check.sentence) + "</p>\n";
  return "<div class=\"alarm void\" role=\"note\"><p><strong>WARNING: COMPARISON VOID:</strong> " +
         html_escaped(check.sentence) + "</p>\n" + html_list(check.differences, "notes") +
         "</div>\n";
}

// What every reader must see first; of the warnings, which have a section, how many and the first.
std::string alarms(const Report& report) {
  std::string lines;
  for (const std::string& alarm : report.alarms)
    lines += "<p><strong>WARNING:</strong> " + html_escaped(alarm) + "</p>\n";
  if (!report.warnings.empty())
    lines += fmt::format("<p class=\"clipped\"><a href=\"#{}\">{}</a>: {}</p>\n",
                         slug(kWarningsHeading), count_of(std::ssize(report.warnings), "warning"),
                         html_escaped(report.warnings.front()));
  return lines.empty() ? "" : "<div class=\"alarm\" role=\"note\">\n" + lines + "</div>\n";
}

}  // namespace

const char* verdict_class(const Verdict& verdict) {
  switch (verdict.outcome) {
    case Verdict::kWinner:
    case Verdict::kTie:
      return verdict.confidence() == Confidence::kClear ? "winner" : "probable";
    case Verdict::kVoid:
      return "void";
    default:
      return "open";
  }
}

std::string short_winner(const Report& report) {
  const Verdict& verdict = report.verdict;
  if (!verdict.decided()) return verdict.title;
  return (verdict.confidence() == Confidence::kClear ? "" : "probably ") + best_labels(report);
}

std::string short_ratio(const Report& report) {
  const Verdict& verdict = report.verdict;
  if (!compares_two(verdict) || !verdict.pairs.ratio) return "";
  if (verdict.pairs.identical && !verdict.cpu_leads())
    return "identical to " + report.variants[verdict.rival];
  return unproven_mark(verdict) + ratio_text(verdict) + " " + against_words(report);
}

std::string headline(const Report& report) {
  const Verdict& verdict = report.verdict;
  if (verdict.outcome == Verdict::kTie)
    return verdict.title + (verdict.cpu_leads()
                                ? "; CPU time " + range_words(ratios_of(verdict.best, &Lead::cpu))
                                : "");
  if (verdict.outcome != Verdict::kWinner) return verdict.title;
  if (verdict.confidence() == Confidence::kProbable)
    return fmt::format(
        "{}; against {}: {}{} {}", verdict.title, report.variants[verdict.rival],
        verdict.cpu_leads()
            ? fmt::format("CPU time {}, ", format_ratio(*verdict.best.front().cpu.ratio))
            : "",
        verdict.by.empty() ? "wall time" : verdict.by,
        verdict.pairs.ratio ? format_ratio(*verdict.pairs.ratio) : "unavailable");
  if (!verdict.by.empty())
    return fmt::format("{}: {} against {}", verdict.title,
                       verdict.pairs.ratio ? format_ratio(*verdict.pairs.ratio) : "better",
                       report.variants[verdict.rival]);
  return fmt::format("{} is {} as fast as {}", verdict.title,
                     verdict.pairs.ratio ? format_ratio(*verdict.pairs.ratio) : "provably",
                     report.variants[verdict.rival]);
}

std::string verdict_section(const Report& report) {
  const Verdict& verdict = report.verdict;
  std::string result = fmt::format(
      "<section class=\"verdict {}\" aria-labelledby=\"verdict\">\n"
      "<h2 id=\"verdict\"><span>Winner: </span>{}</h2>\n",
      verdict_class(verdict), html_escaped(verdict.title));
  if (!report.same_work.holds()) result += same_work(report);
  result += alarms(report);
  result += "<div class=\"split\"><div>\n" + big_figure(report) +
            paragraph("sentence", verdict.sentence) + html_list(verdict.bullets, "bullets") +
            "</div>\n<div>\n" + speed_figure(report) + ledger_figure(report) + "</div></div>\n";
  result += "<p class=\"recommendation\"><strong>Recommendation:</strong> " +
            html_escaped(verdict.recommendation) + "</p>\n";
  result += "<dl class=\"tiles\">\n" + noise_tiles(report) + "</dl>\n";
  if (report.same_work.holds()) result += same_work(report);
  return result + "</section>\n";
}

}  // namespace winnow::reports
