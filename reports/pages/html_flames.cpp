#include "reports/pages/html_flames.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "reports/figures/format.h"
#include "reports/markup/html.h"
#include "reports/pages/html_tables.h"
#include "reports/plots/flame_svg.h"
#include "reports/plots/paired_stacks.h"
#include "reports/recorded/words.h"

namespace winnow::reports {

namespace {

constexpr double kSmallest = 0.001, kSmallestOfMany = 0.005;  // share of the whole
constexpr size_t kMany = 4;  // variants, from which on a page has room for fewer frames
constexpr const char* kMeaningful =
    " Equal work has equal frames: thread starts, schedulers, callables and files without symbols "
    "are folded away above it, and a function with which threads begin in one of the two stands at "
    "the root in both.";
constexpr const char* kAllFrames = " The stacks are as they were sampled.";

using StacksOf = Picture<profiles::Stacks> VariantPictures::*;

struct Kind {
  StacksOf stacks;
  const char* id;
  const char* what;      // "CPU time"
  const char* measured;  // what the widths are
  FlameWeight weight;
  FlameOrder order;
};

constexpr Kind kCpu{&VariantPictures::cpu,
                    "cpu",
                    "CPU time",
                    "sampled CPU time of the cpu pass",
                    FlameWeight::kSeconds,
                    FlameOrder::kCallers};
constexpr Kind kCpuByLeaf{
    &VariantPictures::cpu,  "cpu-leaves",
    "CPU time by function", "the same samples from the function that ran, below it its callers",
    FlameWeight::kSeconds,  FlameOrder::kLeaves};
constexpr Kind kWall{&VariantPictures::wall, "wall",
                     "wall time of threads", "sampled wall time (waiting included) of all threads",
                     FlameWeight::kSeconds,  FlameOrder::kCallers};
constexpr Kind kWallByLeaf{&VariantPictures::wall,
                           "wall-leaves",
                           "wall time of threads by function",
                           "the same samples from the function that ran or waited, below it its "
                           "callers",
                           FlameWeight::kSeconds,
                           FlameOrder::kLeaves};
constexpr Kind kAllocation{&VariantPictures::allocation,
                           "allocation",
                           "allocated bytes",
                           "bytes allocated in the region (freed ones included)",
                           FlameWeight::kBytes,
                           FlameOrder::kCallers};

double smallest(const PagePictures& pictures) {
  return pictures.variants.size() > kMany ? kSmallestOfMany : kSmallest;
}

std::string folding(const PagePictures& pictures) {
  return fmt::format("Frames below {} of the whole are one among their siblings.",
                     format_percent(smallest(pictures) * 100));
}

bool leaves(const Kind& kind) { return kind.order == FlameOrder::kLeaves; }

FlameScale scale_of(const Report& report, const PagePictures& pictures, const Kind& kind) {
  return {kind.weight, kind.order, report.words.shares, smallest(pictures)};
}

// Of all frames of the kind: of the sampled ones together, so that a colour means one category in
// both clocks; in an order that does not depend on what they cost.
std::vector<FlameCategory> categories_of(const Report& report, const PagePictures& pictures,
                                         const Kind& kind) {
  std::vector<StacksOf> same_rules{&VariantPictures::cpu, &VariantPictures::wall};
  if (kind.weight == FlameWeight::kBytes) same_rules = {kind.stacks};
  std::set<std::string> names;
  for (const VariantPictures& each : pictures.variants)
    for (const StacksOf stacks : same_rules)
      if (const auto& data = (each.*stacks).data)
        for (const profiles::Frame& frame : data->frames) names.insert(frame.category);
  for (const char* none : {"other", "Other", ""}) names.erase(none);
  std::vector<FlameCategory> categories;
  for (const std::string& name : names) categories.push_back({name, report.words.category(name)});
  return categories;
}

std::string stands_on(const profiles::Stacks& stacks, const FlameNode& root, const Kind& kind,
                      const Words& words) {
  if (kind.weight == FlameWeight::kBytes) return "";
  return fmt::format(" {} samples over {}.", format_count(static_cast<double>(root.first.samples)),
                     count_of(stacks.iterations, words.iteration));
}

std::string variant_figure(const Report& report, const PagePictures& pictures, size_t variant,
                           const Kind& kind) {
  const auto& picture = pictures.variants[variant].*kind.stacks;
  const std::string& label = report.variants[variant];
  FlameFigure figure;
  figure.id = fmt::format("flame-{}-{}", kind.id, variant);
  figure.title = fmt::format("{}: {}.", label, kind.what);
  figure.icicle = kind.weight == FlameWeight::kBytes;
  figure.weight = kind.weight;
  if (!picture.data)
    return fmt::format(
        "<figure class=\"flame\" id=\"{}\">\n<figcaption><strong>{}</strong></figcaption>\n<p "
        "class=\"unavailable\">{}: unavailable ({})</p>\n</figure>\n",
        figure.id, html_escaped(figure.title), html_escaped(label),
        html_escaped(picture.unavailable));
  const FlameNode root = flame_tree(scale_of(report, pictures, kind), *picture.data);
  figure.share = report.words.share;
  figure.categories = categories_of(report, pictures, kind);
  figure.description =
      fmt::format("Width: {}, for one {}.{} {}", kind.measured,
                  report.words.item.empty() ? report.words.iteration : report.words.item,
                  stands_on(*picture.data, root, kind, report.words), folding(pictures));
  return html_figure(figure, root);
}

FlameFigure figure_of_two(const Report& report, const PagePictures& pictures, size_t from,
                          size_t to, const Kind& kind) {
  FlameFigure figure;
  figure.id = fmt::format("flame-{}-difference", kind.id);
  figure.first = report.variants[from];
  figure.second = report.variants[to];
  figure.share = report.words.share;
  figure.title = fmt::format("From {} to {}: {}.", figure.first, figure.second, kind.what);
  figure.weight = kind.weight;
  figure.icicle = kind.weight == FlameWeight::kBytes || leaves(kind);
  figure.description = fmt::format(
      "Red grew, blue shrank, grey: {}; all amounts are of {}{}. Width: room for the larger of the "
      "two. {}",
      same_words(kind.weight), figure.share,
      leaves(kind) ? fmt::format(" ({})", kind.measured) : "", folding(pictures));
  return figure;
}

// Two figures, of which a checkbox chooses, by the style sheet alone.
std::string difference_figure(const Report& report, const PagePictures& pictures, size_t from,
                              size_t to, const Kind& kind) {
  const auto& before = (pictures.variants[from].*kind.stacks).data;
  const auto& after = (pictures.variants[to].*kind.stacks).data;
  if (!before || !after) return "";
  const FlameScale scale = scale_of(report, pictures, kind);
  const PairedStacks paired = paired_stacks(kind.weight, *before, *after);
  FlameFigure folded = figure_of_two(report, pictures, from, to, kind), all = folded;
  folded.description += kMeaningful;
  all.description += kAllFrames;
  all.id += "-all";
  return fmt::format(
      "<div class=\"switched\">\n<input type=\"checkbox\" id=\"{0}-switch\"/><label "
      "for=\"{0}-switch\">All frames</label>\n{1}{2}</div>\n",
      folded.id, html_figure(folded, flame_tree(scale, paired.first, &paired.second)),
      html_figure(all, flame_tree(scale, *before, &*after)));
}

// The verdict's rival and winner; the baseline and the next where it names none.
std::pair<size_t, size_t> compared(const Report& report) {
  const Verdict& verdict = report.verdict;
  if (verdict.winner != verdict.rival) return {verdict.rival, verdict.winner};
  return {0, 1};
}

// The one reason why no variant has a picture; else empty.
std::string why_none(const PagePictures& pictures, const Kind& kind) {
  std::string why;
  for (const VariantPictures& each : pictures.variants) {
    const auto& picture = each.*kind.stacks;
    if (picture.data || (!why.empty() && picture.unavailable != why)) return "";
    why = picture.unavailable;
  }
  return why;
}

std::string figures(const Report& report, const PagePictures& pictures, const Kind& kind,
                    const std::vector<const Kind*>& differences) {
  std::string result;
  const auto [from, to] = compared(report);
  if (std::max(from, to) < pictures.variants.size())
    for (const Kind* difference : differences)
      result += difference_figure(report, pictures, from, to, *difference);
  if (const std::string why = why_none(pictures, kind); !why.empty())
    return fmt::format("<p class=\"unavailable\">{}: unavailable ({})</p>\n", kind.what,
                       html_escaped(why));
  for (size_t variant = 0; variant < pictures.variants.size(); ++variant)
    result += variant_figure(report, pictures, variant, kind);
  return result;
}

}  // namespace

std::string flames_section(const Report& report, const PagePictures& pictures) {
  return section_start(2, "Flame Graphs") + figures(report, pictures, kCpu, {&kCpuByLeaf, &kCpu}) +
         figures(report, pictures, kWall, {&kWallByLeaf, &kWall}) + section_end(2);
}

std::string allocations_section(const Report& report, const PagePictures& pictures) {
  return section_start(3, "Allocations by Call Stack") +
         figures(report, pictures, kAllocation, {&kAllocation}) + section_end(3);
}

}  // namespace winnow::reports
