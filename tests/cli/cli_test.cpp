#include <fmt/format.h>
#include <sys/wait.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/file.h"
#include "tests/catch.h"
#include "tests/cli/program.h"

using namespace winnow;
using testing::TinyModel;
namespace fs = std::filesystem;

namespace {

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> result;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) result.push_back(line);
  return result;
}

std::vector<float> embedding(const std::string& line) {
  return nlohmann::json::parse(line).get<std::vector<float>>();
}

double length(const std::vector<float>& vector) {
  double sum = 0;
  for (const float value : vector) sum += static_cast<double>(value) * value;
  return std::sqrt(sum);
}

// Each of them is one line on standard error, and this exit status.
void check_refused(const Scratch& folder, const std::vector<std::vector<std::string>>& commands,
                   int status) {
  for (const auto& arguments : commands) {
    const auto result = testing::winnow(folder, arguments);
    INFO(result.err);
    CHECK(result.status == status);
    CHECK(result.out.empty());
    CHECK(lines(result.err).size() == 1);
    CHECK(result.err.find("winnow: ") == 0);
  }
}

}  // namespace

TEST_CASE("help goes to standard output with status 0 and shows an example, for every command") {
  Scratch scratch;
  const std::vector<std::vector<std::string>> commands{{"--help"},
                                                       {"run", "--help"},
                                                       {"calibrate", "--help"},
                                                       {"report", "--help"},
                                                       {"top", "--help"},
                                                       {"serve", "--help"},
                                                       {"doctor", "--help"},
                                                       {"embed", "--help"},
                                                       {"tokenize", "--help"},
                                                       {"model", "synth", "--help"},
                                                       {"model", "info", "--help"}};
  for (const auto& command : commands) {
    INFO(command.front());
    const auto result = testing::winnow(scratch, command);
    CHECK(result.status == 0);
    CHECK(result.err.empty());
    CHECK(result.out.find("Usage: winnow") == 0);
    CHECK(result.out.find("\nExample") != std::string::npos);
  }
}

TEST_CASE("help of a command's name is that command's help") {
  Scratch scratch;
  const auto out = [&](const std::vector<std::string>& command) {
    return testing::winnow(scratch, command).out;
  };
  CHECK(out({"help"}) == out({"--help"}));
  CHECK(out({"help", "run"}) == out({"run", "--help"}));
  CHECK(out({"help", "model"}) == out({"model", "--help"}));
  CHECK(out({"help", "model", "synth"}) == out({"model", "synth", "--help"}));
  CHECK(out({"help", "model"}).find("Usage: winnow model synth|info") == 0);
}

TEST_CASE("wrong usage is one line on standard error with status 2") {
  TinyModel tiny;
  const std::vector<std::vector<std::string>> wrong{
      {"no-such-command"},
      {"help", "no-such-command"},
      {"help", "--completion", "no-such-shell"},
      {"model"},
      {"model", "synth"},
      {"model", "synth", "--out", "x", "--shape", "huge"},
      {"model", "synth", "--out", "x", "--seed", "-"},
      {"embed", "--no-such-option"},
      {"embed", "--variant", "no-such", "--model", "tiny.gguf"},
      {"embed", "--isa", "no-such", "--model", "tiny.gguf"},
      {"embed", "--threads", "-1", "--model", "tiny.gguf"},
      {"embed", "--threads", "x", "--model", "tiny.gguf"},
      {"embed", "--dimensions", "7", "--model", "tiny.gguf"},
      {"report"},
      {"report", "x", "--format", "yaml"},
      {"report", "x", "--kind", "long"},
      {"report", "x", "--clock", "sun"},
      {"report", "x", "--format", "json", "--kind", "detailed"},
      {"top"},
      {"top", "x", "-n", "0"},
      {"doctor", "machine"},
      {"run"},
      {"run", "stdin", "--passes", "gpu"},
      {"a\nb"},
      // A file that is not there.
      {"model", "info", "missing.gguf"},
      {"model", "check", "missing.gguf"},
      {"embed", "--model", "missing.gguf"},
      {"embed", "missing.txt", "--model", "tiny.gguf"},
      {"tokenize", "missing.txt", "--model", "tiny.gguf"},
      {"report", "missing"},
      {"report", "."},
      {"report", "missing", "other:spawn"},
      {"top", "missing"},
      {"serve", "missing"},
      {"serve", "tiny.gguf"},
      {"run", "missing.toml"},
      {"explain", "missing.toml"},
      {"calibrate", "missing.toml"},
      {"gate", "--base-build", ".", "missing.toml"},
      {"list", "--scenarios", "missing"},
      {"compare", "true", "true", "--categories", "missing.toml", "--dry-run"}};
  check_refused(tiny, wrong, 2);
  CHECK_FALSE(fs::exists(tiny / "x"));
  const auto none = testing::winnow(tiny, {});
  CHECK(none.status == 2);
  CHECK(none.out.empty());
  CHECK(none.err == testing::winnow(tiny, {"help"}).out);
}

