#include "cli/compare_programs.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>

#include "base/error.h"
#include "base/replace.h"
#include "cli/command_line.h"
#include "cli/plan.h"
#include "reports/recorded/words.h"

namespace winnow::cli {

namespace fs = std::filesystem;

namespace {

constexpr size_t kLimitArms = 200;
constexpr size_t kLimitNameBytes = 40;

// Options of hyperfine without a like here.
constexpr std::array kOthers{
    std::pair{"--show-output", "a measured program's output is not shown: --output FILE keeps it"},
    std::pair{"--min-runs", "--blocks says how many, or --budget how long"},
    std::pair{"--max-runs", "--blocks says how many, or --budget how long"},
    std::pair{"--export-json", "use: winnow report out/compare --format json --out FILE"},
    std::pair{"--export-csv", "use: winnow report out/compare --format csv --out FILE"},
    std::pair{"--export-markdown", "out/compare/report.md is the report in Markdown"},
    std::pair{"--export-asciidoc", "AsciiDoc is not written; report.md is Markdown"},
    std::pair{"--export-orgmode", "Org mode is not written; report.md is Markdown"},
    std::pair{"--style", "progress is shown on a terminal only, without colours"},
    std::pair{"--sort", "the report has a ranking, the fastest first"},
    std::pair{"--time-unit", "every figure tells its unit"},
};

struct Parameter {
  std::string name;
  std::vector<std::string> values;
};

std::pair<std::string, std::string> name_and_rest(const char* option, const std::string& text) {
  const size_t equals = text.find('=');
  if (equals == 0 || equals == std::string::npos)
    throw base::UsageError(option, text + ": expected NAME=VALUES");
  return {text.substr(0, equals), text.substr(equals + 1)};
}

double number(const char* option, const std::string& text) {
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  if (text.empty() || *end != '\0' || !(value > -1e15 && value < 1e15))
    throw base::UsageError(option, text + ": not a number");
  return value;
}

// "1..8" by steps.
std::vector<std::string> scan(const std::string& range, const std::optional<std::string>& step) {
  const size_t dots = range.find("..");
  if (dots == std::string::npos)
    throw base::UsageError("--parameter-scan", range + ": expected FIRST..LAST");
  const double first = number("--parameter-scan", range.substr(0, dots));
  const double last = number("--parameter-scan", range.substr(dots + 2));
  const double by = step ? number("--parameter-step-size", *step) : 1;
  if (!(by > 0) || last < first || (last - first) / by > static_cast<double>(kLimitArms))
    throw base::UsageError("--parameter-scan", range + ": no or too many steps");
  // A step may be too small to change the number: they are counted, not reached.
  const int steps = static_cast<int>((last - first) / by + 1e-9);
  std::vector<std::string> values;
  for (int i = 0; i <= steps; ++i) values.push_back(fmt::format("{:.12g}", first + i * by));
  return values;
}

std::vector<Parameter> parameters_of(const ProgramOptions& options) {
  std::vector<Parameter> parameters;
  for (const auto& [name, values] : options.parameters) parameters.push_back({name, values});
  for (const std::string& list : options.lists) {
    const auto [name, values] = name_and_rest("--parameter-list", list);
    parameters.push_back({name, split("--parameter-list", values)});
  }
  for (const std::string& text : options.scans) {
    const auto [name, range] = name_and_rest("--parameter-scan", text);
    parameters.push_back({name, scan(range, options.step)});
  }
  for (size_t i = 0; i < parameters.size(); ++i)
    for (size_t j = 0; j < i; ++j)
      if (parameters[i].name == parameters[j].name)
        throw base::UsageError("parameter " + parameters[i].name, "given twice by -L or -P");
  return parameters;
}

using Values = std::map<std::string, std::string>;

// Every combination, the first parameter changing slowest.
std::vector<Values> combinations(const std::vector<Parameter>& parameters) {
  std::vector<Values> all{{}};
  for (const Parameter& parameter : parameters) {
    if (all.size() * parameter.values.size() > kLimitArms)
      throw base::UsageError("parameters", fmt::format("more than {} programs", kLimitArms));
    std::vector<Values> longer;
    for (const Values& values : all)
      for (const std::string& value : parameter.values) {
        longer.push_back(values);
        longer.back()[parameter.name] = value;
      }
    all = std::move(longer);
  }
  return all;
}

// Of the command line as a user typed it: what fits a file's name.
std::string file_name(const std::string& label, const std::vector<profiles::Arm>& others) {
  std::string name;
  for (const char letter : label) {
    const bool plain = std::isalnum(static_cast<unsigned char>(letter)) || letter == '.';
    if (plain)
      name += letter;
    else if (!name.empty() && name.back() != '-')
      name += '-';
  }
  name = name.substr(0, kLimitNameBytes);
  while (name.ends_with('-') || name.ends_with('.')) name.pop_back();
  while (name.starts_with('.') || name.starts_with('-')) name.erase(0, 1);
  if (name.empty()) name = "program";
  std::string free = name;
  const auto taken = [&](const profiles::Arm& arm) { return arm.variant.name == free; };
  for (int number = 2; std::ranges::any_of(others, taken); ++number)
    free = fmt::format("{}-{}", name, number);
  return free;
}

// The program and its arguments: of the shell that reads the command, where one is asked for.
std::vector<std::string> started(const std::string& command, const ProgramOptions& options) {
  if (!options.shell || *options.shell == "none") return words_of_command(command);
  auto words = *options.shell == "default" ? std::vector<std::string>{"sh"}
                                           : words_of_command(*options.shell);
  words.push_back("-c");
  words.push_back(command);
  return words;
}

// Setup and its like are read by a shell, as hyperfine's are.
std::vector<std::string> hook(const std::string& command) {
  if (command.empty()) return {};
  return {"sh", "-c", command};
}

// Of several, one for each command.
std::string one_of(const char* option, const std::vector<std::string>& given, size_t command,
                   size_t commands) {
  if (given.empty()) return "";
  if (given.size() == 1) return given.front();
  if (given.size() != commands)
    throw base::UsageError(option, fmt::format("given {} times: expected once, or once for each of "
                                               "{} commands",
                                               given.size(), commands));
  return given[command];
}

void read_ignored(const ProgramOptions& options, profiles::Program& program) {
  if (!options.ignored) return;
  program.ignores_all = *options.ignored == "all-non-zero";
  if (program.ignores_all) return;
  for (const std::string& code : split("--ignore-failure", *options.ignored))
    program.ignored.push_back(parse_number("--ignore-failure", code, 0, 255));
}

// "null" as hyperfine writes it.
std::string file_of(const char* option, const std::optional<std::string>& file, bool must_exist) {
  if (!file || *file == "null") return "";
  if (*file == "pipe" || *file == "inherit")
    throw base::UsageError(option, *file + ": expected null or a file");
  std::error_code error;
  if (must_exist && !fs::is_regular_file(*file, error))
    throw base::UsageError(*file, "not a file to read");
  const std::string path = fs::absolute(*file, error).string();
  if (error) throw base::UsageError(option, *file + ": " + error.message());
  return path;
}

// By the option that is given, or by the port or socket that the server's command names.
void read_ready(const ProgramOptions& options, const Values& values, profiles::Server& server) {
  using profiles::ServerReady;
  int given = 0;
  const auto take = [&](const std::optional<std::string>& option, ServerReady by) {
    if (!option) return;
    ++given;
    server.ready_by = by;
    server.ready = with_values(*option, values);
  };
  take(options.ready_port, ServerReady::port);
  take(options.ready_log, ServerReady::log);
  take(options.ready_file, ServerReady::file);
  take(options.ready_command, ServerReady::command);
  if (given > 1) throw base::UsageError("--ready-...", "more than one of them: one is enough");
  if (given == 1 && server.ready.empty()) throw base::UsageError("--ready-...", "empty");
  if (given == 1) return;
  const auto names = [&](const char* mark) {
    return std::ranges::any_of(server.command, [&](const std::string& word) {
      return word.find(mark) != std::string::npos;
    });
  };
  server.ready_by = names("{port}") ? ServerReady::port : ServerReady::socket;
  server.ready = names("{port}") ? "{port}" : "{socket}";
  if (!names("{port}") && !names("{socket}"))
    throw base::UsageError("--server",
                           "when is it ready? Add --ready-port, --ready-log, --ready-file or "
                           "--ready-command, or let it listen on {port} or {socket}");
}

void read_server(const ProgramOptions& options, size_t command, size_t commands,
                 const Values& values, profiles::Program& program) {
  if (options.servers.empty()) {
    if (options.ready_port || options.ready_log || options.ready_file || options.ready_command)
      throw base::UsageError("--ready-...", "goes with --server");
    return;
  }
  profiles::Server server;
  server.command =
      started(with_values(one_of("--server", options.servers, command, commands), values), options);
  server.limit_s = options.ready_limit_s;
  if (!(server.limit_s > 0 && server.limit_s <= 1e6))
    throw base::UsageError("--ready-limit", "expected more than 0 seconds");
  read_ready(options, values, server);
  program.server = std::move(server);
}

profiles::Program program_of(const ProgramOptions& options, size_t command, size_t commands,
                             const Values& values) {
  profiles::Program program;
  program.input_file = file_of("--input", options.input, true);
  program.output_file = file_of("--output", options.output, false);
  program.folder = options.folder.value_or("");
  std::error_code error;
  if (!program.folder.empty() && !options.folder_comes && !fs::is_directory(program.folder, error))
    throw base::UsageError(program.folder, "not a folder");
  read_ignored(options, program);
  program.warmup = options.warmup;
  const auto text = [&](const std::string& given) { return hook(with_values(given, values)); };
  program.setup = text(options.setup.value_or(""));
  program.cleanup = text(options.cleanup.value_or(""));
  program.prepare = text(one_of("--prepare", options.prepare, command, commands));
  program.conclude = text(one_of("--conclude", options.conclude, command, commands));
  read_server(options, command, commands, values, program);
  return program;
}

ProgramOptions options_of(const scenarios::ScenarioProgram& program,
                          const scenarios::ProgramScenario& scenario) {
  ProgramOptions options;
  options.commands = {program.command};
  if (!program.name.empty()) options.names = {program.name};
  options.parameters = scenario.parameters;
  options.setup = program.setup;
  if (program.prepare) options.prepare = {*program.prepare};
  if (program.conclude) options.conclude = {*program.conclude};
  options.cleanup = program.cleanup;
  options.input = program.input;
  options.output = program.output;
  options.folder = program.folder;
  options.shell = program.shell;
  options.ignored = program.ignore_failure;
  options.warmup = scenario.warmup;
  return options;
}

void check_names(const ProgramOptions& options, size_t commands, size_t all) {
  if (options.names.empty() || options.names.size() == commands || options.names.size() == all)
    return;
  throw base::UsageError("--name",
                         fmt::format("given {} times, for {}", options.names.size(),
                                     reports::count_of(static_cast<int64_t>(all), "command")));
}

}  // namespace

std::string with_values(std::string text, const std::map<std::string, std::string>& values) {
  for (const auto& [name, value] : values) base::replace_all(text, "{" + name + "}", value);
  return text;
}

Options program_options(ProgramOptions& options) {
  return {
      {"runs-per-block=N", &options.runs, "runs in a block (0: as many as take 20 ms)"},
      {"warmup,w=N", &options.warmup,
       "runs of each command before the first block; one is always made"},
      {"name,n=NAME", &options.names, "of a command in the report; once for each"},
      {"parameter-list,L=NAME=LIST", &options.lists,
       "NAME=VALUE,VALUE,...: {NAME} stands for each in turn"},
      {"parameter-scan,P=NAME=RANGE", &options.scans, "NAME=FIRST..LAST: the same for numbers"},
      {"parameter-step-size,D=N", &options.step, "from one number to the next (1)"},
      {"setup,s=COMMAND", &options.setup,
       "command for a shell, once for each program, before its runs"},
      {"prepare,p=COMMAND", &options.prepare,
       "before each run; not timed; once, or once for each command"},
      {"conclude,C=COMMAND", &options.conclude, "behind each run, likewise"},
      {"cleanup,c=COMMAND", &options.cleanup, "once for each program, behind all runs"},
      {"ignore-failure=STATUSES", &options.ignored,
       "(-i) take exit statuses other than 0 as well: all-non-zero, or a list: 1,2"},
      {"shell,S=SHELL", &options.shell, "that reads the commands: default (sh), bash, ... (none)"},
      {"no-shell,N", &options.no_shell, "the same as --shell none, the default"},
      {"input=FILE", &options.input, "file of their standard input (null: empty)"},
      {"output=FILE", &options.output, "file of their standard output (null: thrown away)"},
      {"ignore-output", &options.ignore_output, "do not ask whether they write the same"},
      {"folder=DIR", &options.folder, "their working folder (this one)"},
  };
}

void check_numbers(const ProgramOptions& options) {
  for (const auto& [name, value] :
       {std::pair("--runs-per-block", options.runs), {"--warmup", options.warmup}})
    if (value < 0 || value > kMostOfAll)
      throw base::UsageError(name, fmt::format("expected 0 to {}", kMostOfAll));
}

std::vector<std::string> as_own_options(const std::vector<std::string>& arguments) {
  std::vector<std::string> own;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    for (const auto& [name, instead] : kOthers)
      if (argument == name || argument.starts_with(std::string(name) + "="))
        throw base::UsageError(name, std::string("not an option of winnow: ") + instead);
    const bool list = argument == "-L" || argument == "--parameter-list";
    const bool scan = argument == "-P" || argument == "--parameter-scan";
    const size_t more = list ? 1 : scan ? 2 : 0;
    if (more > 0 && i + 1 + more < arguments.size() &&
        arguments[i + 1].find('=') == std::string::npos) {
      own.push_back(argument);
      own.push_back(arguments[i + 1] + "=" + arguments[i + 2] +
                    (scan ? ".." + arguments[i + 3] : ""));
      i += 1 + more;
    } else if (argument == "-i" || argument == "--ignore-failure") {
      own.push_back("--ignore-failure=all-non-zero");
    } else {
      own.push_back(argument);
    }
  }
  return renamed(renamed(own, "--runs", "--blocks"), "--command-name", "--name");
}

