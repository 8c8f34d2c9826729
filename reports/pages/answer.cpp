#include "reports/pages/answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "reports/blocks/pairs.h"
#include "reports/figures/format.h"

namespace winnow::reports {

namespace {

constexpr size_t kReasons = 3;
constexpr size_t kRanks = 5;          // told of many variants
constexpr size_t kMetricsBeside = 3;  // told of wall time or metrics that do not decide

void add_pairs(std::vector<Fact>& lines, const std::string& name, const std::string& subject,
               const Pairs& pairs) {
  if (pairs.identical)
    lines.push_back({name, subject + ratio_words(pairs)});
  else if (pairs.ratio)
    lines.push_back({name, fmt::format("{}{}, {}, {}", subject, ratio_words(pairs),
                                       format_p(pairs.adjusted_p), blocks_words(pairs))});
}

// Of a winner the sizes of its lead, of equals each one's.
void add_leads(std::vector<Fact>& lines, const Report& report) {
  const Verdict& verdict = report.verdict;
  for (const Lead& lead : verdict.best) {
    const std::string subject = verdict.best.size() > 1 ? report.variants[lead.variant] + ": " : "";
    if (verdict.cpu_leads()) add_pairs(lines, "CPU time", subject, lead.cpu);
    add_pairs(lines, verdict.by.empty() ? "Wall time" : verdict.by, subject, lead.pairs);
  }
}

// The first of many variants, with what they reach against the baseline.
void add_ranking(std::vector<Fact>& lines, const Report& report) {
  std::vector<std::string> places;
  for (const Rank& rank : report.ranking.ranks) {
    if (places.size() == kRanks) break;
    const Pairs& pairs = rank.against_baseline;
    places.push_back(fmt::format("{} {}", report.variants[rank.variant],
                                 rank.variant == 0 ? "(baseline)"
                                 : pairs.ratio     ? format_ratio(*pairs.ratio)
                                                   : "unavailable"));
  }
  if (places.empty()) return;
  const size_t more = report.ranking.ranks.size() - places.size();
  lines.push_back({"Ranking", fmt::format("{}{}", fmt::join(places, ", "),
                                          more > 0 ? fmt::format(", and {} more", more) : "")});
}

}  // namespace

std::vector<Fact> answer_lines(const Report& report) {
  const Verdict& verdict = report.verdict;
  std::vector<Fact> lines;
  if (verdict.decided()) {
    add_leads(lines, report);
  } else {
    lines.push_back({"Verdict", verdict.sentence});
    if (!verdict.bullets.empty()) lines.push_back({"Because", verdict.bullets.front()});
  }
  for (size_t i = 0; i < std::min(kMetricsBeside, verdict.beside.size()); ++i)
    lines.push_back({"Beside", verdict.beside[i].sentence});
  add_ranking(lines, report);
  for (size_t i = 0; i < std::min(kReasons, verdict.causes.size()); ++i)
    lines.push_back({"Why", verdict.causes[i]});
  return lines;
}

}  // namespace winnow::reports
