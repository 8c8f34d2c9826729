#include "reports/figures/format.h"

#include "reports/markup/markdown.h"
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

}  // namespace

TEST_CASE("cells keep at least three significant digits") {
  CHECK(format_value(432.69, Unit::kSeconds) == "432.69s");
  CHECK(format_value(8.14, Unit::kSeconds) == "8.14s");
  CHECK(format_value(0.5, Unit::kSeconds) == "0.500s");
  CHECK(format_value(1e-12, Unit::kSeconds) == "<0.001µs");
  CHECK(format_value(0, Unit::kSeconds) == "0s");
  CHECK(format_value(4.3403, Unit::kIterationSeconds) == "4.340s");
  CHECK(format_value(135.634, Unit::kMilliseconds) == "135.6ms");
  CHECK(format_value(0.26, Unit::kMilliseconds) == "0.260ms");
  CHECK(format_throughput(7.37276, "texts") == "7.37 texts/sec");
  CHECK(format_value(4046, Unit::kMegabytes) == "4046.0");
  CHECK(format_value(0, Unit::kMegabytes) == "0.0");
  CHECK(format_value(7'680'000, Unit::kCount) == "7,680,000");
  CHECK(format_value(2.5, Unit::kCount) == "2.50");
  CHECK(format_value(12345.67, Unit::kCount) == "12,346");
}

TEST_CASE("small times are printed in a smaller unit, not with a string of zeros") {
  CHECK(format_value(0.1, Unit::kSeconds) == "0.100s");
  CHECK(format_value(0.09996, Unit::kSeconds) == "100.0ms");
  CHECK(format_value(0.0624, Unit::kSeconds) == "62.4ms");
  CHECK(format_value(0.0001, Unit::kSeconds) == "0.100ms");
  CHECK(format_value(0.0000612, Unit::kSeconds) == "61.2µs");
  CHECK(format_value(-0.0624, Unit::kIterationSeconds) == "-62.4ms");
  CHECK(format_value(0.0624, Unit::kMilliseconds) == "62.4µs");
  CHECK(format_value(0.0624, Unit::kCores) == "0.0624");
  CHECK(delta(Unit::kSeconds, 0.0624, 0.0000612) == "-62.3ms (-99.9%)");
  CHECK(delta(Unit::kSeconds, 0.0000612, 0.0000624) == "+1.2µs (+2.0%)");
  CHECK(delta(Unit::kSeconds, 0.52, 0.0624) == "-0.458s (-88.0%)");
}

TEST_CASE("a difference is the difference of the printed cells") {
  CHECK(delta(Unit::kSeconds, 432.69, 413.58) == "-19.11s (-4.4%)");
  CHECK(delta(Unit::kSeconds, 1.004, 1.006) == "+0.01s (+1.0%)");
  CHECK(delta(Unit::kSeconds, 1.614, 0.000182) == "-1.61s (-100.0%)");
  CHECK(delta(Unit::kSeconds, 0, 0.0000612) == "+61.2µs");
  CHECK(delta(Unit::kSeconds, 0.52, 0.54) == "+0.020s (+3.8%)");
  CHECK(delta(Unit::kSeconds, 1.0, 0.999) == "-0.001s (-0.1%)");
  CHECK(delta(Unit::kSeconds, 2.5, 2.5) == "0.00s (0.0%)");
  CHECK(delta(Unit::kSeconds, 0, 0) == "0s");
  CHECK(delta(Unit::kMegabytes, 7156.5, 7086.5) == "-70 MB (-1.0%)");
  CHECK(delta(Unit::kMegabytes, 4046.0, 4060.2) == "+14.2 MB (+0.4%)");
  CHECK(delta(Unit::kCount, 129'024, 0) == "-129,024 (-100.0%)");
  CHECK(delta(Unit::kCount, 1, 100'001) == "+100,000 (+10,000,000%)");
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

TEST_CASE("file names are one word of a command") {
  CHECK(shell_quoted("raw/cpu/pool-0/cpu.prof") == "raw/cpu/pool-0/cpu.prof");
  CHECK(shell_quoted("a b;rm 'c'") == "'a b;rm '\\''c'\\'''");
}

}  // namespace winnow::reports