std::vector<std::string> words_of_command(const std::string& command) {
  std::vector<std::string> words;
  std::string word;
  bool begun = false;  // an empty word in quotes is one, too
  char quote = '\0';
  const auto end_word = [&] {
    if (begun) words.push_back(std::move(word));
    word.clear();
    begun = false;
  };
  for (size_t i = 0; i < command.size(); ++i) {
    const char letter = command[i];
    if (quote == '\0' && (letter == ' ' || letter == '\t')) {
      end_word();
      continue;
    }
    if (letter == '\\' && quote != '\'' && i + 1 < command.size()) {
      const char next = command[i + 1];
      if (quote == '"' && std::string_view("$`\"\\").find(next) == std::string_view::npos)
        word += letter;
      word += next;
      ++i;
    } else if (quote != '\0') {
      if (quote == '"' && (letter == '$' || letter == '`'))
        throw base::UsageError(command,
                               fmt::format("'{}' is for a shell: add --shell=default", letter));
      if (letter == quote)
        quote = '\0';
      else
        word += letter;
    } else if (letter == '\'' || letter == '"') {
      quote = letter;
    } else if (std::string_view("|&;<>()$`*?~#\n").find(letter) != std::string_view::npos) {
      const std::string shown = letter == '\n' ? "a line's end" : fmt::format("'{}'", letter);
      throw base::UsageError(base::printable(command),
                             shown + " is for a shell: add --shell=default, or put it in quotes");
    } else {
      word += letter;
    }
    begun = true;
  }
  if (quote != '\0') throw base::UsageError(command, fmt::format("a {} is not closed", quote));
  end_word();
  if (words.empty() || words.front().empty()) throw base::UsageError("command", "empty");
  if (words.front().find('=') != std::string::npos)
    throw base::UsageError(command, "variables before a program are for a shell: begin with env");
  return words;
}

