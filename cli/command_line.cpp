#include "cli/command_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/program_options.hpp>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <exception>
#include <sstream>

#include "base/error.h"

namespace winnow::cli {

namespace po = boost::program_options;

namespace {

constexpr const char* kHelpOption = "this text";

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
  return po::value<T>()->notifier([target](const T& value) { *target = value; });
}

void add(const Options& options, po::options_description& to) {
  for (const Option& option : options)
    std::visit(
        [&](auto* target) {
          to.add_options()(option.name.c_str(), semantic(target), option.help.c_str());
        },
        option.target);
}

po::positional_options_description order_of(const Options& positionals) {
  po::positional_options_description order;
  for (const Option& option : positionals) {
    const bool many = std::holds_alternative<std::vector<std::string>*>(option.target);
    order.add(option.name.c_str(), many ? -1 : 1);
  }
  return order;
}

std::string help_text(const Help& help, const po::options_description& options) {
  std::ostringstream text;
  text << "Usage: " << help.usage << "\n\n" << help.text << "\n" << options;
  return text.str();
}

template <class T>
void describe(const T* target, HelpLine& line) {
  line.fallback = fmt::format("{}", *target);
}
void describe(const bool*, HelpLine& line) { line.flag = true; }
template <class T>
void describe(const std::vector<T>*, HelpLine&) {}
template <class T>
void describe(const std::optional<T>*, HelpLine&) {}

HelpPage page_of(const Help& help, const Options& options) {
  HelpPage page{std::string(help.usage), std::string(help.text), help.subcommands, {}};
  for (const Option& option : options) {
    const size_t comma = option.name.find(',');
    HelpLine line;
    line.name = option.name.substr(0, comma);
    if (comma != std::string::npos) line.letter = option.name.at(comma + 1);
    line.help = option.help;
    std::visit([&](const auto* target) { describe(target, line); }, option.target);
    page.options.push_back(std::move(line));
  }
  page.options.push_back({"help", 'h', true, "", kHelpOption});
  return page;
}

// Where the help goes that is asked for; none: it is printed.
HelpPage* wanted_page = nullptr;

Given given_of(const po::variables_map& values) {
  std::vector<std::string> names;
  for (const auto& [name, value] : values)
    if (!value.defaulted()) names.push_back(name);
  return Given(std::move(names));
}

}  // namespace

bool Given::has(std::string_view name) const {
  return std::find(names_.begin(), names_.end(), name) != names_.end();
}

void Given::refuse(const std::vector<std::string>& names, const std::string& why) const {
  for (const std::string& name : names)
    if (has(name)) throw base::UsageError("--" + name, why);
}

std::optional<Given> parse(const Help& help, const Options& options, const Arguments& arguments,
                           const Options& positionals) {
  po::options_description visible("Options");
  add(options, visible);
  visible.add_options()("help,h", kHelpOption);
  po::options_description all(visible);
  add(positionals, all);
  po::variables_map values;
  try {
    po::store(
        po::command_line_parser(arguments).options(all).positional(order_of(positionals)).run(),
        values);
    if (values.count("help") > 0) {
      if (wanted_page == nullptr)
        print(help_text(help, visible));
      else
        *wanted_page = page_of(help, options);
      return std::nullopt;
    }
    po::notify(values);
  } catch (const po::error& error) {
    throw base::UsageError("arguments", std::string(error.what()) + "; see --help");
  }
  return given_of(values);
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
