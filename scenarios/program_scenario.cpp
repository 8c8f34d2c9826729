#include "scenarios/program_scenario.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace winnow::scenarios {
namespace {

constexpr std::array<std::string_view, 7> kProgramPasses{"time", "cpu",   "heap", "sync",
                                                         "tree", "futex", "count"};
constexpr int kMostBlocks = 100'000, kMostValues = 200;
constexpr int kHighestStatus = 255;

// "all-non-zero", or statuses: the text that the option takes.
std::string read_ignored(TableReader& reader) {
  constexpr const char* kKey = "ignore_failure";
  std::string text;
  for (const base::TomlNode* element : reader.elements(kKey)) {
    if (element->string && *element->string == "all-non-zero") return *element->string;
    const auto& status = element->integer;
    if (!status || *status < 0 || *status > kHighestStatus)
      reader.fail(kKey, "expected \"all-non-zero\", or exit statuses from 0 to 255");
    text += fmt::format("{}{}", text.empty() ? "" : ",", *status);
  }
  return text;
}

ScenarioProgram read_program(TableReader& reader, bool& reference) {
  ScenarioProgram program;
  program.line = reader.line();
  program.command = reader.string("command");
  program.name = reader.string("name", "");
  const auto text = [&](const char* key, std::optional<std::string>& value) {
    if (reader.has(key)) value = reader.string(key);
  };
  text("setup", program.setup);
  text("prepare", program.prepare);
  text("conclude", program.conclude);
  text("cleanup", program.cleanup);
  text("input", program.input);
  text("output", program.output);
  text("folder", program.folder);
  text("shell", program.shell);
  if (reader.has("ignore_failure")) program.ignore_failure = read_ignored(reader);
  reference = reader.has("reference") && reader.boolean("reference");
  reader.check_all_known();
  return program;
}

std::vector<ScenarioProgram> read_programs(TableReader& reader) {
  std::vector<ScenarioProgram> programs;
  bool any_reference = false;
  for (TableReader& table : reader.tables("program")) {
    bool reference = false;
    ScenarioProgram program = read_program(table, reference);
    const auto same = [&](const ScenarioProgram& other) {
      return !program.name.empty() && other.name == program.name;
    };
    if (std::any_of(programs.begin(), programs.end(), same)) table.fail("name", "listed twice");
    if (reference && any_reference) table.fail("reference", "there is one already");
    any_reference = any_reference || reference;
    programs.insert(reference ? programs.begin() : programs.end(), std::move(program));
  }
  return programs;
}

// A number as it stands in the commands: 1, 0.5.
std::string value_text(TableReader& reader, const std::string& name, const base::TomlNode& value) {
  if (value.string) return *value.string;
  if (value.integer) return std::to_string(*value.integer);
  if (!value.number) reader.fail(name, "expected texts or numbers");
  return fmt::format("{:.12g}", *value.number);
}

std::vector<std::pair<std::string, std::vector<std::string>>> read_parameters(
    TableReader& reader, const base::TomlNode& file) {
  std::vector<std::pair<std::string, std::vector<std::string>>> parameters;
  if (!reader.has("parameters")) return parameters;
  TableReader table = reader.table("parameters");
  for (const base::TomlEntry& entry : *file.find("parameters")->table) {
    auto& [name, values] = parameters.emplace_back(entry.key, std::vector<std::string>{});
    for (const base::TomlNode* value : table.elements(name)) {
      values.push_back(value_text(table, name, *value));
      if (std::count(values.begin(), values.end(), values.back()) > 1)
        table.fail(name, values.back() + " is listed twice");
    }
    if (values.size() > static_cast<size_t>(kMostValues))
      table.fail(name, fmt::format("more than {} values", kMostValues));
  }
  return parameters;
}

std::vector<std::string> read_program_passes(TableReader& reader) {
  if (!reader.has("passes")) return {};
  std::vector<std::string> passes = reader.strings("passes");
  for (const std::string& pass : passes)
    if (std::find(kProgramPasses.begin(), kProgramPasses.end(), pass) == kProgramPasses.end())
      reader.fail("passes", fmt::format("{} is none of {}", pass, fmt::join(kProgramPasses, ", ")));
  return passes;
}

// A sweep takes the time pass alone, and its table says how many blocks.
void check_sweep(TableReader& sweep, TableReader& reader, const ProgramScenario& scenario) {
  for (const char* key : {"blocks", "runs_per_block"})
    if (reader.has(key)) reader.fail(key, "of a sweep it stands in the table [sweep]");
  if (reader.has("passes"))
    reader.fail("passes", "a sweep is timed only; without [sweep] the same programs take passes");
  if (scenario.budget && sweep.has("blocks"))
    reader.fail("budget", "stands in the place of blocks");
  const auto used = [&](const std::string& name) {
    return std::any_of(scenario.programs.begin(), scenario.programs.end(),
                       [&](const auto& program) {
                         return program.command.find("{" + name + "}") != std::string::npos;
                       });
  };
  if (!used(scenario.sweep->parameter))
    sweep.fail("parameter", fmt::format("no command has {{{}}}", scenario.sweep->parameter));
  if (scenario.sweep->matrix.threads.size() > 1 && !used("threads"))
    sweep.fail("threads", "no command has {threads}");
}

}  // namespace

bool holds_programs(const std::string& path) {
  return base::parse_toml_file(path).find("program") != nullptr;
}

ProgramScenario load_programs(const std::string& path, int cores) {
  const base::TomlNode file = base::parse_toml_file(path);
  TableReader reader(path, file);
  ProgramScenario scenario;
  scenario.path = path;
  scenario.name = reader.file_name("name");
  scenario.description = reader.string("description", "");
  scenario.programs = read_programs(reader);
  scenario.parameters = read_parameters(reader, file);
  if (reader.has("blocks")) scenario.blocks = reader.integer("blocks", 1, {}, kMostBlocks);
  scenario.budget = reader.duration("budget");
  if (scenario.blocks && scenario.budget) reader.fail("budget", "stands in the place of blocks");
  scenario.runs_per_block = reader.integer("runs_per_block", 0, 0);
  scenario.warmup = reader.integer("warmup", 0, 0);
  scenario.passes = read_program_passes(reader);
  scenario.ignore_output = reader.has("ignore_output") && reader.boolean("ignore_output");
  if (reader.has("sweep")) {
    TableReader sweep = reader.table("sweep");
    scenario.sweep = read_program_sweep(sweep, cores);
    check_sweep(sweep, reader, scenario);
  }
  reader.check_all_known();
  return scenario;
}

}  // namespace winnow::scenarios
