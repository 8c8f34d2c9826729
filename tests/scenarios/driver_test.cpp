// The programs winnow-engine-<strategy> as they are built, one after another by their table.
#include <fmt/format.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "base/file.h"
#include "engine/schedulers/scheduler.h"
#include "engine/synthetic_model.h"
#include "tests/catch.h"
#include "tests/engine/forward_texts.h"
#include "tests/scratch.h"

namespace {

using namespace winnow;
using engine::SchedulerRow;
using nlohmann::json;

struct Output {
  int status = -1;
  std::string text;  // standard output and error
};

// A tiny model and a scenario of five texts.
class Programs {
 public:
  Programs() {
    engine::write_synthetic_model(folder_ / "tiny.gguf", engine::SyntheticShape::tiny, 3);
    base::write_file(folder_ / "tiny.toml",
                     "name = 'tiny'\n"
                     "texts = ['one', 'two words', 'three words here', '', 'and a last text']\n"
                     "iterations = 4\nblocks = 2\nthreads = 3\npasses = ['time']\n"
                     "[[variants]]\nname = 'serial'\n");
  }

  Output run(const SchedulerRow& row, const std::string& arguments) const {
    const std::string command =
        fmt::format("unset WINNOW_RESULT; '{}{}' {} 2>&1", ENGINE_PREFIX, row.name, arguments);
    FILE* pipe = ::popen(command.c_str(), "r");
    REQUIRE(pipe != nullptr);
    Output output;
    char buffer[4096];
    for (size_t size; (size = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;)
      output.text.append(buffer, size);
    const int status = ::pclose(pipe);
    if (WIFEXITED(status)) output.status = WEXITSTATUS(status);
    return output;
  }

  json result(const SchedulerRow& row, const std::string& options) const {
    const Output output =
        run(row, fmt::format("--scenario {} --model {} --iterations 2 {}", folder_ / "tiny.toml",
                             folder_ / "tiny.gguf", options));
    INFO(row.name << " " << options << ": " << output.text);
    REQUIRE(output.status == 0);
    return json::parse(output.text);
  }

 private:
  Scratch folder_;
};

bool has_word(std::string_view words, const std::string& word) {
  std::istringstream stream{std::string(words)};
  for (std::string each; stream >> each;)
    if (each == word) return true;
  return false;
}

TEST_CASE("every program does the reference's work, to the bit, and tells how it was run") {
  const Programs programs;
  const json expected = programs.result(engine::serial_row, "");
  CHECK(expected["threads"] == 1);
  for (const SchedulerRow& row : engine::scheduler_rows())
    for (const int threads : {1, 3, 9}) {
      INFO(row.name << ", " << threads << " threads");
      const json result = programs.result(row, fmt::format("--threads {}", threads));
      const int used = std::min(threads, row.thread_limit);
      CHECK(result["variant"] == row.name);
      CHECK(result["checksum"] == expected["checksum"]);
      CHECK(result["work"] == expected["work"]);
      CHECK(result["threads_asked"] == threads);
      CHECK(result["threads"] == used);
      std::map<std::string, int> told;
      for (const json& term : result["thread_terms"]) told[term["name"]] = term["threads"];
      CHECK(told["threads"] == row.threads_per_matmul(used));
      CHECK(told["threads a batch"] == row.threads_per_batch(used));
      CHECK(told["persistent threads"] == row.threads_at_start(used));
      CHECK(result["item"] == "text");
    }
}

TEST_CASE("the scenario's number of threads is asked for when the program is given none") {
  const Programs programs;
  const json result = programs.result(engine::pool_row, "");
  CHECK(result["threads_asked"] == 3);
  CHECK(result["threads"] == 3);
  CHECK(programs.result(engine::serial_row, "")["threads_asked"] == 3);
}

TEST_CASE("threads and cores are counted, not assumed, where OpenMP's environment decides") {
  const auto openmp = std::ranges::find(engine::scheduler_rows(), "openmp", &SchedulerRow::name);
  if (openmp == engine::scheduler_rows().end()) return;
  const Programs programs;
  struct Row {
    const char *name, *value;
    int threads;  // 0: any
    bool one_core;
  };
  for (const Row& row : {Row{"OMP_THREAD_LIMIT", "1", 1, false},
                         {"OMP_DYNAMIC", "true", 0, false},
                         {"GOMP_CPU_AFFINITY", "0", 2, true},
                         {"OMP_NUM_THREADS", "1", 2, false}}) {
    INFO(row.name << "=" << row.value);
    REQUIRE(setenv(row.name, row.value, 1) == 0);
    REQUIRE(setenv("KMP_WARNINGS", "off", 1) == 0);  // LLVM's library would tell of the limit
    const json result = programs.result(*openmp, "--threads 2");
    unsetenv(row.name);
    unsetenv("KMP_WARNINGS");
    CHECK(result["threads_asked"] == 2);
    const int threads = result["threads"], fewest = result.value("threads_fewest", threads);
    CHECK((threads == 1 || threads == 2));
    CHECK(fewest <= threads);
    if (row.threads > 0) CHECK(threads == row.threads);
    CHECK(result.contains("threads_fewest") == (fewest < 2));
    for (const json& term : result["thread_terms"]) CHECK(term["threads"] == threads - 1);
    if (row.one_core) CHECK(result["cores"] == 1);
    CHECK(result["region"]["cores_time"]["cores"] == result["cores"]);
  }
}

TEST_CASE("options that a strategy has no use for are named, the others told with their values") {
  const Programs programs;
  const json reference = programs.result(engine::serial_row, "");
  for (const SchedulerRow& row : engine::scheduler_rows()) {
    INFO(row.name);
    const bool spin = has_word(row.options, "spin"), grain = has_word(row.options, "grain");
    const json result = programs.result(row, "--threads 2 --spin-us 7 --grain 2");
    CHECK(result["checksum"] == reference["checksum"]);
    const json &used = result["options"], &ignored = result["ignored_options"];
    CHECK(used.contains("affinity") == has_word(row.options, "affinity"));
    CHECK(used.value("spin_us", -1) == (spin ? 7 : -1));
    CHECK(used.value("grain", -1) == (grain ? 2 : -1));
    CHECK(std::count(ignored.begin(), ignored.end(), "spin_us") == (spin ? 0 : 1));
    CHECK(std::count(ignored.begin(), ignored.end(), "grain") == (grain ? 0 : 1));
    CHECK(ignored.size() == static_cast<size_t>(!spin) + static_cast<size_t>(!grain));
    CHECK(programs.result(row, "")["ignored_options"].empty());
    if (!used.contains("affinity"))
      CHECK(programs.result(row, "--affinity spread")["ignored_options"] == json{"affinity"});
  }
}

TEST_CASE("a number out of its range is a usage error, whatever the strategy uses") {
  const Programs programs;
  const std::pair<const char*, const char*> rows[] = {
      {"--threads 1025", "--threads: expected 0 to 1024"},
      {"--threads -1", "--threads: expected 0 to 1024"},
      {"--spin-us 1000001", "--spin-us: expected 0 to 1000000"},
      {"--spin-us -1", "--spin-us: expected 0 to 1000000"},
      {"--grain -1", "--grain: expected 0 to 1000000"},
      {"--iterations 0", "--iterations: expected 1 to 10000000"},
      {"--iterations 2147483647", "--iterations: expected 1 to 10000000"},
      {"--batch -1", "--batch: expected 0 to 1000000"},
      {"--warmup -2", "--warmup: expected -1 to 1000000"},
      {"--affinity near", "--affinity: near: unknown; one of none, compact, spread"},
      {"--threads 99999999999", "--threads"},
      {"--grain many", "--grain"},
  };
  for (const SchedulerRow* row : {&engine::serial_row, &engine::packed_row})
    for (const auto& [option, problem] : rows) {
      INFO(row->name << " " << option);
      const Output output = programs.run(*row, fmt::format("--scenario a --model b {}", option));
      INFO(output.text);
      CHECK(output.status == 2);
      CHECK(output.text.find(problem) != std::string::npos);
    }
}

TEST_CASE("every program's help says what the strategy is and which options it uses") {
  const Programs programs;
  for (const SchedulerRow& row : engine::scheduler_rows()) {
    const Output output = programs.run(row, "--help");
    INFO(row.name << ": " << output.text);
    CHECK(output.status == 0);
    CHECK(output.text.find(row.summary) != std::string::npos);
    const std::string_view used = row.options.empty() ? "none" : row.options;
    CHECK(output.text.find(fmt::format("this strategy uses: {}.", used)) != std::string::npos);
  }
}

}  // namespace
