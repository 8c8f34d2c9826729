#include "scenarios/sweep_scenario.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <sstream>

#include "base/error.h"
#include "scenarios/scenario.h"
#include "scenarios/table_reader.h"

namespace winnow::scenarios {
namespace {

constexpr int kBatchLimit = 100'000;
constexpr int kWordLimit = 100'000;  // of a text
constexpr size_t kBatchWordLimit = 10'000'000;
constexpr int kNeighbourLimit = 1024;

constexpr std::string_view kEachCount = "1..all";

template <class T>
void add_once(std::vector<T>& all, T value) {
  if (std::find(all.begin(), all.end(), value) == all.end()) all.push_back(value);
}

// Whole numbers, and the words that `meaning` knows: it gives the numbers that a word stands for.
std::vector<int> read_counts(TableReader& reader, std::string_view key, int least, int most,
                             std::string_view words,
                             const std::function<std::vector<int>(std::string_view)>& meaning) {
  std::vector<int> counts;
  for (const base::TomlNode* element : reader.elements(key)) {
    std::vector<int> meant;
    if (const auto& word = element->string) meant = meaning(*word);
    const auto& number = element->integer;
    if (number && *number >= least && *number <= most) meant = {static_cast<int>(*number)};
    if (meant.empty())
      reader.fail(key, fmt::format("expected whole numbers from {} to {}{}", least, most, words));
    for (const int count : meant) add_once(counts, count);
  }
  return counts;
}

std::vector<int> each_count(int cores) {
  std::vector<int> counts;
  for (int count = 1; count <= cores; ++count) counts.push_back(count);
  return counts;
}

std::vector<int> read_threads(TableReader& reader, int cores) {
  if (!reader.has("threads")) return {cores};
  std::vector<int> threads;
  const auto meaning = [&](std::string_view word) {
    return word == kEachCount ? each_count(cores) : std::vector<int>{};
  };
  for (const int count :
       read_counts(reader, "threads", 0, kThreadLimit, ", or \"1..all\"", meaning))
    add_once(threads, count == 0 ? cores : count);
  return threads;
}

std::vector<int> read_neighbours(TableReader& reader, int cores) {
  if (!reader.has("neighbours")) return {0};
  const auto meaning = [&](std::string_view word) -> std::vector<int> {
    if (word == "half") return {cores / 2};
    if (word == "all") return {cores};
    return {};
  };
  return read_counts(reader, "neighbours", 0, kNeighbourLimit, ", \"half\" or \"all\"", meaning);
}

std::vector<int> read_numbers(TableReader& reader, std::string_view key, int least, int most) {
  return read_counts(reader, key, least, most, "",
                     [](std::string_view) { return std::vector<int>{}; });
}

std::vector<bool> read_pinned(TableReader& reader) {
  if (!reader.has("pinned")) return {false};
  std::vector<bool> pinned;
  for (const base::TomlNode* element : reader.elements("pinned")) {
    const auto& value = element->boolean;
    if (!value) reader.fail("pinned", "expected true or false, or a list of them");
    add_once(pinned, *value);
  }
  return pinned;
}

std::vector<double> read_quotas(TableReader& reader) {
  if (!reader.has("cpu_quota")) return {0};
  std::vector<double> quotas;
  for (const base::TomlNode* element : reader.elements("cpu_quota")) {
    const auto& value = element->number;
    // The kernel's least quota is 1 ms of 100 ms.
    if (!value || !std::isfinite(*value) || *value > kThreadLimit || (*value != 0 && *value < 0.01))
      reader.fail("cpu_quota",
                  fmt::format("expected 0 (no limit), or cores from 0.01 to {}", kThreadLimit));
    add_once(quotas, *value);
  }
  return quotas;
}

std::vector<std::string> read_variant_names(TableReader& reader) {
  std::vector<std::string> variants;
  for (const base::TomlNode* element : reader.elements("variants")) {
    const auto& name = element->string;
    if (!name || name->empty()) reader.fail("variants", "expected \"all\" or a list of names");
    if (std::find(variants.begin(), variants.end(), *name) != variants.end())
      reader.fail("variants", *name + " is listed twice");
    variants.push_back(*name);
  }
  if (variants == std::vector<std::string>{"all"}) return {};
  if (std::find(variants.begin(), variants.end(), "all") != variants.end())
    reader.fail("variants", "\"all\" stands alone");
  return variants;
}

// Lengths may repeat, so this is not a set of counts.
std::vector<int> read_lengths(TableReader& reader, std::string_view key) {
  if (!reader.has(key)) return {};
  std::vector<int> lengths;
  for (const base::TomlNode* element : reader.elements(key)) {
    const auto& length = element->integer;
    if (!length || *length < 1 || *length > kWordLimit)
      reader.fail(key, fmt::format("expected numbers of words from 1 to {}", kWordLimit));
    lengths.push_back(static_cast<int>(*length));
  }
  return lengths;
}

std::vector<std::string> words_of(const std::vector<std::string>& texts) {
  std::vector<std::string> words;
  for (const std::string& text : texts) {
    std::istringstream stream(text);
    for (std::string word; stream >> word;) words.push_back(word);
  }
  return words;
}

void check_size(const TableReader& reader, const Mix& mix, const std::vector<int>& batches) {
  const int largest = *std::max_element(batches.begin(), batches.end());
  size_t words = 0;
  for (const int length : mix.once) words += static_cast<size_t>(length);
  for (int i = 0; i < largest && !mix.lengths.empty(); ++i)
    words += static_cast<size_t>(mix.lengths[static_cast<size_t>(i) % mix.lengths.size()]);
  if (words > kBatchWordLimit)
    reader.fail("lengths", fmt::format("more than {} words in a batch", kBatchWordLimit));
}

std::vector<Mix> read_mixes(TableReader& reader, const SweepScenario& scenario) {
  std::vector<Mix> mixes;
  for (TableReader& table : reader.tables("mixes")) {
    Mix mix;
    mix.name = table.file_name("name");
    mix.description = table.string("description", "");
    if (table.has("texts")) mix.texts = table.strings("texts");
    mix.once = read_lengths(table, "once");
    mix.lengths = read_lengths(table, "lengths");
    table.check_all_known();
    const bool made = !mix.once.empty() || !mix.lengths.empty();
    if (made && !mix.texts.empty()) table.fail("texts", "either texts or lengths, not both");
    if (!mix.once.empty() && mix.lengths.empty())
      table.fail("once", "needs lengths, of the other texts");
    if (made && words_of(scenario.texts).empty())
      table.fail("lengths", "needs texts with words at the top of the file, to make others from");
    if (!made && mix.texts.empty()) mix.texts = scenario.texts;
    if (mix.texts.empty() && !made) table.fail("texts", "missing, and none at the top of the file");
    if (std::any_of(mixes.begin(), mixes.end(),
                    [&](const Mix& other) { return other.name == mix.name; }))
      table.fail("name", "listed twice");
    check_size(table, mix, scenario.batch);
    mixes.push_back(std::move(mix));
  }
  return mixes;
}

}  // namespace

ProgramSweep read_program_sweep(TableReader& sweep, int cores) {
  ProgramSweep result;
  SweepScenario& matrix = result.matrix;
  matrix.mixes = {{"programs", "", {}, {}, {}}};
  const bool threads = sweep.has("threads");
  matrix.threads = threads ? read_threads(sweep, cores) : std::vector<int>{1};
  matrix.batch = {1};
  result.parameter = "threads";
  if (sweep.has("parameter") || !threads) {
    result.parameter = sweep.string("parameter");
    if (result.parameter == "threads") sweep.fail("parameter", "threads have a key of their own");
    matrix.batch = read_numbers(sweep, "values", 1, kCountLimit);
  }
  matrix.blocks = sweep.integer("blocks", 1, 6, 10'000);
  matrix.iterations = sweep.integer("runs_per_block", 0, 0);
  matrix.neighbours = read_neighbours(sweep, cores);
  matrix.pinned = read_pinned(sweep);
  matrix.cpu_quota = read_quotas(sweep);
  sweep.check_all_known();
  return result;
}

bool is_sweep(const std::string& path) {
  return base::parse_toml_file(path).find("sweep") != nullptr;
}

SweepScenario load_sweep(const std::string& path, int cores) {
  const base::TomlNode file = base::parse_toml_file(path);
  TableReader reader(path, file);
  SweepScenario scenario;
  scenario.name = reader.file_name("name");
  scenario.description = reader.string("description", "");
  if (reader.has("texts")) scenario.texts = reader.strings("texts");
  scenario.warmup = reader.integer("warmup", 0, 1);
  TableReader sweep = reader.table("sweep");
  scenario.batch = read_numbers(sweep, "batch", 1, kBatchLimit);
  scenario.threads = read_threads(sweep, cores);
  scenario.variants = read_variant_names(sweep);
  scenario.blocks = sweep.integer("blocks", 1, 6, 10'000);
  scenario.iterations = sweep.integer("iterations", 0, 0);
  scenario.neighbours = read_neighbours(sweep, cores);
  scenario.pinned = read_pinned(sweep);
  scenario.cpu_quota = read_quotas(sweep);
  sweep.check_all_known();
  scenario.mixes = read_mixes(reader, scenario);
  reader.check_all_known();
  return scenario;
}

std::vector<int> parse_threads(const std::string& option, const std::string& list, int cores) {
  std::vector<int> threads;
  std::istringstream stream(list);
  for (std::string part; std::getline(stream, part, ',');) {
    if (part == kEachCount) {
      for (const int count : each_count(cores)) add_once(threads, count);
      continue;
    }
    const bool digits = !part.empty() && part.size() <= 4 &&
                        part.find_first_not_of("0123456789") == std::string::npos;
    const int count = digits ? std::stoi(part) : -1;
    if (count < 0 || count > kThreadLimit) threads.clear();
    if (count < 0 || count > kThreadLimit) break;
    add_once(threads, count == 0 ? cores : count);
  }
  if (threads.empty())
    throw base::UsageError(option,
                           fmt::format("expected numbers from 0 to {}, or 1..all", kThreadLimit));
  return threads;
}

std::vector<std::string> mix_texts(const SweepScenario& scenario, const Mix& mix, int batch) {
  const auto count = static_cast<size_t>(batch);
  std::vector<std::string> texts;
  if (!mix.texts.empty()) {
    for (size_t i = 0; i < count; ++i) texts.push_back(mix.texts[i % mix.texts.size()]);
    return texts;
  }
  const std::vector<std::string> words = words_of(scenario.texts);
  size_t next = 0;
  for (size_t i = 0; i < count; ++i) {
    const bool lone = i < mix.once.size();
    const int length = lone ? mix.once[i] : mix.lengths[(i - mix.once.size()) % mix.lengths.size()];
    std::string text;
    for (int word = 0; word < length; ++word)
      text += (word == 0 ? "" : " ") + words[next++ % words.size()];
    texts.push_back(std::move(text));
  }
  return texts;
}

std::string workload_toml(const SweepScenario& scenario, const Mix& mix, int batch,
                          const std::vector<std::string>& variants) {
  // What a scenario may be called, whatever stands where a long name is cut.
  constexpr size_t kLongestName = 100;
  std::string name = fmt::format("{}-{}-{}", scenario.name, mix.name, batch);
  if (name.size() > kLongestName) name.erase(0, name.size() - kLongestName);
  name.erase(0, name.find_first_not_of('.'));
  std::string text = fmt::format("name = {}\n", base::toml_string(name));
  if (!mix.description.empty())
    text += fmt::format("description = {}\n", base::toml_string(mix.description));
  text += "texts = [\n";
  for (const std::string& line : mix_texts(scenario, mix, batch))
    text += fmt::format("  {},\n", base::toml_string(line));
  text += "]\n";
  // Enough blocks to prove an order of all strategies.
  text += fmt::format("iterations = 98\nblocks = 14\nwarmup = {}\n", scenario.warmup);
  text += "passes = [\"time\", \"cpu\", \"wall\", \"heap\", \"sync\"]\n";
  for (const std::string& variant : variants)
    text += fmt::format("\n[[variants]]\nname = {}\n", base::toml_string(variant));
  return text;
}

}  // namespace winnow::scenarios
