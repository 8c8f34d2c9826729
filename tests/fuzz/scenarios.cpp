// TOML files: scenarios, sweeps, programs, a gate's rules, categories of functions.
#include <algorithm>

#include "base/toml.h"
#include "cli/compare_programs.h"
#include "cli/gate/rules_file.h"
#include "profiles/symbols/categories.h"
#include "scenarios/program_scenario.h"
#include "scenarios/scenario.h"
#include "scenarios/sweep_scenario.h"
#include "tests/fuzz/target.h"

namespace winnow::fuzz {
namespace {

using namespace scenarios;

constexpr int kCores = 4;

void scenario(std::string_view input) {
  reads([&] {
    const Scenario scenario = load_scenario(file_of("scenario.toml", input));
    require(!batch_texts(scenario, 3).empty(), "a scenario without texts");
    require(!scenario.variants.empty() && !scenario.passes.empty(), "a scenario of nothing");
  });
}

// What a scenario of one cell says is what the sweep says of it.
void workload(const SweepScenario& sweep, const Mix& mix, int batch) {
  const std::string toml = workload_toml(sweep, mix, batch, {"serial", "pool"});
  const Scenario read = load_scenario(file_of("workload.toml", toml));
  require(read.texts == mix_texts(sweep, mix, batch), "a sweep's texts are others in its workload");
  require(read.description == mix.description, "a sweep's description is lost in its workload");
}

void sweep_scenario(std::string_view input) {
  reads([&] {
    const std::string path = file_of("sweep.toml", input);
    if (!is_sweep(path)) return;
    const SweepScenario sweep = load_sweep(path, kCores);
    for (const Mix& mix : sweep.mixes)
      if (!reads([&] { workload(sweep, mix, 2); })) fault("a sweep's workload is refused");
  });
}

void programs(std::string_view input) {
  reads([&] {
    const std::string path = file_of("programs.toml", input);
    if (!holds_programs(path)) return;
    const ProgramScenario scenario = load_programs(path, kCores);
    cli::budget_of(scenario);
    cli::scenario_arms(scenario);
  });
}

void gate_rules(std::string_view input) {
  reads([&] {
    const auto rules = cli::read_gate_rules(file_of("gates.toml", input));
    for (const char* metric : {"allocations", "wall_time", "work.tokens"}) {
      const reports::GateLimits limits = reports::limits_of(rules, metric, "pool");
      require(limits.range || limits.allow(100, 100, 0), "a rule refuses an equal counter");
    }
  });
}

void categories(std::string_view input) {
  reads([&] {
    const auto rules = profiles::CategoryRules::parse(input, "categories.toml");
    const std::string names[] = {"std::vector::push_back", "main", "", std::string(2000, 'a')};
    for (const std::string& name : names) rules.cpu_category(name, "libz.so.1");
    rules.heap_category(names);
    require(!rules.heap_categories().empty(), "rules without a category");
  });
}

int depth_of(const base::TomlNode& node) {
  int deepest = 0;
  if (node.list)
    for (const base::TomlNode& each : *node.list) deepest = std::max(deepest, depth_of(each));
  if (node.table)
    for (const auto& [key, value] : *node.table) deepest = std::max(deepest, depth_of(value));
  return deepest + 1;
}

// What was read is written as TOML and read again: each table in braces, of which the parser takes
// fewer in each other than parts of a key.
constexpr int kMostBraces = 100;

std::string written(const base::TomlNode& node) {
  if (node.string) return base::toml_string(*node.string);
  if (node.boolean) return *node.boolean ? "true" : "false";
  if (node.integer) return std::to_string(*node.integer);
  if (node.list) {
    std::string list = "[";
    for (const base::TomlNode& each : *node.list)
      if (const std::string text = written(each); !text.empty()) list += text + ", ";
    return list + "]";
  }
  if (!node.table) return "";
  std::string table = "{";
  for (const auto& [key, value] : *node.table)
    if (const std::string text = written(value); !text.empty())
      table += (table.size() > 1 ? ", " : "") + base::toml_string(key) + " = " + text;
  return table + "}";
}

void toml(std::string_view input) {
  reads([&] {
    const base::TomlNode read_first = base::parse_toml(std::string(input), "a.toml");
    if (depth_of(read_first) > kMostBraces) return;
    const std::string first = "a = " + written(read_first);
    std::string second;
    const bool read =
        reads([&] { second = "a = " + written(*base::parse_toml(first, "b.toml").find("a")); });
    require(read, "TOML that was written is refused");
    require_equal(first, second, "TOML");
  });
}

std::string project_file(const std::string& name) { return bytes_of(WINNOW_SOURCE "/" + name); }

std::vector<std::string> scenario_seeds() { return {project_file("scenarios/batch32.toml")}; }
std::vector<std::string> sweep_seeds() {
  return {project_file("scenarios/sweep.toml"), project_file("scenarios/neighbours.toml")};
}
std::vector<std::string> program_seeds() {
  return {project_file("scenarios/programs.toml"),
          "name = 'a'\nbudget = '90s'\nwarmup = 1\npasses = ['time', 'cpu']\n"
          "[[program]]\ncommand = \"sleep {n} 'a b'\"\nignore_failure = [1, 2]\ninput = 'in'\n"
          "[sweep]\nparameter = 'n'\nvalues = [1, 2]\nthreads = [1, 'all']\nneighbours = 'half'\n"};
}
std::vector<std::string> rule_seeds() { return {project_file("docs/gates.toml")}; }
std::vector<std::string> category_seeds() {
  return {
      "[[cpu]]\ncategory = 'memory'\nmatch = ['^std::vector', 'a|b*']\nmodule = ['^libz']\n"
      "[[heap]]\ncategory = 'Vectors'\nmatch = ['vector::']\n"};
}
std::vector<std::string> toml_seeds() {
  return {"a = 1\nb = [1.5, 'x', true]\n[c.d]\ne = \"\\u00e9\\n\"\n[[f]]\ng = 1979-05-27\n"};
}

}  // namespace

std::vector<Target> scenario_targets() {
  return {
      {"scenario", scenario, scenario_seeds},     {"sweep_scenario", sweep_scenario, sweep_seeds},
      {"programs", programs, program_seeds},      {"gate_rules", gate_rules, rule_seeds},
      {"categories", categories, category_seeds}, {"toml", toml, toml_seeds}};
}

}  // namespace winnow::fuzz