TEST_CASE("a mistake is told with what is meant") {
  const Scratch scratch;
  fs::create_directory(scratch / "scenarios");
  std::ofstream(scratch / "scenarios/batch32.toml") << "name = 'x'\n";
  const std::vector<std::pair<std::vector<std::string>, std::string>> mistakes{
      {{"reprot"}, "reprot: no such command; did you mean winnow report?\n"},
      {{"help", "runn"}, "runn: no such command; did you mean winnow run?\n"},
      {{"model", "chekc"},
       "model chekc: expected synth or info or check; did you mean winnow model "
       "check?"},
      {{"run", "x", "--blcoks", "4"}, "--blcoks: no such option; did you mean --blocks?\n"},
      {{"model", "synth", "--seeed=4"}, "--seeed: no such option; did you mean --seed?\n"},
      {{"list", "--variants", "x"}, "--variants: no such option; see winnow list --help"},
      {{"list", "-o", "x"}, "-o: no such option; see winnow list --help"},
      {{"run", "x", "--blocks"}, "--blocks: needs a value: --blocks N"},
      {{"run", "x", "--model="}, "--model: needs a value: --model FILE"},
      {{"run", "x", "--force=yes"}, "--force: takes no value"},
      {{"run", "x", "--seed", "1", "--seed", "2"}, "--seed: given twice"},
      {{"run", "x", "--no-t"}, "--no-twin: "},
      {{"run", "x", "--b", "4"}, "--b: may be --batch or --blocks or --budget"},
      {{"embed", "--threads", "two"}, "--threads: expected a whole number"},
      {{"compare", "--ready-limit", "soon", "x", "y"}, "--ready-limit: expected a number"},
      {{"doctor", "machine"}, "machine: one argument too many; see winnow doctor --help"},
      {{"embed", "--variant", "pakced"},
       "--variant: pakced: no such strategy; did you mean packed?\n"},
      {{"calibrate", "scenarios/batch32.toml", "--variant", "nope"},
       "--variant: nope: no such strategy; there are serial, spawn, "},
      {{"compare", "--metric", "a=x", "x", "y"}, "--metric a: x: no group in it"},
      {{"compare", "--metric", "a=(x)", "--metric", "a=(x)", "x", "y"}, "--metric: a: given twice"},
      {{"compare", "--time-limit", "0", "x", "y"}, "--time-limit: expected more than 0 seconds"},
      {{"compare", "--blocks", "100001", "x", "y"}, "--blocks: expected 1 to 100000"},
      {{"run", "a.toml", "b.toml"}, "b.toml: one argument too many; see winnow run --help"},
      {{"run", "scenarios/bathc32.toml"}, "did you mean scenarios/batch32.toml?\n"}};
  for (const auto& [arguments, told] : mistakes) {
    const auto result = testing::winnow(scratch, arguments);
    INFO(arguments.back() << " " << result.err);
    if (arguments.back() == "--no-t") {  // a part of a name that is one option's
      CHECK(result.err.find("no such option") == std::string::npos);
      continue;
    }
    CHECK(result.status == 2);
    CHECK(result.err.find(told) != std::string::npos);
    CHECK(lines(result.err).size() == 1);
  }
}