std::vector<profiles::Arm> program_arms(const ProgramOptions& options) {
  if (options.no_shell && options.shell && *options.shell != "none")
    throw base::UsageError("-N", "does not go with --shell " + *options.shell);
  std::vector<std::string> commands = options.commands;
  if (options.reference) commands.insert(commands.begin(), *options.reference);
  if (commands.empty())
    throw base::UsageError("compare",
                           "name the commands to compare, each as one word in quotes; see winnow "
                           "compare --help");
  // One load of several servers: the servers are what is compared.
  const bool of_servers = commands.size() == 1 && options.servers.size() > 1;
  if (of_servers) commands.resize(options.servers.size(), commands.front());
  const auto all_values = combinations(parameters_of(options));
  const size_t all = commands.size() * all_values.size();
  if (all > kLimitArms)
    throw base::UsageError("commands", fmt::format("{} are more than {}", all, kLimitArms));
  check_names(options, commands.size(), all);
  std::vector<profiles::Arm> arms;
  for (size_t command = 0; command < commands.size(); ++command)
    for (const Values& values : all_values) {
      const std::string line = with_values(commands[command], values);
      const auto& names = options.names;
      const std::string label = names.size() == all ? with_values(names[arms.size()], values)
                                : names.size() == commands.size()
                                    ? with_values(names[command], values)
                                : of_servers ? with_values(options.servers[command], values)
                                             : line;
      profiles::Arm arm;
      arm.variant.name = file_name(label, arms);
      arm.variant.label = base::printable(label);
      arm.variant.summary = line;
      arm.command = started(line, options);
      arm.variant.command = arm.command;
      arm.program = program_of(options, command, commands.size(), values);
      if (arm.program->server) arm.variant.server = arm.program->server->command;
      arms.push_back(std::move(arm));
    }
  return arms;
}

