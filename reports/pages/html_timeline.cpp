#include "reports/pages/html_timeline.h"

#include <fmt/format.h>

#include <algorithm>

#include "reports/figures/format.h"
#include "reports/markup/html.h"
#include "reports/pages/html_tables.h"
#include "reports/plots/lines.h"
#include "reports/plots/worker_lanes.h"

namespace winnow::reports {

namespace {

constexpr std::array<const char*, kLaneStates> kStates{"computing",  "searching", "waiting",
                                                       "signalling", "unmarked",  "no-thread"};
constexpr std::array<const char*, kLaneStates> kWords{"computing",  "searching", "waiting",
                                                      "signalling", "other",     "no thread"};
constexpr int kLaneHeight = 52, kBarTop = 32, kBarHeight = 16, kAxisHeight = 22;
constexpr size_t kMostLanes = 64;
constexpr double kLeastShare = 0.005;  // of a lane, that a narrow screen names

// One path of thick horizontal strokes, each from where the last one ended: few bytes a run.
std::string state_path(const WorkerLane& lane, size_t state) {
  std::string path;
  int at = 0, end = 0;
  for (const LaneRun& run : lane.runs) {
    if (run.state == state) {
      path += fmt::format("m{} 0h{}", at - end, run.columns);
      end = at + run.columns;
    }
    at += run.columns;
  }
  if (path.empty()) return "";
  return fmt::format("<path class=\"{}\" d=\"M0 .5{}\"/>", kStates[state], path);
}

std::string sums_text(const WorkerLane& lane) {
  std::string text;
  for (size_t state = 0; state < kLaneStates; ++state)
    if (lane.sums[state] > 0)
      text += fmt::format("{}{} {}", text.empty() ? "" : ", ", kWords[state],
                          iteration_seconds(lane.sums[state]));
  return text;
}

// The same as shares, for a narrow screen, without what is hardly there.
std::string shares_text(const WorkerLane& lane) {
  double whole = 0;
  for (const double sum : lane.sums) whole += sum;
  std::string text;
  for (size_t state = 0; state < kLaneStates; ++state)
    if (lane.sums[state] > kLeastShare * whole)
      text += fmt::format("{}{} {}", text.empty() ? "" : ", ", kWords[state],
                          format_percent(lane.sums[state] / whole * 100));
  return text;
}

std::string lane_svg(const WorkerLane& lane, int top) {
  const std::string name = html_escaped(without_middle(lane.name, 48));
  const std::string sums = html_escaped(sums_text(lane));
  std::string data;
  for (double sum : lane.sums) data += fmt::format("{}{:.9f}", data.empty() ? "" : " ", sum);
  std::string text = fmt::format(
      "<g class=\"lane\" data-sums=\"{}\"><title>{}: {}</title><text class=\"name\" x=\"0\" "
      "y=\"{}\">{}</text><text class=\"value\" x=\"0\" y=\"{}\">{}</text><text class=\"value "
      "short\" "
      "x=\"0\" y=\"{}\">{}</text>\n<svg x=\"0\" y=\"{}\" width=\"100%\" height=\"{}\" viewBox=\"0 "
      "0 {} 1\" "
      "preserveAspectRatio=\"none\">",
      data, name, sums, top + 13, name, top + 28, sums, top + 28, html_escaped(shares_text(lane)),
      top + kBarTop, kBarHeight, kLaneColumns);
  for (size_t state = 0; state < kLaneStates; ++state) text += state_path(lane, state);
  return text + "</svg></g>\n";
}

std::string axis_svg(double axis_s, int top) {
  std::string text =
      fmt::format("<g class=\"axis\" data-seconds=\"{:.9f}\" data-top=\"{}\">\n", axis_s, top);
  for (double tick : round_ticks(0, axis_s, 5)) {
    if (tick > axis_s) continue;
    text += fmt::format(
        "<line class=\"grid\" x1=\"{0:.2f}%\" x2=\"{0:.2f}%\" y1=\"0\" y2=\"{1}\"/><text "
        "class=\"tick\" x=\"{0:.2f}%\" y=\"{2}\" text-anchor=\"{3}\">{4}</text>\n",
        tick / axis_s * 100, top, top + 15,
        tick == 0              ? "start"
        : tick > axis_s * 0.95 ? "end"
                               : "middle",
        iteration_seconds(tick));
  }
  return text + "</g>\n";
}

std::string variant_svg(const std::string& label, const IterationLanes& lanes, double axis_s,
                        const Words& words) {
  const size_t shown = lanes.lanes.size();
  const int height = static_cast<int>(shown) * kLaneHeight;
  std::string text = fmt::format(
      "<p class=\"lanes\"><strong>{}</strong> {} {}, {}{}</p>\n"
      "<svg class=\"strip timeline\" width=\"100%\" height=\"{}\" role=\"img\" aria-label=\"{}: "
      "what "
      "each worker did\" data-wall=\"{:.9f}\">\n",
      html_escaped(label), html_escaped(words.iteration), lanes.iteration,
      iteration_seconds(lanes.wall_s),
      shown < lanes.lane_count ? fmt::format("; {} of {} lanes are shown", shown, lanes.lane_count)
                               : "",
      height + kAxisHeight, html_escaped(label), lanes.wall_s);
  text += axis_svg(axis_s, height);
  for (size_t i = 0; i < shown; ++i)
    text += lane_svg(lanes.lanes[i], static_cast<int>(i) * kLaneHeight);
  return text + "</svg>\n";
}

// The iteration of this name of every variant; where a variant has none of it, its median.
std::string iterations(const Report& report, const PagePictures& pictures, size_t which) {
  std::vector<std::optional<NamedIteration>> chosen;
  double axis_s = 0;
  std::string name;
  for (const VariantPictures& variant : pictures.variants) {
    chosen.emplace_back();
    if (!variant.timeline.data) continue;
    const auto shown = shown_iterations(*variant.timeline.data);
    if (shown.empty()) continue;
    chosen.back() = shown[which < shown.size() ? which : 0];
    if (which < shown.size()) name = shown[which].name;
    axis_s = std::max(axis_s, iteration_walls_s(*variant.timeline.data)[chosen.back()->index]);
  }
  if (name.empty() || !(axis_s > 0)) return "";
  std::string text = fmt::format("<div class=\"iteration\" data-name=\"{}\"{}>\n", name,
                                 which == 0 ? "" : " hidden");
  for (size_t i = 0; i < chosen.size(); ++i)
    if (chosen[i])
      text += variant_svg(
          report.variants[i],
          lanes_of(*pictures.variants[i].timeline.data, chosen[i]->index, axis_s, kMostLanes),
          axis_s, report.words);
  return text + "</div>\n";
}

std::string key() {
  std::string text = "<ul class=\"key\">";
  for (size_t state = 0; state < kLaneStates; ++state)
    text += fmt::format("<li><i class=\"{}\"></i>{}</li>", kStates[state], kWords[state]);
  return text + "</ul>\n";
}

}  // namespace

std::string timeline_section(const Report& report, const PagePictures& pictures) {
  std::string drawn;
  for (size_t which = 0; which < 3; ++which) drawn += iterations(report, pictures, which);
  std::string text =
      section_start(2, "Timeline") +
      fmt::format(
          "<figure id=\"plot-timeline\">\n<figcaption><strong>What each worker did during "
          "one {}.</strong> All variants on one time axis. ",
          html_escaped(report.words.iteration));
  text += drawn.empty() ? "</figcaption>\n"
                        : fmt::format(
                              "A picture has {} columns; each shows the state that lasted "
                              "longest in it, and the sums beside it are exact. Recorded "
                              "in the sync pass.</figcaption>\n",
                              kLaneColumns);
  text += drawn.empty() ? "" : "<div class=\"tall\">\n" + drawn + key() + "</div>\n";
  for (size_t i = 0; i < pictures.variants.size(); ++i)
    if (const auto& data = pictures.variants[i].timeline.data; data && !data->cut.empty())
      text += fmt::format("<p class=\"unavailable\">{}: no whole {}: {}</p>\n",
                          html_escaped(report.variants[i]), html_escaped(report.words.iteration),
                          html_escaped(data->cut));
    else if (!data)
      text += fmt::format("<p class=\"unavailable\">{}: unavailable ({})</p>\n",
                          html_escaped(report.variants[i]),
                          html_escaped(pictures.variants[i].timeline.unavailable));
  if (drawn.empty() && pictures.variants.empty())
    text += "<p class=\"unavailable\">unavailable: no variants</p>\n";
  return text + "</figure>\n" + section_end(2);
}

}  // namespace winnow::reports
