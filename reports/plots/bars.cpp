#include "reports/plots/bars.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "reports/figures/format.h"
#include "reports/markup/svg.h"
#include "reports/plots/lines.h"

namespace winnow::reports {

namespace {

constexpr double kBarsWidth = 760, kBarsLeft = 130, kBarsRight = 740, kBarsTop = 40;
constexpr double kBarStep = 30, kBarHeight = 22, kKeyStep = 20;
constexpr size_t kKeyColumns = 2, kLongestBar = 16, kLongestKey = 44;

// Hue and saturation; brightness runs from dark to light over the stacks of a tone.
struct Colour {
  int hue, saturation;
};
constexpr std::array<Colour, 6> kTones{
    {{205, 80}, {24, 85}, {48, 85}, {210, 8}, {285, 40}, {350, 80}}};

bool drawable_bar(double value) { return value > 0 && plottable(value); }

std::vector<int> brightness(const std::vector<Stack>& stacks) {
  std::array<size_t, kTones.size()> all{}, before{};
  for (const Stack& stack : stacks) ++all[static_cast<size_t>(stack.tone)];
  std::vector<int> percent;
  for (const Stack& stack : stacks) {
    const auto tone = static_cast<size_t>(stack.tone);
    percent.push_back(all[tone] == 1 ? 50
                                     : static_cast<int>(34 + 42 * before[tone] / (all[tone] - 1)));
    ++before[tone];
  }
  return percent;
}

std::string style(const std::vector<Stack>& stacks) {
  std::string rules =
      "<style>\ntext{font-family:sans-serif;font-size:13px;fill:#1f2328}"
      ".title{font-size:15px;font-weight:600}.page{fill:#ffffff}.grid{stroke:#d1d9e0}"
      ".part{stroke:#ffffff;stroke-width:0.5}\n"
      "@media (prefers-color-scheme:dark){\n"
      "text{fill:#e6edf3}.page{fill:#0d1117}.grid{stroke:#3d444d}.part{stroke:#0d1117}}\n";
  const auto percent = brightness(stacks);
  for (size_t i = 0; i < stacks.size(); ++i) {
    const Colour colour = kTones[static_cast<size_t>(stacks[i].tone)];
    rules +=
        fmt::format(".p{}{{fill:hsl({},{}%,{}%)}}\n", i, colour.hue, colour.saturation, percent[i]);
  }
  return rules + "</style>\n";
}

double total(const StackedBars& bars, size_t bar) {
  double sum = 0;
  for (const Stack& stack : bars.stacks)
    if (bar < stack.values.size() && drawable_bar(stack.values[bar])) sum += stack.values[bar];
  return sum;
}

std::string amount(double value) { return format_count(value, value < 10 ? 3 : 1); }

std::string axis(const StackedBars& bars, const std::vector<double>& ticks, double bottom) {
  std::string text;
  for (double tick : ticks) {
    const double x = kBarsLeft + (kBarsRight - kBarsLeft) * tick / ticks.back();
    text += fmt::format(
        "<path class=\"grid\" d=\"M{0:.1f},{1:.1f}V{2:.1f}\"/>\n"
        "<text x=\"{0:.1f}\" y=\"{3:.1f}\" text-anchor=\"middle\">{4}</text>\n",
        x, kBarsTop, bottom, bottom + 16, tick_text(tick, ticks[1]));
  }
  return text + fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">{}</text>\n",
                            (kBarsLeft + kBarsRight) / 2, bottom + 34, escaped_xml(bars.axis));
}

std::string bar(const StackedBars& bars, size_t index, double most) {
  const double y = kBarsTop + 6 + static_cast<double>(index) * kBarStep;
  std::string text =
      fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"end\">{}</text>\n", kBarsLeft - 8,
                  y + 16, escaped_xml(shortened(bars.bars[index], kLongestBar)));
  if (total(bars, index) <= 0)
    return text + fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\">unavailable</text>\n", kBarsLeft + 4,
                              y + 16);
  double x = kBarsLeft;
  for (size_t i = 0; i < bars.stacks.size(); ++i) {
    const Stack& stack = bars.stacks[i];
    if (index >= stack.values.size() || !drawable_bar(stack.values[index])) continue;
    const double width = (kBarsRight - kBarsLeft) * stack.values[index] / most;
    text += fmt::format(
        "<rect class=\"part p{}\" x=\"{:.2f}\" y=\"{:.1f}\" width=\"{:.2f}\" height=\"{:.1f}\">"
        "<title>{}: {}: {}</title></rect>\n",
        i, x, y, width, kBarHeight, escaped_xml(bars.bars[index]), escaped_xml(stack.name),
        amount(stack.values[index]));
    x += width;
  }
  return text;
}

std::string key(const StackedBars& bars, double top) {
  std::string text;
  for (size_t i = 0; i < bars.stacks.size(); ++i) {
    const double x = 16 + static_cast<double>(i % kKeyColumns) * (kBarsWidth / kKeyColumns);
    const double y = top + static_cast<double>(i / kKeyColumns) * kKeyStep;
    text += fmt::format(
        "<rect class=\"part p{}\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"14\" height=\"14\"/>"
        "<text x=\"{:.1f}\" y=\"{:.1f}\">{}</text>\n",
        i, x, y, x + 20, y + 12, escaped_xml(shortened(bars.stacks[i].name, kLongestKey)));
  }
  return text;
}

}  // namespace

std::string svg(const StackedBars& bars) {
  double most = 0;
  for (size_t i = 0; i < bars.bars.size(); ++i) most = std::max(most, total(bars, i));
  const std::vector<double> ticks = round_ticks(0, most > 0 ? most : 1, 6);
  const double bottom = kBarsTop + 8 + static_cast<double>(bars.bars.size()) * kBarStep;
  const double key_top = bottom + 50;
  const double height =
      key_top + kKeyStep * std::ceil(static_cast<double>(bars.stacks.size()) / kKeyColumns) + 10;
  std::string text = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1:.0f}\" width=\"{0}\" "
      "height=\"{1:.0f}\" role=\"img\" aria-labelledby=\"title desc\">\n"
      "<title id=\"title\">{2}</title>\n<desc id=\"desc\">{3}</desc>\n",
      kBarsWidth, height, escaped_xml(bars.title), escaped_xml(bars.description));
  text += style(bars.stacks);
  text += fmt::format(
      "<rect class=\"page\" width=\"{}\" height=\"{:.0f}\"/>\n"
      "<text class=\"title\" x=\"16\" y=\"24\">{}</text>\n",
      kBarsWidth, height, escaped_xml(bars.title));
  text += axis(bars, ticks, bottom);
  for (size_t i = 0; i < bars.bars.size(); ++i) text += bar(bars, i, ticks.back());
  return text + key(bars, key_top) + "</svg>\n";
}

}  // namespace winnow::reports
