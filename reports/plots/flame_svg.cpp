#include "reports/plots/flame_svg.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "reports/figures/format.h"
#include "reports/markup/html.h"

namespace winnow::reports {

namespace {

constexpr int kFrameHeight = 18;
constexpr size_t kLongestName = 140, kLongestFrameLabel = 60;
constexpr double kLabelled = 1.2;  // percent of the width from which on a frame has room for text
// Steps of colour: the change's share of the whole.
constexpr std::array kSteps{0.002, 0.01, 0.04, 0.12};
constexpr size_t kCategoryColours = 8;

struct Picture {
  const FlameFigure& figure;
  double width = 0, whole = 0;  // of the root, in its unit
  int depth = 0;
  bool two() const { return !figure.second.empty(); }
};

int depth_of(const FlameNode& node) {
  int deepest = 0;
  for (const FlameNode& child : node.children) deepest = std::max(deepest, depth_of(child));
  return deepest + 1;
}

std::string amount_text(double value, FlameWeight weight) {
  if (weight == FlameWeight::kSeconds)
    return value < 1e-9 ? "0s" : format_value(value, Unit::kSeconds);
  if (value >= 1e6) return fmt::format("{:.2f} MB", value / 1e6);
  return value >= 1e3 ? fmt::format("{:.2f} kB", value / 1e3) : fmt::format("{:.0f} B", value);
}

std::string signed_amount(double value, FlameWeight weight) {
  return (value < 0 ? "-" : "+") + amount_text(std::abs(value), weight);
}

std::string shown_name(const FlameNode& node) {
  if (node.folded > 0) return fmt::format("({} small frames)", node.folded);
  return node.name.empty() ? "(no name)" : node.name;
}

std::string share_of(double value, double whole) {
  return whole > 0 ? " (" + format_share(value / whole) + ")" : "";
}

std::string figures_of(const Picture& picture, const FlameNode& node) {
  const FlameWeight weight = picture.figure.weight;
  if (!picture.two())
    return fmt::format("{} {}{}", amount_text(node.first.value, weight), picture.figure.share,
                       share_of(node.first.value, picture.whole));
  const FlameChange change = change_of(node);
  return fmt::format("{} {}, {} {}: {}{} {}", picture.figure.first,
                     amount_text(node.first.value, weight), picture.figure.second,
                     amount_text(node.second.value, weight), change.proven ? "" : "~ ",
                     signed_amount(change.value, weight), picture.figure.share);
}

// Categories beyond the colours share the last one's.
std::string category_class(size_t index) {
  return fmt::format("c{}", std::min(index, kCategoryColours - 1));
}

std::string css_class(const Picture& picture, const FlameNode& node) {
  if (!picture.two()) {
    if (node.folded > 0) return "folded";
    const auto& all = picture.figure.categories;
    const auto found = std::ranges::find(all, node.category, &FlameCategory::category);
    return found == all.end() ? "other" : category_class(static_cast<size_t>(found - all.begin()));
  }
  const FlameChange change = change_of(node);
  const double share = picture.whole > 0 ? std::abs(change.value) / picture.whole : 0;
  const auto step = std::ranges::count_if(kSteps, [&](double least) { return share >= least; });
  if (!change.proven || step == 0) return "same";
  return fmt::format("{}{}", change.value > 0 ? "grown" : "shrunk", step);
}

std::string frames_svg(const Picture& picture, const FlameNode& node, double left, int level) {
  const double x = left / picture.width * 100, width = node.width / picture.width * 100;
  const int row = picture.figure.icicle ? level : picture.depth - 1 - level;
  const std::string name = shown_name(node);
  std::string text = fmt::format(
      "<svg class=\"frame {}\" x=\"{:.3f}%\" y=\"{}\" width=\"{:.3f}%\" height=\"{}\"><title>{}{}\n"
      "{}</title><rect width=\"100%\" height=\"100%\"/>",
      css_class(picture, node), x, row * kFrameHeight, width, kFrameHeight - 1,
      html_escaped(without_middle(name, kLongestName)),
      node.place.empty() ? "" : "\n" + html_escaped(without_middle(node.place, kLongestName)),
      html_escaped(figures_of(picture, node)));
  if (width >= kLabelled)
    text += fmt::format("<text x=\"3\" y=\"12.5\">{}</text>",
                        html_escaped(without_middle(name, kLongestFrameLabel)));
  text += "</svg>\n";
  for (const FlameNode& child : node.children) {
    text += frames_svg(picture, child, left, level + 1);
    left += child.width;
  }
  return text;
}

std::string key(const Picture& picture) {
  const auto entry = [](const std::string& css, const std::string& name) {
    return fmt::format("<li><i class=\"{}\"></i>{}</li>", css, html_escaped(name));
  };
  std::string text = "<ul class=\"key\">";
  if (picture.two()) {
    text += entry("grown4", "grown") + entry("same", same_words(picture.figure.weight)) +
            entry("shrunk4", "shrunk");
  } else {
    const auto& all = picture.figure.categories;
    for (size_t i = 0; i < all.size(); ++i) text += entry(category_class(i), all[i].name);
    text += entry("other", "other");
  }
  return text + "</ul>\n";
}

}  // namespace

std::string same_words(FlameWeight weight) {
  const std::string little = format_percent(kSteps.front() * 100);
  return weight == FlameWeight::kSeconds
             ? "no difference beyond the sampling error, or one below " + little + " of the whole"
             : "equal, or a difference below " + little + " of the whole";
}

std::string html_figure(const FlameFigure& figure, const FlameNode& root) {
  const Picture picture{figure, root.width, std::max(root.first.value, root.second.value),
                        depth_of(root)};
  std::string result = fmt::format(
      "<figure class=\"flame\" id=\"{}\">\n<figcaption><strong>{}</strong> {}</figcaption>\n",
      figure.id, html_escaped(figure.title), html_escaped(figure.description));
  if (!(picture.width > 0))
    return result + "<p class=\"unavailable\">unavailable: no samples</p>\n</figure>\n";
  result += fmt::format(
      "<svg class=\"flamegraph\" width=\"100%\" height=\"{}\" role=\"group\" aria-label=\"{}\">\n",
      picture.depth * kFrameHeight, html_escaped(figure.title));
  return result + frames_svg(picture, root, 0, 0) + "</svg>\n" + key(picture) + "</figure>\n";
}

}  // namespace winnow::reports