TEST_CASE(
    "what is no strategy is told by its option or file, before anything is built or measured") {
  const std::string texts = "texts = ['a']\n", variants = "[[variants]]\nname = ";
  TinyModel tiny("run", "name = 'it'\niterations = 20\nblocks = 10\npasses = ['time']\n" + texts +
                            variants + "'pool'\n" + variants + "'spawn'\n");
  const std::string workload = base::read_file(tiny / "tiny.toml");
  base::write_file(tiny / "wrong.toml", workload + variants + "'pol'\n");
  base::write_file(tiny / "sweep.toml", "name = 'all'\n" + texts +
                                            "[sweep]\nbatch = [1]\nthreads = [1]\nvariants = "
                                            "['pool']\nblocks = 1\n[[mixes]]\nname = 'm'\n");
  const std::string nope = "winnow: --variants: nope: no such strategy; there are serial, ";
  const std::vector<std::pair<std::vector<std::string>, std::string>> wrong{
      {{"run", "tiny.toml", "--variants", "pool,nope"}, nope},
      {{"run", "tiny.toml", "--variants", "pool,pakced"},
       "winnow: --variants: pakced: no such strategy; did you mean packed?\n"},
      {{"run", "wrong.toml"}, "winnow: wrong.toml: pol: no such strategy; did you mean pool?\n"},
      {{"run", "sweep.toml", "--variants", "nope"}, nope},
      {{"run", "sweep.toml", "--mixes", "n"}, "winnow: --mixes: n is none of the scenario's: m\n"},
      {{"gate", "tiny.toml", "--base-build", ".", "--variants", "nope"}, nope},
      {{"gate", "tiny.toml", "--base", "HEAD", "--variants", "nope"}, nope},
      {{"explain", "tiny.toml", "--variants", "nope"}, nope},
      {{"run", "tiny.toml", "--model", "tiny.gguf", "--isa", "sse9"},
       "winnow: --isa: sse9: no such instruction set; this machine has auto, "},
      {{"run", "tiny.toml", "--model", "tiny.gguf", "--affinity", "near"},
       "winnow: --affinity: near: unknown; one of none, compact, spread\n"}};
  for (const auto& [arguments, told] : wrong) {
    const auto result = testing::winnow(tiny, arguments);
    INFO(arguments.front() << " " << arguments.back() << ": " << result.err);
    CHECK(result.status == 2);
    CHECK(result.err.starts_with(told));
    CHECK(lines(result.err).size() == 1);
  }
  for (const char* folder : {"out/it", "out/all", "out/gate-it", "out/explain-it"})
    CHECK_FALSE(fs::exists(tiny / folder));
}

TEST_CASE("every option of every command has a name for its value, and -o is --out") {
  const Scratch scratch;
  const auto overview = lines(testing::winnow(scratch, {"--help"}).out);
  std::vector<std::vector<std::string>> commands{{"model", "synth"}, {"model", "info"}};
  for (auto line = std::ranges::find(overview, "Commands:") + 1; !line->empty(); ++line)
    commands.push_back({line->substr(2, line->find(' ', 2) - 2)});
  CHECK(commands.size() >= 12);
  int with_out = 0;
  for (const auto& command : commands) {
    std::vector<std::string> arguments{"help"};
    arguments.insert(arguments.end(), command.begin(), command.end());
    const auto result = testing::winnow(scratch, arguments);
    INFO(command.front() << "\n" << result.out);
    REQUIRE(result.status == 0);
    const std::string options = result.out.substr(result.out.find("\nOptions:\n"));
    CHECK(options.find(" arg") == std::string::npos);
    CHECK(options.find("\n  -h, --help  ") != std::string::npos);
    CHECK(options.find("\n  --out ") == std::string::npos);
    with_out += options.find("\n  -o, --out ") != std::string::npos ? 1 : 0;
    for (const std::string& line : lines(options)) CHECK(line.size() <= 80);
  }
  CHECK(with_out >= 7);
  CHECK(testing::winnow(scratch, {"-V"}).out == testing::winnow(scratch, {"--version"}).out);
}

