#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "reports/gate/accept.h"
#include "reports/gate/json.h"
#include "reports/gate/renderers.h"
#include "tests/catch.h"
#include "tests/reports/samples/samples.h"
#include "tests/text.h"

using namespace winnow::reports;

namespace {

const std::string kHostile =
    "a|b`c<script>&\"'\n::error::x,y:z%0A\r\x1b[31m\xff\u202E ${{ secrets }}";

GateReport hostile_report(GateStatus status, size_t rows) {
  GateReport report;
  report.outcome = GateOutcome::kRegression;
  report.sentence = kHostile;
  report.baseline.source = report.candidate.machine = kHostile;
  for (size_t i = 0; i < rows; ++i) {
    GateRow row;
    row.variant = row.metric = row.unit = row.limit = row.note = kHostile;
    row.status = status;
    row.baseline = 1;
    row.candidate = 2;
    if (i == 0) row.metric = "cpu_time";  // of which the kernel is the cause
    report.rows.push_back(row);
  }
  GateKernel kernel;
  kernel.variant = kernel.function = kHostile;
  kernel.baseline = 1;
  kernel.low = 1.1;
  kernel.cause = true;
  report.kernels.push_back(kernel);
  report.notes.push_back(kHostile);
  return report;
}

size_t count(const std::string& text, const std::string& part) {
  size_t found = 0;
  for (size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size()) ++found;
  return found;
}

// Every '<' opens a tag of the format, every tag is closed, attributes hold no raw markup.
bool is_well_formed(const std::string& xml) {
  std::vector<std::string> open;
  for (size_t at = 0; (at = xml.find('<', at)) != std::string::npos;) {
    const size_t end = xml.find('>', at);
    if (end == std::string::npos) return false;
    const std::string tag = xml.substr(at + 1, end - at - 1);
    if (std::count(tag.begin(), tag.end(), '"') % 2 != 0) return false;
    if (tag.find('<') != std::string::npos) return false;
    const std::string name = tag.substr(0, tag.find_first_of(" /?", 1));
    if (tag.starts_with("/")) {
      if (open.empty() || "/" + open.back() != name) return false;
      open.pop_back();
    } else if (!tag.starts_with("?") && !tag.ends_with("/")) {
      open.push_back(name);
    }
    at = end;
  }
  return open.empty();
}

}  // namespace

TEST_CASE("JUnit stays well-formed and counts its cases, whatever names hold") {
  for (const auto& [status, tag] :
       {std::pair(GateStatus::kRegression, "failure"), std::pair(GateStatus::kChanged, "error"),
        std::pair(GateStatus::kUnmeasured, "error"), std::pair(GateStatus::kInconclusive, "error"),
        std::pair(GateStatus::kBeside, "skipped"), std::pair(GateStatus::kUnchecked, "skipped")}) {
    const std::string xml = gate_junit(hostile_report(status, 3));
    INFO(xml);
    CHECK(is_well_formed(xml));
    CHECK(count(xml, "<testcase ") == 4);
    CHECK(count(xml, std::string("<") + tag) >= 3);
    CHECK(xml.find('\x1b') == std::string::npos);
    CHECK(xml.find('\xff') == std::string::npos);
    CHECK(xml.find("tests=\"4\"") != std::string::npos);
  }
  CHECK_FALSE(is_well_formed("<a b=\"<\"></a>"));
  CHECK_FALSE(is_well_formed("<a><b></a>"));
}

TEST_CASE("an annotation is one line that no name can break out of") {
  const std::string text = gate_annotations(hostile_report(GateStatus::kRegression, 30));
  const size_t lines = static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
  CHECK(lines == 11);  // ten errors, and the notice of the kernel
  size_t at = 0;
  for (size_t line = 0; line < lines; ++line) {
    const std::string each = text.substr(at, text.find('\n', at) - at);
    INFO(each);
    CHECK((each.starts_with("::error title=") || each.starts_with("::notice title=")));
    const std::string title =
        each.substr(each.find('=') + 1, each.find("::", 2) - each.find('=') - 1);
    CHECK(title.find(',') == std::string::npos);
    CHECK(title.find(':') == std::string::npos);
    CHECK(each.find("%0A") == std::string::npos);
    at += each.size() + 1;
  }
  GateReport pass;
  pass.outcome = GateOutcome::kPass;
  CHECK(gate_annotations(pass).empty());
}

