#include "profiles/program/output_figures.h"

#include <fstream>

#include "base/error.h"
#include "tests/catch.h"
#include "tests/scratch.h"

using namespace winnow;
using profiles::Metric;
using profiles::OutputFigures;

namespace {

// The last figure of the output, which comes in pieces of `piece` bytes.
double figure_in(const std::string& pattern, const std::string& output, size_t piece = 1 << 20) {
  OutputFigures figures({Metric{"m", pattern}});
  for (size_t at = 0; at < output.size(); at += piece)
    figures.add({output.data() + at, std::min(piece, output.size() - at)});
  figures.end();
  return figures.figure(0);
}

}  // namespace

TEST_CASE("the last match of an output counts, however its bytes arrive") {
  const std::string output =
      "SET: 10 requests\rSET: 20 requests\rSET: 31.5 requests per second\r\nGET: 7\nend 1e3\n";
  for (const size_t piece : {1, 2, 3, 7, 1000}) {
    INFO(piece);
    CHECK(figure_in(R"(SET: ([\d.]+))", output, piece) == 31.5);
    CHECK(figure_in(R"(^GET: (\d+)$)", output, piece) == 7);
    CHECK(figure_in(R"(end (\S+))", output, piece) == 1000);
  }
  CHECK(figure_in(R"((\d+))", "1 2 3") == 3);  // of a line, too, and without a line's end
  CHECK(figure_in(R"((?:x|y)=(\d+)(z?))", "x=1 y=2z") == 2);
  CHECK(figure_in(R"(=(\d+))", "=-0 =0") == 0);
}

TEST_CASE("bytes that are no text are read as they are") {
  CHECK(figure_in(R"(n=(\d+))", std::string("\xff\xfe\0n=5\0\xc3", 9)) == 5);
  CHECK(figure_in("µs=(\\d+)", "\x80µs=12\x80") == 12);
}

TEST_CASE("a match is found anywhere in a line of any length, and no more of it than there is") {
  const std::string match = "<n=123456789>";
  for (const size_t window : {size_t{64} << 10, size_t{60} << 10})
    for (size_t shift = 0; shift <= match.size() + 2; ++shift) {
      INFO(window << " - " << shift);
      std::string output(window - shift, '.');
      output += match + std::string(200'000, '.');
      CHECK(figure_in(R"(n=(\d+))", output) == 123456789);
      CHECK(figure_in(R"((\d+)>)", output, 4099) == 123456789);
    }
}

TEST_CASE("an output without a figure is told in one line") {
  const auto problem = [](const std::string& output) {
    try {
      figure_in(R"(n=(\S*))", output);
    } catch (const base::Error& error) {
      return std::string(error.what());
    }
    return std::string("none");
  };
  CHECK(problem("") == R"(metric m: nothing in the output matches n=(\S*))");
  CHECK(problem("m=3") == problem(""));
  CHECK(problem("n=3") == "none");
  CHECK(problem("n=3ms") == "metric m: 3ms in the output is no number");
  CHECK(problem("n=1,234") == "metric m: 1,234 in the output is no number");
  CHECK(problem("n=-3") == "metric m: -3 in the output is negative");
  CHECK(problem("n=5 n=") == "metric m:  in the output is no number");
  for (const char* text : {"inf", "nan", "1e999", "0x10", "+3"})
    CHECK(problem("n=" + std::string(text)) != "none");
  CHECK(problem("n=" + std::string(100'000, '1')).size() < 300);
}

TEST_CASE("a pattern that no figure comes of is an error") {
  for (const char* pattern : {"", "abc", "(", "(a)\\1", "(?=a)(b)", "(((a{900}){900}){900})"}) {
    INFO(pattern);
    CHECK_THROWS_AS(profiles::check_metric(Metric{"m", pattern}), base::UsageError);
    CHECK_THROWS_AS(OutputFigures({Metric{"m", pattern}}), base::UsageError);
  }
  profiles::check_metric(Metric{"m", "a(b)(c)"});
}

TEST_CASE("patterns that take others exponential time take no longer here") {
  CHECK_THROWS_AS(figure_in("(a+)+$", std::string(100'000, 'a') + "b"), base::Error);
}

TEST_CASE("figures of a file are those of its text") {
  const Scratch scratch;
  std::ofstream(scratch / "out") << "n=1\nn=2";
  OutputFigures figures({Metric{"m", R"(n=(\d))"}, Metric{"other", "(x)"}});
  profiles::add_file(scratch / "none", figures);
  CHECK(!figures.found(0));
  profiles::add_file(scratch / "out", figures);
  CHECK(figures.figure(0) == 2);
  CHECK(!figures.found(1));
}