TEST_CASE("a refusal gives a command that works") {
  TinyModel tiny("run",
                 "name = 'it'\ntexts = ['a']\niterations = 20\nblocks = 10\npasses = ['time']\n"
                 "[[variants]]\nname = 'pool'\n[[variants]]\nname = 'spawn'\n");
  const std::vector<std::vector<std::string>> refused{
      {"run", "tiny.toml", "--model", "tiny.gguf", "--dry-run", "--blocks", "4"},
      {"run", "tiny.toml", "--model", "tiny.gguf", "--dry-run", "--blocks=4", "--iterations=9"},
      {"run", "--dry-run", "tiny.toml", "--model", "tiny.gguf", "--iterations", "4"},
      {"compare", "--dry-run", "-r4", "true", "sleep 0"},
      {"compare", "--dry-run", "--runs", "4", "true", "sleep 0", "sleep 0.1", "sleep 0.2"}};
  for (const auto& arguments : refused) {
    const auto result = testing::winnow(tiny, arguments);
    INFO(result.err);
    CHECK(result.status == 2);
    const size_t begin = result.err.find(": winnow "), end = result.err.find("; or --no-verdict");
    REQUIRE(begin != std::string::npos);
    REQUIRE(end != std::string::npos);
    const std::string command = result.err.substr(begin + 9, end - begin - 9);
    const std::string line =
        fmt::format("cd '{}' && '{}' {} >out.txt 2>err", tiny.path(), WINNOW_PROGRAM, command);
    INFO(line);
    CHECK(std::system(line.c_str()) == 0);
    CHECK(base::read_file(tiny / "out.txt").find("Would measure into out/") == 0);
  }
  CHECK_FALSE(fs::exists(tiny / "out"));
}

TEST_CASE("a plan is adjusted where that is harmless, and says so") {
  TinyModel tiny("run",
                 "name = 'it'\ntexts = ['a']\niterations = 20\nblocks = 10\npasses = ['time']\n"
                 "[[variants]]\nname = 'pool'\n[[variants]]\nname = 'spawn'\n");
  auto result = tiny.run({"--dry-run", "--blocks", "8"});
  CHECK(result.status == 0);
  CHECK(result.err ==
        "winnow: 20 iterations cannot be split evenly over 8 blocks: 24 instead, 3 in "
        "each\n");
  CHECK(result.out.find("  8 blocks of each, 3 in each; passes: time") != std::string::npos);
  result = tiny.run(
      {"--dry-run", "--variants", "serial,spawn,pool,packed,pool_op,hybrid,steal,auto,openmp"});
  INFO(result.err);
  CHECK(result.status == 0);
  CHECK(result.err.find("the order of 9 variants takes at least 13 blocks: 13 instead of 10\n") !=
        std::string::npos);
  CHECK(testing::winnow(tiny, {"compare", "--dry-run", "true"})
            .err.find("winnow: one command alone has no winner: ") == 0);
  result =
      testing::winnow(tiny, {"compare", "--dry-run", "-L", "t=1,2,3,4,5,6,7,8,9", "sleep {t}"});
  CHECK(result.err.empty());
  CHECK(result.out.find("13 blocks of each") != std::string::npos);
}

TEST_CASE("the default model is found beside the program and in the user's data folder") {
  TinyModel tiny;
  fs::create_directories(tiny / "build/cli");
  fs::copy_file(WINNOW_PROGRAM, tiny / "build/cli/winnow");
  fs::create_directory(tiny / "here");
  const auto tokens = [&] {
    const std::string line = fmt::format(
        "cd '{0}/here' && echo bread | XDG_DATA_HOME='{0}/data' ../build/cli/winnow tokenize "
        ">out.txt 2>err",
        tiny.path());
    return WEXITSTATUS(std::system(line.c_str()));
  };
  CHECK(tokens() == 2);
  CHECK(base::read_file(tiny / "here/err")
            .find("winnow model synth --out " + tiny.path() +
                  "/data/winnow/models/synthetic-300m.gguf\n") != std::string::npos);
  for (const char* folder : {"data/winnow/models", "models", "here/models"}) {
    INFO(folder);
    const std::string model = tiny / folder + "/synthetic-300m.gguf";
    fs::create_directories(tiny / folder);
    fs::copy_file(tiny / "tiny.gguf", model);
    CHECK(tokens() == 0);
    fs::remove(model);
    CHECK(tokens() == 2);
  }
}

TEST_CASE("a broken file is one line with status 3") {
  TinyModel tiny;
  base::write_file(tiny / "broken.gguf", base::read_file(tiny / "tiny.gguf").substr(0, 1000));
  const std::vector<std::vector<std::string>> wrong{
      {"model", "info", "broken.gguf"},
      {"model", "info", "."},
      {"model", "synth", "--shape", "tiny", "--out", "tiny.gguf/x"},
      {"embed", "--model", "broken.gguf"},
      {"tokenize", "--model", "broken.gguf"}};
  check_refused(tiny, wrong, 3);
}

