#include "reports/figures/format.h"

#include <cmath>
#include <random>

#include "reports/markup/markdown.h"
#include "reports/recorded/measured.h"
#include "reports/recorded/raw_commands.h"
#include "tests/catch.h"

namespace winnow::reports {

namespace {

Row row_of(Unit unit, double first, double second) {
  Row row;
  row.unit = unit;
  row.figures = {{first, {}, "", false}, {second, {}, "", false}};
  return row;
}

std::string delta(Unit unit, double first, double second) {
  return format_row(row_of(unit, first, second)).deltas[1].text;
}

// What a difference's text says, in the row's unit, and half of its last digit.
struct ToldDifference {
  double value = 0, half_digit = 0;
};

ToldDifference told_difference(std::string text, Unit unit) {
  std::erase(text, ',');
  const size_t digits = text.find_first_not_of("+-0123456789.");
  const std::string number = text.substr(0, digits),
                    suffix = digits == std::string::npos ? "" : text.substr(digits);
  const size_t point = number.find('.');
  int decimals = point == std::string::npos ? 0 : static_cast<int>(number.size() - point - 1);
  if (suffix == " MB") decimals = std::max(decimals, 1);  // a last .0 is left out
  const bool of_ms = unit == Unit::kMilliseconds;
  const double scale = suffix == "µs"                                  ? (of_ms ? 1e-3 : 1e-6)
                       : suffix == " bytes"                            ? 1e-6
                       : suffix == " kB" || (suffix == "ms" && !of_ms) ? 1e-3
                                                                       : 1;
  return {std::stod(number) * scale, scale * std::pow(10, -decimals) / 2};
}

double cell_half_digit(Unit unit, double value) {
  return std::pow(10, -decimals_for(unit, value)) / 2;
}

}  // namespace

TEST_CASE("cells keep at least three significant digits") {
  CHECK(format_value(432.69, Unit::kSeconds) == "432.69s");
  CHECK(format_value(8.14, Unit::kSeconds) == "8.14s");
  CHECK(format_value(0.5, Unit::kSeconds) == "500ms");
  CHECK(format_value(1e-12, Unit::kSeconds) == "<0.001µs");
  CHECK(format_value(0, Unit::kSeconds) == "0s");
  CHECK(format_value(4.3403, Unit::kIterationSeconds) == "4.340s");
  CHECK(format_value(135.634, Unit::kMilliseconds) == "135.6ms");
  CHECK(format_value(0.26, Unit::kMilliseconds) == "260µs");
  CHECK(format_throughput(7.37276, "texts") == "7.37 texts/sec");
  CHECK(format_value(4046, Unit::kMegabytes) == "4046.0");
  CHECK(format_value(0, Unit::kMegabytes) == "0.0");
  CHECK(format_value(0.1, Unit::kMegabytes) == "0.100");
  CHECK(format_value(0.09994, Unit::kMegabytes) == "99.9 kB");
  CHECK(format_value(0.0041, Unit::kMegabytes) == "4.10 kB");
  CHECK(format_value(0.000026, Unit::kMegabytes) == "26.0 bytes");
  CHECK(format_value(1e-12, Unit::kMegabytes) == "<0.001 bytes");
  CHECK(format_bytes(133.8e6) == "133.8 MB");
  CHECK(format_bytes(705e3) == "0.705 MB");
  CHECK(format_bytes(832) == "832 bytes");
  CHECK(format_bytes(0) == "0.0 MB");
  CHECK(format_value(7'680'000, Unit::kCount) == "7,680,000");
  CHECK(format_value(2.5, Unit::kCount) == "2.50");
  CHECK(format_value(12345.67, Unit::kCount) == "12,346");
}

TEST_CASE("small times are printed in a smaller unit, not with a string of zeros") {
  CHECK(format_value(1.0, Unit::kSeconds) == "1.00s");
  CHECK(format_value(0.9996, Unit::kSeconds) == "1.000s");
  CHECK(format_value(0.1, Unit::kSeconds) == "100ms");
  CHECK(format_value(0.1004, Unit::kSeconds) == "100ms");
  CHECK(format_value(0.0624, Unit::kSeconds) == "62.4ms");
  CHECK(format_value(0.0001, Unit::kSeconds) == "100µs");
  CHECK(format_value(0.0000612, Unit::kSeconds) == "61.2µs");
  CHECK(format_value(-0.0624, Unit::kIterationSeconds) == "-62.4ms");
  CHECK(format_value(0.0624, Unit::kMilliseconds) == "62.4µs");
  CHECK(format_value(0.0624, Unit::kCores) == "0.0624");
  CHECK(delta(Unit::kSeconds, 0.0624, 0.0000612) == "-62.3ms (-99.9%)");
  CHECK(delta(Unit::kSeconds, 0.0000612, 0.0000624) == "+1.2µs (+2.0%)");
  CHECK(delta(Unit::kSeconds, 0.52, 0.0624) == "-458ms (-88.0%)");
}

TEST_CASE("a difference is that of the unrounded figures, rounded once") {
  CHECK(delta(Unit::kSeconds, 432.69, 413.58) == "-19.11s (-4.4%)");
  CHECK(delta(Unit::kSeconds, 1.004, 1.006) == "+0.002s (+0.2%)");  // of cells 1.00s and 1.01s
  CHECK(delta(Unit::kSeconds, 1.0049, 1.0051) == "under 0.01s");
  CHECK(delta(Unit::kMegabytes, 7.2049, 3.0029) == "-4.20 MB (-58.3%)");
  CHECK(delta(Unit::kCores, 0.4525, 0.6011) == "+0.149 (+32.8%)");
  CHECK(delta(Unit::kCount, 0.003, 10.0035) == "+10.0 (3,334x)");
  CHECK(delta(Unit::kPercent, 19.64, 19.66) == "+0.02 points");
  CHECK(delta(Unit::kSeconds, 1.614, 0.000182) == "-1.61s (-99.99%)");
  CHECK(delta(Unit::kSeconds, 0, 0.0000612) == "+61.2µs");
  CHECK(delta(Unit::kSeconds, 0.52, 0.54) == "+20ms (+3.8%)");
  CHECK(delta(Unit::kSeconds, 1.0, 0.999) == "-0.001s (-0.1%)");
  CHECK(delta(Unit::kSeconds, 2.5, 2.5) == "same");
  CHECK(delta(Unit::kSeconds, 0, 0) == "same");
  CHECK(delta(Unit::kMegabytes, 7156.5, 7086.5) == "-70 MB (-1.0%)");
  CHECK(delta(Unit::kMegabytes, 4046.0, 4060.2) == "+14.2 MB (+0.4%)");
  CHECK(delta(Unit::kMegabytes, 0.000026, 0.000052) == "+26.0 bytes (+100.0%)");
  CHECK(delta(Unit::kMegabytes, 0.0041, 0) == "-4.10 kB (-100%)");
  CHECK(delta(Unit::kMegabytes, 76.8, 0.0048) == "-76.8 MB (-99.99%)");
  CHECK(delta(Unit::kCount, 129'024, 0) == "-129,024 (-100%)");
  CHECK(delta(Unit::kCount, 1, 100'001) == "+100,000 (100,001x)");
}

TEST_CASE("a percentage against an upper limit is the least that it leaves") {
  Row row = row_of(Unit::kSeconds, 1.0, 0);
  row.figures[1].below = 0.049;
  const auto least = change(row, 0, 1);
  REQUIRE(least);
  CHECK(least->absolute_text == "-1.00s");
  CHECK(*least->percent == Approx(-95.1));
  CHECK(least->percent_text == "at least -95.1%");
  CHECK(least->size_percent_text == "at least 95.1%");
  row.figures[1].below = 1.0;
  CHECK(change(row, 0, 1)->percent_text.empty());
  CHECK(change(row, 1, 0)->percent_text.empty());
}

TEST_CASE("random figures: differences and percentages are those of the unrounded figures") {
  std::mt19937_64 random(20261129);
  const auto uniform = [&](double low, double high) {
    return std::uniform_real_distribution(low, high)(random);
  };
  constexpr Unit units[] = {Unit::kSeconds,      Unit::kIterationSeconds,
                            Unit::kMilliseconds, Unit::kThroughput,
                            Unit::kMegabytes,    Unit::kCount,
                            Unit::kCores,        Unit::kMillisecondsPerGmac,
                            Unit::kNanoseconds,  Unit::kFigure,
                            Unit::kPercent};
  int other_than_cells = 0;
  for (int round = 0; round < 20'000; ++round) {
    const Unit unit = units[random() % std::size(units)];
    const double a = round % 20 == 0 ? 0 : std::pow(10, uniform(-8, 9));
    const double b = round % 21 == 0  ? 0
                     : round % 3 == 0 ? std::pow(10, uniform(-8, 9))
                                      : a * (1 + uniform(-1, 1) * std::pow(10, uniform(-6, 0)));
    const auto changed = change(row_of(unit, a, b), 0, 1);
    REQUIRE(changed);
    INFO("unit " << static_cast<int>(unit) << ": " << a << " to " << b << ": "
                 << changed->absolute_text << " " << changed->percent_text);
    const ToldDifference told = told_difference(changed->absolute_text, unit);
    const double dust = 1e-12 * (a + b);
    CHECK(std::abs(told.value - (b - a)) <= told.half_digit + dust);
    CHECK(changed->absolute == Approx(told.value).margin(dust));
    const double coarser = a == 0   ? cell_half_digit(unit, b)
                           : b == 0 ? cell_half_digit(unit, a)
                                    : std::max(cell_half_digit(unit, a), cell_half_digit(unit, b));
    if (a != b) CHECK(told.half_digit <= coarser * (1 + 1e-9));
    const auto back = change(row_of(unit, b, a), 0, 1);
    CHECK(back->size_text == changed->size_text);
    CHECK(back->absolute == -changed->absolute);
    const std::string alone = format_difference(a, b, unit, std::max(a, b));
    CHECK(alone == changed->absolute_text.substr(0, alone.size()));
    if (unit == Unit::kPercent || a == 0) {
      CHECK(changed->percent_text.empty());
      continue;
    }
    if (changed->percent_text.empty()) {
      CHECK(a <= cell_half_digit(unit, a));  // the cell reads as zero
      continue;
    }
    const double percent = 100 * (b - a) / a;
    const std::string& text = changed->percent_text;
    if (text == "under 0.1%") {
      CHECK(std::abs(percent) <= 0.05 + 1e-10);
      continue;
    }
    const ToldDifference told_percent =
        told_difference(text.substr(0, text.size() - 1), Unit::kFigure);
    const bool factor = text.ends_with("x");
    CHECK(factor == (percent >= 900));
    const double size = factor ? 1 + percent / 100 : percent;
    CHECK(std::abs(told_percent.value - size) <=
          told_percent.half_digit + 1e-12 * std::abs(size) + 1e-6);
    if (b == 0 || percent > -99.9999) CHECK((told_percent.value == -100) == (b == 0));
    CHECK(told.value * told_percent.value > 0);
    if (factor) continue;
    const double cell_a = rounded(a, decimals_for(unit, a)),
                 cell_b = rounded(b, decimals_for(unit, b));
    other_than_cells +=
        std::abs(100 * (cell_b - cell_a) / cell_a - percent) > told_percent.half_digit;
  }
  CHECK(other_than_cells > 1000);  // what the printed cells would have given
}

TEST_CASE("a row has one unit of time, its largest figure's") {
  const auto cells = [](const std::vector<double>& values) {
    Row row;
    for (const double value : values) row.figures.push_back(measured(value));
    return format_row(row).figures;
  };
  using Cells = std::vector<std::string>;
  CHECK(cells({0.1, 0.1004}) == Cells{"100ms", "100ms"});
  CHECK(cells({0.0999, 0.1004, 0}) == Cells{"99.9ms", "100ms", "0ms"});
  CHECK(cells({1.21, 0.0046}) == Cells{"1.21s", "0.00460s"});
  CHECK(cells({1.21, 0.0000151}) == Cells{"1.21s", "15.1µs"});  // more than a thousand times less
  CHECK(cells({0.22, 0.000272}) == Cells{"220ms", "0.272ms"});
  Row row;
  row.unit = Unit::kMegabytes;
  row.figures = {measured(0.000026), measured(0.0041), measured(0)};
  CHECK(format_row(row).figures == Cells{"0.0260 kB", "4.10 kB", "0 kB"});
  row.figures = {measured(4046), measured(0.05), measured(0)};
  CHECK(format_row(row).figures == Cells{"4046.0", "50.0 kB", "0.0"});
  row = {};
  row.figures = {measured(2.5), measured(0)};
  row.figures[1].below = 0.03;
  CHECK(format_row(row).figures[1] == "< 0.0300s (0 samples)");
  CHECK(format_row(row).deltas[1].text == "-2.50s (at least -98.8%)");
  row.figures = {measured(1.5), measured(0.9), measured(0.4)};
  CHECK(format_row(row).deltas[2].text == "-1.10s (-73.3%)");
  CHECK(format_row(row).deltas[1].text == "-0.600s (-40.0%)");
}

TEST_CASE("a difference has no more digits than its cells, whatever the unit beside it") {
  CHECK(format_difference(0.012345, 0.012157, Unit::kIterationSeconds, 0.0002) == "-0.2ms");
  CHECK(format_difference(1.012345, 1.012157, Unit::kIterationSeconds, 0.0002) == "0ms");
}

TEST_CASE("changes: percentages, factors of what is ten times as much, and words") {
  CHECK(format_change(1.079) == "+7.9%");
  CHECK(format_change(3115) == "3,115x");
  CHECK(format_change(9.99) == "+899.0%");
  CHECK(format_change(10) == "10.0x");
  CHECK(format_change(0.0003) == "-99.97%");
  CHECK(format_change(0) == "-100%");
  CHECK(format_change(1.0001) == "under 0.1%");
  CHECK(less_or_more(0.803) == "19.7% less");
  CHECK(less_or_more(63) == "63.0x as much");
  Row row = row_of(Unit::kSeconds, 0.0000004, 0.000634);
  CHECK(format_row(row).deltas[1].text == "+634µs (1,585x)");
  row.words = DeltaWords::kFaster;
  CHECK(format_row(row).deltas[1].text == "1,585x as long (+634µs)");
  row = row_of(Unit::kThroughput, 1, 30);
  row.words = DeltaWords::kIncrease;
  row.items = "texts";
  CHECK(format_row(row).deltas[1].text == "30.0x as much (+29.00 texts/sec)");
  row = row_of(Unit::kMegabytes, 0.5, 0.5);
  row.evidence = {Evidence::kNone, Evidence::kNoise};
  CHECK(format_row(row).deltas[1].text == "~ same");
}

TEST_CASE("ratios, counts and probabilities") {
  CHECK(format_ratio(1.34370) == "1.34x");
  CHECK(format_ratio(9600) == "9,600x");
  CHECK(format_ratio(1.0042) == "1.0042x");
  CHECK(format_ratio(1.042) == "1.042x");
  CHECK(format_count(999) == "999");
  CHECK(format_count(1000) == "1,000");
  CHECK(format_count(-1234567) == "-1,234,567");
  CHECK(format_count(1234.5, 1) == "1,234.5");
  CHECK(format_p(0.00195) == "p = 0.002");
  CHECK(format_p(0.0000019) == "p < 0.001");
}

TEST_CASE("names cannot become markup") {
  CHECK(escaped("a|b\nc`d<e>&*_[x]") == "a\\|b\\\\x0ac\\`d&lt;e>&amp;\\*\\_\\[x\\]");
  CHECK(escaped("~ 3 ~~ 4") == "~ 3 ~&#126; 4");
  CHECK(code_span("f<int>|g") == "`f<int>\\|g`");
  CHECK(code_span("a`b") == "``a`b``");
  CHECK(code_span("`x`") == "`` `x` ``");
  CHECK(code_span("") == "(no name)");
  CHECK(code_span(std::string(500, 'x')).size() < 110);
}

TEST_CASE("no recorded program or file is an option of the printed command") {
  profiles::Recording recording;
  recording.variants.resize(1);
  recording.variants[0].name = "a";
  recording.variants[0].program = "--tools=nm:/tmp/x";
  profiles::Block block;
  block.variant = "a";
  block.pass = Pass::cpu;
  block.raw_files = {"-i;id.prof"};
  recording.blocks = {block};
  const auto commands = raw_commands(Measured(recording));
  REQUIRE(commands.size() == 1);
  CHECK(commands[0].command == "google-pprof --text ./--tools=nm:/tmp/x './-i;id.prof'");
}

TEST_CASE("file names are one word of a command") {
  CHECK(shell_quoted("raw/cpu/pool-0/cpu.prof") == "raw/cpu/pool-0/cpu.prof");
  CHECK(shell_quoted("a b;rm 'c'") == "'a b;rm '\\''c'\\'''");
  CHECK(shell_quoted("a\x1b[31m'\\\u202E\xff") == R"($'a\x1b[31m\'\\\xe2\x80\xae\xff')");
  CHECK(shell_line({"a", "b=c", "--d=e"}) == "a b=c --d=e");
  CHECK(shell_line({"b=c", "a"}) == "$'b=c' a");
}

}  // namespace winnow::reports
