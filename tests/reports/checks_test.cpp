#include "reports/comparison.h"
#include "reports/markdown.h"
#include "tests/catch.h"
#include "tests/reports/samples.h"

// Faults planted in a sound recording must be reported.
namespace winnow::reports {

namespace {

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

template <class Fault>
std::string with(const Fault& fault) {
  profiles::Recording recording = realistic_recording();
  fault(recording);
  return to_markdown(make_report(recording));
}

}  // namespace

TEST_CASE("a sound recording passes its checks") {
  const std::string text = with([](auto&) {});
  CHECK(has(text, "header check passed"));
  CHECK(has(text, "exact total agrees within 1 %"));
  CHECK(!has(text, "FAILED"));
  CHECK(!has(text, "may be the same strategy"));
}

TEST_CASE("a cut heap dump is a warning") {
  const std::string text =
      with([](auto& recording) { *recording.profiles["spawn"].heap->header_bytes *= 1.01; });
  CHECK(has(section(text, "## Memory Allocation Summary"), "header check FAILED"));
  CHECK(has(section(text, "## Warnings"), "Fine-Grained: heap profile: the stacks do not add up"));
}

TEST_CASE("a total that the exact count contradicts is a warning") {
  const std::string text =
      with([](auto& recording) { *recording.profiles["pool"].heap->exact_bytes /= 2; });
  CHECK(has(section(text, "## Memory Allocation Summary"), "exact total check FAILED"));
  CHECK(has(section(text, "## Warnings"), "Coarse-Grained: heap profile: the total differs"));
}

TEST_CASE("categories beyond the total are a warning") {
  const std::string text = with([](auto& recording) {
    recording.profiles["pool"].heap->region.push_back({"Twice", 5e6, {}});
  });
  CHECK(has(section(text, "## Warnings"), "the categories add up to more than the total"));
}

TEST_CASE("flat rows beyond the sampled time are a warning") {
  const std::string text = with([](auto& recording) {
    recording.profiles["pool"].cpu->functions.push_back(flat("twice", "compute", 3));
  });
  CHECK(has(section(text, "## Warnings"), "add up to more than was sampled"));
}

TEST_CASE("more sampled than the kernel counted is said") {
  const std::string text =
      with([](auto& recording) { recording.profiles["pool"].cpu->total_s = 6.0; });
  CHECK(has(text, "Coarse-Grained: unsampled is negative"));
  CHECK(has(table_row(text, "**unsampled**"), "-0.120s (-2.00%)"));
}

TEST_CASE("an unknown CPU total leaves unsampled unavailable") {
  const std::string text =
      with([](auto& recording) { recording.profiles["pool"].cpu->total_s.reset(); });
  CHECK(has(table_row(text, "**unsampled**"), "| unavailable | unavailable |"));
  CHECK(has(text, "Coarse-Grained: unsampled: unavailable: the region's CPU time"));
}

TEST_CASE("an interrupted recording is a warning") {
  const std::string text = with([](auto& recording) { recording.status = "interrupted"; });
  CHECK(has(section(text, "## Warnings"), "the recording is interrupted"));
}

TEST_CASE("variants that schedule exactly alike are named") {
  const std::string text = with(
      [](auto& recording) { recording.profiles["pool"].sync = recording.profiles["spawn"].sync; });
  CHECK(has(section(text, "## Warnings"), "Fine-Grained and Coarse-Grained made exactly the same"));
}

TEST_CASE("passes of different lengths are compared per iteration") {
  const std::string text = with([](auto& recording) {
    recording.profiles["pool"].cpu->iterations = 4;
    recording.profiles["pool"].heap->iterations = 4;
    recording.profiles["pool"].sync->iterations = 4;
  });
  for (const char* pass : {"cpu", "heap", "sync"})
    CHECK(has(text, std::string("per iteration, because the variants ran different numbers of "
                                "iterations of the ") +
                        pass + " pass: 8 and 4"));
  CHECK(has(table_row(text, "**Total CPU time**"), "| 1.41s (100.00%) | 1.72s (100.00%) |"));
  CHECK(has(table_row(text, "Contended mutex locks"), "| 0 | 4.25 |"));
}

TEST_CASE("hostile names stay text") {
  const std::string text = with([](auto& recording) {
    recording.profiles["pool"].cpu->functions[0].name = "evil`|\n<script>";
    recording.variants[1].label = "x|y\n# Title <b>";
    recording.warnings = {"`|<img src=x>\n## Winner: nobody"};
    recording.profiles["pool"].heap->region[0].category = "a|b";
  });
  INFO(text);
  CHECK(!has(text, "\n# Title"));
  CHECK(!has(text, "\n## Winner: nobody"));
  CHECK(!has(text, "<img"));
  CHECK(!has(text, "<b>"));
  CHECK(has(text, "``evil`\\|\\x0a<script>``"));
}

}  // namespace winnow::reports