TEST_CASE("embed prints one unit vector a line, also for empty lines and without a last newline") {
  TinyModel tiny;
  const auto result = testing::winnow(tiny, {"embed", "--model", "tiny.gguf"},
                                      "how to bake bread\n\nhow to bake bread\r\nlast");
  CHECK(result.status == 0);
  CHECK(result.err == "winnow: tiny.gguf: a synthetic model, whose embeddings mean nothing\n");
  const auto vectors = lines(result.out);
  REQUIRE(vectors.size() == 4);
  for (const std::string& line : vectors) {
    CHECK(embedding(line).size() == 64);
    CHECK(length(embedding(line)) == Approx(1.0).margin(1e-5));
  }
  CHECK(vectors[0] == vectors[2]);
  CHECK(vectors[0] != vectors[1]);
  CHECK(testing::winnow(tiny, {"embed", "--model", "tiny.gguf"}, "").out.empty());
}

TEST_CASE("list names strategies, instruction sets, passes and the scenarios of a folder") {
  const Scratch scratch;
  std::ofstream(scratch / "good.toml")
      << "name = 'good'\ndescription = 'two words'\ntexts = ['a']\niterations = 2\nblocks = 2\n"
         "passes = ['time']\n[[variants]]\nname = 'pool'\n";
  std::ofstream(scratch / "bad.toml") << "name = 3\n";
  const auto result = testing::winnow(scratch, {"list", "--scenarios", "."});
  CHECK(result.status == 0);
  CHECK(result.err.empty());
  for (const char* word : {"  serial ", "  spawn ", "  packed ", "wins: ", "loses: ", "  scalar ",
                           "  sync ", "good.toml\n    two words\n", "bad.toml: line 1: "})
    CHECK(result.out.find(word) != std::string::npos);
  CHECK(testing::winnow(scratch, {"list"}).status == 0);  // a folder without scenarios
}

TEST_CASE("embed prints the same for every variant and thread count") {
  TinyModel tiny;
  const std::string input = "one\ntwo words\nthree words here\nand then four words\n";
  const auto expected = testing::winnow(tiny, {"embed", "--model", "tiny.gguf"}, input).out;
  for (const char* variant : {"serial", "spawn", "pool", "packed"})
    for (const char* threads : {"1", "3"})
      CHECK(testing::winnow(
                tiny, {"embed", "--model", "tiny.gguf", "--variant", variant, "--threads", threads},
                input)
                .out == expected);
}

TEST_CASE("embed takes a line of a megabyte, cuts it to the context and says so") {
  TinyModel tiny;
  std::string line;
  while (line.size() < (size_t{1} << 20)) line += "words and more words ";
  const auto result = testing::winnow(tiny, {"embed", "--model", "tiny.gguf"}, line + "\nshort\n");
  CHECK(result.status == 0);
  CHECK(lines(result.out).size() == 2);
  CHECK(result.err ==
        "winnow: texts cut to 2048 tokens: 1\n"
        "winnow: tiny.gguf: a synthetic model, whose embeddings mean nothing\n");
}

TEST_CASE("tokenize prints a line of ids for each text, whatever its bytes") {
  TinyModel tiny;
  const auto result = testing::winnow(tiny, {"tokenize", "--model", "tiny.gguf"},
                                      std::string("bread\n\n\xff\xc3\n") + '\0' + "\n");
  CHECK(result.status == 0);
  const auto ids = lines(result.out);
  REQUIRE(ids.size() == 4);
  CHECK(ids[0].rfind("2 ", 0) == 0);
  CHECK(ids[1] == "2 1");
  // U+FFFD twice, each as the bytes EF BF BD, whose pieces are 238 + the byte.
  CHECK(ids[2] == "2 477 429 427 477 429 427 1");
  CHECK(ids[3] == "2 238 1");
}

TEST_CASE("model info lists every key and tensor of a synthetic model") {
  TinyModel tiny;
  const auto result = testing::winnow(tiny, {"model", "info", "tiny.gguf"});
  CHECK(result.status == 0);
  CHECK(result.out.find("general.architecture") != std::string::npos);
  CHECK(result.out.find("gemma-embedding.block_count") != std::string::npos);
  CHECK(result.out.find("token_embd.weight") != std::string::npos);
  CHECK(result.out.find("blk.1.ffn_down.weight") != std::string::npos);
  CHECK(result.out.find("tokenizer.ggml.tokens") != std::string::npos);
}

