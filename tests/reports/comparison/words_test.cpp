#include <zlib.h>

#include <map>
#include <regex>

#include "reports/comparison/comparison.h"
#include "reports/gate/json.h"
#include "reports/gate/renderers.h"
#include "reports/gate/verdict.h"
#include "reports/pages/markdown.h"
#include "tests/catch.h"
#include "tests/reports/pages/html_reader.h"
#include "tests/reports/samples/foreign_samples.h"
#include "tests/reports/samples/samples.h"
#include "tests/text.h"

// A report names what the recording tells of, and nothing of another program's.
namespace winnow::reports {

namespace {

using profiles::Recording;

// What a reader of the page sees.
std::string seen(std::string html) {
  for (const std::string element : {"style", "script"})
    for (size_t at; (at = html.find("<" + element)) != std::string::npos;) {
      const std::string end = "</" + element + ">";
      const size_t behind = html.find(end, at);
      REQUIRE(behind != std::string::npos);
      html.erase(at, behind + end.size() - at);
    }
  for (size_t at = 0; (at = html.find("aria-label=\"", at)) != std::string::npos; ++at)
    html += " " + html.substr(at + 12, html.find('"', at + 12) - at - 12);
  return plain_text(html);
}

std::string unzipped(const std::string& file) {
  std::string text(1 << 20, '\0');
  z_stream stream{};
  REQUIRE(inflateInit2(&stream, 15 + 16) == Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(file.data()));
  stream.avail_in = static_cast<uInt>(file.size());
  stream.next_out = reinterpret_cast<Bytef*>(text.data());
  stream.avail_out = static_cast<uInt>(text.size());
  REQUIRE(inflate(&stream, Z_FINISH) == Z_STREAM_END);
  text.resize(stream.total_out);
  inflateEnd(&stream);
  return text;
}

GateReport gate_of(Recording baseline) {
  Recording candidate = baseline;
  for (auto& [variant, profiles] : candidate.profiles) profiles.sync->allocations = 3000;
  return gate_recordings(baseline, candidate, {}, {"base", "head"});
}

// All that is rendered of a recording, by its name.
std::map<std::string, std::string> rendered(const Recording& recording) {
  std::map<std::string, std::string> all;
  all["report.md"] = to_markdown(make_report(recording));
  Export source = foreign_export(recording);
  for (const Format& format : formats()) {
    source.variant.reset();
    if (format.needs == Format::kClock || format.needs == Format::kStacks) source.variant = 1;
    for (const auto clock : {ProfileClock::cpu, ProfileClock::allocation}) {
      source.clock = clock;
      std::string text = format.render(source);
      if (format.binary) text = unzipped(text);
      if (format.render == export_html) text = seen(text);
      all[std::string(format.name) + " " + profiles::word(clock)] = text;
    }
  }
  const GateReport gate = gate_of(recording);
  all["verdict.json"] = gate_json(gate);
  all["gate.md"] = gate_markdown(gate) + gate_junit(gate) + gate_annotations(gate);
  return all;
}

// Words of one program that stand in the text, one after another.
std::string words_of_one_program(std::string text) {
  // The fields of JSON, and an option of another tool.
  for (const char* allowed : {"\"text\":", "google-pprof --text"})
    for (size_t at; (at = text.find(allowed)) != std::string::npos;)
      text.erase(at, std::string(allowed).size());
  const std::regex words(
      "\\btexts?\\b|token|matmul|int8|\\bmodels?\\b|\\bbatch|embedding|strateg|compute functions",
      std::regex::ECMAScript | std::regex::icase);
  std::string found;
  for (std::sregex_iterator word(text.begin(), text.end(), words), end; word != end; ++word)
    found += (found.empty() ? "" : ", ") + word->str();
  return found;
}

}  // namespace

TEST_CASE("of a program that tells nothing of itself no report has another program's words") {
  for (const auto& [name, text] : rendered(foreign_recording())) {
    INFO(name << "\n" << text);
    CHECK_FALSE(text.empty());
    CHECK(words_of_one_program(text) == "");
  }
}

TEST_CASE("a word of one program would be found in every report that has it") {
  CHECK(words_of_one_program("32 texts, \"text\": 1, Compute functions, a token, INT8, batches") ==
        "texts, Compute functions, token, INT8, batch");
  Recording recording = foreign_recording();
  recording.variants[1].name = "embedding";
  for (profiles::Block& block : recording.blocks)
    if (block.variant == "two") block.variant = "embedding";
  recording.profiles["embedding"] = recording.profiles["two"];
  for (const auto& [name, text] : rendered(recording)) {
    INFO(name);
    if (!has(name, "collapsed")) CHECK(has(words_of_one_program(text), "embedding"));
  }
  recording = realistic_recording();
  const std::string engine = words_of_one_program(to_markdown(make_report(recording)));
  for (const char* word : {"texts", "token", "matmul", "int8", "Model", "batch", "strateg"})
    CHECK(has(engine, word));
}

TEST_CASE("a program without items and kernels has no rows of them") {
  const Report report = make_report(foreign_recording());
  for (const char* row : {"Throughput", "Share of the int8 peak"})
    CHECK_FALSE(row_named(report.performance, row));
  CHECK(report.kernels.heading.empty());
  CHECK(report.dispatch.heading.empty());
  for (const Fact& fact : report.facts)
    CHECK((fact.name != "Model" && fact.name != "Peaks" && fact.name != "Instruction set"));
  const std::string text = to_markdown(report);
  INFO(text);
  CHECK_FALSE(has(text, "(formula)"));
  CHECK_FALSE(has(text, "Dispatch"));
  CHECK(has(text, "**Workload:** compress: 3 runs a block, 10 blocks planned"));
}

TEST_CASE("functions are the program's but for those that synchronise") {
  const Report report = make_report(foreign_recording());
  CHECK(report.scheduler.heading == "Synchronisation");
  CHECK(report.compute.heading == "Functions");
  CHECK(row_named(report.scheduler, "pthread_cond_wait"));
  for (const char* function : {"deflate_slow", "exp", "memcpy", "[kernel]"})
    CHECK(row_named(report.compute, function));
  CHECK(row_named(report.compute, "All but synchronisation"));
  for (const char* category : {"Synchronisation functions", "Memory functions",
                               "Mathematics functions", "Kernel functions", "Other functions"})
    CHECK(row_named(report.cpu_total, category));
  CHECK(report.threads.metrics.heading == "Synchronisation Metrics");
  REQUIRE_FALSE(report.ledger.lines.empty());
  for (const LedgerLine& line : report.ledger.lines) {
    CHECK_FALSE(has(line.name, "scheduler"));
    CHECK_FALSE(has(line.name, "compute"));
  }
  CHECK(row_named(report.ledger_table, "mathematics"));
  // Who knows what another program computes?
  REQUIRE(report.compute.insights.size() == 1);
  CHECK_FALSE(has(report.compute.insights[0], "The arithmetic is equal"));
}

TEST_CASE("an iteration is called what the recording calls it") {
  const Recording recording = foreign_recording();
  const std::string text = to_markdown(make_report(recording));
  INFO(text);
  CHECK_FALSE(has(text, "teration"));
  CHECK_FALSE(has(seen(export_html(foreign_export(recording))), "teration"));
  CHECK(has(text, "| **Median Time/Run** |"));
  CHECK(has(text, "over 3 runs of the cpu pass"));
  CHECK(has(text, "Core-seconds of a run"));
}

TEST_CASE("a recommendation quotes the command, unless there is advice") {
  Recording recording = foreign_recording();
  CHECK(make_report(recording).verdict.recommendation ==
        "Use `zstd -T2 'data set'`: only these commands were measured, and on this machine; other "
        "inputs and machines need their own run.");
  recording.variants[1].advice = "--fast";
  CHECK(has(make_report(recording).verdict.recommendation, "Use two (variant two): --fast for"));
  for (profiles::Variant& variant : recording.variants) variant.command.clear();
  CHECK(has(make_report(recording).verdict.recommendation,
            "for compress, the only workload measured here; other inputs, thread counts"));
}

TEST_CASE("a program without symbols is told, with what would give its functions names") {
  Recording recording = foreign_recording();
  const std::string lead = "Without symbols, so that its functions have no names: ";
  const auto text = [&] { return to_markdown(make_report(recording)); };
  profiles::SampledProfile& cpu = *recording.profiles.at("one").cpu;
  cpu.functions.push_back({"[anonymous memory]", "other", 0.2 * cpu.sampled_s, {}, {}, {}});
  cpu.functions.push_back({"[libz.so.1]", "compression", 0.04 * cpu.sampled_s, {}, {}, {}});
  CHECK_FALSE(has(text(), lead));
  cpu.functions.push_back({"[zstd]", "other", 0.342 * cpu.sampled_s, {}, {}, {}});
  INFO(text());
  CHECK(
      has(section(text(), "## Functions"), lead + "zstd (34.2% of the samples). A build with -g"));
  CHECK(has(text(), "which winnow top --uncategorized names"));
}

TEST_CASE("passes that commands cannot have are not told as not run") {
  const Recording commands = command_recording();
  const std::string missing = section(to_markdown(make_report(commands)), "## Missing");
  CHECK(has(missing, "whose tables are left out: heap, sync\n"));
  Recording strategies = commands;
  for (profiles::Variant& variant : strategies.variants) variant.command.clear();
  CHECK(has(section(to_markdown(make_report(strategies)), "## Missing"),
            "whose tables are left out: wall, heap, sync\n"));
}

TEST_CASE("of two builds of one command the recommendation names the build") {
  Recording recording = foreign_recording();
  for (profiles::Variant& variant : recording.variants) {
    variant.command = {"./bench"};
    variant.label = variant.name == "one" ? "main (1a2b3c)" : "HEAD (4d5e6f)";
  }
  const auto advice = [&] { return make_report(recording).verdict.recommendation; };
  CHECK(advice().starts_with("Use HEAD (4d5e6f) (`./bench`): only these commands were measured"));
  for (profiles::Variant& variant : recording.variants)
    variant.program_file = profiles::ProgramFile{"./bench", {}, {}, {}, "1a2b3c", ""};
  CHECK(advice().starts_with("Use the build of HEAD (4d5e6f) (`./bench`): "));
  recording.baseline = "two";
  CHECK(advice().starts_with("Keep the build of HEAD (4d5e6f) (`./bench`): "));
  for (profiles::Variant& variant : recording.variants)
    variant.server = {"./server", variant.name == "one" ? "1" : "2"};
  CHECK(advice().starts_with("Keep the server `./server 2` under `./bench`: "));
}

TEST_CASE("the commit is the commands' own, and no line where none has one") {
  Recording recording = command_recording();
  recording.commit.clear();
  CHECK_FALSE(has(to_markdown(make_report(recording)), "Commit"));
  recording.variants[1].program_file.emplace().commit = "24de2cf";
  CHECK(has(to_markdown(make_report(recording)), "- **Commit:** two: 24de2cf\n"));
}

TEST_CASE("what no profiler counts is told of each command where it matters") {
  Recording recording = command_recording();
  const auto note = [&] { return section(to_markdown(make_report(recording)), "### CPU Time by"); };
  CHECK_FALSE(has(note(), "where no profiler counts"));
  for (const auto& [name, share] : {std::pair("one", 0.004), {"two", 0.2}}) {
    auto& cpu = *recording.profiles.at(name).cpu;
    cpu.outside_events_s = share * *cpu.total_s;
  }
  CHECK(has(note(), "switch between threads, where no profiler counts: two: 20.00%."));
}

TEST_CASE("of commands without a sync pass nothing is said that was not measured") {
  Recording recording = command_recording();
  const Report report = make_report(recording);
  const Verdict& verdict = report.verdict;
  INFO(to_markdown(report));
  CHECK(verdict.sentence == "For these commands, two is the clear winner against one:");
  bool creations = false;
  for (const std::string& bullet : verdict.bullets) {
    CHECK_FALSE(has(bullet, "unavailable"));
    creations = creations || bullet == "2.00x as many thread creations (measured)";
  }
  CHECK(creations);
  CHECK(words_of_one_program(to_markdown(report)) == "");
  CHECK(words_of_one_program(seen(export_html(foreign_export(recording)))) == "");
  SECTION("without a tree profile there is no bullet of threads") {
    for (auto& [name, found] : recording.profiles) found.tree.reset();
    for (const std::string& bullet : make_report(recording).verdict.bullets)
      CHECK_FALSE(has(bullet, "thread creations"));
  }
  SECTION("no clear winner is that of these commands, too") {
    for (profiles::Block& block : recording.blocks)
      if (block.pass == profiles::Pass::time)
        for (int64_t& wall_ns : block.iteration_wall_ns) wall_ns = 1'000'000'000 + block.index;
    CHECK(make_report(recording).verdict.sentence ==
          "For these commands, these runs do not show which variant is faster:");
  }
}

TEST_CASE("costs are those for the same work only where that was checked") {
  Recording recording = foreign_recording();
  const std::string checked = to_markdown(make_report(recording));
  CHECK(has(checked, "functions outside synchronisation cost 40.0% less CPU for the same work ("));
  CHECK(has(checked, "CPU time in functions outside synchronisation for the same work ("));
  for (profiles::Block& block : recording.blocks) block.checksum.clear();
  for (const Recording& unchecked : {recording, command_recording()}) {
    const Report report = make_report(unchecked);
    CHECK(report.same_work.status == SameWork::kNotChecked);
    const std::string text = to_markdown(report);
    INFO(text);
    CHECK(has(text, "functions outside synchronisation cost 40.0% less CPU ("));
    CHECK_FALSE(has(text, "for the same work"));
    CHECK_FALSE(has(text, "arithmetic"));
  }
}

TEST_CASE("items are called what the program calls them") {
  Recording recording = foreign_recording();
  recording.workload.item = "request";
  recording.workload.items_per_iteration = 50;
  recording.workload.iteration = "";
  recording.variants[1].advice = "-T2";
  const std::map<std::string, std::string> all = rendered(recording);
  for (const auto& [name, text] : all) {
    INFO(name << "\n" << text);
    CHECK(words_of_one_program(text) == "");
  }
  const std::string& text = all.at("report.md");
  INFO(text);
  CHECK(has(table_row(text, "**Avg Time/Request**"), "| 20.0ms |"));
  CHECK(has(table_row(text, "**Throughput**"), " requests/sec |"));
  CHECK(has(text, "compress: 50 requests an iteration, 3 iterations a block"));
  CHECK(has(text, "For iterations of 50 requests, two is the clear winner"));
  CHECK(has(text, "other numbers of requests, thread counts"));
  CHECK(has(all.at("json cpu"), "requests/second"));
  CHECK(has(all.at("benchfmt cpu"), "Unit requests/s better=higher"));
  CHECK(has(all.at("html cpu"), "Requests a second: dots are blocks"));
  CHECK(has(all.at("pprof cpu"), "over 3 iterations of 50 requests"));
  CHECK(has(all.at("verdict.json"), "\"bytes a request\""));
  CHECK(has(all.at("markdown cpu"), "over 150 requests."));
}

TEST_CASE("nouns in their places") {
  CHECK(plural_of("text") == "texts");
  CHECK(plural_of("query") == "queries");
  CHECK(plural_of("batch") == "batches");
  CHECK(plural_of("key") == "keys");
  CHECK(with_article("event") == "an event");
  CHECK(with_article("request") == "a request");
  CHECK(title_case("run") == "Run");
  CHECK(title_case("").empty());
  Recording recording;
  recording.workload.items_per_iteration = 3;
  CHECK(words_of(recording).items_words(3) == "3 items");
  CHECK(words_of(recording).share == "an item");
  recording.workload = {};
  CHECK(words_of(recording).items_words(0).empty());
  CHECK(words_of(recording).share == "an iteration");
}

}  // namespace winnow::reports
