#include "cli/command_line.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/program_options.hpp>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <exception>
#include <sstream>

#include "base/error.h"
#include "cli/did_you_mean.h"

namespace winnow::cli {

namespace po = boost::program_options;

namespace {

constexpr const char* kHelpOption = "this text";

struct OptionName {
  std::string name, names, value;  // "out", "out,o" and "DIR"
  char letter = '\0';
};

OptionName name_of(const Option& option) {
  OptionName result;
  const size_t equals = option.name.find('='), comma = option.name.find(',');
  result.names = option.name.substr(0, equals);
  result.name = result.names.substr(0, comma);
  if (comma != std::string::npos) result.letter = option.name.at(comma + 1);
  if (equals != std::string::npos) result.value = option.name.substr(equals + 1);
  return result;
}

template <class T>
const po::value_semantic* semantic(T* target) {
  return po::value(target)->default_value(*target);
}
const po::value_semantic* semantic(bool* target) { return po::bool_switch(target); }
template <class T>
const po::value_semantic* semantic(std::vector<T>* target) {
  return po::value(target);
}
template <class T>
const po::value_semantic* semantic(std::optional<T>* target) {
  return po::value<T>()->notifier([target](const T& given) { *target = given; });
}

void add(const Options& options, po::options_description& to) {
  for (const Option& option : options) {
    const OptionName name = name_of(option);
    std::visit(
        [&](auto* target) {
          to.add_options()(name.names.c_str(), semantic(target), option.help.c_str());
        },
        option.target);
  }
}

// Where bare arguments go that no command takes.
constexpr const char* kSurplus = "one argument too many";

po::positional_options_description order_of(const Options& positionals) {
  po::positional_options_description order;
  for (const Option& option : positionals) {
    const bool many = std::holds_alternative<std::vector<std::string>*>(option.target);
    order.add(option.name.c_str(), many ? -1 : 1);
    if (many) return order;
  }
  return order.add(kSurplus, -1);
}

template <class T>
void describe(const T* target, HelpLine& line) {
  line.fallback = fmt::format("{}", *target);
}
void describe(const bool*, HelpLine&) {}
template <class T>
void describe(const std::vector<T>*, HelpLine&) {}
template <class T>
void describe(const std::optional<T>*, HelpLine&) {}

HelpPage page_of(const Help& help, const Options& options) {
  HelpPage page{std::string(help.usage), std::string(help.text), help.subcommands, {}};
  for (const Option& option : options) {
    const OptionName name = name_of(option);
    HelpLine line{name.name, name.letter, name.value, "", option.help};
    std::visit([&](const auto* target) { describe(target, line); }, option.target);
    page.options.push_back(std::move(line));
  }
  page.options.push_back({"help", 'h', "", "", kHelpOption});
  return page;
}

// "  -o, --out DIR", with the default in brackets.
std::string option_names(const HelpLine& option) {
  std::string text = option.letter == '\0' ? "  " : fmt::format("  -{}, ", option.letter);
  text += "--" + option.name;
  if (!option.value.empty()) text += " " + option.value;
  return option.fallback.empty() ? text : fmt::format("{} (={})", text, option.fallback);
}

// The names in a column, and beside them what they mean.
std::string options_text(const std::vector<HelpLine>& options) {
  constexpr size_t kColumns = 80, kWidest = 30;
  size_t column = 0;
  for (const HelpLine& option : options)
    column = std::max(column, std::min(kWidest, option_names(option).size() + 2));
  std::string text = "Options:\n";
  for (const HelpLine& option : options) {
    std::string line = option_names(option);
    if (line.size() + 2 > column) {
      text += line + "\n";
      line.clear();
    }
    line.resize(column, ' ');
    std::istringstream words(option.help);
    bool begun = false;
    for (std::string word; words >> word; begun = true) {
      if (begun && line.size() + 1 + word.size() > kColumns) {
        text += line + "\n";
        line.assign(column, ' ');
      } else if (begun) {
        line += ' ';
      }
      line += word;
    }
    text += line + "\n";
  }
  return text;
}

std::string help_text(const HelpPage& page) {
  return fmt::format("Usage: {}\n\n{}\n{}", page.usage, page.text, options_text(page.options));
}

// Where the help goes that is asked for; none: it is printed.
HelpPage* wanted_page = nullptr;

// "winnow model synth" of "winnow model synth --out FILE".
std::string command_of(const Help& help) {
  std::istringstream words{std::string(help.usage)};
  std::string command;
  for (std::string word; words >> word && word.front() >= 'a' && word.front() <= 'z';)
    command += (command.empty() ? "" : " ") + word.substr(0, word.find('['));
  return command;
}

// The row of "--out", "--out=x" or "-o"; none: there is no such option.
const Option* row_of(const std::string& given, const Options& options) {
  for (const Option& option : options) {
    const OptionName name = name_of(option);
    if (given == "--" + name.name || given == fmt::format("-{}", name.letter)) return &option;
  }
  return nullptr;
}

std::string value_wanted(const Option& option) {
  if (std::holds_alternative<double*>(option.target)) return "expected a number";
  const bool whole = std::holds_alternative<int*>(option.target) ||
                     std::holds_alternative<uint64_t*>(option.target) ||
                     std::holds_alternative<std::optional<int>*>(option.target) ||
                     std::holds_alternative<std::optional<uint64_t>*>(option.target);
  return whole ? "expected a whole number" : "expected " + name_of(option).value;
}

// What is wrong with an option, in this program's words.
std::string problem_of(const po::error_with_option_name& error, const std::string& given,
                       const Help& help, const Options& options) {
  using Syntax = po::invalid_command_line_syntax;
  if (dynamic_cast<const po::unknown_option*>(&error) != nullptr)
    return "no such option" + did_you_mean(given, names_of(options), "--",
                                           fmt::format("; see {} --help", command_of(help)));
  if (const auto* many = dynamic_cast<const po::ambiguous_option*>(&error))
    return fmt::format("may be --{}", fmt::join(many->alternatives(), " or --"));
  if (dynamic_cast<const po::multiple_occurrences*>(&error) != nullptr) return "given twice";
  const Option* row = row_of(given, options);
  if (const auto* syntax = dynamic_cast<const Syntax*>(&error)) {
    if (syntax->kind() == Syntax::extra_parameter) return "takes no value";
    if (row != nullptr) return "needs a value: " + given + " " + name_of(*row).value;
  }
  if (dynamic_cast<const po::validation_error*>(&error) != nullptr && row != nullptr)
    return value_wanted(*row);
  return error.what();
}

[[noreturn]] void refuse(const po::error& error, const Help& help, const Options& options) {
  const auto* of_option = dynamic_cast<const po::error_with_option_name*>(&error);
  if (of_option == nullptr)
    throw base::UsageError("arguments",
                           fmt::format("{}; see {} --help", error.what(), command_of(help)));
  const std::string whole = of_option->get_option_name(), given = whole.substr(0, whole.find('='));
  throw base::UsageError(given, problem_of(*of_option, given, help, options));
}

Given given_of(const po::variables_map& values) {
  std::vector<std::string> names;
  for (const auto& [name, value] : values)
    if (!value.defaulted()) names.push_back(name);
  return Given(std::move(names));
}

}  // namespace

std::vector<std::string> names_of(const Options& options) {
  std::vector<std::string> names;
  for (const Option& option : options) names.push_back(name_of(option).name);
  return names;
}

bool Given::has(std::string_view name) const {
  return std::find(names_.begin(), names_.end(), name) != names_.end();
}

void Given::refuse(const std::vector<std::string>& names, const std::string& why) const {
  for (const std::string& name : names)
    if (has(name)) throw base::UsageError("--" + name, why);
}

std::optional<Given> parse(const Help& help, const Options& options, const Arguments& arguments,
                           const Options& positionals) {
  po::options_description all;
  add(options, all);
  all.add_options()("help,h", kHelpOption);
  add(positionals, all);
  std::vector<std::string> surplus;
  all.add_options()(kSurplus, po::value(&surplus));
  po::variables_map values;
  try {
    po::store(
        po::command_line_parser(arguments).options(all).positional(order_of(positionals)).run(),
        values);
    if (values.count("help") > 0) {
      HelpPage page = page_of(help, options);
      if (wanted_page == nullptr)
        print(help_text(page));
      else
        *wanted_page = std::move(page);
      return std::nullopt;
    }
    po::notify(values);
  } catch (const po::error& error) {
    refuse(error, help, options);
  }
  if (!surplus.empty())
    throw base::UsageError(surplus.front(),
                           fmt::format("{}; see {} --help", kSurplus, command_of(help)));
  return given_of(values);
}

Arguments renamed(Arguments arguments, const std::string& from, const std::string& to) {
  for (std::string& argument : arguments)
    if (argument == from || argument.starts_with(from + "="))
      argument = to + argument.substr(from.size());
  return arguments;
}

double parse_duration(const std::string& option, const std::string& text) {
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [unit, error] = std::from_chars(text.data(), end, value);
  const std::string_view suffix(unit, static_cast<size_t>(end - unit));
  const double seconds = suffix == "s" ? 1 : suffix == "m" ? 60 : suffix == "h" ? 3600 : 0;
  const double budget_s = value * seconds;
  if (error != std::errc() || !(budget_s > 0 && budget_s <= 1e7))
    throw base::UsageError(option, "expected a time such as 90s, 10m or 2h");
  return budget_s;
}

std::vector<std::string> split_words(const std::string& text) { return po::split_unix(text); }

HelpPage help_page(Run command, Arguments arguments) {
  HelpPage page;
  wanted_page = &page;
  arguments.push_back("--help");
  try {
    command(arguments);
  } catch (...) {
    wanted_page = nullptr;
    throw;
  }
  wanted_page = nullptr;
  return page;
}

std::vector<std::string> split(const std::string& option, const std::string& list) {
  std::vector<std::string> parts;
  std::istringstream stream(list);
  for (std::string part; std::getline(stream, part, ',');) {
    if (std::find(parts.begin(), parts.end(), part) != parts.end())
      throw base::UsageError(option, part + " is listed twice");
    parts.push_back(part);
  }
  if (parts.empty() || std::count(parts.begin(), parts.end(), "") > 0)
    throw base::UsageError(option, "expected names separated by commas");
  return parts;
}

int parse_number(const std::string& option, const std::string& text, int least, int most) {
  int value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end || value < least || value > most)
    throw base::UsageError(option, fmt::format("expected {} to {}", least, most));
  return value;
}

int parse_number(const std::string& option, const std::optional<std::string>& text, int least,
                 int fallback, int most) {
  return text ? parse_number(option, *text, least, most) : fallback;
}

void print(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0)
    return;
  const char* problem = std::strerror(errno);
  if (errno == EPIPE) throw ClosedOutput("standard output", problem);
  throw base::Error("standard output", problem);
}

void print_before(std::string_view text, const std::function<void()>& write) {
  std::exception_ptr failure;
  try {
    print(text);
  } catch (const base::Error&) {
    failure = std::current_exception();
  }
  write();
  if (failure) std::rethrow_exception(failure);
}

void note(std::string_view text) {
  std::fprintf(stderr, "winnow: %s\n", base::printable(text).c_str());
}

}  // namespace winnow::cli