TEST_CASE("doctor prints every fact of the machine, a line each") {
  Scratch scratch;
  const auto result = testing::winnow(scratch, {"doctor"});
  CHECK(result.status == 0);
  CHECK(result.err.empty());
  for (const char* name : {"cpu_model", "cores", "governor", "hypervisor", "clock_source"}) {
    INFO(name);
    CHECK(result.out.find(std::string("  ") + name + " ") != std::string::npos);
  }
  std::string before;
  for (const std::string& line : lines(result.out)) {
    INFO(line);
    const bool advice = line.rfind("       ", 0) == 0;
    CHECK((advice || line.rfind("ok ", 0) == 0 || line.rfind("warn ", 0) == 0 ||
           line.rfind("unknown ", 0) == 0));
    CHECK(advice == (before.rfind("warn ", 0) == 0));  // what to do about each warning
    if (line.rfind("unknown ", 0) == 0) CHECK(line.find(" (") != std::string::npos);
    before = line;
  }
}

TEST_CASE("doctor prints the same facts as JSON") {
  Scratch scratch;
  const auto result = testing::winnow(scratch, {"doctor", "--json"});
  CHECK(result.status == 0);
  const auto facts = nlohmann::json::parse(result.out).at("facts");
  CHECK(facts.size() >= 20);
  for (const auto& fact : facts) {
    INFO(fact.dump());
    const std::string state = fact.at("state");
    CHECK((state == "ok" || state == "warn" || state == "unknown"));
    CHECK((state == "warn") == !fact.at("advice").get<std::string>().empty());
    CHECK((state != "unknown" || !fact.at("note").get<std::string>().empty()));
  }
  CHECK(testing::winnow(scratch, {"doctor", "--json", "--roofline"}).status == 2);
}

TEST_CASE("doctor measures the peaks into a Markdown table") {
  Scratch scratch;
  const auto result = testing::winnow(scratch, {"doctor", "--roofline"});
  CHECK(result.status == 0);
  // Beside other programs it says that the peaks are doubtful.
  CHECK((result.err.empty() || result.err.starts_with("winnow: the machine's peaks ")));
  const auto table = lines(result.out);
  REQUIRE(table.size() >= 6);
  CHECK(table[0].find("| Peak | One core | All cores (") == 0);
  CHECK(table[1] == "|---|---:|---:|---:|");
  CHECK(table[2].find("| int8, scalar | ") == 0);
  CHECK(result.out.find("\n| memory read | ") != std::string::npos);
  CHECK(result.out.find("best of ") != std::string::npos);
  for (size_t i = 0; table[i].rfind("|", 0) == 0; ++i)
    CHECK(std::count(table[i].begin(), table[i].end(), '|') == 5);
}

TEST_CASE("the same seed writes the same model") {
  TinyModel tiny;
  const auto synth = [&](const char* seed, const char* name) {
    testing::winnow(tiny, {"model", "synth", "--shape", "tiny", "--seed", seed, "--out", name});
    return base::read_file(tiny / name);
  };
  CHECK(synth("5", "a.gguf") == synth("5", "b.gguf"));
  CHECK(synth("5", "a.gguf") != synth("6", "c.gguf"));
  CHECK(synth("6", "a.gguf") == synth("6", "c.gguf"));
}

TEST_CASE("what is no synthetic model is replaced by force alone") {
  TinyModel tiny;
  base::write_file(tiny / "own.gguf", "a model of somebody's");
  std::vector<std::string> synth{"model", "synth", "--shape", "tiny", "--out", "own.gguf"};
  const auto refused = testing::winnow(tiny, synth);
  CHECK(refused.status == 2);
  CHECK(refused.err.find("winnow: own.gguf: is there and no synthetic model: ") == 0);
  CHECK(base::read_file(tiny / "own.gguf") == "a model of somebody's");
  synth.push_back("--force");
  CHECK(testing::winnow(tiny, synth).status == 0);
  CHECK(testing::winnow(tiny, {"model", "check", "own.gguf"}).status == 0);
}