TEST_CASE("the summary begins with the verdict and stays below GitHub's limit") {
  for (const size_t rows : {size_t{0}, size_t{1}, size_t{40}, size_t{3000}}) {
    const std::string text = gate_markdown(hostile_report(GateStatus::kRegression, rows));
    CHECK(text.find("## Winnow gate: regression\n") == 0);
    CHECK(text.size() <= kMostSummaryBytes);
    CHECK(text.substr(0, text.find("###")).find("<script>") == std::string::npos);
    CHECK(text.find("| a\\|b\\`c<script>") == std::string::npos);  // within a code span it is inert
    CHECK((text.find("further rows moved") != std::string::npos) == (rows == 3000));
    // No cell breaks its row: nine bars that are not escaped.
    for (size_t at = text.find("\n| regression"); at != std::string::npos;
         at = text.find("\n| regression", at + 1)) {
      const std::string line = text.substr(at + 1, text.find('\n', at + 1) - at - 1);
      CHECK(count(line, "|") - count(line, "\\|") == 9);
    }
  }
  GateReport long_text = hostile_report(GateStatus::kRegression, 1);
  long_text.sentence = std::string(200'000, 'x');
  long_text.notes.assign(500, std::string(200'000, '<'));
  CHECK(gate_markdown(long_text).size() <= kMostSummaryBytes);
  const std::string longest(200'000, '<');
  long_text.failures.assign(5, {longest, longest, longest});
  long_text.kernels.front().file = longest;
  long_text.kernels.assign(10, long_text.kernels.front());
  long_text.sites.assign(10, {longest, longest, longest, 1, 1, 1, longest, true});
  long_text.disturbance.warnings.assign(3, longest);
  long_text.command = long_text.workload = long_text.baseline.subject = longest;
  const std::string text = gate_markdown(long_text);
  CHECK(text.size() <= kMostSummaryBytes);
  CHECK(text.find("## Winnow gate: regression\n") == 0);
  CHECK(has(text, "verdict.json has all"));
}

TEST_CASE("a rule that is offered takes the named metric alone, whatever its name holds") {
  GateReport report = hostile_report(GateStatus::kRegression, 1);
  CHECK(accepting_rules(report).empty());  // no file can hold such a name
  GateRow& row = report.rows.front();
  row.metric = "work.a\"*[b]\\";
  row.variant = "pool";
  row.status = GateStatus::kChanged;
  CHECK(accepting_rules(report) ==
        "[[rules]]\nmetric = \"work.a\\\"\\\\*\\\\[b]\\\\\\\\\"\nvariant = \"pool\"\n"
        "may_change = true\n");

  // A time: what was seen and what may lie behind it, but no less than was allowed before.
  row.metric = "cpu_time";
  row.status = GateStatus::kRegression;
  row.exact = false;
  row.ratio = 1.02;
  row.low = 1.015;
  row.high = 1.028;
  row.tolerance_percent = 15;
  CHECK(accepting_rules(report) ==
        "[[rules]]\nmetric = \"cpu_time\"\nvariant = \"pool\"\nallowance_percent = 2\n"
        "tolerance_percent = 15\n");
  row.ratio = 150;
  row.high = 151;
  CHECK(accepting_rules(report).empty());  // more than a rule may say
  row.ratio = 1.02;
  row.high = 1.028;
  report.failures.push_back({"pool of head", "exit status 3", ""});
  CHECK(accepting_rules(report).empty());  // it would stay invalid
}

// After a wanted change: WINNOW_UPDATE_GOLDEN=1 reports_gate_test writes the file anew; read its
// diff.
TEST_CASE("the summary of a regression is the golden file") {
  GateReport report;
  report.outcome = GateOutcome::kRegression;
  report.mode = "builds";
  report.sentence =
      "pool: cpu_time: 1.24x as much (1.21x to 1.27x, 10 pairs; +24.0%) (allowed: proven above 1%, "
      "passed below 5%); and 2 more.";
  report.baseline.source = report.baseline.commit = "3f1c9a7d0be2c4411f8e63d0a5b7c9e2d4f60718";
  report.baseline.subject = "Tokens are looked up in a table";
  report.candidate.source = "build";
  report.candidate.commit = "a94e11c07f52-dirty";
  report.candidate.subject = "The forward pass | in `one` function";
  report.baseline.machine = report.candidate.machine = "Intel(R) Xeon(R), 2 cores";
  report.workload =
      "scenario batch32: pool; 2 threads, 32 texts an iteration, 4 iterations a process";
  report.command = "winnow gate --base 3f1c9a7d0be2 scenarios/batch32.toml --variants pool";
  report.disturbance = {{10, 3},
                        {"time pass: 3 of 10 rounds disturbed, 0 repeated, 0 replaced by an "
                         "undisturbed repetition (head-pool, block 2: other programs used 1.3 "
                         "of 2 cores)"}};
  const auto timed = [](const char* metric, GateStatus status, double ratio) {
    GateRow row;
    row.variant = "pool";
    row.metric = metric;
    row.unit = "ms an iteration";
    row.status = status;
    row.exact = false;
    row.baseline = 400;
    row.candidate = 400 * ratio;
    row.ratio = ratio;
    row.low = ratio * 0.976;
    row.high = ratio * 1.025;
    row.pairs = 10;
    row.limit = "proven above 1%, passed below 5%";
    return row;
  };
  report.rows = {timed("cpu_time", GateStatus::kRegression, 1.24),
                 timed("wall_time", GateStatus::kRegression, 1.12)};
  GateRow allocations;
  allocations.variant = "pool";
  allocations.metric = "allocations";
  allocations.unit = "a text";
  allocations.status = GateStatus::kRegression;
  allocations.baseline = 3;
  allocations.candidate = 4;
  allocations.limit = "no rise";
  report.rows.push_back(allocations);
  report.rows.push_back(timed("peak_memory", GateStatus::kEqual, 1));
  const auto kernel = [](const char* function, const char* file, int line, double before,
                         double after) {
    GateKernel found;
    found.variant = "pool";
    found.function = function;
    found.category = "compute";
    found.file = file;
    found.line = line;
    found.unit = "ms/iteration";
    found.baseline = before;
    found.candidate = after;
    found.ratio = before > 0 ? after / before : 100;
    found.low = found.ratio * 0.95;
    found.high = found.ratio * 1.05;
    found.rise_ms = after - before;
    return found;
  };
  report.kernels = {kernel("winnow::engine::forward", "engine/forward.cpp", 120, 210, 298.5),
                    kernel("winnow::engine::copy_rows", "", 0, 0, 7.25),
                    kernel("winnow::kernels::rms_norm", "kernels/rms_norm.cpp", 14, 20, 20.5)};
  report.kernels[0].cause = true;
  report.kernels[1].file = "engine/rows.cpp";
  report.kernels[1].line = 9;
  report.noise = "3.1% (A/A arm).";
  const auto check_golden = [](const char* name, const std::string& text) {
    const std::string file = std::string(WINNOW_REPORTS_DATA) + "/" + name;
    if (std::getenv("WINNOW_UPDATE_GOLDEN")) winnow::base::write_file(file, text);
    CHECK(text == winnow::base::read_file(file));
  };
  check_golden("gate.md", gate_markdown(report));
  check_golden("gate.txt", gate_summary(report, 100, {{"Report", "out/gate/summary.md"}}));
}

TEST_CASE("rows that did not move are left out of the summary") {
  GateReport report = hostile_report(GateStatus::kEqual, 5);
  report.outcome = GateOutcome::kPass;
  report.kernels.clear();
  CHECK(gate_markdown(report).find("None of 5 metrics moved.") != std::string::npos);
}

TEST_CASE("verdict.json is JSON, whatever names hold") {
  const auto json = nlohmann::json::parse(gate_json(hostile_report(GateStatus::kChanged, 2)));
  CHECK(json["rows"].size() == 2);
  CHECK(json["kernels"].size() == 1);
  CHECK(json["kernels"][0]["risen"] == true);
}

TEST_CASE("no file name breaks out of an annotation, and files of the system are not named") {
  GateReport report = hostile_report(GateStatus::kRegression, 1);
  report.kernels.front().cause = true;
  report.kernels.front().file = "a,title=x::y%0A\n.cpp";
  report.kernels.front().line = 7;
  const std::string text = gate_annotations(report);
  CHECK(has(text, "::notice file=a%2Ctitle=x%3A%3Ay%250A\\x0a.cpp,line=7,title="));
  report.kernels.front().file = "/usr/include/vector";
  CHECK(has(gate_annotations(report), "::notice title="));
}