std::vector<profiles::Arm> scenario_arms(const scenarios::ProgramScenario& scenario,
                                         const Revision* commit) {
  std::vector<profiles::Arm> arms;
  for (const scenarios::ScenarioProgram& program : scenario.programs) {
    const ProgramOptions options = options_of(program, scenario);
    std::vector<profiles::Arm> programs;
    try {
      programs = program_arms(commit ? in_folder_of(*commit, options) : options);
    } catch (const base::UsageError& error) {
      throw base::UsageError(scenario.path, fmt::format("line {}: {}", program.line, error.what()));
    }
    for (profiles::Arm& arm : programs) {
      arm.variant.name = file_name(arm.variant.label, arms);
      arms.push_back(std::move(arm));
    }
  }
  if (arms.size() > kLimitArms)
    throw base::UsageError(scenario.path,
                           fmt::format("{} programs are more than {}", arms.size(), kLimitArms));
  return arms;
}

std::optional<double> budget_of(const scenarios::ProgramScenario& scenario) {
  if (!scenario.budget) return std::nullopt;
  return parse_duration(scenario.budget->where, scenario.budget->text);
}

ProgramOptions in_folder_of(const Revision& revision, const ProgramOptions& options) {
  ProgramOptions here = options;
  here.folder = (fs::path(revision.folder) / options.folder.value_or("")).string();
  here.folder_comes = !revision.built;
  return here;
}

std::vector<profiles::Arm> arms_of_revisions(const ProgramOptions& options,
                                             const std::vector<Revision>& revisions) {
  std::vector<profiles::Arm> arms;
  for (const Revision& revision : revisions) {
    auto programs = program_arms(in_folder_of(revision, options));
    for (profiles::Arm& arm : programs) {
      arm.variant.label = programs.size() > 1
                              ? fmt::format("{}: {}", revision.name, arm.variant.label)
                              : revision.name;
      arm.variant.name = file_name(arm.variant.label, arms);
      arm.commit = revision.commit;
      arms.push_back(std::move(arm));
    }
  }
  return arms;
}

}  // namespace winnow::cli
