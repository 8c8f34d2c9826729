#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "reports/sweep/report.h"

// The words and figures of a sweep's report that every format shows. Plain text: a renderer escapes
// it.
namespace winnow::reports {

// To four significant digits: "520.3", "0.06127".
std::string sweep_number(double value);
std::string sweep_percent(double share);

// "520.3 [510.1, 530.2]", "~520.3", "unavailable"
std::string estimate_text(const Estimate& estimate, std::string (*format)(double) = sweep_number);

// The holes of a table, those with the same reason together.
class Holes {
 public:
  void note(const Estimate& estimate, const std::string& where);
  void add(const std::string& where, const std::string& reason);
  std::vector<std::string> lines() const;

 private:
  std::map<std::string, size_t> places_;
  std::vector<std::pair<std::string, std::string>> reasons_;  // and places
};

bool compared(const Choice& choice);
// "1.15x [1.14x, 1.16x] of Packed": the throughput of the fastest by that of the second.
std::string margin_text(const Choice& choice);
// Of the table of choices.
std::vector<std::string> choice_columns(const SweepWords& words);
// Why choices are not clear, and which variants they leave out.
std::vector<std::string> choice_remarks(const std::vector<Choice>& choices,
                                        const SweepWords& words);

std::string peak_text(const UslFit& fit);
std::string fastest_text(const Choice& choice);  // "pool (clear)"

// "Recommendation: mix short, 2 threads", "mix short, batch 8", and why there is none of the
// latter.
std::string recommendation_title(const MixAnswer& mix, const SweepWords& words);
std::string scaling_title(const SweepGrid& grid, const SweepWords& words);
std::string no_scaling(const SweepWords& words);

// What the figures are.
std::string sweep_legend();

}  // namespace winnow::reports
