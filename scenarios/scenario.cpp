#include "scenarios/scenario.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace winnow::scenarios {
namespace {

constexpr std::array<std::string_view, 5> kPasses{"time", "cpu", "wall", "heap", "sync"};

std::vector<ScenarioVariant> read_variants(TableReader& reader) {
  std::vector<ScenarioVariant> variants;
  for (TableReader& table : reader.tables("variants")) {
    variants.push_back({table.string("name"), table.string("label", "")});
    table.check_all_known();
    const auto same_name = [&](const ScenarioVariant& v) { return v.name == variants.back().name; };
    if (std::count_if(variants.begin(), variants.end(), same_name) > 1)
      table.fail("name", "listed twice");
  }
  const std::string baseline = reader.string("baseline", variants.front().name);
  const auto found = std::find_if(variants.begin(), variants.end(),
                                  [&](const auto& v) { return v.name == baseline; });
  if (found == variants.end()) reader.fail("baseline", "not one of the variants");
  std::rotate(variants.begin(), found, found + 1);
  return variants;
}

std::vector<std::string> read_passes(TableReader& reader) {
  std::vector<std::string> passes = reader.strings("passes");
  const auto unknown = std::find_if(passes.begin(), passes.end(), [](const std::string& pass) {
    return std::find(kPasses.begin(), kPasses.end(), pass) == kPasses.end();
  });
  if (unknown == passes.end()) return passes;
  std::string known;
  for (const std::string_view pass : kPasses) known.append(known.empty() ? "" : ", ").append(pass);
  reader.fail("passes", *unknown + " is none of " + known);
}

}  // namespace

Scenario load_scenario(const std::string& path) {
  const base::TomlNode table = base::parse_toml_file(path);
  TableReader reader(path, table);
  if (table.find("sweep") != nullptr)
    reader.fail("sweep", "a matrix of workloads, where one was expected: `winnow run` takes it");
  Scenario scenario;
  scenario.name = reader.file_name("name");
  scenario.description = reader.string("description", "");
  scenario.texts = reader.strings("texts");
  scenario.batch = reader.integer("batch", 1, static_cast<int>(scenario.texts.size()));
  scenario.budget = reader.duration("budget");
  if (scenario.budget && reader.has("iterations"))
    reader.fail("budget", "stands in the place of iterations");
  if (!scenario.budget) scenario.iterations = reader.integer("iterations", 1);
  scenario.blocks = reader.integer("blocks", 1);
  scenario.warmup = reader.integer("warmup", 0, 1);
  scenario.threads = reader.integer("threads", 0, 0, kThreadLimit);
  scenario.variants = read_variants(reader);
  scenario.passes = read_passes(reader);
  reader.check_all_known();
  return scenario;
}

std::vector<std::string> batch_texts(const Scenario& scenario, int batch) {
  std::vector<std::string> texts;
  for (int i = 0; i < batch; ++i)
    texts.push_back(scenario.texts[static_cast<size_t>(i) % scenario.texts.size()]);
  return texts;
}

}  // namespace winnow::scenarios
