#include "reports/sweep/same_outputs.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

namespace winnow::reports {

namespace {

constexpr size_t kRunsToKnow = 2;  // one alone may write another thing each time

// What the runs of one program wrote at one point.
struct Outputs {
  std::set<std::string> hashes;
  size_t runs = 0;

  bool changes() const { return hashes.size() > 1; }
  bool known() const { return runs >= kRunsToKnow && hashes.size() == 1; }
};

using Point = std::vector<Outputs>;  // by program

// What those write that differ from the first of which it is known; empty: nothing differs.
std::string difference(const Point& point, const std::vector<std::string>& labels) {
  const auto first = std::ranges::find_if(point, &Outputs::known);
  std::vector<std::string> others;
  for (size_t i = 0; i < point.size(); ++i)
    if (point[i].known() && point[i].hashes != first->hashes) others.push_back(labels[i]);
  if (others.empty()) return "";
  return fmt::format("{} write{} something else than {}", fmt::join(others, " and "),
                     others.size() == 1 ? "s" : "", labels[first - point.begin()]);
}

struct Count {
  size_t points = 0, compared = 0, different = 0;
  bool any = false;             // output at all
  std::set<size_t> changing{};  // programs
};

std::string changing_words(const Count& count, const std::vector<std::string>& labels) {
  if (count.changing.empty()) return "";
  std::vector<std::string> changing;
  for (const size_t i : count.changing) changing.push_back(labels[i]);
  return fmt::format("the output of {} is another one in each run", fmt::join(changing, " and "));
}

std::string words_of(const Count& count, const std::vector<std::string>& labels) {
  if (labels.size() < 2) return "not checked: there is one program";
  const std::string changing = changing_words(count, labels);
  if (count.compared == 0)
    return "not checked: " +
           (!changing.empty() ? changing
            : count.any       ? "it needs two programs that write something, and two runs of each"
                              : "nothing was written to standard output, or it was not looked at "
                                "(output, ignore_output)");
  std::string words = fmt::format("the programs write the same at {} of {} points",
                                  count.compared - count.different, count.points);
  if (count.different > 0)
    words += fmt::format("; something else at {}, where they are not compared", count.different);
  if (count.compared < count.points)
    words += fmt::format("; not checked at {}{}{}", count.points - count.compared,
                         changing.empty() ? "" : ": ", changing);
  return words;
}

}  // namespace

SameOutputs same_outputs(const std::vector<const profiles::SweepCell*>& cells,
                         const std::vector<std::string>& names,
                         const std::vector<std::string>& labels) {
  std::map<std::tuple<std::string, int, int>, Point> points;
  Count count;
  for (const profiles::SweepCell* cell : cells) {
    const auto& at = cell->condition;
    Point& point = points.try_emplace({at.mix, at.batch, at.threads}, names.size()).first->second;
    const auto name = std::ranges::find(names, cell->variant);
    if (name == names.end()) continue;
    Outputs& outputs = point[static_cast<size_t>(name - names.begin())];
    for (const profiles::SweepBlock& block : cell->blocks) {
      if (!block.ok() || block.checksum.empty()) continue;
      outputs.hashes.insert(block.checksum);
      ++outputs.runs;
      count.any = true;
    }
  }
  SameOutputs same;
  for (const auto& [where, point] : points) {
    ++count.points;
    // Each that writes the same every time is held against the first such one.
    if (std::ranges::count_if(point, &Outputs::known) > 1) ++count.compared;
    for (size_t i = 0; i < point.size(); ++i)
      if (point[i].changes()) count.changing.insert(i);
    const std::string what = difference(point, labels);
    if (what.empty()) continue;
    ++count.different;
    same.differences[where] = "the work is not the same: " + what;
  }
  same.words = words_of(count, labels);
  return same;
}

}  // namespace winnow::reports
